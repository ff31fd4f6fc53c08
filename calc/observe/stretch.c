#include "calc/observe/stretch.h"

struct span stretch_span(const struct stretch_rule *rule, struct span run)
{
	if (rule->instants) /* a kept answer takes no time: its odd tick belongs to what follows */
		run = (struct span){ run.start - (run.start & 1), run.end - (run.end & 1) };
	return run;
}

static int64_t net_length(const struct stretch_rule *rule, struct span s)
{
	return span_length(s) - span_set_overlap(rule->outside, s);
}

static void add_run(struct stretch *s, const struct stretch_rule *rule, struct span span, enum state state)
{
	int64_t length = net_length(rule, span);

	if (rule->counts[state])
		s->possible += length;
	if (state == STATE_DOWN) {
		s->certain_sum += length;
		s->certain = length > s->certain ? length : s->certain;
	}
}

size_t stretches_of(struct arena *a, const struct timeline *t, const struct stretch_rule *rule,
                    struct stretch **out)
{
	struct stretch *all = arena_array(a, t->count, sizeof *all), *open = NULL;
	size_t count = 0;

	for (size_t i = 0; i < t->count; i++) {
		struct span span = stretch_span(rule, t->runs[i].span);

		if (t->runs[i].state == STATE_UP) {
			open = NULL;
			continue;
		}
		if (!open) {
			if (count && all[count - 1].possible == 0)
				count--; /* nothing of the last one counts */
			open = &all[count++];
			*open = (struct stretch){ .span = span };
		}
		open->span.end = span.end;
		add_run(open, rule, span, t->runs[i].state);
	}
	if (count && all[count - 1].possible == 0)
		count--;
	*out = all;
	return count;
}

static struct span_set set_of(const struct timeline *t, struct arena *a, const struct span *spans,
                              size_t count)
{
	return span_set_of(a, spans, count, t->span);
}

struct timeline stretch_drop_short(struct arena *a, const struct timeline *t, const struct stretch_rule *rule,
                                   int64_t least, bool range)
{
	struct span *dropped = arena_array(a, t->count, sizeof *dropped),
	            *doubted = arena_array(a, t->count, sizeof *doubted);
	size_t drop_count = 0, doubt_count = 0, count;
	struct stretch *all;
	struct span_set set;
	struct timeline kept;

	count = stretches_of(a, t, rule, &all);
	for (size_t i = 0; i < count; i++)
		if (all[i].possible < least)
			dropped[drop_count++] = all[i].span;
	set = set_of(t, a, dropped, drop_count);
	kept = timeline_overlay(a, t, &set, STATE_UP);
	if (!range)
		return kept;
	for (size_t i = 0; i < kept.count; i++)
		if (kept.runs[i].state == STATE_DOWN &&
		    net_length(rule, stretch_span(rule, kept.runs[i].span)) < least)
			doubted[doubt_count++] = kept.runs[i].span;
	set = set_of(t, a, doubted, doubt_count);
	return timeline_doubt(a, &kept, &set);
}

struct stretch stretch_within(const struct timeline *t, const struct stretch_rule *rule, struct span within)
{
	struct stretch s = { .span = within };
	size_t low = 0, high = t->count;

	while (low < high) { /* the first run that ends after the start */
		size_t middle = low + (high - low) / 2;

		if (t->runs[middle].span.end > within.start)
			high = middle;
		else
			low = middle + 1;
	}
	for (; low < t->count && t->runs[low].span.start < within.end; low++)
		if (t->runs[low].state != STATE_UP)
			add_run(&s, rule, span_intersect(stretch_span(rule, t->runs[low].span), within),
			        t->runs[low].state);
	return s;
}

struct span_set stretch_state(struct arena *a, const struct timeline *t, enum state state)
{
	struct span *spans = arena_array(a, t->count, sizeof *spans);
	size_t count = 0;

	for (size_t i = 0; i < t->count; i++)
		if (t->runs[i].state == state)
			spans[count++] = t->runs[i].span;
	return set_of(t, a, spans, count);
}
