/* period: what is judged, and that no terms in use contradict it. */
#include "case/reader.h"

#include <string.h>

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

int read_period(struct reader *r, const struct node *root, struct period_keys *k, struct error *err)
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

int check_agreement(const struct sla_case *c, const int64_t *hours, const struct period_keys *k,
                    struct error *err)
{
	for (size_t i = 0; i < c->service_count; i++) {
		const struct terms *t = c->services[i].terms;

		if (agree(c, t, hours[t - c->terms], k, err) < 0)
			return err->code;
	}
	return 0;
}
