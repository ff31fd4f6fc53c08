/*
 * clock: what the kernel says of this machine's clock, as records.
 *
 * A sample's times are worth what the clock was worth: synchronised or not, and by how much it may be wrong.
 * The state is recorded at the start and when it changes, through the same spool as the samples. This reads,
 * it does not set the clock and does not ask any time server.
 *
 * The kernel's maximum error is known only where the daemon that disciplines it tells: 16,000,000 µs is the
 * kernel's "never told", and systemd-timesyncd writes 0. Both are unknown (-1), never zero. Source:
 * ntp_adjtime(3), RFC 5905 section 11.2; adjtimex STA_UNSYNC.
 *
 *     struct clock_watch watch = { 0 };
 *     every minute: if (clock_watch_read(&watch, now_us, &record)) spool_put(spool, &record);
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

/* The rule for what the kernel gives: status bits, maxerror in µs, and the return value of ntp_adjtime. */
struct clock_state clock_state_of(int result, int status, int64_t maxerror_us);

/* Remembers what was recorded last; all zero at the start. */
struct clock_watch {
	struct clock_state last;
	bool recorded;
};

/*
 * Whether state is to be recorded, and if so fills record (at now_us, UTC µs). What is recorded is not the error
 * itself, which creeps with every second, but a bound that holds until the next record: the next power of two.
 * Recorded at the first time, when synchronised changes, when the bound becomes known or unknown, when the error
 * exceeds the recorded bound, and when it would fit a quarter of it.
 */
bool clock_watch_take(struct clock_watch *watch, struct clock_state state, int64_t now_us,
                      struct record *record);

/* clock_watch_take() of clock_state_read(). */
bool clock_watch_read(struct clock_watch *watch, int64_t now_us, struct record *record);

#endif
