/*
 * Laws of what is judged outage by outage, on random courses of one or two targets.
 *
 * The truth of a target changes at most once between two of its samples, which is the assumption that a statement
 * states. A service of two targets is down when any of them is, or when both are.
 */
#include "calc/exact.h"
#include "calc/statement.h"

#include "tests/unit/build_judged.h"
#include "tests/unit/random.h"
#include "tests/unit/suite.h"

#define SAMPLES_MOST  50
#define INTERVAL_US   US_PER_MINUTE
#define INCIDENT_MOST 3

struct course { /* one target */
	struct span down[SAMPLES_MOST];
	size_t down_count;
	struct sample samples[SAMPLES_MOST];
	size_t sample_count;
};

struct world {
	struct course targets[2];
	size_t target_count;
	bool all;       /* down only if all are */
	struct span us; /* the period: inside the samples of all */
	struct span down[2 * SAMPLES_MOST];
	size_t down_count; /* of the service, within the period */
	struct incident incidents[INCIDENT_MOST];
	size_t incident_count;
};

static struct course random_course(struct random *r, int64_t start, size_t n)
{
	struct course c = { .down_count = 0 };
	bool up = !random_one_of(r, 4);

	for (size_t i = 0; i < n; i++) {
		int64_t at = start + (int64_t)i * INTERVAL_US, flip;

		if (i == 0 && !up)
			c.down[c.down_count++].start = at;
		c.samples[c.sample_count++] =
		    (struct sample){ at, up ? 1000 : -1, up ? SAMPLE_UP : SAMPLE_DOWN, 0 };
		if (i + 1 == n || !random_one_of(r, up ? 6 : 4))
			continue;
		flip = at + random_in(r, 1, INTERVAL_US - 1);
		if (up)
			c.down[c.down_count++].start = flip;
		else
			c.down[c.down_count - 1].end = flip;
		up = !up;
	}
	if (!up)
		c.down[c.down_count - 1].end = start + (int64_t)(n - 1) * INTERVAL_US;
	return c;
}

static bool is_down_after(const struct world *w, int64_t at)
{
	size_t down = 0;

	for (size_t k = 0; k < w->target_count; k++)
		for (size_t i = 0; i < w->targets[k].down_count; i++)
			down += span_holds(w->targets[k].down[i], at);
	return down >= (w->all ? w->target_count : 1);
}

static int by_value(const void *left, const void *right)
{
	const int64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/* The service's outages within the period: it is walked from change to change. */
static void find_outages(struct world *w)
{
	int64_t at[4 * SAMPLES_MOST + 2];
	size_t count = 0;
	bool down = false;

	at[count++] = w->us.start;
	at[count++] = w->us.end;
	for (size_t k = 0; k < w->target_count; k++)
		for (size_t i = 0; i < w->targets[k].down_count; i++) {
			at[count++] = w->targets[k].down[i].start;
			at[count++] = w->targets[k].down[i].end;
		}
	qsort(at, count, sizeof *at, by_value);
	w->down_count = 0;
	for (size_t i = 0; i < count && at[i] < w->us.end; i++) {
		bool now = is_down_after(w, at[i]);

		if (at[i] < w->us.start || at[i] == at[i + 1])
			continue;
		if (now && !down)
			w->down[w->down_count++].start = at[i];
		if (now)
			w->down[w->down_count - 1].end = at[i + 1];
		down = now;
	}
}

static struct span random_span(struct random *r, struct span within)
{
	int64_t p = random_in(r, within.start, within.end - 1), q = random_in(r, p + 1, within.end);

	return (struct span){ p, q };
}

static struct world random_world(struct random *r)
{
	struct world w = { .all = random_one_of(r, 2) };
	size_t n = (size_t)random_in(r, 4, SAMPLES_MOST);
	int64_t start = random_in(r, 0, 1000000) * US_PER_S, offset = random_in(r, 0, 59) * US_PER_S;

	w.target_count = random_one_of(r, 3) ? 2 : 1;
	for (size_t i = 0; i < w.target_count; i++)
		w.targets[i] = random_course(r, start + (int64_t)i * offset, n);
	w.us = (struct span){ start + INTERVAL_US, start + (int64_t)(n - 1) * INTERVAL_US };
	w.us = random_span(r, w.us);
	find_outages(&w);
	return w;
}

static void lose_some(struct random *r, struct world *w)
{
	for (size_t k = 0; k < w->target_count; k++) {
		struct course *c = &w->targets[k];
		size_t kept = 0;

		for (size_t i = 0; i < c->sample_count; i++) {
			if (random_one_of(r, 8))
				continue;
			c->samples[kept] = c->samples[i];
			if (random_one_of(r, 8)) {
				c->samples[kept].outcome = SAMPLE_MISSED;
				c->samples[kept].rtt_us = -1;
			}
			kept++;
		}
		c->sample_count = kept;
	}
}

/* Whole seconds, as people write them; some without a span, some without the instant. */
static void some_incidents(struct random *r, struct world *w, const struct service **service)
{
	w->incident_count = (size_t)random_in(r, 0, INCIDENT_MOST);
	for (size_t i = 0; i < w->incident_count; i++) {
		struct incident *n = &w->incidents[i];

		*n = (struct incident){ .id = "i",
			                .services = service,
			                .service_count = 1,
			                .span = random_span(r, w->us),
			                .known_us = random_in(r, w->us.start - INTERVAL_US, w->us.end),
			                .reported_us = INT64_MIN,
			                .notified_us = INT64_MIN,
			                .replaced_us = INT64_MIN,
			                .entered_us = INT64_MIN };
		if (random_one_of(r, 5))
			n->span = (struct span){ INT64_MIN, INT64_MIN };
		if (random_one_of(r, 5))
			n->known_us = INT64_MIN;
	}
}

/* ---- a statement about a world ---- */

static const struct level_result *judge_world(struct judgement *j, struct world *w, struct level level)
{
	judgement_lay_out(j, level, w->target_count);
	for (size_t i = 0; i < w->target_count; i++)
		judgement_observe(j, i, w->targets[i].samples, w->targets[i].sample_count, INTERVAL_US);
	for (size_t i = 0; i < w->incident_count; i++)
		w->incidents[i].services = &j->services;
	j->service.quorum = (struct quorum){ 1, w->all };
	j->c.as_of_us = INT64_MAX;
	j->c.period.span = w->us;
	j->c.incidents = w->incidents;
	j->c.incident_count = w->incident_count;
	judgement_make(j);
	return &j->s->services[0].levels[0];
}

static struct level random_level(struct random *r)
{
	static const struct {
		enum metric metric;
		enum method method;
	} ways[] = { { METRIC_RECOVERY_TIME, METHOD_PER_OUTAGE_BANDS },
		     { METRIC_DOWNTIME, METHOD_CUMULATIVE_OUTAGE_BANDS },
		     { METRIC_BAD_HOURS, METHOD_CLOCK_HOUR } };
	size_t way = (size_t)random_in(r, 0, 2);
	struct level l = { .id = "l",
		           .metric = ways[way].metric,
		           .method = ways[way].method,
		           .op = AT_MOST,
		           .unit = way == 2 ? UNIT_ONE : UNIT_S,
		           .objective = "0" };

	l.rule.over_us = random_in(r, 0, 10) * INTERVAL_US + 1;
	l.rule.min_run_us = random_one_of(r, 2) ? random_in(r, 1, 300) * US_PER_S : 0;
	return l;
}

/* ---- what it truly comes to ---- */

/* The earliest clock of the incidents that touch a true outage; INT64_MIN when none says. */
static int64_t true_clock(const struct world *w, struct span outage)
{
	int64_t first = INT64_MAX;

	for (size_t i = 0; i < w->incident_count; i++) {
		const struct incident *n = &w->incidents[i];
		bool touches = n->span.start == INT64_MIN ||
		               (n->span.start <= outage.end && n->span.end >= outage.start);

		if (touches && n->known_us != INT64_MIN && n->known_us < first)
			first = n->known_us;
	}
	return first == INT64_MAX ? INT64_MIN : first;
}

/* The outages as the level counts them, into out; doubtful ones (without a clock) only if with. */
static size_t counted_outages(const struct world *w, const struct level *l, bool with, struct span *out)
{
	size_t count = 0;

	for (size_t i = 0; i < w->down_count; i++) {
		struct span o = w->down[i];

		if (l->rule.clock == CLOCK_KNOWN) {
			int64_t clock = true_clock(w, o);

			if (clock == INT64_MIN && !with)
				continue;
			o.start = clock > o.start ? clock : o.start;
		}
		if (span_length(o) > 0 && span_length(o) >= l->rule.min_run_us)
			out[count++] = o;
	}
	return count;
}

/* µs, or the count of hours. */
static int64_t true_measure(const struct world *w, const struct level *l, bool with)
{
	struct span counted[2 * SAMPLES_MOST];
	size_t count = counted_outages(w, l, with, counted);
	int64_t longest = 0, sum = 0, hours = 0;

	for (size_t i = 0; i < count; i++) {
		longest = span_length(counted[i]) > longest ? span_length(counted[i]) : longest;
		sum += span_length(counted[i]);
	}
	if (l->metric == METRIC_RECOVERY_TIME)
		return longest;
	if (l->metric == METRIC_DOWNTIME)
		return sum;
	for (int64_t hour = w->us.start - w->us.start % US_PER_HOUR; hour < w->us.end; hour += US_PER_HOUR) {
		struct span here = { hour, hour + US_PER_HOUR };

		sum = 0;
		for (size_t i = 0; i < count; i++)
			sum += span_length(span_intersect(counted[i], here));
		hours += sum > l->rule.over_us;
	}
	return hours;
}

static void hold_the_truth(struct random *r, struct world *w, struct level level)
{
	const char *unit = level.metric == METRIC_BAD_HOURS ? "1" : "1000000";
	struct judgement j;
	const struct level_result *l = judge_world(&j, w, level);
	char least[64], most[64];

	snprintf(least, sizeof least, "%lld/%s", (long long)true_measure(w, &level, false), unit);
	snprintf(most, sizeof most, "%lld/%s", (long long)true_measure(w, &level, true), unit);
	law(r, exact_compare(figure_text(j.s, l->measure.best), least) <= 0, "best %s, true %s (%s)",
	    figure_text(j.s, l->measure.best), least, l->level->objective);
	law(r, exact_compare(figure_text(j.s, l->measure.worst), most) >= 0, "worst %s, true %s, metric %d",
	    figure_text(j.s, l->measure.worst), most, (int)level.metric);
	law(r, exact_compare(figure_text(j.s, l->measure.point), figure_text(j.s, l->measure.best)) >= 0,
	    "point below best");
	law(r, exact_compare(figure_text(j.s, l->measure.point), figure_text(j.s, l->measure.worst)) <= 0,
	    "point above worst");
	judgement_end(&j);
}

START_TEST(the_range_holds_the_truth)
{
	EACH_ROUND(round, 3000)
	{
		struct random r = random_start(round);
		struct world w = random_world(&r);

		lose_some(&r, &w);
		hold_the_truth(&r, &w, random_level(&r));
	}
}
END_TEST

START_TEST(the_range_holds_the_truth_by_the_clock)
{
	EACH_ROUND(round, 3000)
	{
		struct random r = random_start(round);
		struct world w = random_world(&r);
		struct level level = random_level(&r);

		level.rule.clock = CLOCK_KNOWN;
		some_incidents(&r, &w, NULL);
		if (random_one_of(&r, 2))
			lose_some(&r, &w);
		hold_the_truth(&r, &w, level);
	}
}
END_TEST

START_TEST(losing_rows_only_widens)
{
	EACH_ROUND(round, 3000)
	{
		struct random r = random_start(round);
		struct world w = random_world(&r);
		struct level level = random_level(&r);
		struct judgement before, after;
		const struct level_result *b, *f;

		level.rule.clock = random_one_of(&r, 2) ? CLOCK_KNOWN : CLOCK_ONSET;
		some_incidents(&r, &w, NULL);
		b = judge_world(&before, &w, level);
		lose_some(&r, &w);
		f = judge_world(&after, &w, level);
		law(&r,
		    exact_compare(figure_text(after.s, f->measure.best),
		                  figure_text(before.s, b->measure.best)) <= 0,
		    "best %s after %s", figure_text(after.s, f->measure.best),
		    figure_text(before.s, b->measure.best));
		law(&r,
		    exact_compare(figure_text(after.s, f->measure.worst),
		                  figure_text(before.s, b->measure.worst)) >= 0,
		    "worst %s after %s", figure_text(after.s, f->measure.worst),
		    figure_text(before.s, b->measure.worst));
		law(&r,
		    b->verdict == VERDICT_NOT_PROVABLE || f->verdict == VERDICT_NOT_PROVABLE ||
		        b->verdict == f->verdict,
		    "verdict %d after %d", (int)f->verdict, (int)b->verdict);
		judgement_end(&before);
		judgement_end(&after);
	}
}
END_TEST

START_TEST(more_downtime_never_shortens)
{
	EACH_ROUND(round, 3000)
	{
		struct random r = random_start(round);
		struct world w = random_world(&r);
		struct level level = random_level(&r);
		struct judgement before, after;
		const struct level_result *b, *f;

		lose_some(&r, &w);
		b = judge_world(&before, &w, level);
		for (size_t k = 0; k < w.target_count; k++)
			for (size_t i = 0; i < w.targets[k].sample_count; i++)
				if (w.targets[k].samples[i].outcome == SAMPLE_UP && random_one_of(&r, 4))
					w.targets[k].samples[i].outcome = SAMPLE_DOWN;
		f = judge_world(&after, &w, level);
		law(&r,
		    exact_compare(figure_text(after.s, f->measure.best),
		                  figure_text(before.s, b->measure.best)) >= 0,
		    "best");
		law(&r,
		    exact_compare(figure_text(after.s, f->measure.point),
		                  figure_text(before.s, b->measure.point)) >= 0,
		    "point");
		law(&r,
		    exact_compare(figure_text(after.s, f->measure.worst),
		                  figure_text(before.s, b->measure.worst)) >= 0,
		    "worst");
		judgement_end(&before);
		judgement_end(&after);
	}
}
END_TEST

int main(void)
{
	return run_suite(
	    "properties of outages",
	    (const TTest *const[]){ the_range_holds_the_truth, the_range_holds_the_truth_by_the_clock,
	                            losing_rows_only_widens, more_downtime_never_shortens, NULL });
}
