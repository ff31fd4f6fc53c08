#include "base/span.h"

#include <stdlib.h>
#include <string.h>

static int by_start(const void *left, const void *right)
{
	const struct span *a = left, *b = right;

	return a->start < b->start ? -1 : a->start > b->start;
}

struct span_set span_set_of(struct arena *a, const struct span *spans, size_t count, struct span within)
{
	struct span_set set = { arena_array(a, count, sizeof(struct span)), 0 };
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		struct span s = span_intersect(spans[i], within);

		if (span_length(s) > 0)
			set.at[used++] = s;
	}
	qsort(set.at, used, sizeof *set.at, by_start);
	for (size_t i = 0; i < used; i++) {
		struct span *last = set.count ? &set.at[set.count - 1] : NULL;

		if (last && set.at[i].start <= last->end)
			last->end = set.at[i].end > last->end ? set.at[i].end : last->end;
		else
			set.at[set.count++] = set.at[i];
	}
	return set;
}

int64_t span_set_length(const struct span_set *set)
{
	int64_t sum = 0;

	for (size_t i = 0; i < set->count; i++)
		sum += span_length(set->at[i]);
	return sum;
}

/* The index of the first span of the set that ends after instant. */
static size_t first_after(const struct span_set *set, int64_t instant)
{
	size_t low = 0, high = set->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (set->at[middle].end > instant)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

int64_t span_set_overlap(const struct span_set *set, struct span s)
{
	int64_t sum = 0;

	for (size_t i = first_after(set, s.start); i < set->count && set->at[i].start < s.end; i++)
		sum += span_length(span_intersect(set->at[i], s));
	return sum;
}

bool span_set_search(const struct span_set *set, int64_t instant)
{
	size_t i = first_after(set, instant);

	return i < set->count && span_holds(set->at[i], instant);
}

struct span_set span_set_complement(struct arena *a, const struct span_set *set, struct span within)
{
	struct span_set rest = { arena_array(a, set->count + 1, sizeof(struct span)), 0 };
	int64_t from = within.start;

	for (size_t i = 0; i < set->count && from < within.end; i++) {
		struct span gap = span_intersect((struct span){ from, set->at[i].start }, within);

		if (span_length(gap) > 0)
			rest.at[rest.count++] = gap;
		if (set->at[i].end > from)
			from = set->at[i].end;
	}
	if (from < within.end)
		rest.at[rest.count++] = (struct span){ from, within.end };
	return rest;
}

struct span_set span_set_union(struct arena *a, const struct span_set *x, const struct span_set *y)
{
	struct span *all;

	if (x->count == 0 || y->count == 0)
		return x->count ? *x : *y;
	all = arena_array(a, x->count + y->count, sizeof *all);
	memcpy(all, x->at, x->count * sizeof *all);
	memcpy(all + x->count, y->at, y->count * sizeof *all);
	return span_set_of(a, all, x->count + y->count, (struct span){ INT64_MIN, INT64_MAX });
}

struct span_set span_set_intersection(struct arena *a, const struct span_set *x, const struct span_set *y)
{
	struct span_set both = { arena_array(a, x->count + y->count, sizeof(struct span)), 0 };

	for (size_t i = 0, k = 0; i < x->count && k < y->count;) {
		struct span common = span_intersect(x->at[i], y->at[k]);

		if (span_length(common) > 0)
			both.at[both.count++] = common;
		if (x->at[i].end < y->at[k].end)
			i++;
		else
			k++;
	}
	return both;
}
