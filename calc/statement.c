#include "calc/statement.h"
#include "calc/sharing/apportionment.h"
#include "calc/money/exchange.h"
#include "calc/judge.h"
#include "calc/liability/ledger.h"
#include "calc/liability/policies.h"
#include "calc/liability/totals.h"

#include <string.h>

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[] = { "met", "breached", "not provable", "not covered" };

	return names[verdict];
}

const char *figure_text(const struct statement *s, int figure)
{
	return figure < 0 ? NULL : book_at(s->book, figure)->value;
}

/* ---- services ---- */

static void view_target(struct judge *j, struct service_result *r, size_t observation)
{
	r->targets[r->target_count++] =
	    (struct target_view){ &j->c->observations[observation], j->range[observation] };
}

static void view_targets(struct judge *j, struct service_result *r)
{
	const struct sla_case *c = j->c;
	size_t count = 0;

	for (size_t k = 0; k < r->service->target_count; k++)
		for (size_t i = 0; i < c->observation_count; i++)
			count += strcmp(c->observations[i].target, r->service->targets[k]) == 0;
	r->targets = arena_array(j->arena, count, sizeof *r->targets);
	for (size_t k = 0; k < r->service->target_count; k++)
		for (size_t i = 0; i < c->observation_count; i++)
			if (strcmp(c->observations[i].target, r->service->targets[k]) == 0)
				view_target(j, r, i);
}

/* An outage shorter than the interval fits between two samples, or shows in one only: it cannot be proved. */
static int shortest_provable(struct judge *j, const struct service_result *r)
{
	int64_t shortest = -1;

	for (size_t i = 0; i < r->target_count; i++)
		if (!r->targets[i].observation->requests &&
		    (shortest < 0 || r->targets[i].observation->interval_us < shortest))
			shortest = r->targets[i].observation->interval_us;
	return shortest < 0 ? FIGURE_UNKNOWN
	                    : judge_seconds(j, "shortest outage that the samples can prove, seconds",
	                                    "interval of the samples", tick_of(shortest));
}

static int judge_one_service(struct judge *j, const struct statement *s, struct service_result *r,
                             struct error *err)
{
	struct span_set excluded = judge_accepted(j, s, r->service, NULL, TICKS_PER_US);

	r->excluded = judge_accepted(j, s, r->service, NULL, 1);
	r->timeline = judge_service_timeline(j, r->service, READING_RANGE);
	view_targets(j, r);
	judge_outages(j, r);
	r->shortest_provable_s = shortest_provable(j, r);
	return judge_levels(j, r, &excluded, err);
}

/* A network is judged with the exclusions of all its services. */
static void keep_accepted(struct judge *j, const struct statement *s)
{
	j->accepted = arena_array(j->arena, j->c->service_count, sizeof *j->accepted);
	for (size_t i = 0; i < j->c->service_count; i++)
		j->accepted[i] = judge_accepted(j, s, &j->c->services[i], NULL, TICKS_PER_US);
}

int statement_make(struct arena *a, const struct sla_case *c, struct statement **out, struct error *err)
{
	struct statement *s = arena_new(a, struct statement);
	struct judge j = { .arena = a, .book = book_new(a), .c = c };

	j.statement = s;
	j.period = (struct span){ tick_of(c->period.span.start), tick_of(c->period.span.end) };
	s->the_case = c;
	s->book = j.book;
	s->period_s = judge_seconds(&j, "length of the period", "period", span_length(j.period));
	judge_observe(&j);
	judge_exclusions(&j, s);
	judge_corrections(&j, s);
	keep_accepted(&j, s);
	s->service_count = c->service_count;
	s->services = arena_array(a, s->service_count, sizeof *s->services);
	for (size_t i = 0; i < s->service_count && err->code == 0; i++) {
		s->services[i].service = &c->services[i];
		(void)!judge_one_service(&j, s, &s->services[i], err);
	}
	if (err->code == 0) {
		exchange_open(&j, s);
		judge_invoices(&j, s);
		(void)!judge_credits(&j, s, err);
	}
	if (err->code == 0) {
		if (!c->figures_only)
			judge_effects(&j, s);
		for (size_t i = 0; i < s->service_count; i++)
			judge_claims(&j, &s->services[i]);
		judge_instalments(&j, s);
		if (exchange_credits(&j, s, err) == 0 && judge_late_payments(&j, s, err) == 0 &&
		    judge_liability(&j, s, err) == 0)
			(void)!judge_apportionments(&j, s, err);
		if (err->code == 0)
			judge_totals(&j, s);
	}
	if (err->code < 0) {
		statement_free(s);
		return err->code;
	}
	judge_policies(&j, s);
	*out = s;
	return 0;
}

void statement_free(struct statement *s)
{
	if (!s)
		return;
	ledger_free(s->ledger);
	book_free(s->book);
}
