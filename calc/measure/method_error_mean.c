/*
 * interval_error_mean: 100 % less the mean over the period's intervals of failed / attempts.
 *
 * Source: Amazon S3 SLA, 28 November 2023: "Error Rate" in 5-minute intervals, 0 % without requests, "Monthly Uptime
 * Percentage" 100 % less the average; Azure Storage (hours); Oracle PaaS and IaaS Pillar Document, category 2 (hours).
 *
 * What is not known of an interval gives its error a range, [failed / due, (failed + open) / due]; the point value takes
 * the known attempts alone, and leaves out intervals of which nothing is known. An interval that is excluded, or all of
 * whose attempts are left out, leaves the mean; one without attempts has no error, or was not measured, as the terms say.
 *
 * The sum is exact: failures are added up among the intervals that had equally many attempts, and each sum is divided
 * once. One node for every number of attempts, not one for every interval.
 */
#include "calc/measure/attempts.h"
#include "calc/measure/method.h"

#include <stdlib.h>

enum { BEST, WORST, POINT, READINGS };

static const char *const reading_names[READINGS] = { "best reading", "worst reading", "point value" };

struct share { /* of one interval */
	int64_t failed, attempts;
};

struct mean {                 /* of one reading */
	struct share *shares; /* of the intervals with failures */
	size_t share_count;
	int64_t intervals;
};

static void count(struct mean *m, int64_t failed, int64_t attempts)
{
	m->intervals++;
	if (failed)
		m->shares[m->share_count++] = (struct share){ failed, attempts };
}

static void count_range(struct mean m[READINGS], const struct tally *t)
{
	int64_t all = t->good + t->failed + t->open;

	count(&m[BEST], t->failed, all);
	count(&m[WORST], t->failed + t->open, all);
}

static void count_point(struct mean m[READINGS], const struct tally *t)
{
	if (t->good + t->failed)
		count(&m[POINT], t->failed, t->good + t->failed);
}

/* An interval in which nobody tried, and nobody was to try. */
static void count_empty(struct mean m[READINGS], const struct level *l)
{
	struct tally whole = { 0 };

	tally_add(&whole, l->rule.empty_has_no_error ? OUTCOME_GOOD : attempt_outcome(l, STATE_UNMEASURED));
	if (whole.none)
		return;
	count_range(m, &whole);
	count_point(m, &whole);
}

static void count_interval(struct mean m[READINGS], const struct tally *range, const struct tally *point,
                           const struct level *l)
{
	if (range->good + range->failed + range->open) {
		count_range(m, range);
		count_point(m, point);
	} else if (range->none == 0 && range->dropped == 0) {
		count_empty(m, l);
	}
}

/* ---- the sum of the shares ---- */

static int by_attempts(const void *left, const void *right)
{
	const struct share *a = left, *b = right;

	return a->attempts < b->attempts ? -1 : a->attempts > b->attempts;
}

/* Adds up the shares of equally many attempts; returns how many are left. */
static size_t collect(struct share *shares, size_t count)
{
	size_t kept = 0;

	if (count)
		qsort(shares, count, sizeof *shares, by_attempts);
	for (size_t i = 0; i < count; i++)
		if (kept && shares[kept - 1].attempts == shares[i].attempts)
			shares[kept - 1].failed += shares[i].failed;
		else
			shares[kept++] = shares[i];
	return kept;
}

#define TERMS_MOST 16 /* of one formula */

/* $1 / 5 + $2 / 6 + … */
static int add_shares(struct judge *j, const struct share *shares, size_t count, const char *label)
{
	int inputs[TERMS_MOST];
	char *formula = arena_copy(j->arena, "0");

	for (size_t i = 0; i < count; i++) {
		inputs[i] = derive_given_int(
		    j->book, "failed attempts of the intervals with equally many attempts",
		    arena_printf(j->arena, "intervals with %lld attempts", (long long)shares[i].attempts),
		    shares[i].failed);
		formula = arena_printf(j->arena, "%s%s$%zu / %lld", i ? formula : "", i ? " + " : "", i + 1,
		                       (long long)shares[i].attempts);
	}
	return derive(j->book, label, "failed / attempts of each interval", formula, count, inputs);
}

static int sum_of_shares(struct judge *j, const struct mean *m, const char *label)
{
	size_t count = collect(m->shares, m->share_count);
	int sum = add_shares(j, m->shares, count < TERMS_MOST ? count : TERMS_MOST, label);

	for (size_t i = TERMS_MOST; i < count; i += TERMS_MOST) {
		size_t rest = count - i < TERMS_MOST ? count - i : TERMS_MOST;
		int more = add_shares(j, m->shares + i, rest, label);

		sum = derive(j->book, label, NULL, "$1 + $2", 2, (int[]){ sum, more });
	}
	return sum;
}

static int percent(struct judge *j, const struct level *l, const struct mean *m, const char *reading)
{
	int inputs[2] = {
		sum_of_shares(j, m,
		              arena_printf(j->arena, "sum of the intervals' error shares, %s", reading)),
		derive_given_int(j->book, arena_printf(j->arena, "intervals that count, %s", reading),
		                 "intervals of the period", m->intervals),
	};

	return derive(j->book, arena_printf(j->arena, "availability, %s", reading), method_clause(j, l),
	              "100 - 100 * $1 / $2", 2, inputs);
}

void method_error_mean(struct judge *j, const struct service *s, struct level_result *r,
                       const struct span_set *excluded)
{
	struct attempts all = judge_attempts(j, s, r->level, excluded);
	struct mean means[READINGS] = { { 0 } };
	struct tally *range, *point, sum = { 0 };
	size_t intervals = interval_tallies(j, r->level, &all, READING_RANGE, &range);
	int figures[READINGS];

	(void)interval_tallies(j, r->level, &all, READING_MIDPOINT, &point);
	for (int k = 0; k < READINGS; k++)
		means[k].shares = arena_array(j->arena, intervals, sizeof *means[k].shares);
	for (size_t i = 0; i < intervals; i++) {
		struct span span = interval_span(j, r->level, i);

		if (span_set_overlap(&all.dropped, span) == span_length(span))
			continue;
		count_interval(means, &range[i], &point[i], r->level);
		sum.good += range[i].good;
		sum.failed += range[i].failed;
		sum.open += range[i].open;
	}
	for (int k = 0; k < READINGS; k++)
		figures[k] = percent(j, r->level, &means[k], reading_names[k]);
	attempt_figures(j, r, &sum, (struct measure){ figures[BEST], figures[WORST], figures[POINT] },
	                excluded);
	r->counted =
	    derive_given_int(j->book, "intervals judged", "intervals of the period", means[BEST].intervals);
}
