/*
 * outage_length: downtime by contracts that look at the length of each outage: shorter ones are none, and the part minute
 * of each length is dropped or rounded up. Internal to calc/.
 *
 * Source: Google Compute Engine SLA ("Downtime Period": one or more consecutive minutes; partial minutes are not
 * counted), Cloud Interconnect SLA (120 or more consecutive seconds), Alibaba Cloud (five minutes), Japanese hosting
 * terms that drop (SPEEDEX) or round up (Unipos) the part minute.
 *
 * What counts of an outage is f(its length): 0 below least; else the length, whole minutes of it, or whole minutes
 * rounded up. The length is that of the outage itself, not of clock minutes, and only time that counts adds to it. An
 * outage that the period cuts has the length of what is inside.
 *
 * The range holds over everything that may have happened in the open stretches between two answers. Lengths and dropped
 * part minutes only grow when outages are joined, so that the surely failed runs apart are the least, and all of a
 * stretch as one outage the most. Rounded up, two outages may count more than one: the least joins runs where that is
 * less; the most cuts a stretch into as many outages as the samples that are missing could have shown, each failing at
 * one instant at least and answering at one before the next (a bound that is not always reached: where in the stretch the
 * outages lie is not looked at).
 */
#ifndef GOVSLA_CALC_OUTAGE_LENGTH_H
#define GOVSLA_CALC_OUTAGE_LENGTH_H

#include "calc/observe/timeline.h"

struct outage_rule {
	int64_t least; /* ticks */
	enum part_minute part_minute;
	const struct span_set *outside; /* has no length */
	bool takes[STATE_COUNT];        /* what adds to an outage's length if it is one */
	bool instants;                  /* of a timeline by READING_INSTANTS */
	const int64_t *intervals;       /* ticks between two samples that are due, of each observation */
	size_t interval_count;
};

/* Whether the level looks at the length of each outage at all. */
static inline bool outage_rule_applies(const struct level *l)
{
	return l->rule.min_run_us > 0 || l->rule.part_minute != PART_MINUTE_COUNT;
}

/* What counts of an outage of that length. */
int64_t outage_counts(const struct outage_rule *rule, int64_t ticks);

/* What counts of all outages of the timeline at the least and at the most; ticks. */
struct outage_lengths {
	int64_t least, most;
};
struct outage_lengths outage_lengths_of(struct arena *a, const struct timeline *t,
                                        const struct outage_rule *rule);

/*
 * The same where nothing is open: every run of down is one outage, parted by the answers of the range inside it (ticks, as
 * that timeline has them).
 */
int64_t outage_length_of(const struct timeline *t, const struct span_set *answers,
                         const struct outage_rule *rule);

#endif
