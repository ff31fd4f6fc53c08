#include "case/case.h"
#include "calc/exact.h"
#include "case/reader.h"
#include "case/terms.h"

#include <string.h>

#define LEGAL_ZONE "Asia/Tokyo" /* where dates are counted when the case names no zone */

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

/* Texts go into terminals, CSV and XLSX, which take no control characters (C0, DEL, and C1 in UTF-8). */
static bool has_control(const char *text)
{
	for (const unsigned char *at = (const unsigned char *)text; *at; at++)
		if (*at < 0x20 || *at == 0x7f || (at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0))
			return true;
	return false;
}

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
	if (has_control(text))
		return node_fail(&member, err, "must not hold control characters");
	*out = arena_copy(a, text);
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

const struct party *find_party(const struct sla_case *c, const char *id)
{
	for (size_t i = 0; i < c->party_count; i++)
		if (strcmp(c->parties[i].id, id) == 0)
			return &c->parties[i];
	return NULL;
}

const struct service *find_service(const struct sla_case *c, const char *id)
{
	for (size_t i = 0; i < c->service_count; i++)
		if (strcmp(c->services[i].id, id) == 0)
			return &c->services[i];
	return NULL;
}

int read_party(const struct reader *r, const struct node *object, const char *key, const struct party **out,
               struct error *err)
{
	struct node member = node_member(object, key);
	const char *id;

	if (node_string(object, key, REQUIRED, &id, err) < 0)
		return err->code;
	*out = find_party(r->c, id);
	return *out ? 0 : node_fail(&member, err, "no party '%s'", id);
}

const char *zone_of_terms(const struct sla_case *c, const struct terms *t)
{
	return t->time_zone ? t->time_zone : c->period.time_zone ? c->period.time_zone : LEGAL_ZONE;
}

/* ---- parties and terms ---- */

static int read_one_party(struct reader *r, const struct node *parties, size_t i, struct error *err)
{
	static const char *const kinds[] = { "CSP", "NSP", "DA", "LG", "OMA", "ASP", NULL };
	struct party *p = &r->c->parties[i];
	struct node object;
	int kind = 0;

	if (node_item_object(parties, i, &object, err) < 0 ||
	    node_check_keys(&object, (const char *const[]){ "id", "kind", "code", "name", NULL }, err) < 0 ||
	    read_text(r->arena, &object, "id", REQUIRED, &p->id, err) < 0 ||
	    node_word(&object, "kind", REQUIRED, kinds, &kind, err) < 0 ||
	    read_text(r->arena, &object, "code", OPTIONAL, &p->code, err) < 0 ||
	    read_text(r->arena, &object, "name", OPTIONAL, &p->name, err) < 0)
		return err->code;
	p->kind = (enum party_kind)kind;
	if (find_party(r->c, p->id) != p)
		return node_fail(&object, err, "the party '%s' is there twice", p->id);
	for (size_t k = 0; k < i; k++)
		if (p->kind == PARTY_DA && r->c->parties[k].kind == PARTY_DA)
			return node_fail(&object, err, "there is one Digital Agency; '%s' is a second",
			                 p->id);
	return 0;
}

static int read_parties(struct reader *r, const struct node *root, struct error *err)
{
	struct node parties;

	if (node_array(root, "parties", REQUIRED, &parties, err) < 0)
		return err->code;
	r->c->parties = arena_array(r->arena, node_count(&parties), sizeof *r->c->parties);
	for (size_t i = 0; i < node_count(&parties); i++) {
		r->c->party_count = i + 1;
		if (read_one_party(r, &parties, i, err) < 0)
			return err->code;
	}
	return 0;
}

static int read_all_terms(struct reader *r, const struct node *root, int64_t **hours, struct error *err)
{
	struct node all;

	if (node_array(root, "terms", REQUIRED, &all, err) < 0)
		return err->code;
	r->c->terms_count = node_count(&all);
	r->c->terms = arena_array(r->arena, r->c->terms_count, sizeof *r->c->terms);
	*hours = arena_array(r->arena, r->c->terms_count, sizeof **hours);
	for (size_t i = 0; i < r->c->terms_count; i++) {
		struct node object;

		if (node_item_object(&all, i, &object, err) < 0 ||
		    terms_read(r->arena, &object, &r->c->terms[i], &(*hours)[i], err) < 0)
			return err->code;
		for (size_t k = 0; k < i; k++)
			if (strcmp(r->c->terms[k].id, r->c->terms[i].id) == 0)
				return node_fail(&object, err, "the terms '%s' are there twice",
				                 r->c->terms[i].id);
	}
	return 0;
}

/* ---- the period, and that no terms in use contradict it ---- */

struct period_keys { /* as the case states them */
	struct node node;
	const char *month, *time_zone;
	int64_t start_day, hours;
};

static int read_period_keys(struct reader *r, const struct node *root, struct period_keys *k,
                            struct error *err)
{
	static const char *const keys[] = {
		"month", "time_zone", "start_day", "hours", "start", "end", NULL
	};
	struct node start, end;

	if (node_object(root, "period", REQUIRED, &k->node, err) < 0 ||
	    node_check_keys(&k->node, keys, err) < 0 ||
	    read_text(r->arena, &k->node, "month", OPTIONAL, &k->month, err) < 0 ||
	    read_text(r->arena, &k->node, "time_zone", OPTIONAL, &k->time_zone, err) < 0 ||
	    node_integer(&k->node, "start_day", OPTIONAL, 1, 28, &k->start_day, err) < 0 ||
	    node_integer(&k->node, "hours", OPTIONAL, 1, 8784, &k->hours, err) < 0)
		return err->code;
	start = node_member(&k->node, "start");
	end = node_member(&k->node, "end");
	if (k->month && start.value)
		return node_fail(&start, err, "'month' and 'start' exclude each other");
	if (k->month && end.value)
		return node_fail(&end, err, "'month' and 'end' exclude each other");
	return 0;
}

/* Whether a service names the terms. Services are read later: they need the period. */
static bool in_use(const struct node *root, const char *id)
{
	struct node services = node_member(root, "services");

	for (size_t i = 0; i < node_count(&services); i++) {
		struct node service = node_item(&services, i), terms = node_member(&service, "terms");
		const char *named = json_string_value(terms.value);

		if (named && strcmp(named, id) == 0)
			return true;
	}
	return false;
}

/* What the case leaves open and the terms in use state; a contradiction among them shows in agree(). */
static void fill_from_terms(const struct sla_case *c, const struct node *root, struct period_keys *k)
{
	for (size_t i = 0; i < c->terms_count; i++) {
		if (!in_use(root, c->terms[i].id))
			continue;
		if (!k->time_zone)
			k->time_zone = c->terms[i].time_zone;
		if (!k->start_day)
			k->start_day = c->terms[i].start_day;
	}
	if (!k->start_day)
		k->start_day = 1;
}

static int read_month(struct period_keys *k, struct zone *zone, struct span *out, struct error *err)
{
	struct node month = node_member(&k->node, "month");
	struct date d;

	if (month_parse(&d, k->month, err) < 0 || zone_month(zone, d, (int)k->start_day, out, err) < 0)
		return node_fail_at(&month, err);
	return 0;
}

static int read_period(struct reader *r, const struct node *root, struct period_keys *k, struct error *err)
{
	struct period *p = &r->c->period;
	struct node zone_node;
	struct zone *zone;
	int rc;

	if (read_period_keys(r, root, k, err) < 0)
		return err->code;
	fill_from_terms(r->c, root, k);
	if (k->month && !k->time_zone) {
		node_fail(&k->node, err, "the key 'time_zone' is missing");
		return error_hint(err, "give it here, or in the terms that a service names");
	}
	zone_node = node_member(&k->node, "time_zone");
	if (zone_open(&zone, k->time_zone ? k->time_zone : LEGAL_ZONE, err) < 0)
		return node_fail_at(zone_node.value ? &zone_node : &k->node, err);
	rc = k->month ? read_month(k, zone, &p->span, err) : read_span(&k->node, &p->span, err);
	if (rc == 0)
		rc = zone_offset(zone, p->span.start, &p->zone_offset_s, err);
	zone_free(zone);
	p->month = k->month;
	p->time_zone = k->time_zone;
	p->fixed_hours = k->hours;
	return rc;
}

/* The start of the billing month that holds the instant. */
static int billing_month(struct zone *zone, int start_day, int64_t us, struct span *out, struct error *err)
{
	struct date d;

	if (zone_date(zone, us, &d, err) < 0)
		return err->code;
	if (d.day < start_day && --d.month == 0) {
		d.month = 12;
		d.year--;
	}
	return zone_month(zone, d, start_day, out, err);
}

static int inside_one_month(const struct sla_case *c, const struct terms *t, const struct period_keys *k,
                            struct error *err)
{
	struct zone *zone;
	struct span month;
	int rc;

	if (zone_open(&zone, t->time_zone, err) < 0)
		return node_fail_at(&k->node, err);
	rc = billing_month(zone, t->start_day ? t->start_day : 1, c->period.span.start, &month, err);
	zone_free(zone);
	if (rc == 0 && c->period.span.end > month.end)
		return node_fail(&k->node, err, "reaches beyond one billing month of the terms '%s'", t->id);
	return rc;
}

static int in_force(const struct sla_case *c, const struct terms *t, const struct period_keys *k,
                    struct error *err)
{
	struct date first, start;
	struct zone *zone;
	int rc;

	if (!t->effective_from && !t->effective_to)
		return 0;
	if (zone_open(&zone, k->time_zone ? k->time_zone : LEGAL_ZONE, err) < 0)
		return err->code;
	rc = zone_date(zone, c->period.span.start, &start, err);
	zone_free(zone);
	if (rc == 0 && t->effective_from && date_parse(&first, t->effective_from, err) == 0 &&
	    date_to_days(start) < date_to_days(first))
		return node_fail(&k->node, err, "the terms '%s' are not in force before %s", t->id,
		                 t->effective_from);
	if (rc == 0 && t->effective_to && date_parse(&first, t->effective_to, err) == 0 &&
	    date_to_days(start) >= date_to_days(first))
		return node_fail(&k->node, err, "the terms '%s' are in force only before %s", t->id,
		                 t->effective_to);
	return rc;
}

static int agree(const struct sla_case *c, const struct terms *t, int64_t hours, const struct period_keys *k,
                 struct error *err)
{
	if (t->time_zone && k->time_zone && strcmp(t->time_zone, k->time_zone) != 0)
		return node_fail(&k->node, err, "the time zone '%s' disagrees with '%s' of the terms '%s'",
		                 k->time_zone, t->time_zone, t->id);
	if (t->start_day && k->month && t->start_day != k->start_day)
		return node_fail(&k->node, err, "the start day %d disagrees with %d of the terms '%s'",
		                 (int)k->start_day, t->start_day, t->id);
	if (hours && hours != k->hours)
		return node_fail(&k->node, err, "the terms '%s' count fixed %lld hours, the period %lld",
		                 t->id, (long long)hours, (long long)k->hours);
	if (in_force(c, t, k, err) < 0)
		return err->code;
	return !k->month && t->time_zone ? inside_one_month(c, t, k, err) : 0;
}

static int check_agreement(const struct sla_case *c, const int64_t *hours, const struct period_keys *k,
                           struct error *err)
{
	for (size_t i = 0; i < c->service_count; i++) {
		const struct terms *t = c->services[i].terms;

		if (agree(c, t, hours[t - c->terms], k, err) < 0)
			return err->code;
	}
	return 0;
}

/* ---- the whole ---- */

static int read_header(struct reader *r, const struct node *root, struct error *err)
{
	static const char *const keys[] = { "format",    "title",        "as_of",    "period",   "parties",
		                            "terms",     "observations", "paths",    "services", "exclusions",
		                            "contracts", "records",      "policies", "history", "incidents", "corrections", NULL };
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
	    check_agreement(r->c, hours, &keys, err) < 0 || read_paths(r, root, err) < 0 ||
	    read_exclusions(r, root, err) < 0 || read_corrections(r, root, err) < 0 ||
	    read_policies(r, root, err) < 0 ||
	    read_contracts(r, root, err) < 0 || read_history(r, root, err) < 0 ||
	    read_incidents(r, root, err) < 0)
		return err->code;
	return read_records(r, root, err);
}

int case_read(struct arena *a, const struct document *doc, const char *directory,
              const struct sample_source *source, struct sla_case **out, struct error *err)
{
	struct reader r = { a, arena_new(a, struct sla_case), source, directory };
	struct node root;

	if (document_root(doc, &root, err) < 0 || read_all(&r, &root, err) < 0)
		return err->code;
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
