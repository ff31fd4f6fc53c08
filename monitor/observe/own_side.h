/*
 * own_side: was it the monitor's own side that failed? By its neighbours in time among the references.
 *
 * A reference is a target of the monitor's own network: its router, its provider's name server. A probe that failed
 * in a way that our own side may have caused lies between two probes of each reference: the last one sent before it
 * and the first one sent at or after it. When all references failed before, or all failed after, it says nothing
 * about the target. Both neighbours, because a fault of our own begins and ends between two probes of a reference;
 * all references, because one that answers shows that our side worked.
 *
 * A reference that answers wrongly (a status, a certificate, a refusal) has answered. One that was not sent because
 * this machine could not send has failed; one that was not sent for another reason (a stop of the process, a limit)
 * was not, and the next one in time takes its place. A neighbour is no farther away than the reference's reach, its
 * interval and timeout together; what is not known counts as answered, so that nothing is excused for want of a
 * reference.
 *
 * Pure: no clock, no loop. Instants are moments of the monotonic clock in µs.
 *
 *     own_side_init(&reference, keep, reach_us, &err)
 *     slot = own_side_sent(&reference, now_us);                   at the start of a reference's probe
 *     own_side_ended(&reference, slot, own_side_result_of(outcome, failure));
 *     own_side_judge(references, count, sent_us, now_us)          for a probe that own_side_may_be() of
 *     own_side_release(&reference)
 */
#ifndef GOVSLA_MONITOR_OWN_SIDE_H
#define GOVSLA_MONITOR_OWN_SIDE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum own_side_result {
	OWN_SIDE_PENDING,  /* sent, not ended */
	OWN_SIDE_ANSWERED, /* our side works */
	OWN_SIDE_FAILED,
	OWN_SIDE_UNKNOWN, /* as if it had not been sent */
};

struct own_side_probe {
	int64_t sent_us;
	enum own_side_result result;
};

/* The last probes of a reference, in the order of their sending: a ring. */
struct own_side_reference {
	struct own_side_probe *probes;
	size_t size;
	int64_t sent; /* how many ever: number n lies at n % size */
	int64_t reach_us;
};

enum own_side_verdict {
	OWN_SIDE_WAIT, /* not known yet: ask again when a reference's probe has ended, or at its reach */
	OWN_SIDE_NO,   /* the target's or the path's fault */
	OWN_SIDE_YES,
};

/*
 * Remembers keep probes (at least 1); what it remembered before stays (a reload). All zero before the first time.
 * Returns 0 or ERROR_MEMORY, with nothing changed.
 */
int own_side_init(struct own_side_reference *r, size_t keep, int64_t reach_us, struct error *err) MUST_CHECK;

void own_side_release(struct own_side_reference *r);

/* Returns the probe's number, for own_side_ended(). Instants do not go back. */
int64_t own_side_sent(struct own_side_reference *r, int64_t sent_us);

/* Harmless for one that is no longer remembered. */
void own_side_ended(struct own_side_reference *r, int64_t number, enum own_side_result result);

/* Whether our own side may be the cause of a sample that is down by that class (enum sample_failure). */
bool own_side_may_be(int failure);

/* What a reference's own sample says about our side. */
enum own_side_result own_side_result_of(int outcome, int failure);

/* Of a probe that was sent at sent_us, as far as it is known at now_us; INT64_MAX: no reference is probed any more. */
enum own_side_verdict own_side_judge(struct own_side_reference *const *references, size_t count,
                                     int64_t sent_us, int64_t now_us);

#endif
