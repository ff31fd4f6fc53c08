/*
 * verdict: how a probe ended and, when this machine could not send, why.
 *
 * The two travel together from the place where something failed to the record and the log, so that nobody is told
 * "send" without its reason and what to do about it. FAILURE_SEND is therefore made only here (tests/lint holds that).
 *
 *     return verdict_of(FAILURE_REFUSED);
 *     return verdict_not_sent(errno);
 */
#ifndef GOVSLA_MONITOR_VERDICT_H
#define GOVSLA_MONITOR_VERDICT_H

#include "base/sample.h"

#include <assert.h>
#include <errno.h>

struct verdict {
	enum sample_failure failure;
	int cause; /* of FAILURE_SEND the errno, never 0; of all others 0 */
};

/* Where a library failed inside and told no errno: "state not recoverable". */
#define VERDICT_INSIDE ENOTRECOVERABLE

/* Any but FAILURE_SEND; FAILURE_NONE: nothing failed. */
static inline struct verdict verdict_of(enum sample_failure failure)
{
	assert(failure != FAILURE_SEND);
	return (struct verdict){ failure, 0 };
}

/* This machine could not send, by that errno: no route, no buffer, no descriptor, no memory. */
static inline struct verdict verdict_not_sent(int cause)
{
	assert(cause > 0);
	return (struct verdict){ FAILURE_SEND, cause };
}

#endif
