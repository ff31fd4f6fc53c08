/*
 * moment: points on the monotonic clock, as a type of their own so that they cannot be mixed up with the time
 * of day (int64_t µs of UTC, base/instant.h).
 *
 * CLOCK_BOOTTIME: it goes on while the machine is suspended, so that instants slept through are noticed.
 * Neither clock is affected differently by slewing, so wall minus monotonic changes only when the time of day
 * is stepped.
 */
#ifndef GOVSLA_MONITOR_MOMENT_H
#define GOVSLA_MONITOR_MOMENT_H

#include <stdint.h>
#include <time.h>

struct moment {
	int64_t us;
};

static inline int64_t moment_read_clock(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t); /* cannot fail with these clocks and a valid pointer */
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static inline struct moment moment_now(void)
{
	return (struct moment){ moment_read_clock(CLOCK_BOOTTIME) };
}

/* Time of day, µs of UTC. */
static inline int64_t moment_wall_us(void)
{
	return moment_read_clock(CLOCK_REALTIME);
}

/* µs from 'from' to 'to'. */
static inline int64_t moment_between(struct moment from, struct moment to)
{
	return to.us - from.us;
}

static inline struct moment moment_after(struct moment from, int64_t us)
{
	return (struct moment){ from.us + us };
}

/* Time of day minus monotonic, in µs: of two clocks that cannot be read at once, the tightest of a few tries. */
int64_t moment_wall_offset_us(void);

#endif
