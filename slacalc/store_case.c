/* A month of the database as a case: the JSON that a case file would hold, and the samples beside it. */
#include "base/instant.h"
#include "base/text.h"
#include "slacalc/registry.h"
#include "slacalc/store_loading.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* One row of JSON columns: the parsed values, which the caller releases. */
int store_read_json(struct loading *l, json_t **values, int columns, const char *sql, size_t count,
                    const char *const *parameters, struct error *err)
{
	PGresult *r;

	if (store_query(l->store, &r, err, sql, count, parameters) < 0)
		return err->code;
	for (int i = 0; i < columns; i++) {
		values[i] = json_loads(PQgetvalue(r, 0, i), JSON_DECODE_ANY, NULL);
		if (!values[i] && err->code == ERROR_NONE)
			error_set(err, ERROR_DATABASE, "the database gave no JSON for column %d", i);
	}
	PQclear(r);
	return err->code;
}

const char *store_dump(struct loading *l, const json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT);
	const char *copy = arena_copy(l->arena, text ? text : "");

	free(text);
	return copy; /* "" is no JSON: the database refuses it */
}

/* ---- what is known ---- */

/* What is wrong with the words of the request themselves is wrong usage. */
static int check_request(struct loading *l, struct error *err)
{
	const struct case_request *q = l->request;
	struct date month;
	int digit = -1;

	if (month_parse(&month, q->month, err) < 0 ||
	    (q->as_of && instant_parse(&l->as_of_us, q->as_of, err) < 0)) {
		err->code = ERROR_USAGE;
		return err->code;
	}
	if (q->organisation && !organisation_code_check(q->organisation, &digit)) {
		if (digit < 0)
			return error_set(err, ERROR_USAGE,
			                 "'%.40s' is not an organisation code of six digits",
			                 q->organisation);
		return error_set(err, ERROR_USAGE, "'%s' has a wrong check digit: %d would be right",
		                 q->organisation, digit);
	}
	l->first_day = arena_printf(l->arena, "%s-01", q->month);
	return 0;
}

static int find_version(struct loading *l, struct error *err)
{
	PGresult *r;

	if (store_query(l->store, &r, err,
	                "SELECT number, (extract(epoch FROM known_from) * 1000000)::bigint FROM "
	                "applied_version WHERE "
	                "number = version_at(coalesce($1::timestamptz, 'infinity'))",
	                1, (const char *const[]){ l->request->as_of }) < 0)
		return err->code;
	if (PQntuples(r) == 0) {
		error_set(err, ERROR_DATA, "nothing was loaded%s%s", l->request->as_of ? " as of " : "",
		          l->request->as_of ? l->request->as_of : "");
		error_hint(err, "slacalc apply DIR");
	} else {
		snprintf(l->version, sizeof l->version, "%s", PQgetvalue(r, 0, 0));
		l->known_us = store_number(r, 0, 1);
	}
	PQclear(r);
	return err->code;
}

static void choose_as_of(struct loading *l)
{
	struct timespec now;
	int64_t now_us;

	if (l->request->as_of)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	now_us = now.tv_sec * US_PER_S;
	l->as_of_us = l->month.span.end < now_us ? l->month.span.end : now_us;
	if (l->known_us > l->as_of_us)
		l->as_of_us = (l->known_us + US_PER_S - 1) / US_PER_S * US_PER_S;
}

/* ---- targets, paths, samples ---- */

static int read_targets(struct loading *l, struct error *err)
{
	json_t *values[2] = { NULL, NULL };

	(void)!store_read_json(l, values, 2, "SELECT case_targets($1, $2), case_paths_json($1, $2)", 2,
	                       (const char *const[]){ l->version, l->services_text }, err);
	l->targets = values[0];
	l->paths = values[1];
	return err->code;
}

/* One series for each target and vantage that is to watch it. */
static void plan_series(struct loading *l)
{
	struct loaded_case *out = l->out;
	json_t *target, *vantage;
	size_t i, k;

	json_array_foreach (l->targets, i, target)
		out->series_count += json_array_size(json_object_get(target, "vantages"));
	out->series = arena_array(l->arena, out->series_count, sizeof *out->series);
	out->series_count = 0;
	json_array_foreach (l->targets, i, target)
		json_array_foreach (json_object_get(target, "vantages"), k, vantage)
			out->series[out->series_count++] =
			    (struct series){ .target =
				                 (int)json_integer_value(json_object_get(target, "number")),
				             .vantage = (int)json_integer_value(vantage) };
}

static int64_t longest_gap_us(const struct loading *l)
{
	int64_t longest = 0;
	json_t *target;
	size_t i;

	json_array_foreach (l->targets, i, target) {
		const json_t *limit = json_object_get(json_object_get(target, "more"), "gap_limit_s");
		int64_t interval = json_integer_value(json_object_get(target, "interval_s")) * US_PER_S;
		int64_t gap = limit ? json_integer_value(limit) * US_PER_S : interval + interval / 2;

		longest = gap > longest ? gap : longest;
	}
	return longest;
}

static int name_vantages(struct loading *l, struct error *err)
{
	PGresult *r;

	if (store_query(l->store, &r, err, "SELECT number, id FROM vantage", 0, NULL) < 0)
		return err->code;
	for (size_t i = 0; i < l->out->series_count; i++)
		for (int row = 0; row < PQntuples(r); row++)
			if (store_number(r, row, 0) == l->out->series[i].vantage)
				l->out->series[i].vantage_id = arena_copy(l->arena, PQgetvalue(r, row, 1));
	PQclear(r);
	return 0;
}

static int by_numbers(const void *left, const void *right)
{
	const struct series *a = left, *b = right;

	return a->target != b->target ? (a->target > b->target) - (a->target < b->target)
	                              : (a->vantage > b->vantage) - (a->vantage < b->vantage);
}

static json_t *make_observation(const json_t *target, const struct series *s)
{
	static const char *const keys[] = { "interval_s", "timeout_s" };
	json_t *o = json_pack("{s:s, s:s}", "target", s->target_id, "vantage", s->vantage_id);

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (json_is_integer(json_object_get(target, keys[i])))
			json_object_set(o, keys[i], json_object_get(target, keys[i]));
	json_object_update(o, json_object_get(target, "more"));
	json_object_del(o, "slamon"); /* how it is probed is no fact of a case */
	return o;
}

/* One observation for each series, in the same order. */
static json_t *make_observations(struct loading *l)
{
	json_t *list = json_array(), *target;
	size_t i;

	qsort(l->out->series, l->out->series_count, sizeof *l->out->series, by_numbers);
	json_array_foreach (l->targets, i, target)
		for (struct series *s = l->out->series; s < l->out->series + l->out->series_count; s++) {
			if (s->target != json_integer_value(json_object_get(target, "number")))
				continue;
			s->target_id = arena_copy(l->arena, json_string_value(json_object_get(target, "id")));
			json_array_append_new(list, make_observation(target, s));
		}
	return list;
}

/* ---- records and parties: which ones, say sql/migrations/0004_case.sql to 0006_money.sql ---- */

/* $1 version, $2 services, $3 and $4 the month's ends, $5 targets, $6 the month */
static const struct part {
	const char *key, *made_by;
	const char *
	    kind; /* of the records: without any, the part is not asked for and left out; NULL: always there */
} parts[] = {
	{ "exclusions", "case_exclusions($1, $2, $3, $4)", NULL },
	{ "incidents", "case_incidents($1, $2, $3, $4)", "incident" },
	{ "corrections", "case_corrections($1, $5, $3, $4)", "correction" },
	{ "history", "case_history($1, $2, $3)", "history" },
	{ "claims", "case_claims($1, $2, $6)", "claim_made" },
	{ "calendars", "case_calendars($1)", "calendar" },
	{ "contracts", "case_contracts($1)", NULL },
	{ "agreements", "case_list($1, 'agreement')", "agreement" },
	{ "exchange", "case_list($1, 'exchange')", "exchange" },
	{ "invoices", "case_invoices($1, $2)", "invoice" },
	{ "late_payments", "case_list($1, 'late_payment')", "late_payment" },
	{ "instalments", "case_list($1, 'instalment')", "instalment" },
	{ "apportionments", "case_list($1, 'apportionment')", "apportionment" },
	{ "records", "case_records($1)", NULL },
	{ "policies", "case_policies($1)", NULL },
};
#define PART_COUNT (sizeof parts / sizeof parts[0])

/* The first use of a function plans all of it, which for a small registry takes longer than to run it. */
static void write_parts_query(struct text *sql)
{
	text_add(sql, "SELECT ");
	for (const struct part *p = parts; p < parts + PART_COUNT; p++) {
		text_add(sql, p > parts ? ", " : "");
		if (p->kind)
			text_printf(
			    sql,
			    "CASE WHEN EXISTS (SELECT FROM record WHERE kind = '%s') THEN %s ELSE '[]' END",
			    p->kind, p->made_by);
		else
			text_add(sql, p->made_by);
	}
}

static int read_records(struct loading *l, struct error *err)
{
	char start[INSTANT_TEXT_SIZE], end[INSTANT_TEXT_SIZE];
	json_t *values[PART_COUNT] = { NULL };
	struct text sql = { 0 };

	write_parts_query(&sql);
	(void)!store_read_json(l, values, PART_COUNT, text_string(&sql), 6,
	                       (const char *const[]){ l->version, l->services_text,
	                                              instant_format(l->month.span.start, start),
	                                              instant_format(l->month.span.end, end),
	                                              store_dump(l, l->targets), l->request->month },
	                       err);
	for (size_t i = 0; i < PART_COUNT; i++)
		if (values[i] && parts[i].kind && json_array_size(values[i]) == 0)
			json_decref(values[i]);
		else
			json_object_set_new(l->document, parts[i].key, values[i]);
	text_release(&sql);
	return err->code;
}

static int read_parties(struct loading *l, json_t **out, struct error *err)
{
	return store_read_json(l, out, 1, "SELECT case_parties($1, $2)", 2,
	                       (const char *const[]){ l->version, store_dump(l, l->document) }, err);
}

/* ---- the whole ---- */

static json_t *make_period(const struct month *m)
{
	json_t *period = json_pack("{s:s, s:s}", "month", m->name, "time_zone", m->zone);

	if (m->start_day != 1)
		json_object_set_new(period, "start_day", json_integer(m->start_day));
	if (m->hours)
		json_object_set_new(period, "hours", json_integer(m->hours));
	return period;
}

static int read_title(struct loading *l, struct error *err)
{
	const char *code = l->request->organisation;
	PGresult *r;

	if (store_query(l->store, &r, err, "SELECT name FROM organisation_at($1) WHERE code = $2", 2,
	                (const char *const[]){ l->version, code }) < 0)
		return err->code;
	json_object_set_new(l->document, "title",
	                    json_sprintf("%s%s%s", PQntuples(r) ? PQgetvalue(r, 0, 0) : "",
	                                 PQntuples(r) ? " " : "", l->request->month));
	PQclear(r);
	return 0;
}

static int fill_document(struct loading *l, struct error *err)
{
	char as_of[INSTANT_TEXT_SIZE];
	json_t *parties = NULL;

	json_object_set_new(l->document, "format", json_string("govsla-case/1"));
	if (read_title(l, err) < 0)
		return err->code;
	json_object_set_new(l->document, "as_of", json_string(instant_format(l->as_of_us, as_of)));
	json_object_set_new(l->document, "period", make_period(&l->month));
	json_object_set_new(l->document, "parties", json_array()); /* keeps the place */
	json_object_set(l->document, "terms", l->terms);
	json_object_set_new(l->document, "observations", make_observations(l));
	json_object_set(l->document, "paths", l->paths);
	json_object_set(l->document, "services", l->services);
	if (read_records(l, err) == 0 && read_parties(l, &parties, err) == 0)
		json_object_set(l->document, "parties", parties);
	json_decref(parties);
	return err->code;
}

static int load(struct loading *l, struct error *err)
{
	int64_t gap;

	if (check_request(l, err) < 0 ||
	    store_run(l->store, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", err) < 0 ||
	    find_version(l, err) < 0 || store_read_services(l, err) < 0 || read_targets(l, err) < 0)
		goto out;
	choose_as_of(l);
	plan_series(l);
	gap = longest_gap_us(l);
	if (store_fetch_samples(l->store, l->arena, &l->out->series, &l->out->series_count,
	                        l->month.span.start - gap, l->month.span.end + gap + 1, err) < 0 ||
	    name_vantages(l, err) < 0 || fill_document(l, err) < 0)
		goto out;
	store_run(l->store, "COMMIT", err);
out:
	store_rollback(l->store);
	return err->code;
}

int store_load_case(struct store *store, struct arena *a, const struct case_request *request,
                    struct loaded_case *out, struct error *err)
{
	struct loading l = { .store = store, .arena = a, .request = request, .out = out };

	memset(out, 0, sizeof *out);
	l.month.name = request->month;
	l.document = json_object();
	load(&l, err);
	json_decref(l.services);
	json_decref(l.terms);
	json_decref(l.network_terms);
	json_decref(l.targets);
	json_decref(l.paths);
	if (err->code == ERROR_NONE)
		out->document = l.document;
	else
		json_decref(l.document);
	return err->code;
}

int store_organisations(struct store *store, struct arena *a, const char *as_of, char ***codes, size_t *count,
                        struct error *err)
{
	PGresult *r;

	if (store_query(store, &r, err,
	                "SELECT DISTINCT organisation FROM service_at(version_at(coalesce($1::timestamptz, "
	                "'infinity'))) "
	                "ORDER BY organisation",
	                1, (const char *const[]){ as_of }) < 0)
		return err->code;
	*count = (size_t)PQntuples(r);
	*codes = arena_array(a, *count, sizeof **codes);
	for (size_t i = 0; i < *count; i++)
		(*codes)[i] = arena_copy(a, PQgetvalue(r, (int)i, 0));
	PQclear(r);
	return 0;
}
