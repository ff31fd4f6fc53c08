#include "calc/measure/consecutive.h"
#include "calc/measure/attempts.h"
#include "calc/observe/share_limit.h"

struct interval {
	bool may_be_good, may_be_lossy; /* neither: it is in no row */
};

/* ---- is an interval lossy ---- */

/* Without any attempt. */
static struct interval empty(const struct level *l, const struct attempts *all, const struct tally *t)
{
	enum outcome outcome = attempt_outcome(l, all->complete ? STATE_UP : STATE_UNMEASURED);

	if (t->dropped || t->none || outcome == OUTCOME_NONE)
		return (struct interval){ false, false };
	return (struct interval){ outcome != OUTCOME_FAILED, outcome != OUTCOME_GOOD };
}

static struct interval judge_interval(const struct level *l, const struct attempts *all,
                                      const struct tally *t, struct share_limit *limit, enum reading reading)
{
	int64_t known = t->good + t->failed, made = known + t->open;
	bool surely, maybe;

	if (reading == READING_MIDPOINT && known == 0 && t->open)
		return (struct interval){ false, false };
	if (made == 0)
		return empty(l, all, t);
	if (reading == READING_MIDPOINT) {
		surely = share_exceeds(limit, t->failed, known);
		return (struct interval){ !surely, surely };
	}
	surely = share_exceeds(limit, t->failed, made);
	maybe = share_exceeds(limit, t->failed + t->open, made);
	return (struct interval){ !surely, maybe };
}

/* ---- rows ---- */

/*
 * Whether each interval is unavailable, what may be both taken as lossy or as good. From the end: how many of the same
 * kind follow in a row; then forwards.
 */
static void hysteresis(const struct interval *all, size_t count, int64_t n, bool lossy, int64_t *row,
                       bool *unavailable)
{
	int64_t lossy_row = 0, good_row = 0;
	bool now = false;

	for (size_t i = count; i-- > 0;) {
		bool is_lossy = lossy ? all[i].may_be_lossy : !all[i].may_be_good;

		if (!all[i].may_be_good && !all[i].may_be_lossy) {
			row[i] = 0;
			continue;
		}
		lossy_row = is_lossy ? lossy_row + 1 : 0;
		good_row = is_lossy ? 0 : good_row + 1;
		row[i] = is_lossy ? lossy_row : -good_row;
	}
	for (size_t i = 0; i < count; i++) {
		if (row[i] >= n)
			now = true;
		else if (row[i] <= -n)
			now = false;
		unavailable[i] = now;
	}
}

/* The terms took what is not known of single attempts as they say; what is still open is so for the sums too. */
static enum state open_state(const struct level *l)
{
	return l->unmeasured_time == UNMEASURED_BOUNDS ? STATE_UNMEASURED
	       : l->obscured_time == UNMEASURED_BOUNDS ? STATE_OBSCURED
	                                               : STATE_EITHER;
}

static enum state left_out_state(const struct level *l)
{
	return l->unmeasured_time == UNMEASURED_REMOVE ? STATE_UNMEASURED
	       : l->obscured_time == UNMEASURED_REMOVE ? STATE_OBSCURED
	                                               : open_state(l);
}

static enum state state_of(const struct level *l, const struct interval *interval, bool least, bool most)
{
	if (!interval->may_be_good && !interval->may_be_lossy)
		return left_out_state(l);
	return least ? STATE_DOWN : most ? open_state(l) : STATE_UP;
}

static struct timeline timeline_of(struct judge *j, const struct level *l, const struct interval *all,
                                   size_t count)
{
	int64_t *row = arena_array(j->arena, count, sizeof *row);
	bool *least = arena_array(j->arena, count, sizeof *least), *most = arena_array(j->arena, count, 1);
	struct timeline t = { j->period, arena_array(j->arena, count, sizeof *t.runs), 0 };

	hysteresis(all, count, l->rule.consecutive, false, row, least);
	hysteresis(all, count, l->rule.consecutive, true, row, most);
	for (size_t i = 0; i < count; i++) {
		enum state state = state_of(l, &all[i], least[i], most[i]);
		struct span span = interval_span(j, l, i);

		if (t.count && t.runs[t.count - 1].state == state)
			t.runs[t.count - 1].span.end = span.end;
		else
			t.runs[t.count++] = (struct run){ span, state };
	}
	return t;
}

struct timeline consecutive_timeline(struct judge *j, const struct service *s, const struct level *l,
                                     const struct span_set *excluded, enum reading reading)
{
	struct attempts all = judge_attempts(j, s, l, excluded);
	struct share_limit limit = share_limit_of(l->rule.loss_percent);
	struct interval *intervals;
	struct tally *tallies;
	size_t count = interval_tallies(j, l, &all, reading, &tallies);

	intervals = arena_array(j->arena, count, sizeof *intervals);
	for (size_t i = 0; i < count; i++)
		intervals[i] = judge_interval(l, &all, &tallies[i], &limit, reading);
	return timeline_of(j, l, intervals, count);
}
