/*
 * outages: the stretches of a service's timeline that are down or may be, who answers for each, and what every
 * observation of the service says of it.
 */
#include "calc/observe/cause.h"
#include "calc/observe/corrections.h"
#include "calc/observe/incident.h"

#include <assert.h>
#include <string.h>

/* ---- what was seen of an outage ---- */

struct failures {
	const struct judge *judge;
	struct outage *outage;
	int by_class[256];
};

/* Failed, and behind a hop that was, or may have been, down: said of that hop, not of this one. */
static bool is_obscured(const struct judge *j, const struct observation *o, size_t i)
{
	const struct observation *given = &j->c->observations[o - j->seen];

	return o->samples[i].outcome == SAMPLE_OBSCURED ||
	       (o->samples[i].outcome == SAMPLE_MISSED && given->samples[i].outcome == SAMPLE_DOWN &&
	        !corrections_hold(j, o, o->samples[i].scheduled_us));
}

static void count_failed(struct failures *f, struct witness *w, const struct sample *s)
{
	w->failed++;
	w->agrees = true;
	if (w->first_failed_us == INT64_MIN)
		w->first_failed_us = s->scheduled_us;
	w->last_failed_us = s->scheduled_us;
	f->outage->failed_samples++;
	f->by_class[s->failure]++;
}

static void ask_witness(void *context, const struct observation *o)
{
	struct failures *f = context;
	struct span possible = f->outage->possible;
	struct witness *w = &f->outage->witnesses[f->outage->witness_count++];

	*w = (struct witness){ .observation = &f->judge->c->observations[o - f->judge->seen],
		               .first_failed_us = INT64_MIN,
		               .last_failed_us = INT64_MIN };
	for (size_t i = observation_from(o, possible.start); i < o->sample_count; i++) {
		const struct sample *s = &o->samples[i];

		/* the sample that ends the stretch belongs to it: it may be the last that failed */
		if (s->scheduled_us > possible.end || s->scheduled_us >= f->judge->c->period.span.end)
			break;
		if (s->outcome == SAMPLE_DOWN)
			count_failed(f, w, s);
		else if (s->outcome == SAMPLE_UP) /* the answers that bound the stretch lie outside it */
			w->answered += s->scheduled_us > possible.start && s->scheduled_us < possible.end;
		else if (is_obscured(f->judge, o, i))
			w->obscured++;
		else
			w->missed++;
	}
}

static void count_witness(void *context, const struct observation *o)
{
	(void)o;
	(*(size_t *)context)++;
}

static void ask_witnesses(const struct judge *j, const struct service *s, struct outage *o)
{
	struct failures f = { .judge = j, .outage = o };
	size_t count = 0;

	judge_each_observation(j, s, count_witness, &count);
	o->witnesses = arena_array(j->arena, count, sizeof *o->witnesses);
	judge_each_observation(j, s, ask_witness, &f);
	for (int i = 1; i < 256; i++)
		if (f.by_class[i] > f.by_class[o->failure])
			o->failure = i;
}

/* ---- who answers for it ---- */

static int64_t overlap(const struct span_set *set, struct span us)
{
	return span_set_overlap(set, (struct span){ tick_of(us.start), tick_of(us.end) });
}

/* The timelines of a service's targets, or its own where its outages are known. */
struct suspects {
	size_t count;
	const char **targets; /* NULL entries: a known outage */
	size_t *watched;      /* a timeline of struct judge */
	struct span_set *down, *open;
};

static struct suspects suspects_of(struct judge *j, const struct service *s)
{
	size_t all = j->c->observation_count + 1;
	struct suspects x = { 0, arena_array(j->arena, all, sizeof *x.targets),
		              arena_array(j->arena, all, sizeof *x.watched),
		              arena_array(j->arena, all, sizeof *x.down),
		              arena_array(j->arena, all, sizeof *x.open) };

	if (s->known_outages)
		x.watched[x.count++] = j->c->observation_count + (size_t)(s - j->c->services);
	for (size_t k = 0; k < s->target_count; k++)
		for (size_t i = 0; i < j->c->observation_count; i++)
			if (strcmp(j->c->observations[i].target, s->targets[k]) == 0) {
				x.targets[x.count] = s->targets[k];
				x.watched[x.count++] = i;
			}
	for (size_t i = 0; i < x.count; i++) {
		x.down[i] = cause_spans(j->arena, &j->range[x.watched[i]], 1u << STATE_DOWN);
		x.open[i] = cause_spans(j->arena, &j->range[x.watched[i]], CAUSE_OPEN);
	}
	return x;
}

/* The first that was surely down within the outage, else the first that may have been. */
static void blame(const struct judge *j, const struct service *s, const struct suspects *x, struct outage *o)
{
	size_t found = x->count;
	struct who who;

	for (size_t i = x->count; i-- > 0;)
		if (overlap(&x->open[i], o->possible) > 0)
			found = i;
	for (size_t i = x->count; i-- > 0;)
		if (overlap(&x->down[i], o->possible) > 0)
			found = i;
	o->party = s->provider;
	assert(found < x->count); /* a service is open only where something that it is seen by is */
	who = cause_of_hop(j, x->watched[found]);
	o->hop = x->targets[found];
	o->segment = who.segment;
	if (who.party)
		o->party = who.party;
}

/* ---- the stretches ---- */

static bool is_open(enum state state)
{
	return state == STATE_DOWN || state == STATE_EITHER;
}

static void find_outages(struct judge *j, struct service_result *r)
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
}

void judge_outages(struct judge *j, struct service_result *r)
{
	struct suspects x = suspects_of(j, r->service);
	const struct incident **incidents;
	size_t incident_count = incidents_of(j, r->service, &incidents);

	find_outages(j, r);
	for (size_t i = 0; i < r->outage_count; i++) {
		struct outage *o = &r->outages[i];
		struct span ticks = { tick_of(o->possible.start), tick_of(o->possible.end) };

		if (!r->service->known_outages)
			ask_witnesses(j, r->service, o);
		blame(j, r->service, &x, o);
		for (size_t k = incident_count; k-- > 0;)
			if (incident_touches(incidents[k], ticks))
				o->incident = incidents[k];
	}
	judge_minorities(j, r);
	judge_obscured(j, r);
}
