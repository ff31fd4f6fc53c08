#include "calc/observe/cause.h"

#include <stdlib.h>
#include <string.h>

struct who cause_of_hop(const struct judge *j, size_t watched)
{
	struct who who = { NULL, NULL };

	for (size_t i = 0; i < j->c->path_count; i++) {
		const struct route *r = &j->routes[i];

		for (size_t k = 0; k < r->count; k++) {
			if (r->watched[k] != watched)
				continue;
			if (!who.party)
				who.party = r->path->parties[r->hops[k]];
			if (!who.segment)
				who.segment = r->path->segments[r->hops[k]];
		}
	}
	return who;
}

struct span_set cause_spans(struct arena *a, const struct timeline *t, unsigned states)
{
	struct span_set set = { arena_array(a, t->count, sizeof(struct span)), 0 };

	for (size_t i = 0; i < t->count; i++) {
		struct span s = t->runs[i].span;

		if (!(states & (1u << t->runs[i].state)))
			continue;
		if (set.count && set.at[set.count - 1].end == s.start)
			set.at[set.count - 1].end = s.end;
		else
			set.at[set.count++] = s;
	}
	return set;
}

static struct span_set less(struct arena *a, const struct span_set *x, const struct span_set *y,
                            struct span within)
{
	struct span_set rest = span_set_complement(a, y, within);

	return span_set_intersection(a, x, &rest);
}

static struct span in_us(struct span ticks)
{
	return (struct span){ ticks.start / TICKS_PER_US, ticks.end / TICKS_PER_US };
}

/* Whether the timeline is what the service is judged by. */
static bool belongs_to(const struct judge *j, const struct service *s, size_t watched)
{
	size_t observations = j->c->observation_count;

	if (watched >= observations)
		return &j->c->services[watched - observations] == s;
	for (size_t i = 0; i < s->target_count; i++)
		if (strcmp(s->targets[i], j->c->observations[watched].target) == 0)
			return true;
	return false;
}

/* ---- what could not be seen ---- */

/* Of one hop of a service, what is obscured and not yet explained. */
struct hidden {
	struct judge *j;
	struct service_result *r;
	const struct route *route;
	struct span_set obscured, unmeasured; /* of the service's hop */
	int64_t reach; /* so far before and after a failure, a sample that says nothing reaches */
	size_t room;
};

static void add_obscured(struct hidden *h, struct obscured o)
{
	struct service_result *r = h->r;

	if (r->obscured_count == h->room) {
		struct obscured *all;

		h->room = h->room ? 2 * h->room : 8;
		all = arena_array(h->j->arena, h->room, sizeof *all);
		if (r->obscured_count)
			memcpy(all, r->obscured, r->obscured_count * sizeof *all);
		r->obscured = all;
	}
	r->obscured[r->obscured_count++] = o;
}

/* The provider of the services that a hop belongs to; NULL when there is none, or when they have several. */
static const struct party *provider_of(const struct judge *j, size_t watched)
{
	const struct party *provider = NULL;

	for (size_t i = 0; i < j->c->service_count; i++) {
		const struct service *s = &j->c->services[i];

		if (!belongs_to(j, s, watched))
			continue;
		if (provider && provider != s->provider)
			return NULL;
		provider = s->provider;
	}
	return provider;
}

static struct obscured by_hop(const struct hidden *h, size_t k, bool failed)
{
	const struct path *p = h->route->path;
	struct who who = cause_of_hop(h->j, h->route->watched[k]);
	struct obscured o = { .hop = p->hops[h->route->hops[k]],
		              .segment = who.segment,
		              .own = p->own[h->route->hops[k]] };

	if (!o.own && failed) /* of a hop that was not measured itself nobody knows who failed */
		o.party = who.party ? who.party : provider_of(h->j, h->route->watched[k]);
	return o;
}

/* What of rest lies next to the spans of found, and is no longer than the reach: the samples around a failure. */
static struct span_set with_edges(struct hidden *h, const struct span_set *found, const struct span_set *rest)
{
	struct span_set all = *found;

	for (size_t i = 0; i < rest->count; i++) {
		struct span s = rest->at[i];

		for (size_t k = 0; k < found->count && span_length(s) <= h->reach; k++)
			if (found->at[k].end == s.start || found->at[k].start == s.end) {
				struct span_set one = { &s, 1 };

				all = span_set_union(h->j->arena, &all, &one);
				break;
			}
	}
	return all;
}

/* Explains a part of what is hidden by the failure of the hop k, seen or possible. */
static void explain(struct hidden *h, struct span_set *hidden, const struct span_set *failing, size_t k,
                    bool failed)
{
	struct arena *a = h->j->arena;
	struct span_set found = span_set_intersection(a, hidden, failing), rest, all;
	struct obscured o = by_hop(h, k, failed);

	if (found.count == 0)
		return;
	rest = less(a, hidden, &found, h->j->period);
	all = with_edges(h, &found, &rest);
	*hidden = less(a, hidden, &all, h->j->period);
	for (size_t i = 0; i < all.count; i++) {
		o.span = in_us(all.at[i]);
		add_obscured(h, o);
	}
}

/* The nearest hop that is not surely up explains what lies behind it. */
static void explain_hop(struct hidden *h, size_t k)
{
	struct arena *a = h->j->arena;
	const struct timeline *t = &h->j->range[h->route->watched[k]];
	struct span_set failed = cause_spans(a, t, CAUSE_OPEN);
	struct span_set unknown = cause_spans(a, t, (1u << STATE_UNMEASURED) | (1u << STATE_OBSCURED));

	explain(h, &h->obscured, &failed, k, true);
	explain(h, &h->obscured, &unknown, k, false);
	if (h->route->path->own[h->route->hops[k]])
		explain(h, &h->unmeasured, &failed, k, true);
	h->unmeasured = less(a, &h->unmeasured, &failed, h->j->period);
	h->unmeasured = less(a, &h->unmeasured, &unknown, h->j->period);
}

static void explain_route(struct judge *j, struct service_result *r, const struct route *route, size_t own,
                          struct hidden *h)
{
	const struct timeline *t = &j->range[route->watched[own]];
	struct span_set open =
	    cause_spans(j->arena, &r->timeline, (1u << STATE_UNMEASURED) | (1u << STATE_OBSCURED));

	h->route = route;
	h->obscured = cause_spans(j->arena, t, 1u << STATE_OBSCURED);
	h->obscured = span_set_intersection(j->arena, &h->obscured, &open);
	h->unmeasured = cause_spans(j->arena, t, 1u << STATE_UNMEASURED);
	h->unmeasured = span_set_intersection(j->arena, &h->unmeasured, &open);
	h->reach = route->watched[own] < j->c->observation_count
	               ? tick_of(j->c->observations[route->watched[own]].gap_limit_us)
	               : 0;
	for (size_t k = 0; k < own; k++)
		explain_hop(h, k);
}

static int by_start_and_hop(const void *left, const void *right)
{
	const struct obscured *a = left, *b = right;

	if (a->span.start != b->span.start)
		return a->span.start < b->span.start ? -1 : 1;
	if (strcmp(a->hop, b->hop) != 0)
		return strcmp(a->hop, b->hop);
	return a->span.end < b->span.end ? -1 : a->span.end > b->span.end;
}

/* The same hop hides the service from several vantages, or several targets of it: said once. */
static void merge_obscured(struct service_result *r)
{
	size_t count = 0;

	if (r->obscured_count)
		qsort(r->obscured, r->obscured_count, sizeof *r->obscured, by_start_and_hop);
	for (size_t i = 0; i < r->obscured_count; i++) {
		struct obscured o = r->obscured[i], *same = NULL;

		for (size_t k = 0; k < count && !same; k++)
			if (strcmp(r->obscured[k].hop, o.hop) == 0 && r->obscured[k].party == o.party &&
			    r->obscured[k].own == o.own && r->obscured[k].span.end >= o.span.start)
				same = &r->obscured[k];
		if (!same)
			r->obscured[count++] = o;
		else if (o.span.end > same->span.end)
			same->span.end = o.span.end;
	}
	r->obscured_count = count;
}

void judge_obscured(struct judge *j, struct service_result *r)
{
	struct hidden h = { .j = j, .r = r };

	for (size_t i = 0; i < j->c->path_count; i++)
		for (size_t k = 1; k < j->routes[i].count; k++)
			if (belongs_to(j, r->service, j->routes[i].watched[k]))
				explain_route(j, r, &j->routes[i], k, &h);
	merge_obscured(r);
}

/* ---- what the quorum did not follow ---- */

static bool failed_within(const struct observation *o, struct span us)
{
	for (size_t i = observation_from(o, us.start);
	     i < o->sample_count && o->samples[i].scheduled_us <= us.end; i++)
		if (o->samples[i].outcome == SAMPLE_DOWN)
			return true;
	return false;
}

void judge_minorities(struct judge *j, struct service_result *r)
{
	struct span_set counted = cause_spans(j->arena, &r->timeline, CAUSE_OPEN);
	size_t room = 0;

	for (size_t i = 0; i < j->c->observation_count; i++)
		room += belongs_to(j, r->service, i) ? j->range[i].count : 0;
	r->minorities = arena_array(j->arena, room, sizeof *r->minorities);
	for (size_t i = 0; i < j->c->observation_count; i++) {
		struct span_set seen;

		if (!belongs_to(j, r->service, i))
			continue;
		seen = cause_spans(j->arena, &j->range[i], CAUSE_OPEN);
		seen = less(j->arena, &seen, &counted, j->period);
		for (size_t k = 0; k < seen.count; k++) {
			struct span us = in_us(seen.at[k]);

			if (failed_within(&j->seen[i], us))
				r->minorities[r->minority_count++] =
				    (struct minority){ &j->c->observations[i], us };
		}
	}
}
