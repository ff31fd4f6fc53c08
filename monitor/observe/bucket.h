/*
 * bucket: a token bucket. So many a second, and a few at once after a pause.
 *
 * Whole numbers only: a token is BUCKET_TOKEN parts, and each µs adds rate_per_s parts, up to the burst. No clock:
 * the caller says what time it is, on a clock that does not go back.
 *
 *     bucket_set(&bucket, 50, 10, now);        50 a second, 10 at once; full at the beginning
 *     if (bucket_take(&bucket, now)) ...       a token was there
 *     else look again in bucket_wait_us(&bucket, now)
 */
#ifndef GOVSLA_MONITOR_BUCKET_H
#define GOVSLA_MONITOR_BUCKET_H

#include "monitor/record/moment.h"

#include <stdbool.h>
#include <stdint.h>

#define BUCKET_TOKEN INT64_C(1000000) /* parts: µs in a second */

struct bucket { /* all zero: not set yet */
	int64_t rate_per_s, burst;
	int64_t parts; /* in it at the moment */
	struct moment filled;
};

/*
 * Sets rate and burst (1 to 1,000,000 each). What is in a bucket that was set before stays in it, as far as the new
 * burst allows; a new one is full.
 */
void bucket_set(struct bucket *bucket, int64_t rate_per_s, int64_t burst, struct moment now);

/* Takes a token out. False when there is none. */
bool bucket_take(struct bucket *bucket, struct moment now);

/* µs until there is a token; 0 when there is one. */
int64_t bucket_wait_us(struct bucket *bucket, struct moment now);

#endif
