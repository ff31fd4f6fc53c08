#include "slacalc/past.h"

#include "calc/statement.h"
#include "slacalc/month.h"

#include <string.h>

#define MONTHS_MOST 120

/* ---- how far back ---- */

/* So many months before the period as reach into the last days up to its end: none is shorter than 28 days. */
static int months_of_days(const struct sla_case *c, int64_t days)
{
	int64_t before_us = days * US_PER_DAY - span_length(c->period.span);

	return before_us <= 0 ? 0 : (int)((before_us - 1) / (28 * US_PER_DAY) + 1);
}

static int months_of_level(const struct sla_case *c, const struct level *l)
{
	int running = (int)l->months_running - 1, rolling = months_of_days(c, l->rolling_days);
	int most = running > rolling ? running : rolling;

	for (size_t i = 0; i < l->reading_count; i++) {
		int other = months_of_level(c, &l->readings[i]);

		most = other > most ? other : most;
	}
	return most;
}

/* The months before this one that a service's terms look at. */
static int months_back(const struct sla_case *c, const struct terms *t)
{
	int most = 0;

	for (size_t i = 0; i < t->cap_count; i++)
		if (t->caps[i].of == CAP_ROLLING_12_MONTHS)
			most = 11;
	for (size_t i = 0; i < t->level_count; i++) {
		int level = months_of_level(c, &t->levels[i]);

		most = level > most ? level : most;
	}
	return most < MONTHS_MOST ? most : MONTHS_MOST;
}

/* "2026-01" and 2 months back is "2025-11". */
static const char *month_before(struct arena *a, const char *month, int back)
{
	struct error ignored = { 0 };
	struct date d = { 0 };
	int months;

	if (month_parse(&d, month, &ignored) < 0)
		return NULL;
	months = d.year * 12 + d.month - 1 - back;
	return arena_printf(a, "%04d-%02d", months / 12, months % 12 + 1);
}

/* ---- what a judged month leaves ---- */

/*
 * Whether anything was seen of the service in the month: else its figures say only that nothing is known. A list of
 * outages speaks of the months from which the service is said to be subscribed: before, its silence says nothing.
 */
static bool was_seen(const struct sla_case *c, const struct service_result *r)
{
	if (r->service->known_outages)
		return r->service->has_subscribed;
	for (size_t i = 0; i < r->target_count; i++) {
		const struct observation *o = r->targets[i].observation;

		for (size_t k = 0; k < o->sample_count; k++)
			if (o->samples[k].outcome != SAMPLE_MISSED &&
			    span_holds(c->period.span, o->samples[k].scheduled_us))
				return true;
	}
	return false;
}

/* Whether people have entered what the level came to in some of this time. */
static bool is_entered(const struct sla_case *c, const struct history *h)
{
	for (size_t i = 0; i < c->history_count; i++) {
		const struct history *other = &c->history[i];

		if (strcmp(other->service->id, h->service->id) == 0 && strcmp(other->level, h->level) == 0 &&
		    span_length(span_intersect(other->span, h->span)) > 0)
			return true;
	}
	return false;
}

/* The service of the case with that id whose terms have the level; NULL when there is none. */
static const struct service *service_now(const struct sla_case *c, const struct history *h)
{
	for (size_t i = 0; i < c->service_count; i++) {
		const struct service *s = &c->services[i];

		if (strcmp(s->id, h->service->id) != 0)
			continue;
		for (size_t k = 0; k < s->terms->level_count; k++)
			if (strcmp(s->terms->levels[k].id, h->level) == 0)
				return s;
	}
	return NULL;
}

static json_t *entry_of(const struct history *h, const char *month)
{
	char start[INSTANT_TEXT_SIZE], end[INSTANT_TEXT_SIZE];
	json_t *entry =
	    json_pack("{s:s, s:s, s:s, s:s, s:s*, s:s*, s:s*, s:o}", "service", h->service->id, "level",
	              h->level, "start", instant_format(h->span.start, start), "end",
	              instant_format(h->span.end, end), "verdict", h->verdict, "counted_s", h->counted_s,
	              "credit", h->credit, "document", json_sprintf("statement of %s", month));

	if (h->downtime_least_s && h->downtime_most_s)
		json_object_set_new(
		    entry, "downtime_s",
		    json_pack("{s:s, s:s}", "least", h->downtime_least_s, "most", h->downtime_most_s));
	return entry;
}

static void add_entries(const struct statement *s, const struct sla_case *now, const char *month,
                        json_t *list)
{
	for (size_t i = 0; i < s->service_count; i++) {
		const struct service_result *r = &s->services[i];

		if (!was_seen(s->the_case, r))
			continue;
		for (size_t k = 0; k < r->level_count; k++) {
			struct history h = history_of(s, r, &r->levels[k]);

			if (service_now(now, &h) && !is_entered(now, &h))
				json_array_append_new(list, entry_of(&h, month));
		}
	}
}

/* ---- the months ---- */

static int judge_month(struct store *store, const struct case_request *request, const struct sla_case *now,
                       json_t *list, struct error *err)
{
	struct loaded_case loaded = { 0 };
	struct statement *s = NULL;
	struct arena a = { 0 };
	struct sla_case *c;

	if (month_fetch(store, &a, request, &loaded, err) == 0 && month_read(&a, &loaded, &c, err) == 0 &&
	    statement_make(&a, c, &s, err) == 0)
		add_entries(s, now, request->month, list);
	if (loaded.no_service || loaded.no_terms)
		*err = (struct error){ 0 };
	else if (err->code != ERROR_NONE)
		error_hint(err, "while judging %s, which the statement looks back at", request->month);
	statement_free(s);
	json_decref(loaded.document);
	arena_release(&a);
	return err->code;
}

int past_add(struct store *store, const struct case_request *request, struct loaded_case *loaded,
             const struct sla_case *c, bool *added, struct error *err)
{
	json_t *list = json_object_get(loaded->document, "history"), *all = json_array();
	struct arena a = { 0 };
	const char **only = arena_array(&a, c->service_count, sizeof *only);
	struct case_request earlier = *request;

	earlier.as_of = json_string_value(json_object_get(loaded->document, "as_of"));
	earlier.only = only;
	for (int back = 1; back <= MONTHS_MOST && err->code == ERROR_NONE; back++) {
		earlier.only_count = 0;
		for (size_t i = 0; i < c->service_count; i++)
			if (months_back(c, c->services[i].terms) >= back)
				only[earlier.only_count++] = c->services[i].id;
		if (earlier.only_count == 0)
			break;
		earlier.month = month_before(&a, request->month, back);
		(void)!judge_month(store, &earlier, c, all, err);
	}
	*added = json_array_size(all) > 0;
	json_array_extend(all, list);
	if (*added)
		json_object_set(loaded->document, "history", all);
	json_decref(all);
	arena_release(&a);
	return err->code;
}
