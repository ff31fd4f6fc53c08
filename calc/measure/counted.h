/*
 * counted: which time of the period a level is about. Internal to calc/.
 *
 * T is the period, cut to the service's subscription, and from there, as the level says, to the time in which the
 * service was deployed or to the service hours of the terms. Everything else is neither up nor down, was not promised,
 * and its samples say nothing. Where the terms count time without deployment as up (not_deployed), T keeps it.
 *
 * Not exclusions: those are events that a contract accepts; this is what the contract is about at all.
 */
#ifndef GOVSLA_CALC_COUNTED_H
#define GOVSLA_CALC_COUNTED_H

#include "calc/judge.h"

struct counted {
	struct span_set time;      /* ticks: what T is made of */
	struct span_set uncounted; /* ticks: the rest of the period */
	struct span_set idle;      /* ticks, a part of time: not deployed, and up by the terms */
	/* ticks, taken from the period one after another; what T is made of is the rest */
	int64_t not_subscribed, not_deployed, outside_hours, too_few_members;
};

struct counted judge_counted(struct judge *j, const struct service *s, const struct level *l);

/*
 * What says nothing of the service to the level, in ticks: time that is not counted, or idle, or excluded (unless the
 * level ignores exclusions). For what looks at samples: those inside it are left out.
 */
struct span_set judge_silent(struct judge *j, const struct service *s, const struct level *l,
                             const struct span_set *excluded);

/* T in seconds, with what was taken from the period: a node. */
int judge_counted_seconds(struct judge *j, const struct service *s, const struct counted *counted);

/* Why a level promises the service nothing: its conditions, or no time that counts; NULL when it covers it. */
const char *judge_not_covered(struct judge *j, const struct service *s, const struct level *l);

#endif
