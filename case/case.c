#include "case/case.h"
#include "calc/exact.h"
#include "case/reader.h"
#include "case/catalogue.h"

#include <string.h>

/* ---- small readers that every part uses ---- */

int read_exact(struct arena *a, const struct node *object, const char *key, enum presence presence,
               exact *out, struct error *err)
{
	struct node member = node_member(object, key);
	const char *text;

	*out = NULL;
	if (node_string(object, key, presence, &text, err) < 0 || !text)
		return err->code;
	if (!exact_check(text))
		return node_fail(&member, err, "'%.80s' is not an exact number like 250000, 99.99 or 20/37",
		                 text);
	if (*text == '-')
		return node_fail(&member, err, "'%s' must not be negative", text);
	*out = arena_copy(a, text);
	return 0;
}

/* Texts go into terminals, CSV and XLSX, which take no control characters. */
int read_text(struct arena *a, const struct node *object, const char *key, enum presence presence,
              const char **out, struct error *err)
{
	struct node member = node_member(object, key);
	const char *text;

	*out = NULL;
	if (node_string(object, key, presence, &text, err) < 0 || !text)
		return err->code;
	if (!*text)
		return node_fail(&member, err, "must not be empty");
	if (text_has_control(text))
		return node_fail(&member, err, "must not hold control characters");
	*out = arena_copy(a, text);
	return 0;
}

int read_currency(struct arena *a, const struct node *object, const char *key, enum presence presence,
                  const char **out, struct error *err)
{
	struct node member = node_member(object, key);

	if (read_text(a, object, key, presence, out, err) < 0 || !*out)
		return err->code;
	if (strlen(*out) != 3 || strspn(*out, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3)
		return node_fail(&member, err, "'%.80s' is not the code of a currency, like JPY", *out);
	return 0;
}

int read_texts(struct arena *a, const struct node *object, const char *key, const char ***out, size_t *count,
               struct error *err)
{
	struct node list;

	if (node_array(object, key, OPTIONAL, &list, err) < 0)
		return err->code;
	*count = node_count(&list);
	*out = arena_array(a, *count, sizeof **out);
	for (size_t i = 0; i < *count; i++) {
		struct node item = node_item(&list, i);
		const char *text;

		if (node_item_string(&list, i, &text, err) < 0)
			return err->code;
		if (!*text || text_has_control(text))
			return node_fail(&item, err, "must not %s",
			                 *text ? "hold control characters" : "be empty");
		(*out)[i] = arena_copy(a, text);
	}
	return 0;
}

int read_instant(const struct node *object, const char *key, enum presence presence, int64_t *out_us,
                 struct error *err)
{
	struct node member = node_member(object, key);
	const char *text;

	if (node_string(object, key, presence, &text, err) < 0 || !text)
		return err->code;
	return instant_parse(out_us, text, err) < 0 ? node_fail_at(&member, err) : 0;
}

int read_day(const struct node *object, const char *key, enum presence presence, int64_t *out,
             struct error *err)
{
	struct node member = node_member(object, key);
	const char *text;
	struct date d;

	if (node_string(object, key, presence, &text, err) < 0 || !text)
		return err->code;
	if (date_parse(&d, text, err) < 0)
		return node_fail_at(&member, err);
	*out = date_to_days(d);
	return 0;
}

int read_span(const struct node *object, struct span *out_us, struct error *err)
{
	if (read_instant(object, "start", REQUIRED, &out_us->start, err) < 0 ||
	    read_instant(object, "end", REQUIRED, &out_us->end, err) < 0)
		return err->code;
	return out_us->end > out_us->start ? 0 : node_fail(object, err, "the end is not after the start");
}

const struct service *find_service(const struct sla_case *c, const char *id)
{
	for (size_t i = 0; i < c->service_count; i++)
		if (strcmp(c->services[i].id, id) == 0)
			return &c->services[i];
	return NULL;
}

const char *zone_of_terms(const struct sla_case *c, const struct terms *t)
{
	return t->time_zone ? t->time_zone : c->period.time_zone ? c->period.time_zone : LEGAL_ZONE;
}

/* ---- terms ---- */

static int read_all_terms(struct reader *r, const struct node *root, int64_t **hours, struct error *err)
{
	struct node all;

	if (node_array(root, "terms", OPTIONAL, &all, err) < 0)
		return err->code;
	r->c->terms_count = node_count(&all);
	r->c->terms = arena_array(r->arena, r->c->terms_count, sizeof *r->c->terms);
	*hours = arena_array(r->arena, r->c->terms_count, sizeof **hours);
	for (size_t i = 0; i < r->c->terms_count; i++) {
		struct node object;

		if (node_item_object(&all, i, &object, err) < 0 ||
		    terms_resolve(r->arena, &object, root, &r->c->terms[i], &(*hours)[i], err) < 0)
			return err->code;
		for (size_t k = 0; k < i; k++)
			if (strcmp(r->c->terms[k].id, r->c->terms[i].id) == 0)
				return node_fail(&object, err, "the terms '%s' are there twice",
				                 r->c->terms[i].id);
	}
	return 0;
}

/* ---- the whole ---- */

static int read_header(struct reader *r, const struct node *root, struct error *err)
{
	static const char *const keys[] = {
		"format",        "title",        "as_of",      "period",         "parties",
		"terms",         "observations", "paths",      "services",       "exclusions",
		"contracts",     "records",      "policies",   "claims",         "history",
		"incidents",     "corrections",  "calendars",  "exchange",       "invoices",
		"late_payments", "instalments",  "agreements", "apportionments", NULL
	};
	static const char *const formats[] = { "govsla-case/1", NULL };
	int format;

	if (node_word(root, "format", REQUIRED, formats, &format, err) < 0 ||
	    node_check_keys(root, keys, err) < 0 ||
	    read_text(r->arena, root, "title", OPTIONAL, &r->c->title, err) < 0)
		return err->code;
	r->c->as_of_us = INT64_MAX;
	return read_instant(root, "as_of", OPTIONAL, &r->c->as_of_us, err);
}

static int read_all(struct reader *r, const struct node *root, struct error *err)
{
	struct period_keys keys = { .start_day = 0 };
	int64_t *hours = NULL;

	r->c->zone_data = arena_copy(r->arena, zone_data_version());
	if (read_header(r, root, err) < 0 || read_parties(r, root, err) < 0 ||
	    read_all_terms(r, root, &hours, err) < 0 || read_period(r, root, &keys, err) < 0 ||
	    read_observations(r, root, err) < 0 || read_services(r, root, err) < 0 ||
	    read_exchanges(r, root, err) < 0 || check_fees(r->c, root, err) < 0 ||
	    check_agreement(r->c, hours, &keys, err) < 0 || resolve_days(r, &keys, err) < 0 ||
	    hours_resolve(r, root, err) < 0 || read_paths(r, root, err) < 0 ||
	    read_claims(r, root, err) < 0 || read_money(r, root, err) < 0 ||
	    read_exclusions(r, root, err) < 0 || read_corrections(r, root, err) < 0 ||
	    read_policies(r, root, err) < 0 || read_contracts(r, root, err) < 0 ||
	    read_agreements(r, root, err) < 0 || read_history(r, root, err) < 0 ||
	    read_incidents(r, root, err) < 0)
		return err->code;
	return read_records(r, root, err) < 0 ? err->code : read_apportionments(r, root, err);
}

int case_read(struct arena *a, const struct document *doc, const char *directory,
              const struct sample_source *source, struct sla_case **out, struct error *err)
{
	struct reader r = {
		.arena = a, .c = arena_new(a, struct sla_case), .source = source, .directory = directory
	};
	struct node root;

	if (document_root(doc, &root, err) < 0 || read_all(&r, &root, err) < 0)
		return err->code;
	order_facts(r.c);
	*out = r.c;
	return 0;
}

int case_load(struct arena *a, const char *path, struct sla_case **out, struct error *err)
{
	const char *slash = strrchr(path, '/');
	struct document doc = { 0 };
	char *directory = arena_printf(a, "%.*s", slash ? (int)(slash - path) + 1 : 0, path);
	int rc = document_load(&doc, path, err);

	if (rc == 0)
		rc = case_read(a, &doc, directory, NULL, out, err);
	document_release(&doc);
	return rc;
}
