/*
 * schedule: at which instants a target is due. Pure arithmetic, no clock, no loop.
 *
 * A target with interval I is due at the instants  k * I + offset  (µs of UTC, k whole), for ever: the grid
 * does not depend on when the process was started, so a restart goes on with the same instants and two runs
 * never have grids of their own. The offset spreads the targets over the interval: it is a hash of the
 * vantage's and the target's id (64-bit FNV-1a over "VANTAGE", a zero byte, "TARGET", then the finaliser of
 * MurmurHash3) modulo the number of 10 ms slots in the interval, times 10 ms. The same on every machine, and
 * exact in the sealed block, which counts milliseconds.
 *
 * Targets whose probes may be gathered (probe.h) share a wake-up of the process, which costs as much as several
 * echoes: their offsets are rounded down to whole slots of a 1,500th of the interval, in whole 10 ms and at most
 * 40 ms. So a slot of 60 s holds 33 of 50,000 targets, which takes less than a millisecond to send.
 *
 * An instant is sent late rather than not at all, as long as it is late by less than one interval; the ones
 * before it are missed. (FNV: draft-eastlake-fnv; MurmurHash3 is public domain, A. Appleby.)
 */
#ifndef GOVSLA_MONITOR_SCHEDULE_H
#define GOVSLA_MONITOR_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

/* An instant before which nothing is caught up: longer gaps are left to calc, which sees no record. */
#define SCHEDULE_CATCH_UP_US (INT64_C(72) * 3600 * 1000000)

#define SCHEDULE_SLOT_US INT64_C(10000)

/* The target's offset within its interval, in µs: 0 <= offset < interval_us, a multiple of SCHEDULE_SLOT_US. */
int64_t schedule_offset_us(const char *vantage, const char *target, int64_t interval_us, bool gathered);

/* The first instant of the grid at or after from_us (which may not be negative). */
int64_t schedule_first_us(int64_t from_us, int64_t interval_us, int64_t offset_us);

/* What to do at now_us about a target that was due at due_us <= now_us. */
struct schedule_turn {
	int64_t send_us;   /* the instant to send for now: late by less than one interval */
	int64_t missed_us; /* the first instant that was missed; meaningful if missed > 0 */
	int64_t missed;    /* how many instants, one interval apart, were missed before send_us */
	int64_t next_us;   /* the instant after send_us */
};

struct schedule_turn schedule_turn(int64_t due_us, int64_t now_us, int64_t interval_us);

#endif
