/*
 * stamp_sum: what the answers of a stamp probe come to: mean round trip, one-way delays, loss by direction. Pure.
 *
 *     struct stamp_sum sum = { 0 };
 *     stamp_sum_add(&sum, &request, &answer, &receipt);         each answered packet, once
 *     stamp_sum_delays(&sum, our_bound_us, &record.stamp);      returns the round trip
 *
 *     struct stamp_span span = { 0 };                           one probe's answers as loss sees them
 *     stamp_span_add(&span, request_sequence, answer_sequence);
 *     stamp_loss_settle(&loss, &span, &forward, &backward);     in the order of the probes
 *
 * Loss by direction. A stateful reflector numbers the answers that it sends, a session's first being 0 (RFC 8762 section
 * 4.3). Between two answers that came back, the requests sent are known, and by their numbers the answers sent: fewer
 * answers than requests were lost on the way there, fewer received than sent on the way back. So a loss is told by the
 * next answer, maybe of a later probe, and never by silence. Where the numbers cannot be those of one session (they
 * stand still, go back, or count more answers than there were requests: the reflector restarted, forgot the session, or
 * a network doubled packets) nothing is told, and counting begins anew from there. Numbers wrap at 2^32.
 */
#ifndef GOVSLA_MONITOR_STAMP_SUM_H
#define GOVSLA_MONITOR_STAMP_SUM_H

#include "monitor/record/record.h"
#include "monitor/stamp/stamp.h"

#include <stdbool.h>
#include <stdint.h>

/* ---- delays ---- */

struct stamp_receipt {
	int64_t trip_ns;  /* from the send of the request to the receipt of its answer */
	int64_t stamp_ns; /* the kernel's time of the receipt, time of day; 0: none that can be used */
};

struct stamp_sum { /* all zero: no answer yet */
	int64_t answers;
	int64_t trip_ns; /* of all */
	int64_t dwelt;   /* answers whose time in the reflector is known */
	int64_t dwelt_trip_ns, dwell_ns;
	int64_t ways; /* answers whose one-way delays can be known */
	int64_t forward_ns, backward_ns;
	int64_t our_bound_us, their_bound_us; /* the greatest of what packets said */
};

void stamp_sum_add(struct stamp_sum *sum, const struct stamp_request *request,
                   const struct stamp_answer *answer, const struct stamp_receipt *receipt);

/*
 * Sets reflector, one-way delays and their error. Returns the mean round trip in µs, half a µs rounded up, after the
 * time in the reflector was taken off; answers whose time there is impossible (below zero, longer than the round trip:
 * its clock was stepped) are left out; when there are no others, it is not taken off and reflector_us is -1.
 *
 * One-way delays are given when every answer came with a bound of the reflector's clock, in NTP's format (PTP's is not
 * of UTC), each request was sent with one of ours, and our_bound_us, that of now, is known (-1: not). A delay below zero within the sum of both bounds is 0; beyond it the
 * bounds are wrong, and nothing is given. sum->answers is not 0.
 */
int64_t stamp_sum_delays(const struct stamp_sum *sum, int64_t our_bound_us, struct record_stamp *out);

/* ---- loss by direction ---- */

struct stamp_span { /* all zero: no answer */
	uint32_t answered;
	uint32_t first_request, first_answer; /* the lowest */
	uint32_t last_request, last_answer;   /* the highest */
	uint32_t doubled;                     /* answers which were second ones to the same request */
};

/* An answer, each of a probe once. */
void stamp_span_add(struct stamp_span *span, uint32_t request, uint32_t answer);

struct stamp_loss { /* of a session; all zero at its start */
	bool begun;
	uint32_t request, answer; /* up to which all is told */
	uint32_t doubled;         /* answers after that which were second ones to the same request */
};

/* A second answer to a request, with a number of its own: the request was doubled on its way. */
void stamp_span_doubled(struct stamp_span *span, uint32_t answer);

/* The same of a span that is settled. */
void stamp_loss_doubled(struct stamp_loss *loss, uint32_t answer);

/* Returns whether something is told since the last time; *forward and *backward may then be 0. */
bool stamp_loss_settle(struct stamp_loss *loss, const struct stamp_span *span, int32_t *forward,
                       int32_t *backward);

/* Nothing before the span's last answer shall be told. */
void stamp_loss_restart(struct stamp_loss *loss, const struct stamp_span *span);

#endif
