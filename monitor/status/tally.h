/*
 * tally: what came of the samples of a time: how many, of what they failed, how late they were sent.
 *
 * Counts records as they pass (stats.h shows them); judges nothing, keeps no record.
 */
#ifndef GOVSLA_MONITOR_TALLY_H
#define GOVSLA_MONITOR_TALLY_H

#include "monitor/status/lateness.h"
#include "monitor/record/record.h"

#include <stdint.h>

struct tally { /* all zero at the start */
	int64_t up, down, missed;
	int64_t failed[FAILURE_MISSED_LAST + 1]; /* by enum sample_failure, those of down and of missed */
	struct lateness lateness;
};

/* Counts a sample; other kinds of records are left out. */
void tally_count(struct tally *tally, const struct record *record);

#endif
