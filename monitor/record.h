/*
 * record: a sample as slamon keeps it, from the probe through the spool to PostgreSQL.
 *
 * The seam between the observing half (probes) and the keeping half (spool, ship). Plain data without pointers:
 * it is copied between threads. Times of day are UTC µs; durations are µs; -1 where a duration does not apply.
 */
#ifndef GOVSLA_MONITOR_RECORD_H
#define GOVSLA_MONITOR_RECORD_H

#include "base/sample.h"

#include <stdint.h>

enum record_kind {
	RECORD_SAMPLE = 0,
	RECORD_CLOCK = 1,
};

struct record {
	int64_t scheduled_us;          /* when it was due; for a clock record, when the state was read */
	int64_t sent_us;               /* wall clock at the send; 0 for a sample that was never sent */
	int64_t certificate_expiry_us; /* notAfter of the server's certificate; 0 when none was seen */
	int64_t max_error_us;          /* clock record: bound of the clock's error, -1 unknown */
	int32_t target;                /* number in the registry; 0 for a clock record */
	int32_t lateness_us;           /* send time minus scheduled time, on the monotonic clock */
	int32_t rtt_us;                /* the round trip that counts; -1 unless up */
	/* HTTP phases, cumulative as in libcurl */
	int32_t name_us, connect_us, tls_us, first_byte_us, total_us;
	int16_t http_status;  /* 0 when no status line was received */
	uint8_t kind;         /* enum record_kind */
	uint8_t outcome;      /* enum sample_outcome */
	uint8_t failure;      /* enum sample_failure */
	uint8_t synchronised; /* clock record: 1 the kernel says so */
};

/* What contradicts itself in a record ("an outcome up with a failure"), or NULL when it may be kept. */
const char *record_fault(const struct record *record);

#endif
