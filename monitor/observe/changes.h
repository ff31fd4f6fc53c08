/*
 * changes: how many of the targets' changes of state get a line of their own in the log.
 *
 * When a line fails, thousands of targets go down together: the log must still be read, and journald drops what comes
 * too fast, also what matters. So CHANGES_AT_ONCE lines after a quiet time, then one a second; the others are counted,
 * and told as a sum every CHANGES_SUM_US. Samples are not touched: each is kept. No clock, no output.
 *
 *     if (changes_admit(&changes, SAMPLE_DOWN, now)) log_line(…);
 *     if (changes_sum(&changes, now, &sum)) log_line(…);          every turn; changes_rest() at the end
 */
#ifndef GOVSLA_MONITOR_CHANGES_H
#define GOVSLA_MONITOR_CHANGES_H

#include "base/sample.h"
#include "monitor/observe/bucket.h"
#include "monitor/record/moment.h"

#include <stdbool.h>
#include <stdint.h>

#define CHANGES_AT_ONCE 50
#define CHANGES_SUM_US  INT64_C(10000000)

/* Changes without a line of their own, by what they led to. */
struct changes_sum {
	int64_t up, down, missed;
};

struct changes { /* all zero at the start */
	struct bucket lines;
	struct changes_sum left;
	struct moment since; /* of the first that is in left */
};

/* Whether this change has a line of its own; if not, it is counted. */
bool changes_admit(struct changes *changes, enum sample_outcome outcome, struct moment now);

/* Whether it is time to tell of those without a line; then they are in sum, and counted no more. */
bool changes_sum(struct changes *changes, struct moment now, struct changes_sum *sum);

/* The same at the end, when it is time for whatever there is. */
bool changes_rest(struct changes *changes, struct changes_sum *sum);

#endif
