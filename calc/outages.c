/*
 * outages: the stretches of a service's timeline that are down or may be, and what was seen of each.
 */
#include "calc/judge.h"

struct failures {
	struct span possible; /* µs */
	int64_t before;       /* µs: the end of the period */
	int count, by_class[256];
};

static void count_failures(void *context, const struct observation *o)
{
	struct failures *f = context;

	for (size_t i = 0; i < o->sample_count; i++) {
		int64_t at = o->samples[i].scheduled_us;

		/* the sample that ends the stretch belongs to it: it may be the last that failed */
		if (o->samples[i].outcome != SAMPLE_DOWN || at < f->possible.start || at > f->possible.end ||
		    at >= f->before)
			continue;
		f->count++;
		f->by_class[o->samples[i].failure]++;
	}
}

static void describe_failures(const struct judge *j, const struct service *s, struct outage *o)
{
	struct failures f = { .possible = o->possible, .before = j->c->period.span.end };

	judge_each_observation(j, s, count_failures, &f);
	o->failed_samples = f.count;
	for (int i = 1; i < 256; i++)
		if (f.by_class[i] > f.by_class[o->failure])
			o->failure = i;
}

static bool is_open(enum state state)
{
	return state == STATE_DOWN || state == STATE_EITHER;
}

void judge_outages(struct judge *j, struct service_result *r)
{
	const struct timeline *t = &r->timeline;
	struct outage *o = NULL;

	r->outages = arena_array(j->arena, t->count, sizeof *r->outages);
	for (size_t i = 0; i < t->count; i++) {
		struct span us = { t->runs[i].span.start / TICKS_PER_US, t->runs[i].span.end / TICKS_PER_US };

		if (!is_open(t->runs[i].state)) {
			o = NULL;
			continue;
		}
		if (!o) {
			o = &r->outages[r->outage_count++];
			o->possible = us;
		}
		o->possible.end = us.end;
		if (t->runs[i].state == STATE_DOWN) {
			if (!span_length(o->certain))
				o->certain = us;
			o->certain.end = us.end;
			o->least_us += span_length(us);
		}
	}
	for (size_t i = 0; i < r->outage_count; i++)
		describe_failures(j, r->service, &r->outages[i]);
}
