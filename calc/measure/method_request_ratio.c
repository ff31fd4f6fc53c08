/*
 * request_ratio: good / all attempts of the period.
 *
 * Source: Azure API for FHIR (repeats within five minutes of the first error are not counted; an answer later than 60 s
 * is a failure: slow_ms), Azure Functions on the consumption plan; Google's "Back-off Requirements" (after an error wait
 * 1 s, twice as long after each further one, up to 32 s; retries that came sooner are not counted).
 *
 * Filters of retries:
 *   window    a failure starts a window [t, t + window); failures inside it are not counted. More failures never make
 *             fewer windows, so that open attempts taken as good, or as failed, give the true bounds.
 *   back-off  an attempt after a failure is counted if it kept the wait. A good answer ends the row of failures; so
 *             stretches between two good answers can be judged by themselves. In one that holds open attempts, what
 *             might have come too soon after a failure may count or not.
 */
#include "calc/measure/attempts.h"
#include "calc/measure/method.h"

struct ratio { /* how many count at the least and at the most */
	int64_t good_least, good_most, failed_least, failed_most;
};

struct
try {
	int64_t at_us;
	enum outcome outcome;
};

/* ---- window ---- */

/* How many failures start a window, with open attempts failed or not. */
static int64_t windows(const struct try *tries, size_t count, int64_t window_us, bool open_failed)
{
	int64_t until = INT64_MIN, n = 0;

	for (size_t i = 0; i < count; i++) {
		bool failed =
		    tries[i].outcome == OUTCOME_FAILED || (open_failed && tries[i].outcome == OUTCOME_OPEN);

		if (!failed || tries[i].at_us < until)
			continue;
		n++;
		until = tries[i].at_us + window_us;
	}
	return n;
}

/* ---- back-off ---- */

struct wait {
	int64_t until_us; /* an attempt before that came too soon */
	int64_t next_us;  /* how long to wait after the next failure */
};

static void note_failure(struct wait *w, const struct method_rule *rule, int64_t at_us)
{
	w->until_us = at_us + w->next_us;
	w->next_us = w->next_us > rule->backoff_most_us / rule->backoff_factor
	                 ? rule->backoff_most_us
	                 : w->next_us * rule->backoff_factor;
}

/* A stretch without open attempts: exactly what kept the wait. */
static void add_known(struct ratio *sum, const struct try *tries, size_t count,
                      const struct method_rule *rule)
{
	struct wait w = { INT64_MIN, rule->backoff_first_us };

	for (size_t i = 0; i < count; i++) {
		bool failed = tries[i].outcome == OUTCOME_FAILED;

		if (tries[i].at_us < w.until_us)
			continue;
		sum->good_least += !failed;
		sum->good_most += !failed;
		sum->failed_least += failed;
		sum->failed_most += failed;
		if (failed)
			note_failure(&w, rule, tries[i].at_us);
	}
}

/* One with open attempts: what comes within the longest wait of a possible failure may count or not. */
static void add_open(struct ratio *sum, const struct try *tries, size_t count, const struct method_rule *rule)
{
	int64_t doubtful_until = INT64_MIN;

	for (size_t i = 0; i < count; i++) {
		bool sure = tries[i].at_us >= doubtful_until;
		bool good = tries[i].outcome == OUTCOME_GOOD, failed = tries[i].outcome == OUTCOME_FAILED;

		sum->good_least += good && sure;
		sum->good_most += !failed;
		sum->failed_least += failed && sure;
		sum->failed_most += !good;
		if (!good)
			doubtful_until = tries[i].at_us + rule->backoff_most_us;
	}
}

static struct ratio backed_off(const struct try *tries, size_t count, const struct method_rule *rule)
{
	struct ratio sum = { 0 };
	size_t from = 0;
	bool open = false;

	for (size_t i = 0; i < count; i++) {
		open = open || tries[i].outcome == OUTCOME_OPEN;
		if (tries[i].outcome != OUTCOME_GOOD && i + 1 < count)
			continue;
		if (open)
			add_open(&sum, tries + from, i + 1 - from, rule);
		else
			add_known(&sum, tries + from, i + 1 - from, rule);
		from = i + 1;
		open = false;
	}
	return sum;
}

/* ---- the ratio ---- */

static struct ratio ratio_of(const struct try *tries, size_t count, const struct method_rule *rule)
{
	struct ratio sum = { 0 };

	if (rule->retry == RETRY_BACKOFF)
		return backed_off(tries, count, rule);
	for (size_t i = 0; i < count; i++) {
		sum.good_least += tries[i].outcome == OUTCOME_GOOD;
		sum.good_most += tries[i].outcome != OUTCOME_FAILED;
		sum.failed_least += tries[i].outcome == OUTCOME_FAILED;
		sum.failed_most += tries[i].outcome != OUTCOME_GOOD;
	}
	if (rule->retry == RETRY_WINDOW) {
		sum.failed_least = windows(tries, count, rule->retry_window_us, false);
		sum.failed_most = windows(tries, count, rule->retry_window_us, true);
	}
	return sum;
}

static int percent(struct judge *j, const struct level *l, int64_t good, int64_t failed, const char *reading)
{
	int inputs[2] = {
		derive_given_int(j->book, arena_printf(j->arena, "attempts good, %s", reading), "attempts",
		                 good),
		derive_given_int(j->book, arena_printf(j->arena, "attempts failed, %s", reading), "attempts",
		                 failed),
	};

	return derive(j->book, arena_printf(j->arena, "availability, %s", reading), method_clause(j, l),
	              "100 * $1 / ($1 + $2)", 2, inputs);
}

/* The attempts that the terms count; known: those alone of which the outcome is known. */
static size_t tries_of(const struct level *l, const struct attempts *all, bool known, struct try *out)
{
	size_t count = 0;

	for (size_t i = 0; i < all->count; i++) {
		enum outcome outcome = attempt_outcome(l, known ? all->at[i].point : all->at[i].state);

		if (!all->at[i].dropped && outcome != OUTCOME_NONE && !(known && outcome == OUTCOME_OPEN))
			out[count++] = (struct try){ all->at[i].at_us, outcome };
	}
	return count;
}

void method_request_ratio(struct judge *j, const struct service *s, struct level_result *r,
                          const struct span_set *excluded)
{
	const struct level *l = r->level;
	struct attempts all = judge_attempts(j, s, l, excluded);
	struct try *tries = arena_array(j->arena, all.count, sizeof *tries);
	size_t count = tries_of(l, &all, false, tries);
	struct ratio range = ratio_of(tries, count, &l->rule), point;
	struct tally sum = { 0 };
	struct measure m;

	for (size_t i = 0; i < count; i++)
		tally_add(&sum, tries[i].outcome);
	point = ratio_of(tries, tries_of(l, &all, true, tries), &l->rule);
	m.best = percent(j, l, range.good_most, range.failed_least, "best reading");
	m.worst = percent(j, l, range.good_least, range.failed_most, "worst reading");
	m.point = percent(j, l, point.good_least, point.failed_least, "point value");
	attempt_figures(j, r, &sum, m, excluded);
	r->counted =
	    derive_given_int(j->book, "attempts judged", "attempts", point.good_least + point.failed_least);
}
