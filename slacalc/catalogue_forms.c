/* catalogue_forms: the forms of liability (contracts/liability) for a person to read. */
#include "slacalc/catalogue.h"

#include "case/liability_form.h"

#include <string.h>

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* ---- list ---- */

static void add_words(const json_t *words, struct text *out)
{
	json_t *word;
	size_t i;

	json_array_foreach (words, i, word)
		text_printf(out, "%s%s", i ? ", " : "", json_string_value(word));
}

static void add_line(const struct liability_form *form, struct text *out)
{
	const char *before = ", left open: ", *name;
	struct text kinds = { 0 };
	json_t *ignored;

	add_words(form->kinds, &kinds);
	text_printf(out, "%-18s for %s: %s", form->id, text_string(&kinds), form->title);
	json_object_foreach ((json_t *)form->open, name, ignored) {
		text_printf(out, "%s%s", before, name);
		before = ", ";
	}
	text_add(out, "\n");
	text_release(&kinds);
}

static json_t *row_of(const struct liability_form *form)
{
	const json_t *root = form->doc.value;

	return json_pack("{s:s, s:s, s:O, s:O, s:O?, s:s}", "id", form->id, "title", form->title, "kinds",
	                 form->kinds, "source", json_object_get(root, "source"), "open", form->open, "sha256",
	                 form->file->sha256);
}

static void dump(json_t *rows, struct text *out)
{
	json_t *all = json_pack("{s:s, s:o}", "format", "govsla-liability-form-list/1", "forms", rows);
	char *dumped = json_dumps(all, JSON_INDENT(2));

	if (dumped)
		text_printf(out, "%s\n", dumped);
	out->failed = out->failed || !dumped;
	free(dumped);
	json_decref(all);
}

int catalogue_list_forms(bool json, struct text *out, struct error *err)
{
	json_t *rows = json_array();
	struct liability_form form;

	for (size_t i = 0; i < shipped_count; i++) {
		if (!liability_form_is(&shipped_files[i]))
			continue;
		if (liability_form_read(&form, &shipped_files[i], err) < 0) {
			json_decref(rows);
			return err->code;
		}
		if (json)
			json_array_append_new(rows, row_of(&form));
		else
			add_line(&form, out);
		liability_form_release(&form);
	}
	if (json)
		dump(rows, out);
	else
		json_decref(rows);
	return 0;
}

/* ---- show ---- */

static void add_rule(const json_t *rule, struct text *out)
{
	const json_t *months = json_object_get(rule, "months_of_fee");

	if (json_is_string(rule))
		text_add(out, strcmp(json_string_value(rule), "recovered") == 0 ? "what was recovered"
		                                                                : "the contract amount");
	else if (json_is_string(months))
		text_printf(out, "'%s' months of the fee", json_string_value(months));
	else if (months)
		text_printf(out, "%lld months of the fee", (long long)json_integer_value(months));
	else
		text_add(out, text_of(rule, "amount"));
}

/* "  lost_profit, provider's liability, lifted by intent [23-2(1); transcribed]", and the words of the source. */
static void add_item(const char *what, const json_t *item, struct text *out)
{
	const json_t *lifted = json_object_get(item, "lifted_by");
	const char *debtor = text_of(item, "debtor"), *per = text_of(item, "per");

	text_printf(out, "  %s", what);
	if (json_object_get(item, "rule"))
		add_rule(json_object_get(item, "rule"), out);
	if (*per)
		text_printf(out, strcmp(per, "contract") == 0 ? " in all" : " for each %s", per);
	text_printf(out, ", %s", *debtor ? debtor : "both parties");
	if (json_array_size(lifted) > 0) {
		text_add(out, ", lifted by ");
		add_words(lifted, out);
	}
	text_printf(out, " [%s; %s]\n", text_of(item, "clause"), text_of(item, "confidence"));
	if (*text_of(item, "says"))
		text_printf(out, "    %s\n", text_of(item, "says"));
}

static void add_section(const json_t *root, const char *key, const char *title, const char *name,
                        struct text *out)
{
	const json_t *list = json_object_get(root, key);
	json_t *item;
	size_t i;

	text_printf(out, "\n%s:%s\n", title, json_array_size(list) ? "" : " none");
	json_array_foreach (list, i, item)
		add_item(text_of(item, name), item, out);
}

static void add_head(const struct liability_form *form, struct text *out)
{
	const json_t *source = json_object_get(form->doc.value, "source");
	const char *name, *date = text_of(source, "date");
	json_t *what;

	text_printf(out, "%s: %s\nfor contracts of kind ", form->id, form->title);
	add_words(form->kinds, out);
	text_printf(out, "\nsource: %s, %s [%s]\n", text_of(source, "document"), *date ? date : "undated",
	            text_of(source, "confidence"));
	if (*text_of(source, "note"))
		text_printf(out, "  %s\n", text_of(source, "note"));
	text_printf(out, "sha256: %s\n", form->file->sha256);
	json_object_foreach ((json_t *)form->open, name, what)
		text_printf(out, "left open, to be said as form_values.%s: %s\n", name,
		            json_string_value(what));
}

static void add_form(const struct liability_form *form, struct text *out)
{
	const json_t *root = form->doc.value, *liquidated = json_object_get(root, "liquidated_damages");
	json_t *item;
	size_t i;

	add_head(form, out);
	add_section(root, "caps", "caps", "", out);
	add_section(root, "excludes", "heads of loss that are not compensated", "head", out);
	add_section(root, "exemptions", "no liability, once proved", "kind", out);
	text_printf(out, "\nliquidated damages:%s\n", liquidated ? "" : " none");
	if (liquidated)
		text_printf(out, "  [%s; %s]\n    %s\n", text_of(liquidated, "clause"),
		            text_of(liquidated, "confidence"), text_of(liquidated, "says"));
	text_add(out, "\nfurther articles:\n");
	json_array_foreach (json_object_get(root, "articles"), i, item)
		text_printf(out, "  %-10s %s\n", text_of(item, "clause"), text_of(item, "says"));
	text_add(out, "\nnotes:\n");
	json_array_foreach (json_object_get(root, "notes"), i, item)
		text_printf(out, "  %s\n", json_string_value(item));
}

int catalogue_show_form(const char *id, bool json, struct text *out, struct error *err)
{
	struct liability_form form;

	if (liability_form_open(&form, NULL, id, err) < 0)
		return err->code;
	if (json)
		text_append(out, form.file->bytes, form.file->length);
	else
		add_form(&form, out);
	liability_form_release(&form);
	return 0;
}
