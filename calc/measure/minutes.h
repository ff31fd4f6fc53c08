/*
 * minutes: a service by whole minutes of UTC, for contracts that ask of each minute how its attempts ended. Internal to
 * calc/.
 *
 *     minute_bucket_all_fail   a minute is down if every attempt in it failed, up if one succeeded
 *                              Source: Amazon RDS SLA, 22 January 2024; Azure SQL Database SLA
 *     minute_error_rate        a minute is down if more than a share of its attempts failed, and there were enough of
 *                              them. Source: Google Cloud ("more than 5 % Error Rate"), Cloud SQL first generation
 *                              (20 %, five attempts), Alibaba Cloud (10 %)
 *     minute_all_members       a minute is down if it is so for every member of the service that is deployed
 *                              Source: Amazon EC2 region-level SLA, 25 May 2022; Compute Engine multi-zone; Azure
 *                              Virtual Machines over zones
 *
 * Each observation by itself, then paths and quorum over the minutes. An attempt that was due and is not known (missed,
 * without a record, obscured) leaves a minute open when the minute would be decided otherwise had it been made; the terms
 * may also leave such attempts out. A minute in which nothing was due is unmeasured; in a whole log of requests it has too
 * few attempts for an error rate.
 */
#ifndef GOVSLA_CALC_MINUTES_H
#define GOVSLA_CALC_MINUTES_H

#include "calc/judge.h"
#include "calc/observe/share_limit.h"

struct minute_rule {
	exact error_percent;  /* more failures than that are too many; NULL: only if all failed */
	int64_t min_attempts; /* fewer are not enough for error_percent */
	bool known_alone[2];  /* attempts that are missing, and those that are obscured, are left out */
	bool point; /* for the point value: a failure that an answer behind it might have cleared counts */
};

/* One observation over within (ticks); samples in skip (ticks; NULL none) are no attempts. */
struct timeline timeline_of_minutes(struct arena *a, const struct observation *o, struct span within,
                                    const struct span_set *skip, const struct minute_rule *rule);

/* The rule of a level, for the range or (READING_MIDPOINT) for the point value. */
struct minute_rule minute_rule_of(const struct level *l, enum reading reading);

/* A service; not of known outages. */
struct timeline judge_service_minutes(struct judge *j, const struct service *s, const struct span_set *skip,
                                      const struct minute_rule *rule);

/*
 * Down where every member that is deployed is. A service without members has its targets as members, in one zone, always
 * deployed.
 */
struct timeline judge_member_minutes(struct judge *j, const struct service *s, const struct span_set *skip,
                                     const struct minute_rule *rule);

/* Where fewer members, or over fewer zones, are deployed than the level asks for; ticks. */
struct span_set judge_too_few_members(struct judge *j, const struct service *s, const struct level *l);

#endif
