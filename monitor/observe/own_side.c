#include "monitor/observe/own_side.h"

#include "base/sample.h"

#include <stdlib.h>

/* ---- what is remembered ---- */

static struct own_side_probe *probe_at(const struct own_side_reference *r, int64_t number)
{
	return &r->probes[number % (int64_t)r->size];
}

static int64_t oldest(const struct own_side_reference *r)
{
	return r->sent > (int64_t)r->size ? r->sent - (int64_t)r->size : 0;
}

int own_side_init(struct own_side_reference *r, size_t keep, int64_t reach_us, struct error *err)
{
	struct own_side_reference next = *r;

	if (keep > r->size) {
		next.size = keep;
		next.probes = calloc(keep, sizeof *next.probes);
		if (!next.probes)
			return error_set(err, ERROR_MEMORY, "out of memory");
		for (int64_t n = oldest(r); n < r->sent; n++)
			*probe_at(&next, n) = *probe_at(r, n);
		free(r->probes);
	}
	next.reach_us = reach_us;
	*r = next;
	return 0;
}

void own_side_release(struct own_side_reference *r)
{
	free(r->probes);
	*r = (struct own_side_reference){ 0 };
}

int64_t own_side_sent(struct own_side_reference *r, int64_t sent_us)
{
	*probe_at(r, r->sent) = (struct own_side_probe){ sent_us, OWN_SIDE_PENDING };
	return r->sent++;
}

void own_side_ended(struct own_side_reference *r, int64_t number, enum own_side_result result)
{
	if (number >= oldest(r))
		probe_at(r, number)->result = result;
}

/* ---- classes ---- */

bool own_side_may_be(int failure)
{
	return failure == FAILURE_TIMEOUT || failure == FAILURE_DNS || failure == FAILURE_UNREACHABLE ||
	       failure == FAILURE_RESET || failure == FAILURE_LOSS;
}

enum own_side_result own_side_result_of(int outcome, int failure)
{
	if (outcome == SAMPLE_MISSED && failure == FAILURE_OWN_SIDE)
		return OWN_SIDE_ANSWERED; /* by a certificate that could not be judged: tls_watch.h */
	if (outcome == SAMPLE_MISSED)
		return failure == FAILURE_SEND ? OWN_SIDE_FAILED : OWN_SIDE_UNKNOWN;
	return outcome == SAMPLE_DOWN && own_side_may_be(failure) ? OWN_SIDE_FAILED : OWN_SIDE_ANSWERED;
}

/* ---- judging ---- */

/* The number of the first probe that was sent at or after an instant; r->sent when there is none. */
static int64_t first_from(const struct own_side_reference *r, int64_t sent_us)
{
	int64_t low = oldest(r), high = r->sent;

	while (low < high) {
		int64_t middle = low + (high - low) / 2;

		if (probe_at(r, middle)->sent_us < sent_us)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static enum own_side_result before(const struct own_side_reference *r, int64_t sent_us)
{
	for (int64_t n = first_from(r, sent_us) - 1; n >= oldest(r); n--) {
		const struct own_side_probe *probe = probe_at(r, n);

		if (sent_us - probe->sent_us > r->reach_us)
			break;
		if (probe->result != OWN_SIDE_UNKNOWN)
			return probe->result;
	}
	return OWN_SIDE_UNKNOWN;
}

static enum own_side_result after(const struct own_side_reference *r, int64_t sent_us, int64_t now_us)
{
	for (int64_t n = first_from(r, sent_us); n < r->sent; n++) {
		const struct own_side_probe *probe = probe_at(r, n);

		if (probe->sent_us - sent_us > r->reach_us)
			return OWN_SIDE_UNKNOWN;
		if (probe->result != OWN_SIDE_UNKNOWN)
			return probe->result;
	}
	return now_us - sent_us > r->reach_us ? OWN_SIDE_UNKNOWN : OWN_SIDE_PENDING;
}

/* Of all references on one side: YES all failed, NO not all, WAIT as long as it may be all. */
static enum own_side_verdict add(enum own_side_verdict so_far, enum own_side_result result)
{
	if (so_far == OWN_SIDE_NO || result == OWN_SIDE_ANSWERED || result == OWN_SIDE_UNKNOWN)
		return OWN_SIDE_NO;
	return result == OWN_SIDE_PENDING ? OWN_SIDE_WAIT : so_far;
}

enum own_side_verdict own_side_judge(struct own_side_reference *const *references, size_t count,
                                     int64_t sent_us, int64_t now_us)
{
	enum own_side_verdict earlier = OWN_SIDE_YES, later = OWN_SIDE_YES;

	if (!count)
		return OWN_SIDE_NO;
	for (size_t i = 0; i < count; i++) {
		earlier = add(earlier, before(references[i], sent_us));
		later = add(later, after(references[i], sent_us, now_us));
	}
	if (earlier == OWN_SIDE_YES || later == OWN_SIDE_YES)
		return OWN_SIDE_YES;
	return earlier == OWN_SIDE_WAIT || later == OWN_SIDE_WAIT ? OWN_SIDE_WAIT : OWN_SIDE_NO;
}
