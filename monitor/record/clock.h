/*
 * clock: what the kernel says of this machine's clock, and when it was stepped, as records.
 *
 * A sample's times are worth what the clock was worth: synchronised or not, and by how much it may be wrong.
 * The state is recorded at the start, when it changes and at each step of the time of day, through the same spool as
 * the samples. This reads, it does not set the clock and does not ask any time server.
 *
 * The kernel's maximum error is known only where the daemon that disciplines it tells: 16,000,000 µs is the
 * kernel's "never told"; systemd-timesyncd writes 0, and as estimate 0 too, which the kernel then lets grow by 500 µs
 * a second as if it had been one. Both are unknown (-1), never zero. Source: ntp_adjtime(3), adjtimex STA_UNSYNC; RFC
 * 5905 section 10 (synchronization distance, and MAXDISP, 16 s); second_overflow() of the kernel; manager_adjust_clock() of
 * systemd-timesyncd.
 *
 *     struct clock_watch watch = { 0 };
 *     every second: if (clock_watch_read(&watch, &record)) spool_put(spool, &record);
 */
#ifndef GOVSLA_MONITOR_CLOCK_H
#define GOVSLA_MONITOR_CLOCK_H

#include "monitor/record/record.h"

#include <stdbool.h>
#include <stdint.h>

struct clock_state {
	int64_t max_error_us; /* -1 unknown */
	bool synchronised;
};

/* Reads the kernel's state. Where the kernel does not tell (ntp_adjtime refused), not synchronised, unknown. */
struct clock_state clock_state_read(void);

struct timex;

/* The rule for what the kernel gives: the return value of ntp_adjtime, and what it said. */
struct clock_state clock_state_of(int result, const struct timex *said);

/*
 * Whether such a clock tells on which side of an instant now is (both UTC µs): a synchronised one unless they are
 * closer to each other than its error, which is below 16 s even where no bound is known, since the kernel calls the
 * clock unsynchronised from there on. One that nothing synchronises may show any time of any year.
 */
bool clock_state_tells(struct clock_state state, int64_t now_us, int64_t instant_us);

#define CLOCK_STEP_US INT64_C(1000) /* the time of day was stepped, not slewed */

/* Remembers what was recorded last; all zero at the start. */
struct clock_watch {
	struct clock_state last;
	bool recorded;
	int64_t wall_offset_us; /* time of day minus monotonic */
	int64_t since_us;       /* monotonic; since then … */
	int64_t most_us;        /* … no higher bound was needed */
};

/* What is read at one moment. */
struct clock_reading {
	struct clock_state state;
	int64_t now_us;         /* UTC */
	int64_t wall_offset_us; /* time of day minus monotonic: moment.h */
};

/*
 * Whether the reading is to be recorded, and if so fills record. What is recorded is not the error itself, which
 * creeps by up to 500 µs a second, but a bound that holds until the next record: the next power of two.
 * Recorded at the first time, when synchronised changes, when the bound becomes known or unknown, when the
 * recorded one may soon be exceeded, when a quarter of it was enough for an hour (a daemon sets the error back at each
 * of its polls, up to 1,300 times a day), and when the time of day was stepped.
 */
bool clock_watch_take(struct clock_watch *watch, struct clock_reading reading, struct record *record);

/* The same of this machine, now. */
bool clock_watch_read(struct clock_watch *watch, struct record *record);

#endif
