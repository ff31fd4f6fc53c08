/*
 * exclusions: which of them the contract accepts.
 *
 * Maintenance needs the notice that the terms ask for; what was not announced in time counts as observed.
 */
#include "calc/judge.h"

#include <string.h>

static const char *why_refused(struct arena *a, const struct exclusion *x, const struct exclusion_use *u)
{
	int64_t required = u->service->terms->maintenance_notice_days;
	int64_t days = u->start_day - u->notice_day;

	if (strcmp(x->kind, "maintenance") != 0 || required < 0)
		return NULL;
	if (!x->has_notice)
		return arena_printf(a, "no notice, %lld days before required", (long long)required);
	if (days >= required)
		return NULL;
	if (days < 0)
		return arena_printf(a, "notice %lld days after the start, %lld before required",
		                    (long long)-days, (long long)required);
	return arena_printf(a, "notice %lld days before, %lld required", (long long)days,
	                    (long long)required);
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
			r->why = why_refused(j->arena, r->exclusion, u);
			r->accepted = r->why == NULL;
		}
}

struct span_set judge_accepted(struct judge *j, const struct statement *s, const struct service *service,
                               int64_t per_us)
{
	struct span within = { j->c->period.span.start * per_us, j->c->period.span.end * per_us };
	struct span *spans;
	size_t count = 0;

	for (size_t i = 0; i < s->exclusion_count; i++)
		count += s->exclusions[i].accepted && s->exclusions[i].service == service;
	spans = arena_array(j->arena, count, sizeof *spans);
	count = 0;
	for (size_t i = 0; i < s->exclusion_count; i++) {
		struct span x = s->exclusions[i].exclusion->span;

		if (s->exclusions[i].accepted && s->exclusions[i].service == service)
			spans[count++] = (struct span){ x.start * per_us, x.end * per_us };
	}
	return span_set_of(j->arena, spans, count, within);
}
