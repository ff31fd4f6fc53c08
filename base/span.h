/*
 * span: half-open pieces [start, end) of a time axis, and sorted sets of them.
 *
 * The unit is the caller's (µs since 1970-01-01T00:00:00Z outside calc/, ticks inside); a set keeps one unit.
 * An empty span has start >= end. A span_set is sorted, its spans are non-empty, disjoint and do not touch.
 * Pure: no clock, no locale, no state.
 */
#ifndef GOVSLA_BASE_SPAN_H
#define GOVSLA_BASE_SPAN_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span {
	int64_t start, end;
};

struct span_set {
	struct span *at;
	size_t count;
};

static inline int64_t span_length(struct span s)
{
	return s.end > s.start ? s.end - s.start : 0;
}

static inline bool span_holds(struct span s, int64_t instant)
{
	return s.start <= instant && instant < s.end;
}

static inline struct span span_intersect(struct span a, struct span b)
{
	struct span s = { a.start > b.start ? a.start : b.start, a.end < b.end ? a.end : b.end };

	return s;
}

/* The set of all instants in any of count spans (any order, may overlap or be empty), clipped to within. */
struct span_set span_set_of(struct arena *a, const struct span *spans, size_t count, struct span within);

/* The sum of the lengths, in the unit of the set. */
int64_t span_set_length(const struct span_set *set);

/* The length of what of s lies in the set. */
int64_t span_set_overlap(const struct span_set *set, struct span s);

/* Whether the instant lies in the set. */
bool span_set_search(const struct span_set *set, int64_t instant);
static inline bool span_set_holds(const struct span_set *set, int64_t instant)
{
	return set->count &&
	       span_set_search(set, instant); /* asked for each sample, and mostly of an empty set */
}

/* What of within is not in the set. */
struct span_set span_set_complement(struct arena *a, const struct span_set *set, struct span within);

/* What lies in either set, and in both: of two sets of one unit. The result may share spans with x or y. */
struct span_set span_set_union(struct arena *a, const struct span_set *x, const struct span_set *y);
struct span_set span_set_intersection(struct arena *a, const struct span_set *x, const struct span_set *y);

#endif
