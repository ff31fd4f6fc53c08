/* comparison_seen: what the provider says was down, put in the place of what was observed, one interval after another. */
#include "slacalc/comparison_part.h"

#include <stdlib.h>
#include <string.h>

/* ---- intervals ---- */

struct interval { /* stretches of ours and of theirs that overlap */
	struct span span;
	size_t ours, theirs;             /* how many */
	const struct outage *our_outage; /* the first */
	const struct provider_outage *their_outage;
	struct span our_span, their_span; /* from the first's start to the last's end */
};

struct intervals {
	struct interval *items;
	size_t count;
};

/* From the last sample before a span to the first at or after it, over all that sees the service. */
static struct span to_samples(const struct stepper *w, struct span us)
{
	struct span out = us, period = w->ours->the_case->period.span;

	for (size_t i = 0; i < w->result->target_count; i++) {
		const struct observation *o = w->result->targets[i].observation;
		size_t first = observation_from(o, us.start), end = observation_from(o, us.end);

		if (first > 0 && o->samples[first - 1].scheduled_us < out.start)
			out.start = o->samples[first - 1].scheduled_us;
		if (end < o->sample_count && o->samples[end].scheduled_us > out.end)
			out.end = o->samples[end].scheduled_us;
	}
	return span_intersect(out, period);
}

static int by_start(const void *left, const void *right)
{
	const struct interval *x = left, *y = right;

	return (x->span.start > y->span.start) - (x->span.start < y->span.start);
}

static struct span cover(struct span x, struct span y)
{
	if (!span_length(x) || !span_length(y))
		return span_length(x) ? x : y;
	return (struct span){ x.start < y.start ? x.start : y.start, x.end > y.end ? x.end : y.end };
}

static void join(struct interval *to, const struct interval *more)
{
	to->span = cover(to->span, more->span);
	to->our_span = cover(to->our_span, more->our_span);
	to->their_span = cover(to->their_span, more->their_span);
	to->our_outage = to->our_outage ? to->our_outage : more->our_outage;
	to->their_outage = to->their_outage ? to->their_outage : more->their_outage;
	to->ours += more->ours;
	to->theirs += more->theirs;
}

static struct intervals intervals_of(const struct stepper *w)
{
	const struct provider_service *p = w->service->stated;
	struct intervals all = {
		arena_array(w->arena, w->result->outage_count + p->outage_count + 1, sizeof *all.items), 0
	};
	size_t last = 0;

	for (size_t i = 0; i < w->result->outage_count; i++) {
		const struct outage *o = &w->result->outages[i];

		all.items[all.count++] = (struct interval){
			.span = o->possible, .ours = 1, .our_outage = o, .our_span = o->possible
		};
	}
	for (size_t i = 0; i < p->outage_count; i++) {
		const struct provider_outage *o = &p->outages[i];
		struct span within = span_intersect(o->span, w->ours->the_case->period.span);

		if (span_length(within))
			all.items[all.count++] = (struct interval){ .span = to_samples(w, within),
				                                    .theirs = 1,
				                                    .their_outage = o,
				                                    .their_span = within };
	}
	qsort(all.items, all.count, sizeof *all.items, by_start);
	for (size_t i = 1; i < all.count; i++)
		if (all.items[i].span.start < all.items[last].span.end)
			join(&all.items[last], &all.items[i]);
		else
			all.items[++last] = all.items[i];
	all.count = all.count ? last + 1 : 0;
	return all;
}

static bool equal(struct span x, struct span y)
{
	return (x.start == y.start && x.end == y.end) || (!span_length(x) && !span_length(y));
}

/* One stretch of each, said to be the same. */
static bool is_same(const struct interval *i)
{
	return i->ours == 1 && i->theirs == 1 && equal(i->our_outage->possible, i->their_outage->possible) &&
	       equal(i->our_outage->certain, i->their_outage->certain);
}

/* ---- putting theirs in the place of ours ---- */

static json_t *span_json(struct span us)
{
	char start[INSTANT_TEXT_SIZE], end[INSTANT_TEXT_SIZE];

	return json_pack("{s:s, s:s}", "start", instant_format(us.start, start), "end",
	                 instant_format(us.end, end));
}

/* Followed before all others: entered last, with an id that sorts last. */
static void correct(struct stepper *w, struct span us, const char *outcome)
{
	json_t *list = json_object_get(w->doc.value, "corrections");
	const json_t *as_of = json_object_get(w->doc.value, "as_of");
	const char *entered = json_is_string(as_of) ? json_string_value(as_of) : "9999-12-31T00:00:00Z";

	if (!json_is_array(list)) {
		list = json_array();
		json_object_set_new(w->doc.value, "corrections", list);
	}
	for (size_t i = 0; i < w->result->service->target_count; i++) {
		const char *id = arena_printf(w->arena, "~%08zu", ++w->corrections);
		json_t *x =
		    json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "id", id, "target",
		              w->result->service->targets[i], "outcome", outcome, "author", "provider",
		              "reason", "as the provider states", "document", "provider", "entered", entered);

		json_object_update_new(x, span_json(us));
		json_array_append_new(list, x);
	}
}

/* Theirs up to the end of the interval, ours from there on. */
static void put_known(struct stepper *w, const struct interval *at)
{
	json_t *services = json_object_get(w->doc.value, "services"), *list = json_array();
	const struct provider_service *theirs = w->service->stated;
	const struct service *ours = w->result->service;

	for (size_t i = 0; i < theirs->outage_count; i++)
		if (theirs->outages[i].span.start < at->span.end)
			json_array_append_new(list, span_json(theirs->outages[i].span));
	for (size_t i = 0; i < ours->outage_count; i++)
		if (ours->outages[i].start >= at->span.end)
			json_array_append_new(list, span_json(ours->outages[i]));
	json_object_set_new(change_member(services, theirs->id, NULL), "outages", list);
}

static void put_observed(struct stepper *w, const struct interval *at)
{
	correct(w, at->span, "up");
	for (size_t i = 0; i < w->service->stated->outage_count; i++) {
		struct span us = span_intersect(w->service->stated->outages[i].span, at->span);

		if (span_length(us))
			correct(w, us, "down");
	}
}

int comparison_outages(struct stepper *w, struct error *err)
{
	struct intervals all = { NULL, 0 };

	if (w->service->stated->has_outages)
		all = intervals_of(w);
	for (size_t i = 0; i < all.count; i++) {
		const struct interval *at = &all.items[i];
		struct difference_part *p;

		if (is_same(at))
			continue;
		p = comparison_part(w, !at->theirs ? PART_OUTAGE_OURS
		                       : at->ours  ? PART_OUTAGE_ENDS
		                                   : PART_OUTAGE_THEIRS);
		p->span = at->span;
		p->ours = at->our_span;
		p->theirs = at->their_span;
		if (w->result->service->known_outages)
			put_known(w, at);
		else
			put_observed(w, at);
		if (comparison_step(w, p, err) < 0)
			return err->code;
	}
	return 0;
}

/* ---- what was not measured ---- */

static bool is_open(enum state state)
{
	return state == STATE_UNMEASURED || state == STATE_OBSCURED || state == STATE_EITHER;
}

/* What of a stretch they have not spoken of already. */
static struct span_set unspoken(const struct stepper *w, const struct intervals *all, struct span us)
{
	struct span *spoken = arena_array(w->arena, all->count, sizeof *spoken);
	struct span_set set;

	for (size_t i = 0; i < all->count; i++)
		spoken[i] = all->items[i].span;
	set = span_set_of(w->arena, spoken, all->count, us);
	return span_set_complement(w->arena, &set, us);
}

int comparison_unmeasured(struct stepper *w, struct error *err)
{
	const struct timeline *t = &w->result->timeline;
	struct difference_part *p = NULL;
	struct intervals all;
	size_t stretches = 0;

	if (!w->service->stated->elsewhere_up || w->result->service->known_outages)
		return 0;
	all = intervals_of(w);
	for (size_t i = 0; i < t->count; i++) {
		struct span us = { t->runs[i].span.start / TICKS_PER_US,
			           (t->runs[i].span.end + 1) / TICKS_PER_US };
		struct span_set rest;

		if (!is_open(t->runs[i].state))
			continue;
		rest = unspoken(w, &all, us);
		for (size_t k = 0; k < rest.count; k++) {
			p = p ? p : comparison_part(w, PART_UNMEASURED);
			correct(w, rest.at[k], "up");
			p->span = cover(p->span, rest.at[k]);
			stretches++;
		}
	}
	if (!p)
		return 0;
	p->stretches = stretches;
	return comparison_step(w, p, err);
}
