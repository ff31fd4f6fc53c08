/*
 * exclusions: which of them the contract accepts.
 *
 * In this order: what was entered after as_of is not known yet; a kind that the contract does not list is none; what
 * needs a notice needs it in time (maintenance that was not announced counts as observed). Several that overlap are
 * taken out once: the set of accepted ones is their union.
 */
#include "calc/judge.h"

#include <string.h>

/* What a contract asks of an exclusion of one kind; -1 nothing. */
struct notice_rule {
	int64_t days, hours;
};

/* The contract's entry for the kind; NULL without one. */
static const struct terms_exclusion *find_kind(const struct terms *t, const char *kind)
{
	for (size_t i = 0; i < t->exclusion_count; i++)
		if (strcmp(t->exclusions[i].kind, kind) == 0)
			return &t->exclusions[i];
	return NULL;
}

static struct notice_rule rule_of(const struct terms *t, const char *kind)
{
	const struct terms_exclusion *known = find_kind(t, kind);
	struct notice_rule rule = { -1, -1 };

	if (known)
		rule = (struct notice_rule){ known->notice_days, known->notice_hours };
	if (rule.days < 0 && rule.hours < 0 && strcmp(kind, "maintenance") == 0)
		rule.days = t->maintenance_notice_days;
	return rule;
}

/* Calendar days of the contract's zone: the date of the notice ≤ the date of the start − days. */
static const char *why_days_late(struct arena *a, const struct exclusion_use *u, int64_t required)
{
	int64_t days = u->start_day - u->notice_day;

	if (days >= required)
		return NULL;
	if (days < 0)
		return arena_printf(a, "notice %lld days after the start, %lld before required",
		                    (long long)-days, (long long)required);
	return arena_printf(a, "notice %lld days before, %lld required", (long long)days,
	                    (long long)required);
}

static const char *why_hours_late(struct arena *a, const struct exclusion *x, int64_t required)
{
	int64_t ahead_us = x->span.start - x->notice_us;

	if (ahead_us >= required * US_PER_HOUR)
		return NULL;
	if (ahead_us < 0)
		return arena_printf(a, "notice after the start, %lld hours before required",
		                    (long long)required);
	return arena_printf(a, "notice %lld hours before, %lld required", (long long)(ahead_us / US_PER_HOUR),
	                    (long long)required);
}

static const char *why_not_announced(struct arena *a, const struct exclusion *x,
                                     const struct exclusion_use *u)
{
	struct notice_rule rule = rule_of(u->service->terms, x->kind);
	const char *why = NULL;

	if (rule.days < 0 && rule.hours < 0)
		return NULL;
	if (!x->has_notice)
		return arena_printf(a, "no notice, %lld %s before required",
		                    (long long)(rule.days >= 0 ? rule.days : rule.hours),
		                    rule.days >= 0 ? "days" : "hours");
	if (rule.days >= 0)
		why = why_days_late(a, u, rule.days);
	return why || rule.hours < 0 ? why : why_hours_late(a, x, rule.hours);
}

static const char *why_refused(const struct judge *j, const struct exclusion *x,
                               const struct exclusion_use *u)
{
	const struct terms *t = u->service->terms;

	if (x->entered_us > j->c->as_of_us)
		return "entered after as_of";
	if (t->exclusions_listed && !find_kind(t, x->kind))
		return arena_printf(j->arena, "the contract knows no exclusion '%s'", x->kind);
	return why_not_announced(j->arena, x, u);
}

/* How much of an accepted exclusion others take out as well. */
static int overlap(struct judge *j, const struct statement *s, const struct exclusion_result *r)
{
	struct span own = span_intersect(r->exclusion->span, j->c->period.span);
	struct span_set others = judge_accepted(j, s, r->service, r->exclusion, 1);

	return judge_seconds(
	    j, arena_printf(j->arena, "seconds of the exclusion %s that others cover too", r->exclusion->id),
	    "accepted exclusions", tick_of(span_set_overlap(&others, own)));
}

void judge_exclusions(struct judge *j, struct statement *s)
{
	const struct sla_case *c = j->c;
	size_t count = 0;

	for (size_t i = 0; i < c->exclusion_count; i++)
		count += c->exclusions[i].use_count;
	s->exclusions = arena_array(j->arena, count, sizeof *s->exclusions);
	for (size_t i = 0; i < c->exclusion_count; i++)
		for (size_t k = 0; k < c->exclusions[i].use_count; k++) {
			const struct exclusion_use *u = &c->exclusions[i].uses[k];
			struct exclusion_result *r = &s->exclusions[s->exclusion_count++];

			r->exclusion = &c->exclusions[i];
			r->service = u->service;
			r->why = why_refused(j, r->exclusion, u);
			r->accepted = r->why == NULL;
		}
	for (size_t i = 0; i < s->exclusion_count; i++)
		s->exclusions[i].overlap_s =
		    s->exclusions[i].accepted ? overlap(j, s, &s->exclusions[i]) : FIGURE_UNKNOWN;
}

struct span_set judge_accepted(struct judge *j, const struct statement *s, const struct service *service,
                               const struct exclusion *without, int64_t per_us)
{
	struct span within = { j->c->period.span.start * per_us, j->c->period.span.end * per_us };
	struct span *spans = arena_array(j->arena, s->exclusion_count, sizeof *spans);
	size_t count = 0;

	for (size_t i = 0; i < s->exclusion_count; i++) {
		const struct exclusion_result *r = &s->exclusions[i];

		if (r->accepted && r->service == service && r->exclusion != without)
			spans[count++] = (struct span){ r->exclusion->span.start * per_us,
				                        r->exclusion->span.end * per_us };
	}
	return span_set_of(j->arena, spans, count, within);
}
