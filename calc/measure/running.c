/*
 * running: a miss that counts only when the months before missed too.
 *
 * Source: IIJ, NTTPC and Super OCN (transcribed): the mean delay over the limit in two consecutive months. What the
 * months before came to by themselves stands in the case's history: the entry that ends where this period starts, and
 * so on back. A month that was met, or not covered, or before the subscription breaks the run; one that is not
 * provable, or of which nothing is known, leaves open whether a miss counts.
 */
#include "calc/measure/running.h"

#include <string.h>

static const struct history *ending_at(const struct sla_case *c, const struct service *s,
                                       const struct level *l, int64_t end)
{
	for (size_t i = 0; i < c->history_count; i++)
		if (c->history[i].service == s && c->history[i].span.end == end &&
		    strcmp(c->history[i].level, l->id) == 0)
			return &c->history[i];
	return NULL;
}

enum held running_held(const struct sla_case *c, const struct service *s, const struct level *l)
{
	int64_t end = c->period.span.start;
	enum held held = HELD_NO;

	for (int64_t month = 1; month < l->months_running; month++) {
		const struct history *h = ending_at(c, s, l, end);

		if (s->has_subscribed && s->first_use_us >= end)
			return HELD_YES;
		if (!h)
			return HELD_MAYBE;
		end = h->span.start;
		if (!h->verdict || strcmp(h->verdict, verdict_name(VERDICT_NOT_PROVABLE)) == 0)
			held = HELD_MAYBE;
		else if (strcmp(h->verdict, verdict_name(VERDICT_BREACHED)) != 0)
			return HELD_YES;
	}
	return held;
}

void running_apply(const struct sla_case *c, const struct service *s, struct level_result *r)
{
	r->alone = r->verdict;
	r->held = running_held(c, s, r->level);
	if (r->held == HELD_YES) {
		r->verdict = VERDICT_MET;
		r->settle = NULL;
	} else if (r->held == HELD_MAYBE && r->alone == VERDICT_BREACHED) {
		r->verdict = VERDICT_NOT_PROVABLE;
		r->settle = "what the months before came to";
	}
}
