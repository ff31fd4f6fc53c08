/* slacalc compare: our figures and a provider's, and where each part of the difference comes from. */
#include "report/escape.h"
#include "report/json_part.h"
#include "report/number.h"
#include "report/phrase.h"
#include "report/when.h"
#include "calc/exact.h"
#include "calc/measure/method.h"
#include "slacalc/comparison.h"

#include <stdlib.h>
#include <string.h>

#define PLACES_MOST 6

struct told {
	struct text *out;
	enum language language;
	int offset_s;
};

/* ---- text ---- */

static void word(struct told *t, enum word w)
{
	text_add(t->out, word_of(t->language, w));
}

static void value(struct told *t, exact text, bool sign)
{
	mpq_t q;

	if (!text) {
		word(t, W_NOT_STATED);
		return;
	}
	mpq_init(q);
	exact_read(q, text);
	text_add(t->out, sign && mpq_sgn(q) > 0 ? "+" : "");
	number_plain(t->out, q, PLACES_MOST);
	mpq_clear(q);
}

static bool is_nothing(exact text)
{
	return !text || strcmp(text, "0") == 0;
}

static enum word word_of_part(enum part_kind kind)
{
	static const enum word words[PART_KIND_COUNT] = {
		[PART_OUTAGE_OURS] = W_PART_OUTAGE_OURS,
		[PART_OUTAGE_THEIRS] = W_PART_OUTAGE_THEIRS,
		[PART_OUTAGE_ENDS] = W_PART_OUTAGE_ENDS,
		[PART_EXCLUSION_THEIRS] = W_PART_EXCLUSION_THEIRS,
		[PART_EXCLUSION_REFUSED] = W_PART_EXCLUSION_REFUSED,
		[PART_EXCLUSION_OURS] = W_PART_EXCLUSION_OURS,
		[PART_EXCLUSION_ENDS] = W_PART_EXCLUSION_ENDS,
		[PART_UNMEASURED] = W_PART_UNMEASURED,
		[PART_FEE] = W_PART_FEE,
		[PART_DENOMINATOR] = W_PART_DENOMINATOR,
		[PART_RULE] = W_PART_RULE,
	};

	return words[kind];
}

static void span(struct told *t, enum word head, struct span us)
{
	if (!span_length(us))
		return;
	word(t, head);
	when_span(t->out, t->language, us, t->offset_s);
}

/* What the part is of, on one line. */
static void tell_head(struct told *t, size_t number, const struct difference_part *p)
{
	struct text why = { 0 };

	text_printf(t->out, "  %zu. ", number);
	word(t, word_of_part(p->kind));
	if (p->name) {
		text_add(t->out, " ");
		escape_terminal(t->out, p->name);
	}
	if (p->kind == PART_OUTAGE_ENDS || p->kind == PART_EXCLUSION_ENDS) {
		span(t, W_PART_OUR_ENDS, p->ours);
		span(t, W_PART_THEIR_ENDS, p->theirs);
	} else
		span(t, W_PART_AT, p->kind == PART_OUTAGE_THEIRS ? p->theirs : p->span);
	if (p->stretches)
		text_printf(t->out, word_of(t->language, W_PART_STRETCHES), p->stretches);
	if (p->why) {
		text_add(t->out, ": ");
		if (!phrase_translate(&why, t->language, p->why))
			text_add(&why, p->why);
		escape_terminal(t->out, text_string(&why));
	}
	text_release(&why);
	text_add(t->out, "\n");
	if (p->skipped) {
		word(t, W_PART_SKIPPED);
		escape_terminal(t->out, p->skipped);
		text_add(t->out, "\n");
	}
}

static void tell_change(struct told *t, const char *level, enum word what, exact change, const char *unit)
{
	if (is_nothing(change))
		return;
	text_add(t->out, "       ");
	if (level) {
		escape_terminal(t->out, level);
		text_add(t->out, " ");
	}
	word(t, what);
	text_add(t->out, " ");
	value(t, change, true);
	text_printf(t->out, "%s\n", unit);
}

static const char *unit_of(const struct level *l)
{
	static const char *const units[] = { " %", " ms", " s", " min", " h", " d", "" };

	return units[l->unit];
}

static void tell_part(struct told *t, const struct compared_service *s, size_t i)
{
	const struct difference_part *p = &s->parts[i];
	bool any = !is_nothing(p->credit);

	tell_head(t, i + 1, p);
	for (size_t k = 0; k < s->level_count; k++) {
		const struct level *l = s->levels[k].level;
		const struct quantities *q = &p->levels[k];

		tell_change(t, l->id, W_COMPARE_DOWNTIME, q->downtime_s, " s");
		tell_change(t, l->id, W_COMPARE_MEASURE, q->measure, unit_of(l));
		tell_change(t, l->id, W_COMPARE_CREDIT, q->credit, "");
		any = any || !is_nothing(q->downtime_s) || !is_nothing(q->measure) || !is_nothing(q->credit);
	}
	tell_change(t, NULL, W_COMPARE_SERVICE_CREDIT, p->credit, "");
	if (!any && !p->skipped)
		word(t, W_PART_NOTHING);
}

/* ours, theirs, the difference, what the parts explain of it and what is left. */
static void tell_line(struct told *t, const char *level, enum word what, exact ours, exact theirs,
                      exact whole, exact reached, exact unexplained, const char *unit)
{
	if (!ours && !theirs)
		return;
	text_add(t->out, "  ");
	if (level) {
		escape_terminal(t->out, level);
		text_add(t->out, " ");
	}
	word(t, what);
	word(t, W_COMPARE_OURS);
	value(t, ours, false);
	text_add(t->out, unit);
	word(t, W_COMPARE_REACHED);
	value(t, reached, false);
	text_add(t->out, unit);
	word(t, W_COMPARE_THEIRS);
	value(t, theirs, false);
	if (theirs) {
		text_add(t->out, unit);
		word(t, W_COMPARE_WHOLE);
		value(t, whole, true);
		text_add(t->out, unit);
		word(t, W_COMPARE_UNEXPLAINED);
		value(t, unexplained, true);
	}
	text_printf(t->out, "%s\n", theirs ? unit : "");
}

static void tell_not_stated(struct told *t, const struct provider_service *p)
{
	if (!p->has_outages)
		word(t, W_COMPARE_NO_OUTAGES);
	if (!p->has_exclusions)
		word(t, W_COMPARE_NO_EXCLUSIONS);
	for (size_t i = 0; i < p->left_out_count; i++) {
		word(t, W_COMPARE_LEFT_OUT);
		escape_terminal(t->out, p->left_out[i]);
		text_add(t->out, "\n");
	}
}

static void tell_service(struct told *t, const struct compared_service *s)
{
	escape_terminal(t->out, s->service->id);
	text_add(t->out, "\n");
	for (size_t i = 0; i < s->level_count; i++) {
		const struct compared_level *l = &s->levels[i];

		tell_line(t, l->level->id, W_COMPARE_DOWNTIME, l->ours.downtime_s, l->theirs.downtime_s,
		          l->whole.downtime_s, l->reached.downtime_s, l->unexplained.downtime_s, " s");
		tell_line(t, l->level->id, W_COMPARE_MEASURE, l->ours.measure, l->theirs.measure,
		          l->whole.measure, l->reached.measure, l->unexplained.measure, unit_of(l->level));
		tell_line(t, l->level->id, W_COMPARE_CREDIT, l->ours.credit, l->theirs.credit,
		          l->whole.credit, l->reached.credit, l->unexplained.credit, "");
	}
	tell_line(t, NULL, W_COMPARE_SERVICE_CREDIT, s->ours, s->theirs, s->whole, s->reached, s->unexplained,
	          "");
	tell_not_stated(t, s->stated);
	word(t, s->part_count ? W_COMPARE_PARTS : W_COMPARE_NO_PARTS);
	for (size_t i = 0; i < s->part_count; i++)
		tell_part(t, s, i);
	text_add(t->out, "\n");
}

static void tell(struct told *t, const struct compared *c)
{
	for (size_t i = 0; i < c->service_count; i++)
		tell_service(t, &c->services[i]);
	for (size_t i = 0; i < c->unspoken_count; i++) {
		word(t, W_COMPARE_UNSPOKEN);
		escape_terminal(t->out, c->unspoken[i]);
		text_add(t->out, "\n");
	}
}

/* ---- JSON ---- */

static json_t *quantities(const struct quantities *q)
{
	json_t *object = json_object();

	json_put(object, "measure", json_text_or_null(q->measure));
	json_put(object, "downtime_s", json_text_or_null(q->downtime_s));
	json_put(object, "credit", json_text_or_null(q->credit));
	if (q->verdict)
		json_put(object, "verdict", json_string(q->verdict));
	return object;
}

static void put_span(json_t *object, const char *key, struct span us)
{
	if (span_length(us))
		json_put(object, key, json_span(us));
}

static json_t *part(const struct compared_service *s, const struct difference_part *p)
{
	static const char *const kinds[PART_KIND_COUNT] = {
		"outage not counted",
		"outage only theirs",
		"outage with other ends",
		"exclusion only theirs",
		"exclusion refused",
		"exclusion only ours",
		"exclusion with other ends",
		"unmeasured",
		"fee",
		"denominator",
		"rule",
	};
	json_t *object = json_object(), *levels = json_object();

	json_put(object, "kind", json_string(kinds[p->kind]));
	json_put(object, "name", json_text_or_null(p->name));
	json_put(object, "why", json_text_or_null(p->why));
	put_span(object, "span", p->span);
	put_span(object, "ours", p->ours);
	put_span(object, "theirs", p->theirs);
	if (p->stretches)
		json_put(object, "stretches", json_integer((json_int_t)p->stretches));
	json_put(object, "skipped", json_text_or_null(p->skipped));
	for (size_t i = 0; i < s->level_count; i++)
		json_put(levels, s->levels[i].level->id, quantities(&p->levels[i]));
	json_put(object, "levels", levels);
	json_put(object, "credit", json_text_or_null(p->credit));
	return object;
}

static json_t *level(const struct compared_level *l)
{
	json_t *object = json_object();

	json_put(object, "id", json_string(l->level->id));
	json_put(object, "unit", json_string(unit_name(l->level->unit)));
	json_put(object, "ours", quantities(&l->ours));
	json_put(object, "reached", quantities(&l->reached));
	json_put(object, "theirs", quantities(&l->theirs));
	json_put(object, "difference", quantities(&l->whole));
	json_put(object, "unexplained", quantities(&l->unexplained));
	return object;
}

static json_t *service(const struct compared_service *s)
{
	json_t *object = json_object(), *levels = json_array(), *parts = json_array(),
	       *missing = json_array();

	json_put(object, "id", json_string(s->service->id));
	for (size_t i = 0; i < s->level_count; i++)
		json_array_append_new(levels, level(&s->levels[i]));
	for (size_t i = 0; i < s->part_count; i++)
		json_array_append_new(parts, part(s, &s->parts[i]));
	json_put(object, "levels", levels);
	json_put(object, "credit",
	         json_pack("{s:s?, s:s?, s:s?, s:s?, s:s?}", "ours", s->ours, "reached", s->reached, "theirs",
	                   s->theirs, "difference", s->whole, "unexplained", s->unexplained));
	json_put(object, "parts", parts);
	if (!s->stated->has_outages)
		json_array_append_new(missing, json_string("outages"));
	if (!s->stated->has_exclusions)
		json_array_append_new(missing, json_string("exclusions"));
	json_put(object, "not_stated", missing);
	json_put(object, "left_out", json_texts(s->stated->left_out, s->stated->left_out_count));
	return object;
}

static void tell_json(const struct compared *c, struct text *out)
{
	json_t *root = json_object(), *services = json_array();
	char *dump;

	json_put(root, "format", json_string("govsla-comparison/1"));
	for (size_t i = 0; i < c->service_count; i++)
		json_array_append_new(services, service(&c->services[i]));
	json_put(root, "services", services);
	json_put(root, "not_spoken_of", json_texts(c->unspoken, c->unspoken_count));
	dump = json_dumps(root, JSON_INDENT(2));
	text_add(out, dump ? dump : "");
	text_add(out, "\n");
	out->failed |= !dump;
	free(dump);
	json_decref(root);
}

/* ---- the command ---- */

static int compare(const char *const paths[2], bool json, enum language language, struct text *out,
                   struct error *err)
{
	struct document doc = { 0 }, stated = { 0 };
	struct judged ours = { 0 };
	struct provider p = { 0 };
	struct compared c = { 0 };
	struct told t = { .out = out, .language = language };

	if (judged_open(&ours, paths[0], NULL, err) < 0 || document_load(&doc, paths[0], err) < 0 ||
	    document_load(&stated, paths[1], err) < 0 || provider_read(&ours.arena, &stated, &p, err) < 0)
		goto out;
	if (comparison_make(&ours.arena, paths[0], &doc, &ours, &p, &c, err) < 0) {
		error_at(err, paths[1], 0, NULL);
		goto out;
	}
	t.offset_s = ours.s->the_case->period.zone_offset_s;
	if (json)
		tell_json(&c, out);
	else
		tell(&t, &c);
out:
	document_release(&stated);
	document_release(&doc);
	judged_close(&ours);
	return err->code;
}

int command_compare(int argc, char **argv, struct error *err)
{
	const char *paths[2] = { NULL, NULL }, *lang = NULL;
	bool json = false;
	const struct command_option options[] = { { "json", 0, NULL, &json },
		                                  { "lang", 0, &lang, NULL },
		                                  { NULL, 0, NULL, NULL } };
	enum language language = LANGUAGE_EN;
	struct text out = { 0 };

	if (command_options(argc, argv, options, paths, 2, 2, err) < 0 ||
	    command_language(lang, &language, err) < 0)
		return err->code;
	(void)!compare(paths, json, language, &out, err);
	return command_print(&out, err);
}
