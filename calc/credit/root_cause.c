/*
 * root_cause: of services that one incident hit, only the one that caused it gives a credit for it (OCI Pillar Document:
 * "Resolution of Conflicting SLA Offering").
 *
 * A service that an incident names beside another root cause is paid as if the incident's time were excluded: its
 * verdict and the credit of each level alone stay what they are, what is payable leaves the incident out. Where a level
 * ignores exclusions, that time counts as up.
 */
#include "calc/credit/bill.h"

#include <string.h>

static bool names(const struct incident *n, const struct service *s)
{
	for (size_t i = 0; i < n->service_count; i++)
		if (n->services[i] == s)
			return true;
	return false;
}

static bool is_always(const struct incident *n)
{
	return n->span.start == INT64_MIN && n->span.end == INT64_MIN;
}

static bool caused_elsewhere(const struct sla_case *c, const struct incident *n, const struct service *s)
{
	return n->root_cause && n->root_cause != s && n->entered_us <= c->as_of_us && names(n, s) &&
	       (is_always(n) || span_length(span_intersect(n->span, c->period.span)) > 0);
}

/* The time of all incidents that were caused elsewhere, in ticks; notes each. */
static struct span_set time_elsewhere(struct bill *b)
{
	const struct sla_case *c = b->judge->c;
	struct arena *a = b->judge->arena;
	struct span *spans = arena_array(a, c->incident_count, sizeof *spans);
	size_t count = 0;

	for (size_t i = 0; i < c->incident_count; i++) {
		const struct incident *n = &c->incidents[i];

		if (!caused_elsewhere(c, n, b->service))
			continue;
		spans[count++] = is_always(n) ? b->judge->period
		                              : (struct span){ tick_of(n->span.start), tick_of(n->span.end) };
		bill_note(b, arena_printf(a, "no credit for the incident %s: its root cause is %s", n->id,
		                          n->root_cause->id));
	}
	return span_set_of(a, spans, count, b->judge->period);
}

static struct level_result judge_elsewhere(struct bill *b, const struct level *l,
                                           const struct span_set *elsewhere)
{
	struct arena *a = b->judge->arena;
	struct span_set accepted = b->judge->accepted[b->service - b->judge->c->services];
	struct span_set both = span_set_union(a, &accepted, elsewhere);
	struct level_result r = { .level = l };
	struct level *up;

	if (l->excluded_time == EXCLUDED_IGNORE) {
		up = arena_new(a, struct level);
		*up = *l;
		up->excluded_time = EXCLUDED_COUNT_AS_UP;
		both = *elsewhere;
		l = up;
	}
	judge_level(b->judge, b->service, l, &both, &r);
	return r;
}

struct level_result *root_cause_levels(struct bill *b)
{
	struct span_set elsewhere = time_elsewhere(b);
	struct level_result *levels;

	if (elsewhere.count == 0)
		return NULL;
	levels = arena_array(b->judge->arena, b->terms->level_count, sizeof *levels);
	for (size_t i = 0; i < b->terms->level_count; i++)
		levels[i] = judge_elsewhere(b, &b->terms->levels[i], &elsewhere);
	return levels;
}
