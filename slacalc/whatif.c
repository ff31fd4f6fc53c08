/* slacalc whatif: a case with one fact otherwise, and every figure that this changes. */
#include "calc/exact.h"
#include "report/difference.h"
#include "report/escape.h"
#include "report/json_part.h"
#include "report/number.h"
#include "slacalc/change.h"
#include "slacalc/judged.h"

#include <stdlib.h>
#include <string.h>

struct total {
	const char *what;
	const char *before, *after, *change;
};

#define TOTALS 3

struct outcome {
	struct judged before, after;
	struct change_list changes;
	struct difference_list differences;
	struct total totals[TOTALS];
};

static struct total total_of(struct outcome *o, const char *what, const char *first, const char *last,
                             const char *currency)
{
	struct arena *a = &o->after.arena;
	struct total t = { what, difference_total(a, &o->before.outline, first, last, currency),
		           difference_total(a, &o->after.outline, first, last, currency), NULL };

	t.change = difference_change(a, t.before, t.after);
	return t;
}

static int judge_both(struct outcome *o, const char *path, struct error *err)
{
	struct document doc = { 0 }, changed = { 0 };
	const char *name = arena_printf(&o->after.arena, "%s, changed", path);

	if (judged_open(&o->before, path, NULL, err) == 0 && document_load(&doc, path, err) == 0 &&
	    document_take(&changed, name, json_deep_copy(doc.value), err) == 0 &&
	    change_apply(&o->after.arena, &changed, &o->changes, err) == 0)
		(void)!judged_document(&o->after, &changed, path, false, err);
	document_release(&doc);
	document_release(&changed);
	return err->code;
}

static void compare(struct outcome *o)
{
	o->differences = differences_of(&o->after.arena, &o->before.outline, &o->after.outline);
	o->totals[0] = total_of(o, "credit_jpy", "services", "credit_total", "JPY");
	o->totals[1] = total_of(o, "payable", "obligations", "payable", NULL);
	o->totals[2] = total_of(o, "passed_on", "pass_through", "amount", "JPY");
}

/* ---- telling ---- */

static void tell_value(struct text *out, const char *value, bool figure)
{
	mpq_t q;

	if (!value)
		text_add(out, "—");
	else if (!figure)
		escape_terminal(out, value);
	else {
		mpq_init(q);
		exact_read(q, value);
		number_plain(out, q, 8);
		mpq_clear(q);
	}
}

static void tell_change(struct text *out, const char *before, const char *after, const char *change,
                        bool figure)
{
	tell_value(out, before, figure);
	text_add(out, " → ");
	tell_value(out, after, figure);
	if (change) {
		text_add(out, *change == '-' || strcmp(change, "0") == 0 ? "  (" : "  (+");
		tell_value(out, change, true);
		text_add(out, ")");
	}
	text_add(out, "\n");
}

/* What repeats, in another form, what stands elsewhere. */
static bool is_aside(const char *path)
{
	return strncmp(path, "ledger.", 7) == 0 || strstr(path, ".effects.");
}

static void tell_differences(const struct outcome *o, enum language l, bool all, struct text *out)
{
	size_t more = 0;

	text_printf(out, "\n%s\n", word_of(l, o->differences.count ? W_WHATIF_DIFFERS : W_WHATIF_NOTHING));
	for (size_t i = 0; i < o->differences.count; i++) {
		const struct difference *d = &o->differences.items[i];

		if (!all && is_aside(d->path)) {
			more++;
			continue;
		}
		text_add(out, "  ");
		escape_terminal(out, d->path);
		text_add(out, "  ");
		tell_change(out, d->before, d->after, d->change, d->figure);
	}
	if (more) {
		text_add(out, "  ");
		text_printf(out, word_of(l, W_WHATIF_MORE), more);
		text_add(out, "\n");
	}
}

static void tell(const struct outcome *o, enum language l, bool all, struct text *out)
{
	static const enum word words[TOTALS] = { W_WHATIF_CREDIT, W_WHATIF_PAYABLE, W_WHATIF_PASSED };

	text_printf(out, "%s\n", word_of(l, W_WHATIF));
	for (size_t i = 0; i < o->changes.done_count; i++) {
		text_add(out, "  - ");
		escape_terminal(out, o->changes.done[i]);
		text_add(out, "\n");
	}
	text_printf(out, "\n%s\n", word_of(l, W_WHATIF_TOTALS));
	for (size_t i = 0; i < TOTALS; i++) {
		text_printf(out, "  %s  ", word_of(l, words[i]));
		tell_change(out, o->totals[i].before, o->totals[i].after, o->totals[i].change, true);
	}
	tell_differences(o, l, all, out);
}

static void tell_json(const struct outcome *o, struct text *out)
{
	json_t *root = json_object(), *list = json_array(), *totals = json_object();
	char *dump;

	json_put(root, "format", json_string("govsla-whatif/1"));
	json_put(root, "changes", json_texts(o->changes.done, o->changes.done_count));
	for (size_t i = 0; i < TOTALS; i++)
		json_put(totals, o->totals[i].what,
		         json_pack("{s:s, s:s, s:s}", "before", o->totals[i].before, "after",
		                   o->totals[i].after, "difference", o->totals[i].change));
	json_put(root, "totals", totals);
	for (size_t i = 0; i < o->differences.count; i++) {
		const struct difference *d = &o->differences.items[i];

		json_array_append_new(list, json_pack("{s:s, s:s?, s:s?, s:s?}", "path", d->path, "before",
		                                      d->before, "after", d->after, "difference", d->change));
	}
	json_put(root, "differences", list);
	dump = json_dumps(root, JSON_INDENT(2));
	text_add(out, dump ? dump : "");
	text_add(out, "\n");
	out->failed |= !dump;
	free(dump);
	json_decref(root);
}

int command_whatif(int argc, char **argv, struct error *err)
{
	const char *path = NULL, *lang = NULL;
	bool json = false, all = false;
	const struct command_option options[] = { { "json", 0, NULL, &json },
		                                  { "all", 0, NULL, &all },
		                                  { "lang", 0, &lang, NULL },
		                                  { NULL, 0, NULL, NULL } };
	enum language language = LANGUAGE_EN;
	struct outcome o = { 0 };
	struct text out = { 0 };

	if (change_options(&o.after.arena, &argc, argv, &o.changes, err) < 0 ||
	    command_options(argc, argv, options, &path, 1, 1, err) < 0 ||
	    command_language(lang, &language, err) < 0)
		goto out;
	if (o.changes.count == 0) {
		error_set(err, ERROR_USAGE, "nothing is changed");
		error_hint(err, "slacalc whatif --help");
		goto out;
	}
	if (judge_both(&o, path, err) < 0)
		goto out;
	compare(&o);
	if (json)
		tell_json(&o, &out);
	else
		tell(&o, language, all, &out);
out:
	judged_close(&o.before);
	judged_close(&o.after);
	return command_print(&out, err);
}
