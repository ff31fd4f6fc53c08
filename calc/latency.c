/*
 * latency: mean, percentiles and loss of the received samples of a service in its period, outside exclusions.
 *
 * The mean is the mean of what was received (RFC 2681 leaves a lost packet's delay undefined); loss is
 * reported beside it (RFC 6673). Percentiles are by nearest rank: the smallest received value that at least p
 * per cent of the received values do not exceed.
 */
#include "calc/judge.h"
#include "calc/method.h"

#include <string.h>

struct population {
	const struct judge *judge;
	const struct span_set *skip; /* ticks */
	uint32_t *rtt_us;
	size_t received, timed, sent, room; /* timed: received, and the round trip is known */
	int64_t sum_us;
};

static bool counts(const struct population *p, const struct sample *s)
{
	int64_t at = tick_of(s->scheduled_us);

	return s->outcome != SAMPLE_MISSED && span_holds(p->judge->period, at) &&
	       !span_set_holds(p->skip, at);
}

static void count_room(void *context, const struct observation *o)
{
	((struct population *)context)->room += o->sample_count;
}

static void collect(void *context, const struct observation *o)
{
	struct population *p = context;

	for (size_t i = 0; i < o->sample_count; i++) {
		const struct sample *s = &o->samples[i];

		if (!counts(p, s))
			continue;
		p->sent++;
		if (s->outcome != SAMPLE_UP)
			continue;
		p->received++;
		if (s->rtt_us < 0)
			continue;
		p->rtt_us[p->timed++] = (uint32_t)s->rtt_us;
		p->sum_us += s->rtt_us;
	}
}

#define DIGIT_BITS 11
#define DIGITS     3
#define BUCKETS    (1u << DIGIT_BITS)

/* Radix sort: a month of 60 s samples in well under a millisecond. */
static void sort(struct arena *a, uint32_t *values, size_t count)
{
	uint32_t *from = values, *to = arena_array(a, count, sizeof *to);
	size_t *start = arena_array(a, BUCKETS, sizeof *start);

	for (unsigned digit = 0; digit < DIGITS; digit++) {
		unsigned shift = digit * DIGIT_BITS;
		size_t sum = 0;
		uint32_t *swap = from;

		memset(start, 0, BUCKETS * sizeof *start);
		for (size_t i = 0; i < count; i++)
			start[(from[i] >> shift) % BUCKETS]++;
		for (size_t i = 0; i < BUCKETS; i++) {
			size_t here = start[i];

			start[i] = sum;
			sum += here;
		}
		for (size_t i = 0; i < count; i++)
			to[start[(from[i] >> shift) % BUCKETS]++] = from[i];
		from = to;
		to = swap;
	}
	if (from != values)
		memcpy(values, from, count * sizeof *values);
}

static int nearest_rank(struct judge *j, const char *label, const struct population *p, size_t per_cent)
{
	size_t rank = (per_cent * p->timed + 99) / 100;
	char text[32];

	if (p->timed == 0)
		return FIGURE_UNKNOWN;
	snprintf(text, sizeof text, "%u.%03u", p->rtt_us[rank - 1] / 1000, p->rtt_us[rank - 1] % 1000);
	return derive_given(j->book, label, "nearest rank of the received samples, ms", text);
}

/* The measured share of the time that was not excluded. */
static int time_coverage(struct judge *j, const struct service *s, const struct span_set *skip)
{
	struct timeline t = judge_service_timeline(j, s, READING_RANGE);
	int64_t sums[STATE_COUNT], total = span_length(j->period) - span_set_length(skip);
	int denominator, unmeasured;

	timeline_sums(&t, skip, sums);
	denominator = judge_seconds(j, "time not excluded", "period", total);
	unmeasured =
	    judge_seconds(j, "seconds unmeasured", s->id, sums[STATE_UNMEASURED] + sums[STATE_OBSCURED]);
	return derive(j->book, "coverage", NULL, "($1 - $2) / $1", 2, (int[]){ denominator, unmeasured });
}

/* Without enough measured time the mean says nothing: it may have been anything. */
static bool covers_enough(struct judge *j, const struct terms *t, const struct level *l, int coverage)
{
	int least;

	if (!l->min_coverage)
		return true;
	least = derive_given(j->book, "least coverage", t->id, l->min_coverage);
	return coverage >= 0 && book_compare(j->book, coverage, least) >= 0;
}

void method_latency_mean(struct judge *j, const struct service *s, struct level_result *r,
                         const struct span_set *excluded)
{
	const struct level *l = r->level;
	const struct span_set none = { NULL, 0 };
	const struct span_set *skip = l->excluded_time == EXCLUDED_IGNORE ? &none : excluded;
	struct population p = { .judge = j, .skip = skip };
	const char *clause = l->clause ? l->clause : "mean of the received samples";
	struct latency_figures f;
	int sum, timed;

	judge_each_observation(j, s, count_room, &p);
	p.rtt_us = arena_array(j->arena, p.room, sizeof *p.rtt_us);
	judge_each_observation(j, s, collect, &p);
	sort(j->arena, p.rtt_us, p.timed);
	f.received = derive_given_int(j->book, "samples received", s->id, (long long)p.received);
	f.sent = derive_given_int(j->book, "samples sent", s->id, (long long)p.sent);
	sum = derive_given_int(j->book, "sum of round trips, µs", s->id, p.sum_us);
	timed = p.timed == p.received
	            ? f.received
	            : derive_given_int(j->book, "samples received whose round trip is known", s->id,
	                               (long long)p.timed);
	f.mean = derive(j->book, "mean round trip, ms", clause, "$1 / $2 / 1000", 2, (int[]){ sum, timed });
	f.p50 = nearest_rank(j, "p50, ms", &p, 50);
	f.p95 = nearest_rank(j, "p95, ms", &p, 95);
	f.p99 = nearest_rank(j, "p99, ms", &p, 99);
	f.loss = derive(j->book, "loss", NULL, "($1 - $2) / $1", 2, (int[]){ f.sent, f.received });
	f.coverage = time_coverage(j, s, skip);
	f.with_timeouts = FIGURE_UNKNOWN;
	f.excluded = judge_seconds(j, "seconds excluded", "accepted exclusions", span_set_length(skip));
	r->latency = f;
	r->measure = (struct measure){ f.mean, f.mean, f.mean };
	r->unbounded = f.mean < 0 || !covers_enough(j, s->terms, l, f.coverage);
}
