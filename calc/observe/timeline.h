/*
 * timeline: what is known about a target over a period, from its samples.
 *
 * A timeline covers a span without gaps by runs of one state each. Between two neighbouring samples that are
 * both up the target was up, both down it was down, mixed either; farther apart than the gap limit, or with a
 * scheduled instant between them that has no record, or beside a missed sample, it is unmeasured. Stated
 * assumption: the state does not flip twice between neighbouring samples.
 *
 * Time unit: the tick, half a microsecond, so that the midpoint of two instants is exact. tick_of() converts.
 *
 * Downtime is a range: least = down; most = down + either + unmeasured.
 */
#ifndef GOVSLA_CALC_TIMELINE_H
#define GOVSLA_CALC_TIMELINE_H

#include "base/span.h"
#include "calc/case.h"

#include <stdbool.h>

/*
 * An outcome that only calc/ gives: the sample failed while a nearer hop of its path was, or may have been, down. It
 * says nothing about its target: whatever touches it is obscured.
 */
#define SAMPLE_OBSCURED (SAMPLE_MISSED + 1)

#define TICKS_PER_US INT64_C(2)
#define TICKS_PER_S  (TICKS_PER_US * US_PER_S)

static inline int64_t tick_of(int64_t us)
{
	return us * TICKS_PER_US;
}

enum state {
	STATE_UP,
	STATE_DOWN,
	STATE_EITHER,     /* measured at both ends, which disagree */
	STATE_UNMEASURED, /* nothing is known */
	STATE_OBSCURED,   /* nothing is known, because a nearer hop of the path was down */
};

#define STATE_COUNT 5

struct run {
	struct span span; /* ticks */
	enum state state;
};

struct timeline {
	struct span span; /* ticks; covered by the runs without gap or overlap */
	struct run *runs; /* neighbours differ in state */
	size_t count;
};

/* How a change between two samples is read. */
enum reading {
	READING_RANGE,    /* as either: for the range */
	READING_MIDPOINT, /* it happened half-way: for the point value by the contract's own method */
	/*
	 * As READING_RANGE, and every sample that answered inside an open stretch is kept as a run of up of one tick,
	 * an odd one: outages before and after it are two. Only for telling outages apart (stretch.h), not for sums.
	 */
	READING_INSTANTS,
};

/* The start of the minute of UTC that holds the instant; the index of the first sample at or after it (µs). */
int64_t timeline_minute_us(int64_t us);
size_t observation_from(const struct observation *o, int64_t us);

/*
 * The timeline of one observation over within (ticks), by neighbouring samples. Samples outside within are
 * used as neighbours. Without any, all is unmeasured.
 */
struct timeline timeline_of_samples(struct arena *a, const struct observation *o, struct span within,
                                    enum reading reading);

/* Exactly known outages (µs); everything else is up. */
struct timeline timeline_of_outages(struct arena *a, const struct span *outages, size_t count,
                                    struct span within);

/*
 * Down where at least k of the timelines are, up where fewer can be, by three-valued logic; undecided is
 * either where only disagreeing samples leave it open, and unmeasured (obscured) where missing ones do. All
 * timelines cover the same span.
 */
struct timeline timeline_quorum(struct arena *a, const struct timeline *timelines, size_t count, size_t k);

/*
 * The same of states, of each of which there are n[]. Where it stays open, it is so for want of a measurement if reading
 * the unmeasured ones once as up and once as down gives different possibilities.
 */
enum state state_quorum(const size_t n[STATE_COUNT], size_t k);

/*
 * One vantage's path: timelines of the hops in order from the vantage, changed in place. Where several paths
 * share a hop, first timeline_imply_up() for every path, then timeline_obscure() for every path: an answer
 * over one path clears the hop for all.
 *
 * imply_up: a deeper answer implies that the hops before it are up.
 * obscure:  behind the first hop that is down nothing is known; behind one that may be down, a deeper failure
 * may be its doing, so that nothing is known either. Where the first of them is the monitor's own side (own, NULL for
 * none), what lies behind is unmeasured, as if it had never been sent: the monitor's failure is nobody's but its own.
 */
void timeline_imply_up(struct arena *a, struct timeline **hops, size_t count);
void timeline_obscure(struct arena *a, struct timeline **hops, const bool *own, size_t count);

/* The same timeline with every run inside set replaced by state. */
struct timeline timeline_overlay(struct arena *a, const struct timeline *t, const struct span_set *set,
                                 enum state state);

/* The same timeline with every run of a state given the state to[] says. */
struct timeline timeline_recolour(struct arena *a, const struct timeline *t,
                                  const enum state to[STATE_COUNT]);

/* The same timeline with every run that is down inside set made either. */
struct timeline timeline_doubt(struct arena *a, const struct timeline *t, const struct span_set *set);

/* The same timeline, inside set as another of the same span is there. */
struct timeline timeline_replace(struct arena *a, const struct timeline *t, const struct span_set *set,
                                 const struct timeline *other);

/*
 * The state at an instant (ticks) within the timeline's span. Where what is known ends, the sample that ends it still
 * counts: at the first instant of an open stretch after a stretch of up, it was up.
 */
enum state timeline_at(const struct timeline *t, int64_t tick);

/* The sums of the runs by state, outside set (NULL: everywhere), in ticks. */
void timeline_sums(const struct timeline *t, const struct span_set *outside, int64_t sums[STATE_COUNT]);

#endif
