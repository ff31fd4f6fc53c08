/*
 * days: the days of the period's time zone as instants, so that calc/ can count days; and the deadlines of claims that
 * hang on the billing month alone.
 */
#include "case/reader.h"

#include <string.h>

#define DAYS_BEFORE 8 /* a week that began before the period */
#define DAYS_AFTER  40

static bool in_use(const struct sla_case *c, const struct terms *t)
{
	for (size_t i = 0; i < c->service_count; i++)
		if (c->services[i].terms == t)
			return true;
	return false;
}

static int64_t days_of_claim(const struct claim_terms *t)
{
	if (t->rule == CLAIM_AUTOMATIC)
		return 0;
	return t->rule == CLAIM_DAYS_AFTER ? t->count : (t->count + 1) * 31;
}

/* How many days after the period a deadline may lie at most. */
static int64_t days_after(const struct sla_case *c)
{
	int64_t most = DAYS_AFTER;

	for (size_t i = 0; i < c->terms_count; i++) {
		const struct claim_terms *t = c->terms[i].claim;

		if (!t || !in_use(c, &c->terms[i]))
			continue;
		if (days_of_claim(t) + 2 > most)
			most = days_of_claim(t) + 2;
		for (size_t k = 0; k < t->reading_count; k++)
			if (days_of_claim(&t->readings[k]) + 2 > most)
				most = days_of_claim(&t->readings[k]) + 2;
	}
	return most;
}

static int fill(struct zone *zone, struct zone_days *z, struct error *err)
{
	for (size_t i = 0; i < z->count; i++)
		if (zone_midnight(zone, date_from_days(z->first_day + (int64_t)i), &z->start_us[i], err) < 0)
			return err->code;
	return 0;
}

static int find_day(struct zone *zone, int64_t us, int64_t *day, struct error *err)
{
	struct date d;

	if (zone_date(zone, us, &d, err) < 0)
		return err->code;
	*day = date_to_days(d);
	return 0;
}

/* The first instant of the day after the given day of the k-th month after the billing month's start. */
static int month_deadline(struct zone *zone, struct date start, int start_day, const struct claim_terms *t,
                          int64_t *out, struct error *err)
{
	int64_t months = start.year * 12 + (start.month - 1) + t->count;
	struct date d = { (int)(months / 12), (int)(months % 12) + 1, 1 };
	struct span month;

	if (t->rule == CLAIM_DAY_OF_MONTH) {
		d.day = (int)t->day;
		return zone_midnight(zone, date_from_days(date_to_days(d) + 1), out, err);
	}
	/* the end of the n-th cycle after this one; n months after its end is the same instant */
	if (zone_month(zone, d, start_day, &month, err) < 0)
		return err->code;
	*out = month.end;
	return 0;
}

static int resolve_claim(struct zone *zone, struct date start, int start_day, struct claim_terms *t,
                         struct error *err)
{
	t->period_deadline_us = INT64_MIN;
	if (t->rule == CLAIM_END_OF_CYCLE || t->rule == CLAIM_MONTHS_AFTER_END ||
	    t->rule == CLAIM_DAY_OF_MONTH)
		if (month_deadline(zone, start, start_day, t, &t->period_deadline_us, err) < 0)
			return err->code;
	for (size_t i = 0; i < t->reading_count; i++)
		if (resolve_claim(zone, start, start_day, &t->readings[i], err) < 0)
			return err->code;
	return 0;
}

static int resolve_claims(struct reader *r, struct zone *zone, int start_day, struct error *err)
{
	struct date start;

	if (zone_date(zone, r->c->period.span.start, &start, err) < 0)
		return err->code;
	if (start.day < start_day && --start.month == 0) {
		start.month = 12;
		start.year--;
	}
	for (size_t i = 0; i < r->c->terms_count; i++)
		if (r->c->terms[i].claim && in_use(r->c, &r->c->terms[i]) &&
		    resolve_claim(zone, start, start_day, r->c->terms[i].claim, err) < 0)
			return err->code;
	return 0;
}

static int resolve(struct reader *r, struct zone *zone, struct zone_days *z, struct error *err)
{
	int64_t first = 0, last = 0;

	if (find_day(zone, r->c->period.span.start, &first, err) < 0 ||
	    find_day(zone, r->c->period.span.end, &last, err) < 0)
		return err->code;
	z->first_day = first - DAYS_BEFORE;
	z->count = (size_t)(last + days_after(r->c) - z->first_day + 1);
	z->start_us = arena_array(r->arena, z->count, sizeof *z->start_us);
	z->as_of_day = INT64_MAX;
	if (r->c->as_of_us != INT64_MAX && find_day(zone, r->c->as_of_us, &z->as_of_day, err) < 0)
		return err->code;
	return fill(zone, z, err);
}

int resolve_days(struct reader *r, const struct period_keys *k, struct error *err)
{
	struct zone_days *z = r->c->zone_days = arena_new(r->arena, struct zone_days);
	struct zone *zone;
	int rc;

	r->c->zone_days_count = 1;
	z->time_zone = k->time_zone ? k->time_zone : LEGAL_ZONE;
	if (zone_open(&zone, z->time_zone, err) < 0)
		return node_fail_at(&k->node, err);
	rc = resolve(r, zone, z, err);
	if (rc == 0)
		rc = resolve_claims(r, zone, (int)k->start_day, err);
	zone_free(zone);
	return rc;
}
