/*
 * method_opening: days by which a service opened late (Optage AOC, XePhion: 開通遅延).
 *
 * Calendar days of the terms' zone, from the day on which it was due. Judged in the period in which the service opens,
 * with the whole delay; a service that is not open when the period ends is judged by the days so far, and one whose
 * period is not over as of as_of by the days up to as_of at best, up to the end of the period at worst.
 */
#include "calc/measure/method.h"
#include "calc/measure/part.h"

struct opening_days {
	int64_t first, end; /* of the period: the day of its start, and the day of its end */
	int64_t as_of;      /* at most end */
};

/* False: the case does not say which days its period has. */
static bool days_of(const struct judge *j, const struct service *s, struct opening_days *d)
{
	const struct zone_days *z = zone_days_of(j->c, s->terms->time_zone);

	if (!z)
		return false;
	d->first = zone_days_day(z, j->c->period.span.start);
	d->end = zone_days_day(z, j->c->period.span.end - 1) + 1;
	d->as_of = z->as_of_day < d->end ? z->as_of_day : d->end;
	return d->first != INT64_MIN && d->end > d->first;
}

static int days(struct judge *j, const char *reading, int64_t value)
{
	return derive_given_int(j->book, arena_printf(j->arena, "days late %s", reading),
	                        "opening of the service", value > 0 ? value : 0);
}

static const char *why_not_covered(const struct service *s, const struct opening_days *d, bool known)
{
	if (!s->has_opening)
		return "the service does not state when it was due to open";
	if (!known)
		return "the days of the period are not known";
	return s->opened_day < d->first ? "the service opened before the period" : NULL;
}

void method_opening_delay(struct judge *j, const struct service *s, struct level_result *r,
                          const struct span_set *excluded)
{
	struct opening_days d = { 0, 0, 0 };
	bool open, known = days_of(j, s, &d);
	int64_t best, worst;

	(void)excluded; /* nothing is excluded from days */
	r->not_covered = why_not_covered(s, &d, known);
	if (r->not_covered)
		return;
	open = s->opened_day < d.end;
	best = (open ? s->opened_day : s->opened_day == INT64_MAX ? d.as_of : d.end) - s->due_day;
	worst = (open ? s->opened_day : d.end) - s->due_day;
	r->measure.best = days(j, part_reading(0), best);
	r->measure.worst = best == worst ? r->measure.best : days(j, part_reading(1), worst);
	r->measure.point = r->measure.best;
	if (worst <= 0)
		return;
	r->parts = arena_new(j->arena, struct part);
	r->part_count = 1;
	r->parts[0] = (struct part){ .span = j->c->period.span,
		                     .length = r->measure,
		                     .rate = FIGURE_UNKNOWN,
		                     .rate_best = FIGURE_UNKNOWN,
		                     .rate_worst = FIGURE_UNKNOWN,
		                     .counted = true,
		                     .why = open ? NULL : "not open yet: the days so far" };
}
