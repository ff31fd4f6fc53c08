/*
 * level: one level of a service from its method to its verdict.
 */
#include "calc/measure/counted.h"
#include "calc/measure/delay.h"
#include "calc/measure/method.h"
#include "calc/measure/running.h"
#include "calc/measure/time_count.h"

#include <string.h>

static enum verdict compare(const struct book *b, enum comparison op, int best, int worst, int objective)
{
	bool upwards = op == AT_LEAST || op == MORE_THAN;
	int best_order, worst_order;

	if (best < 0)
		return VERDICT_NOT_PROVABLE;
	best_order = book_compare(b, best, objective) * (upwards ? 1 : -1);
	if (worst < 0) /* without bound: only the best reading can decide */
		return best_order < 0 || (best_order == 0 && (op == MORE_THAN || op == LESS_THAN))
		           ? VERDICT_BREACHED
		           : VERDICT_NOT_PROVABLE;
	worst_order = book_compare(b, worst, objective) * (upwards ? 1 : -1);
	if (op == AT_LEAST || op == AT_MOST) /* equality meets the level */
		return worst_order >= 0 ? VERDICT_MET
		       : best_order < 0 ? VERDICT_BREACHED
		                        : VERDICT_NOT_PROVABLE;
	return worst_order > 0 ? VERDICT_MET : best_order <= 0 ? VERDICT_BREACHED : VERDICT_NOT_PROVABLE;
}

/* What evidence would settle a verdict that cannot be proved. */
static const char *what_settles(const struct judge *j, const struct level_result *r)
{
	switch (r->level->metric) {
	case METRIC_TIME_TO_NOTIFY:
		return "a record of when each outage was known and notified";
	case METRIC_TIME_TO_REPLACE:
		return "a record of when each incident was reported and replaced";
	case METRIC_OPENING_DELAY:
		return "the end of the period: the service is not open yet";
	case METRIC_DOWNTIME:
	case METRIC_RECOVERY_TIME:
	case METRIC_BAD_HOURS:
		return r->level->rule.clock == CLOCK_ONSET
		           ? "the exact times at which the service changed between two samples"
		           : "the exact times at which the service changed, and a record of when each "
		             "outage was known or reported";
	default:
		break;
	}
	if (r->level->metric != METRIC_AVAILABILITY) {
		if (r->measure.best < 0 && r->measure.worst < 0)
			return "any received sample";
		return r->unbounded ? "more samples: the coverage is too low"
		                    : "measurements of the time that was not measured";
	}
	if (r->unbounded)
		return "more samples: the coverage is too low";
	if (r->measure.best < 0)
		return r->counted < 0 ? "any measurement: the period has no time that counts"
		                      : "any attempt: none was made that counts";
	if (r->availability.unmeasured < 0)
		return "a record of the attempts whose outcome is not known";
	if (book_sign(j->book, r->availability.unmeasured) > 0)
		return "another party's measurements of the unmeasured time, or the exact times at which the "
		       "service changed between two samples";
	return "the exact times at which the service changed between two samples";
}

static const struct availability_figures no_availability = {
	FIGURE_UNKNOWN, FIGURE_UNKNOWN, FIGURE_UNKNOWN, FIGURE_UNKNOWN, FIGURE_UNKNOWN, FIGURE_UNKNOWN,
	FIGURE_UNKNOWN, FIGURE_UNKNOWN, FIGURE_UNKNOWN, FIGURE_UNKNOWN, FIGURE_UNKNOWN,
};
static const struct latency_figures no_latency = {
	FIGURE_UNKNOWN, FIGURE_UNKNOWN, FIGURE_UNKNOWN, FIGURE_UNKNOWN, FIGURE_UNKNOWN,
	FIGURE_UNKNOWN, FIGURE_UNKNOWN, FIGURE_UNKNOWN, FIGURE_UNKNOWN, FIGURE_UNKNOWN,
};

static bool looks_at_time(enum metric metric)
{
	return metric != METRIC_TIME_TO_NOTIFY && metric != METRIC_TIME_TO_REPLACE &&
	       metric != METRIC_OPENING_DELAY;
}

/* Where all of the time that counts is excluded and taken out, nothing is promised and nothing is owed. */
static bool nothing_left(const struct level *l, const struct counted *c, const struct span_set *excluded)
{
	return l->excluded_time == EXCLUDED_REMOVE && l->scope == SCOPE_SERVICE && !l->rolling_days &&
	       looks_at_time(l->metric) && c->time.count &&
	       span_set_length(excluded) == span_set_length(&c->time);
}

/* The method gets of the exclusions what lies in the time that counts. */
static void measure(struct judge *j, const struct service *s, struct level_result *r,
                    const struct span_set *excluded)
{
	struct counted c = judge_counted(j, s, r->level);
	struct span_set inside = span_set_intersection(j->arena, excluded, &c.time);
	struct judge slow;

	r->measure = (struct measure){ FIGURE_UNKNOWN, FIGURE_UNKNOWN, FIGURE_UNKNOWN };
	r->counted = FIGURE_UNKNOWN;
	r->availability = r->unexcluded = no_availability;
	r->latency = r->unexcluded_latency = no_latency;
	r->unexcluded_measure = r->measure;
	r->alone_least = r->alone_most = r->alone_counted = FIGURE_UNKNOWN;
	r->not_covered = judge_not_covered(j, s, r->level);
	if (!r->not_covered && nothing_left(r->level, &c, &inside))
		r->not_covered = "all of the time that counts is excluded";
	if (r->not_covered)
		return;
	if (r->level->rule.slow_us) {
		slow = judge_slow(j, r->level->scope == SCOPE_NETWORK ? NULL : s, r->level->rule.slow_us);
		j = &slow;
	}
	method_of(r->level)->judge(j, s, r, &inside);
	if (r->level->metric == METRIC_AVAILABILITY)
		r->unbounded = !delay_covers_enough(j, s->terms, r->level, r->availability.coverage);
}

void judge_level(struct judge *j, const struct service *s, const struct level *l,
                 const struct span_set *excluded, struct level_result *r)
{
	const struct span_set none = { NULL, 0 };
	struct level_result without = { .level = l };
	int objective =
	    derive_given(j->book, arena_printf(j->arena, "objective of %s", l->id),
	                 arena_printf(j->arena, "terms %s, level %s", s->terms->id, l->id), l->objective);

	r->level = l;
	r->objective = objective;
	measure(j, s, r, excluded);
	if (r->not_covered) {
		r->verdict = r->alone = VERDICT_NOT_COVERED;
		return;
	}
	without = *r;
	if (excluded->count || network_has_exclusions(j, s, l)) {
		j->bare = true;
		measure(j, s, &without, &none);
		j->bare = false;
	}
	r->unexcluded = without.availability;
	r->unexcluded_latency = without.latency;
	r->unexcluded_measure = without.measure;
	r->verdict = r->unbounded ? VERDICT_NOT_PROVABLE
	                          : compare(j->book, l->op, r->measure.best, r->measure.worst, objective);
	if (r->verdict == VERDICT_NOT_PROVABLE)
		r->settle = what_settles(j, r);
	running_apply(j->c, s, r);
	judge_notes(j, r);
}

static void judge_readings(struct judge *j, struct level_result *r, const struct service *s,
                           const struct span_set *excluded)
{
	r->reading_count = r->level->reading_count;
	r->readings = arena_array(j->arena, r->reading_count, sizeof *r->readings);
	for (size_t i = 0; i < r->reading_count; i++)
		judge_level(j, s, &r->level->readings[i], excluded, &r->readings[i]);
}

int judge_levels(struct judge *j, struct service_result *r, const struct span_set *excluded,
                 struct error *err)
{
	const struct terms *t = r->service->terms;

	r->level_count = t->level_count;
	r->levels = arena_array(j->arena, r->level_count, sizeof *r->levels);
	for (size_t i = 0; i < r->level_count; i++) {
		const struct level *l = &t->levels[i];

		if (judge_needs(j, r->service, l, err) < 0)
			return err->code;
		judge_level(j, r->service, l, excluded, &r->levels[i]);
		judge_readings(j, &r->levels[i], r->service, excluded);
	}
	return 0;
}
