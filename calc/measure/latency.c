/*
 * latency: mean, percentiles and loss of the received samples of a service in its period, outside exclusions.
 *
 * The mean is the mean of what was received (RFC 2681 leaves a lost packet's delay undefined); loss is
 * reported beside it (RFC 6673). Percentiles are by nearest rank: the smallest received value that at least p
 * per cent of the received values do not exceed.
 */
#include "calc/measure/delay.h"
#include "calc/measure/method.h"

#include <string.h>

struct population {
	const struct span_set *counted; /* ticks */
	uint32_t *rtt_us;
	size_t received, timed, sent, room; /* timed: received, and the round trip is known */
	int64_t sum_us;
	size_t lost;       /* sent, not received, and not behind a failing hop */
	int64_t waited_us; /* their timeouts */
	bool has_timeouts; /* of every observation */
};

static bool counts(const struct population *p, const struct sample *s)
{
	return s->outcome != SAMPLE_MISSED && span_set_holds(p->counted, tick_of(s->scheduled_us));
}

static void count_room(void *context, const struct observation *o)
{
	struct population *p = context;

	p->room += o->sample_count;
	p->has_timeouts = p->has_timeouts && o->timeout_us > 0;
}

static void collect(void *context, const struct observation *o)
{
	struct population *p = context;

	for (size_t i = 0; i < o->sample_count; i++) {
		const struct sample *s = &o->samples[i];

		if (!counts(p, s))
			continue;
		p->sent++;
		p->lost += s->outcome == SAMPLE_DOWN;
		p->waited_us += s->outcome == SAMPLE_DOWN ? o->timeout_us : 0;
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

/* The mean had each lost sample come back at its timeout: shown beside the mean, never judged. */
static int mean_with_timeouts(struct judge *j, const struct service *s, const struct population *p, int sum,
                              int timed)
{
	if (!p->has_timeouts || p->room == 0)
		return FIGURE_UNKNOWN;
	return derive(j->book, "mean round trip with the timeouts of lost samples, ms", NULL,
	              "($1 + $2) / ($3 + $4) / 1000", 4,
	              (int[]){ sum,
	                       derive_given_int(j->book, "sum of the timeouts of lost samples, µs", s->id,
	                                        p->waited_us),
	                       timed, derive_given_int(j->book, "samples lost", s->id, (long long)p->lost) });
}

static struct latency_figures figures(struct judge *j, const struct service *s, const struct level *l,
                                      const struct population *p)
{
	const char *clause = l->clause ? l->clause : "mean of the received samples";
	struct latency_figures f;
	int sum, timed;

	f.received = derive_given_int(j->book, "samples received", s->id, (long long)p->received);
	f.sent = derive_given_int(j->book, "samples sent", s->id, (long long)p->sent);
	sum = derive_given_int(j->book, "sum of round trips, µs", s->id, p->sum_us);
	timed = p->timed == p->received
	            ? f.received
	            : derive_given_int(j->book, "samples received whose round trip is known", s->id,
	                               (long long)p->timed);
	f.mean = derive(j->book, "mean round trip, ms", clause, "$1 / $2 / 1000", 2, (int[]){ sum, timed });
	f.p50 = nearest_rank(j, "p50, ms", p, 50);
	f.p95 = nearest_rank(j, "p95, ms", p, 95);
	f.p99 = nearest_rank(j, "p99, ms", p, 99);
	f.loss = derive(j->book, "loss", NULL, "($1 - $2) / $1", 2, (int[]){ f.sent, f.received });
	f.with_timeouts = mean_with_timeouts(j, s, p, sum, timed);
	f.coverage = delay_coverage(j, s, p->counted);
	f.excluded = FIGURE_UNKNOWN;
	return f;
}

void method_latency_mean(struct judge *j, const struct service *s, struct level_result *r,
                         const struct span_set *excluded)
{
	struct span_set counted = delay_counted(j, s, r->level, excluded);
	struct population p = { .counted = &counted, .has_timeouts = true };

	judge_each_observation(j, s, count_room, &p);
	p.rtt_us = arena_array(j->arena, p.room, sizeof *p.rtt_us);
	judge_each_observation(j, s, collect, &p);
	sort(j->arena, p.rtt_us, p.timed);
	r->latency = figures(j, s, r->level, &p);
	r->latency.excluded = delay_excluded(j, r->level, excluded);
	r->measure = (struct measure){ r->latency.mean, r->latency.mean, r->latency.mean };
	r->unbounded =
	    r->latency.mean < 0 || !delay_covers_enough(j, s->terms, r->level, r->latency.coverage);
}
