/*
 * method_hours: clock hours with more downtime than the contract bears.
 *
 * Amazon EC2 SLA of 2022-05-25: an instance is free for a clock hour in which it was unavailable for more than six
 * minutes: in all, not in a row. The editions of 2019-03-19 and 2020-07-22 ask for 90 % of each hour, which is the same
 * bound. Hours are those of the period's zone, counted from the first instant of each day; an hour that the period
 * or a change of the clock cuts is shorter.
 */
#include "calc/measure/method.h"
#include "calc/measure/outage_view.h"
#include "calc/measure/part.h"

/* ---- hours ---- */

/* The end of the clock hour that holds an instant (µs). */
static int64_t hour_end(const struct judge *j, const struct zone_days *z, int64_t us)
{
	int64_t day = z ? zone_days_day(z, us) : INT64_MIN, start, next, end, past;

	if (day == INT64_MIN) { /* without the days of the zone: by its offset at the start of the period */
		past = (us + j->c->period.zone_offset_s * US_PER_S) % US_PER_HOUR;
		return us + US_PER_HOUR - (past < 0 ? past + US_PER_HOUR : past);
	}
	start = zone_days_start(z, day);
	next = zone_days_start(z, day + 1); /* the days end with the start of one more */
	end = start + ((us - start) / US_PER_HOUR + 1) * US_PER_HOUR;
	return end > next ? next : end;
}

/* ---- one hour ---- */

struct hour {
	struct span span; /* ticks */
	size_t number;    /* from the start of the period */
	struct part_length down;
};

static int bad_hour(struct judge *j, const struct service *s, const struct level *l, const struct hour *h,
                    int reading, int64_t ticks)
{
	const char *of = part_reading(reading);
	int seconds = judge_seconds(j, arena_printf(j->arena, "seconds down in hour %zu %s", h->number, of),
	                            outage_source(j, s), ticks);

	return derive(j->book, arena_printf(j->arena, "hour %zu is over the limit %s", h->number, of),
	              method_clause(j, l),
	              arena_printf(j->arena, "gt($1, %s, 1)", part_seconds(j->arena, l->rule.over_us)), 1,
	              &seconds);
}

static struct part hour_part(struct judge *j, const struct service *s, const struct level *l,
                             const struct hour *h)
{
	struct part p = { .span = outage_us(h->span),
		          .rate = FIGURE_UNKNOWN,
		          .rate_best = FIGURE_UNKNOWN,
		          .rate_worst = FIGURE_UNKNOWN,
		          .counted = true };

	p.length.best = bad_hour(j, s, l, h, 0, h->down.best);
	p.length.worst = bad_hour(j, s, l, h, 1, h->down.worst);
	p.length.point = bad_hour(j, s, l, h, 2, h->down.point);
	if (book_sign(j->book, p.length.best) == 0)
		p.why = "may be over the limit";
	return p;
}

void method_clock_hour(struct judge *j, const struct service *s, struct level_result *r,
                       const struct span_set *excluded)
{
	const struct level *l = r->level;
	const struct zone_days *z = zone_days_of(j->c, NULL);
	struct outage_view v = outage_view_of(j, s, l, excluded);
	struct span period = j->c->period.span;
	size_t room = (size_t)(span_length(period) / US_PER_HOUR) + 64, number = 0;

	r->parts = arena_array(j->arena, room, sizeof *r->parts);
	r->part_count = 0;
	for (int64_t from = period.start, to; from < period.end; from = to) {
		struct hour h = { .number = ++number };
		struct stretch most;

		to = hour_end(j, z, from);
		to = to < period.end ? to : period.end;
		h.span = (struct span){ tick_of(from), tick_of(to) };
		most = stretch_within(&v.range, &v.range_rule, h.span);
		h.down.best = most.certain_sum;
		h.down.worst = most.possible;
		h.down.point = stretch_within(&v.point, &v.point_rule, h.span).possible;
		h.down = part_in_range(h.down);
		if (h.down.worst > tick_of(l->rule.over_us))
			r->parts[r->part_count++] = hour_part(j, s, l, &h);
	}
	r->counted = derive_given_int(j->book, "clock hours of the period", "period", (long long)number);
	part_sum(j, r, "hours over the limit");
}
