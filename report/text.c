/* The statement on a terminal: verdicts first, aligned columns, every amount with its range. */
#include "report/escape.h"
#include "report/figure.h"
#include "report/grid.h"
#include "report/report.h"
#include "report/text_money.h"
#include "report/when.h"

#include <string.h>

/* ---- the parts ---- */

static void heading(struct text *out, const struct statement *s)
{
	const struct sla_case *c = s->the_case;

	if (c->title) {
		escape_terminal(out, c->title);
		text_add(out, "\n");
	}
	when_period(out, LANGUAGE_EN, &c->period);
	text_add(out, " (");
	figure_add(out, LANGUAGE_EN, s, s->period_s, FIGURE_DURATION);
	text_add(out, c->as_of_us == INT64_MAX ? "), all records" : "), records as of ");
	if (c->as_of_us != INT64_MAX)
		when_stamp(out, LANGUAGE_EN, c->as_of_us, c->period.zone_offset_s);
	text_add(out, "\n\n");
}

static bool is_one(const struct statement *s, int least, int most)
{
	return least < 0 || most < 0 ? least == most : book_compare(s->book, least, most) == 0;
}

static void range(struct text *out, const struct statement *s, int least, int most, const char *currency)
{
	text_add(out, "(");
	figure_money(out, LANGUAGE_EN, s, least, currency);
	if (!is_one(s, least, most)) {
		text_add(out, " – ");
		figure_money(out, LANGUAGE_EN, s, most, currency);
	}
	text_add(out, ")");
}

static void verdict_cells(struct grid *g, const struct statement *s, const struct service_result *service,
                          const struct level_result *r)
{
	static const char *const verdicts[] = { "MET", "BREACHED", "NOT PROVABLE", "NOT COVERED" };
	const struct measure *m = &r->measure;
	int coverage = figure_coverage(r);

	grid_cell(g, verdicts[r->verdict]);
	grid_cell(g, service->service->id);
	escape_terminal(&g->cell, r->level->id);
	if (r->level->reading) {
		text_add(&g->cell, ": ");
		escape_terminal(&g->cell, r->level->reading);
	}
	grid_end_cell(g);
	figure_objective(&g->cell, LANGUAGE_EN, r->level);
	grid_end_cell(g);
	figure_against(&g->cell, LANGUAGE_EN, s, m->point, r->level);
	grid_end_cell(g);
	if (!is_one(s, m->worst, m->best)) {
		bool smaller_first =
		    m->worst >= 0 && m->best >= 0 && book_compare(s->book, m->worst, m->best) < 0;

		text_add(&g->cell, "(");
		figure_against(&g->cell, LANGUAGE_EN, s, smaller_first ? m->worst : m->best, r->level);
		text_add(&g->cell, " – ");
		figure_against(&g->cell, LANGUAGE_EN, s, smaller_first ? m->best : m->worst, r->level);
		text_add(&g->cell, ")");
	}
	grid_end_cell(g);
	if (coverage >= 0) {
		text_add(&g->cell, "coverage ");
		figure_add(&g->cell, LANGUAGE_EN, s, coverage, FIGURE_SHARE);
	}
	grid_end_cell(g);
}

/* The other readings of a level stand under it. */
static void reading_cells(struct grid *g, const struct statement *s, const struct service_result *service,
                          const struct level_result *r)
{
	verdict_cells(g, s, service, r);
	for (size_t i = 0; i < r->reading_count; i++)
		verdict_cells(g, s, service, &r->readings[i]);
}

static void verdicts(struct text *out, const struct statement *s)
{
	struct grid g = { .columns = 7, .right = { [4] = true } };

	for (size_t i = 0; i < s->service_count; i++)
		for (size_t k = 0; k < s->services[i].level_count; k++)
			reading_cells(&g, s, &s->services[i], &s->services[i].levels[k]);
	text_add(out, "verdicts\n");
	grid_print(out, &g);
}

static void downtimes(struct text *out, const struct statement *s)
{
	struct grid g = { .columns = 5 };

	for (size_t i = 0; i < s->service_count; i++)
		for (size_t k = 0; k < s->services[i].level_count; k++) {
			const struct availability_figures *f = &s->services[i].levels[k].availability;

			if (s->services[i].levels[k].level->metric != METRIC_AVAILABILITY ||
			    s->services[i].levels[k].not_covered || f->downtime_most < 0)
				continue;
			grid_cell(&g, s->services[i].service->id);
			grid_cell(&g, s->services[i].levels[k].level->id);
			if (!is_one(s, f->downtime_least, f->downtime_most)) {
				figure_add(&g.cell, LANGUAGE_EN, s, f->downtime_least, FIGURE_NUMBER);
				text_add(&g.cell, " – ");
			}
			figure_add(&g.cell, LANGUAGE_EN, s, f->downtime_most, FIGURE_SECONDS);
			grid_end_cell(&g);
			text_add(&g.cell, "unmeasured ");
			figure_add(&g.cell, LANGUAGE_EN, s, f->unmeasured, FIGURE_SECONDS);
			grid_end_cell(&g);
			text_add(&g.cell, "excluded ");
			figure_add(&g.cell, LANGUAGE_EN, s, f->excluded, FIGURE_SECONDS);
			grid_end_cell(&g);
		}
	if (g.count > 0)
		text_add(out, "\ndowntime, least – most\n");
	grid_print(out, &g);
}

static void settles(struct text *out, const struct statement *s)
{
	for (size_t i = 0; i < s->service_count; i++)
		for (size_t k = 0; k < s->services[i].level_count; k++) {
			const struct level_result *r = &s->services[i].levels[k];

			if (r->not_covered) {
				text_add(out, "  ");
				escape_terminal(out, s->services[i].service->id);
				text_add(out, " ");
				escape_terminal(out, r->level->id);
				text_printf(out, ": %s\n", r->not_covered);
			}
			for (size_t n = 0; n < r->note_count; n++) {
				text_add(out, "  ");
				escape_terminal(out, s->services[i].service->id);
				text_add(out, " ");
				escape_terminal(out, r->level->id);
				text_add(out, ": ");
				escape_terminal(out, r->notes[n]);
				text_add(out, "\n");
			}
			if (!r->settle)
				continue;
			text_add(out, "  ");
			escape_terminal(out, s->services[i].service->id);
			text_add(out, " ");
			escape_terminal(out, r->level->id);
			text_printf(out, " would be settled by %s\n", r->settle);
		}
}

static void credits(struct text *out, const struct statement *s)
{
	struct grid g = { .columns = 4, .right = { [2] = true } };

	for (size_t i = 0; i < s->service_count; i++)
		for (size_t k = 0; k < s->services[i].payable_count; k++) {
			const struct payable *due = &s->services[i].payable[k];

			grid_cell(&g, s->services[i].service->id);
			text_add(&g.cell, "fee of ");
			grid_cell(&g, due->fee->payer->id);
			figure_money(&g.cell, LANGUAGE_EN, s, due->amount, due->fee->currency);
			grid_end_cell(&g);
			range(&g.cell, s, due->least, due->most, due->fee->currency);
			grid_end_cell(&g);
		}
	if (g.count > 0)
		text_add(out,
		         "\ncredits as computed from the terms (range from the best to the worst reading)\n");
	grid_print(out, &g);
}

static void notes(struct text *out, const struct statement *s)
{
	for (size_t i = 0; i < s->service_count; i++)
		if (s->services[i].credit_note) {
			text_add(out, "  ");
			escape_terminal(out, s->services[i].service->id);
			text_add(out, ": ");
			escape_terminal(out, s->services[i].credit_note);
			text_add(out, "\n");
		}
}

static void exclusions(struct text *out, const struct statement *s)
{
	struct grid g = { .columns = 4 };

	for (size_t i = 0; i < s->exclusion_count; i++) {
		const struct exclusion_result *x = &s->exclusions[i];

		grid_cell(&g, x->exclusion->id);
		grid_cell(&g, x->service->id);
		when_span(&g.cell, LANGUAGE_EN, x->exclusion->span, s->the_case->period.zone_offset_s);
		grid_end_cell(&g);
		if (x->accepted)
			text_add(&g.cell, "accepted");
		else
			text_printf(&g.cell, "refused: %s", x->why);
		grid_end_cell(&g);
	}
	if (g.count > 0)
		text_add(out, "\nexclusions\n");
	grid_print(out, &g);
}

static void corrections(struct text *out, const struct statement *s)
{
	struct grid g = { .columns = 4 };

	for (size_t i = 0; i < s->correction_count; i++) {
		const struct correction_result *r = &s->corrections[i];

		grid_cell(&g, r->correction->id);
		grid_cell(&g, r->correction->target);
		when_span(&g.cell, LANGUAGE_EN, r->correction->span, s->the_case->period.zone_offset_s);
		grid_end_cell(&g);
		grid_cell(&g, r->why_not ? r->why_not : "in effect");
	}
	if (g.count > 0)
		text_add(out, "\ncorrections\n");
	grid_print(out, &g);
}

static void claim_cells(struct grid *g, const struct statement *s, const struct service_result *service,
                        const struct claim_result *r)
{
	int offset = s->the_case->period.zone_offset_s;

	grid_cell(g, service->service->id);
	grid_cell(g, r->terms->reading ? r->terms->reading : "");
	if (r->terms->rule == CLAIM_AUTOMATIC)
		text_add(&g->cell, "no claim needed");
	else if (r->deadline_us != INT64_MIN) {
		text_add(&g->cell, r->terms->sent_is_enough ? "to be sent by " : "to be received by ");
		when_full_date(&g->cell, LANGUAGE_EN, when_date(r->deadline_us - 1, offset));
	}
	grid_end_cell(g);
	if (r->made)
		text_add(&g->cell, !r->in_time_known ? "claimed; when it arrived is not recorded"
		                   : r->in_time      ? "claimed in time"
		                                     : "claimed late");
	else if (r->has_days_left && r->days_left >= 0)
		text_printf(&g->cell, "%lld days left", (long long)r->days_left);
	else if (r->has_days_left)
		text_add(&g->cell, "the deadline has passed");
	grid_end_cell(g);
}

static void claims(struct text *out, const struct statement *s)
{
	struct grid g = { .columns = 4 };

	for (size_t i = 0; i < s->service_count; i++)
		for (size_t k = 0; k < s->services[i].claim_count; k++)
			claim_cells(&g, s, &s->services[i], &s->services[i].claims[k]);
	if (g.count > 0)
		text_add(out, "\nclaims\n");
	grid_print(out, &g);
}

static void policies(struct text *out, const struct statement *s)
{
	struct grid g = { .columns = 3 };

	for (size_t i = 0; i < s->policy_count; i++) {
		grid_cell(&g, s->policies[i].name);
		grid_cell(&g, s->policies[i].value);
		text_printf(&g.cell, "(%s)", s->policies[i].origin);
		grid_end_cell(&g);
	}
	if (g.count > 0)
		text_add(out, "\npolicies used\n");
	grid_print(out, &g);
}

void report_text(const struct statement *s, struct text *out)
{
	heading(out, s);
	verdicts(out, s);
	settles(out, s);
	downtimes(out, s);
	credits(out, s);
	text_taxes(out, s);
	notes(out, s);
	claims(out, s);
	exclusions(out, s);
	corrections(out, s);
	text_chain(out, s);
	text_pass_through(out, s);
	text_apportionments(out, s);
	text_exchanged(out, s);
	text_invoices(out, s);
	text_instalments(out, s);
	text_late_payments(out, s);
	text_ledger(out, s);
	policies(out, s);
}
