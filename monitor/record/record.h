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

#define RECORD_MISSED_REASONS (FAILURE_MISSED_LAST - FAILURE_IN_FLIGHT_CAP + 1)

enum record_kind {
	RECORD_SAMPLE = 0,
	RECORD_CLOCK = 1,
	RECORD_STATUS = 2, /* the monitor's own state, once a minute: see stats.h */
	RECORD_GAP = 3,    /* made by the spool: records that were numbered and are not there */
};

/* What a stamp probe (RFC 8762) adds to its sample; packets 0: the sample has none of it. */
struct record_stamp {
	int32_t reflector_us; /* mean time in the reflector, already taken off rtt_us; -1 unknown */
	int32_t forward_us;   /* mean one-way delays; -1 unless both clocks have a known bound */
	int32_t backward_us;
	int32_t one_way_error_us; /* sum of the two clocks' bounds; -1 unknown */
	/*
	 * Packets lost on each way as a stateful reflector's own numbers tell, since the target's last record that has
	 * them: an answer tells where those before it were lost, also those of earlier probes. -1 not told.
	 */
	int32_t lost_forward, lost_backward;
	int16_t packets; /* sent */
	int16_t lost;    /* of them without an answer within the timeout */
};

/* The monitor's own state: what it counted since its last status record, and what there is at the time of this one. */
struct record_status {
	int32_t period_ms;                     /* counted over */
	int32_t up, down;                      /* samples */
	int32_t missed[RECORD_MISSED_REASONS]; /* by failure less FAILURE_IN_FLIGHT_CAP */
	int32_t lateness_p50_us, lateness_p99_us, lateness_most_us; /* of the sends */
	int32_t cpu_ms;                                             /* used, all threads */
	int32_t memory_kb;                                          /* resident; -1 unknown */
	int32_t in_flight, in_flight_most;                          /* probes; the most since the start */
	int32_t handshakes_waiting;                                 /* gate.h */
	int64_t spool_records, spool_bytes; /* waiting, on disk and in memory; room they take on disk */
	int64_t spool_lost;                 /* records that could not be kept, since the start */
	int64_t ship_lag_us;                /* age of the oldest record that PostgreSQL has not; 0 none */
};

/* Why records are not there; stored, never to be renumbered. */
enum record_gap_reason {
	GAP_FULL = 1,    /* the disk took nothing for so long that the queue in memory was full */
	GAP_INVALID = 2, /* a record that contradicted itself */
	GAP_DAMAGED = 3, /* the file on disk was damaged, deleted, or replaced by an older copy */
	GAP_REFUSED = 4, /* PostgreSQL refuses the row for ever: it is kept in the spool's table "refused" */
	GAP_FORGOTTEN = 5, /* PostgreSQL had confirmed them, so the spool let them go, and has them no more */
};

/* The numbers that end with the row's own; scheduled_us is when the first of them was due, 0 unknown. */
struct record_gap {
	int64_t count;
	int64_t until_us; /* when the last of them was due, 0 unknown */
	uint8_t reason;   /* enum record_gap_reason */
};

struct record {
	int64_t scheduled_us; /* when it was due; of a clock or status record, when the state was read */
	int64_t sent_us;      /* wall clock at the send; 0 for a sample that was never sent */
	int64_t certificate_expiry_us; /* notAfter of the server's certificate; 0 when none was seen */
	int64_t max_error_us; /* clock: bound of the clock's error; status: the error itself; -1 unknown */
	int32_t target;       /* number in the registry; 0 unless a sample */
	int32_t lateness_us;  /* send time minus scheduled time, on the monotonic clock */
	int32_t rtt_us;       /* the round trip that counts; -1 unless up */
	/* HTTP phases, cumulative as in libcurl */
	int32_t name_us, connect_us, tls_us, first_byte_us, total_us;
	int16_t http_status;  /* 0 when no status line was received */
	uint8_t kind;         /* enum record_kind */
	uint8_t outcome;      /* enum sample_outcome */
	uint8_t failure;      /* enum sample_failure */
	uint8_t synchronised; /* clock and status record: 1 the kernel says so */
	union {
		struct record_stamp stamp;   /* of a sample */
		struct record_status status; /* of a status record */
		struct record_gap gap;       /* of a gap */
		int64_t stepped_us; /* clock: the time of day was stepped by that much; 0 it was not */
	};
};

/* A record of that kind and instant (UTC µs) of which nothing else is known: -1 where a duration may stand, else 0. */
struct record record_blank(enum record_kind kind, int64_t scheduled_us);

/* A gap of count numbers. from_us, until_us: when the first and the last of them were due (UTC µs), 0 unknown. */
struct record record_of_gap(enum record_gap_reason reason, int64_t count, int64_t from_us, int64_t until_us);

/* The sample is missed for a reason of this side: what it had observed is as if it had not been sent. */
void record_miss(struct record *record, enum sample_failure why);

/* A duration or count as a record has it: no more than INT32_MAX, which is 35 minutes of µs. */
static inline int32_t record_fit32(int64_t value)
{
	return value < INT32_MAX ? (int32_t)value : INT32_MAX;
}

/* What contradicts itself in a record ("an outcome up with a failure"), or NULL when it may be kept. */
const char *record_fault(const struct record *record);

#endif
