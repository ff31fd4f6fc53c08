/*
 * timeline_builder: makes a timeline from its start to its end; neighbours of one state melt into one run. Internal to
 * calc/.
 *
 *     struct timeline_builder b = timeline_start(arena, within);
 *     timeline_extend(&b, tick, STATE_UP);
 *     timeline_extend(&b, within.end, STATE_UNMEASURED);
 *     return b.t;
 */
#ifndef GOVSLA_CALC_TIMELINE_BUILDER_H
#define GOVSLA_CALC_TIMELINE_BUILDER_H

#include "calc/observe/timeline.h"

struct timeline_builder {
	struct arena *arena;
	struct timeline t;
	size_t size;
	int64_t at; /* where the next run starts */
};

struct timeline_builder timeline_start(struct arena *a, struct span within);

/* Continues the timeline up to end by a run of its own; end is checked already. */
void timeline_add_run(struct timeline_builder *b, int64_t end, enum state state);

/* Continues the timeline up to end (clipped to its span) in state. Called for each minute: mostly the last run grows. */
static inline void timeline_extend(struct timeline_builder *b, int64_t end, enum state state)
{
	struct run *last = b->t.count ? &b->t.runs[b->t.count - 1] : NULL;

	if (end > b->t.span.end)
		end = b->t.span.end;
	if (end <= b->at)
		return;
	if (last && last->state == state)
		last->span.end = b->at = end;
	else
		timeline_add_run(b, end, state);
}

#endif
