/* spool_reading: what a spool holds, read back and added up, for the tests of the spool. */
#ifndef GOVSLA_TESTS_SPOOL_READING_H
#define GOVSLA_TESTS_SPOOL_READING_H

#include "monitor/spool/spool.h"

#include <check.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

struct reading {
	int64_t rows, damaged, last_damaged, gaps;
	struct record gap; /* the last */
	int64_t first_seq, last_seq;
	int64_t holes;  /* numbers within gaps */
	uint8_t reason; /* of the last gap */
	int32_t first_number, last_number;
	bool rising; /* the numbers of the records rose by one each time */
};

static inline bool note(void *context, int64_t seq, const struct record *record)
{
	struct reading *r = context;

	if (record && record->kind == RECORD_GAP) {
		r->holes += record->gap.count;
		r->reason = record->gap.reason;
		r->gaps++;
		r->gap = *record;
		return true;
	}
	if (r->rows++ == 0) {
		r->first_seq = seq;
		r->rising = true;
		r->first_number = record ? record->lateness_us : -1;
	} else {
		r->rising = r->rising && record && record->lateness_us == r->last_number + 1;
	}
	r->last_seq = seq;
	if (record)
		r->last_number = record->lateness_us;
	else
		r->last_damaged = seq, r->damaged++;
	return true;
}

static inline struct reading read_all(struct spool *spool, int64_t after)
{
	struct reading reading = { 0 };
	struct error err = { 0 };
	int64_t taken = spool_read(spool, after, INT64_MAX, note, &reading, &err);

	ck_assert_msg(taken == reading.rows + reading.gaps, "%s", err.text);
	return reading;
}

static inline struct spool_counters counters_of(struct spool *spool)
{
	struct spool_counters counters;

	spool_count(spool, &counters);
	return counters;
}

/* The writer works when it likes: waits up to 20 s for what it will do. */
#define WAIT_UNTIL(condition)                                                                                \
	for (int tries_ = 0; !(condition); tries_++) {                                                       \
		ck_assert_msg(tries_ < 20000, "still not: %s", #condition);                                  \
		usleep(5000);                                                                                \
	}

#endif
