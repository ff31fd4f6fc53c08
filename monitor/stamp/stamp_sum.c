#include "monitor/stamp/stamp_sum.h"

#include <stdlib.h>

/* ---- delays ---- */

#define WAY_MOST_NS INT64_C(1000000000000000) /* 11 days: whatever its bound says, that clock is wrong */

static int64_t greater(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static void add_ways(struct stamp_sum *sum, const struct stamp_request *request,
                     const struct stamp_answer *answer, int64_t stamp_ns)
{
	int64_t ours_us = stamp_error_us(request->error), theirs_us = stamp_error_us(answer->error);
	int64_t forward_ns, backward_ns;

	if (!stamp_ns || ours_us < 0 || theirs_us < 0 || answer->error & STAMP_PTP)
		return;
	forward_ns = stamp_between_ns(request->timestamp, answer->received, 0);
	backward_ns = stamp_between_ns(answer->timestamp, stamp_time(stamp_ns), 0);
	if (llabs(forward_ns) > WAY_MOST_NS || llabs(backward_ns) > WAY_MOST_NS)
		return;
	sum->ways++;
	sum->forward_ns += forward_ns;
	sum->backward_ns += backward_ns;
	sum->our_bound_us = greater(ours_us, sum->our_bound_us);
	sum->their_bound_us = greater(theirs_us, sum->their_bound_us);
}

void stamp_sum_add(struct stamp_sum *sum, const struct stamp_request *request,
                   const struct stamp_answer *answer, const struct stamp_receipt *receipt)
{
	int64_t dwell_ns = stamp_between_ns(answer->received, answer->timestamp, answer->error);

	sum->answers++;
	sum->trip_ns += receipt->trip_ns;
	if (dwell_ns < 0 || dwell_ns > receipt->trip_ns)
		return; /* no way to tell which of its times is wrong */
	sum->dwelt++;
	sum->dwelt_trip_ns += receipt->trip_ns;
	sum->dwell_ns += dwell_ns;
	add_ways(sum, request, answer, receipt->stamp_ns);
}

/* Mean in µs, half a µs up. */
static int64_t mean_us(int64_t sum_ns, int64_t count)
{
	int64_t twice = 2 * sum_ns + count * 1000, unit = 2 * count * 1000;

	return twice >= 0 ? twice / unit : -((unit - 1 - twice) / unit);
}

static void one_way(const struct stamp_sum *sum, int64_t our_bound_us, struct record_stamp *out)
{
	int64_t error_us = greater(our_bound_us, sum->our_bound_us) + sum->their_bound_us, forward_us,
	        backward_us;

	if (our_bound_us < 0 || sum->ways == 0 || sum->ways < sum->answers || error_us > INT32_MAX)
		return;
	forward_us = mean_us(sum->forward_ns, sum->ways);
	backward_us = mean_us(sum->backward_ns, sum->ways);
	if (forward_us < -error_us || backward_us < -error_us)
		return;
	out->forward_us = record_fit32(forward_us < 0 ? 0 : forward_us);
	out->backward_us = record_fit32(backward_us < 0 ? 0 : backward_us);
	out->one_way_error_us = (int32_t)error_us;
}

int64_t stamp_sum_delays(const struct stamp_sum *sum, int64_t our_bound_us, struct record_stamp *out)
{
	out->reflector_us = out->forward_us = out->backward_us = out->one_way_error_us = -1;
	one_way(sum, our_bound_us, out);
	if (sum->dwelt == 0)
		return mean_us(sum->trip_ns, sum->answers);
	out->reflector_us = record_fit32(mean_us(sum->dwell_ns, sum->dwelt));
	return mean_us(sum->dwelt_trip_ns - sum->dwell_ns, sum->dwelt);
}

/* ---- loss by direction ---- */

static bool is_after(uint32_t a, uint32_t b) /* in numbers that wrap */
{
	return (int32_t)(a - b) > 0;
}

void stamp_span_add(struct stamp_span *span, uint32_t request, uint32_t answer)
{
	if (span->answered++ == 0) {
		span->first_request = span->last_request = request;
		span->first_answer = span->last_answer = answer;
		return;
	}
	if (is_after(span->first_request, request))
		span->first_request = request;
	if (is_after(span->first_answer, answer))
		span->first_answer = answer;
	if (is_after(request, span->last_request))
		span->last_request = request;
	if (is_after(answer, span->last_answer))
		span->last_answer = answer;
}

void stamp_span_doubled(struct stamp_span *span, uint32_t answer)
{
	span->doubled++;
	if (is_after(answer, span->last_answer))
		span->last_answer = answer;
}

void stamp_loss_doubled(struct stamp_loss *loss, uint32_t answer)
{
	if (loss->begun && is_after(answer, loss->answer))
		loss->doubled++;
}

void stamp_loss_restart(struct stamp_loss *loss, const struct stamp_span *span)
{
	if (span->answered)
		*loss = (struct stamp_loss){ true, span->last_request, span->last_answer, 0 };
	else
		*loss = (struct stamp_loss){ 0 };
}

bool stamp_loss_settle(struct stamp_loss *loss, const struct stamp_span *span, int32_t *forward,
                       int32_t *backward)
{
	struct stamp_loss from = *loss;
	uint32_t answered = span->answered, requests, answers;

	if (!answered)
		return false;
	stamp_loss_restart(loss, span);
	if (!from.begun) {
		from.request = span->first_request;
		from.answer = span->first_answer;
		answered--;
	}
	requests = span->last_request - from.request;
	answers = span->last_answer - from.answer - from.doubled - span->doubled;
	if (requests > INT32_MAX || answers > requests || answers < answered)
		return false;
	*forward = (int32_t)(requests - answers);
	*backward = (int32_t)(answers - answered);
	return true;
}
