/*
 * credit: from a level that was missed to yen.
 *
 * Order: rate of the band at each reading → exact credit of each level and payer → overlap of the levels →
 * cap → one rounding, at the amount that the terms call determined.
 */
#include "calc/judge.h"
#include "calc/running.h"

#include <string.h>

enum money_reading { AT_POINT, AT_BEST, AT_WORST, READING_COUNT };

static const char *const reading_names[] = { "at the point value", "at the best reading",
	                                     "at the worst reading" };

/* ---- rates ---- */

static char *band_formula(struct arena *a, const struct credit_rule *rule)
{
	char *formula = arena_copy(a, rule->band_rule == BANDS_MOST_SEVERE ? "severest($1" : "rate($1");

	for (size_t i = 0; i < rule->band_count; i++)
		formula = arena_printf(a, "%s, %s, %s, %s", formula, rule->bands[i].from, rule->bands[i].to,
		                       rule->bands[i].rate);
	return arena_printf(a, "%s)", formula);
}

static char *flat_formula(struct arena *a, const struct level *l)
{
	static const char *const missed_when[] = {
		[AT_LEAST] = "lt", [MORE_THAN] = "le", [AT_MOST] = "gt", [LESS_THAN] = "ge"
	};

	return arena_printf(a, "%s($1, %s, %s)", missed_when[l->op], l->objective, l->credit->flat_rate);
}

static int rate_at(struct judge *j, const struct terms *t, const struct level *l, int value,
                   const char *reading)
{
	char *formula = l->credit->flat_rate ? flat_formula(j->arena, l) : band_formula(j->arena, l->credit);
	char *label = arena_printf(j->arena, "credit rate of %s %s, per cent", l->id, reading);

	return derive(j->book, label, arena_printf(j->arena, "terms %s, level %s", t->id, l->id), formula, 1,
	              &value);
}

static int largest_rate(struct judge *j, const struct terms *t, const struct level *l)
{
	return derive_given(j->book, "credit rate if missed, per cent",
	                    arena_printf(j->arena, "terms %s, level %s", t->id, l->id), l->credit->flat_rate);
}

static void rates_of(struct judge *j, const struct terms *t, const struct level_result *r,
                     int rates[READING_COUNT])
{
	const struct level *l = r->level;

	rates[AT_POINT] = rate_at(j, t, l, r->measure.point, reading_names[AT_POINT]);
	if (r->unbounded) { /* what was not measured may be anything */
		rates[AT_BEST] = derive_given(j->book, "credit rate if met, per cent", t->id, "0");
		rates[AT_WORST] = largest_rate(j, t, l);
		return;
	}
	rates[AT_BEST] = r->measure.best == r->measure.point
	                     ? rates[AT_POINT]
	                     : rate_at(j, t, l, r->measure.best, reading_names[AT_BEST]);
	rates[AT_WORST] = r->measure.worst == r->measure.point
	                      ? rates[AT_POINT]
	                      : rate_at(j, t, l, r->measure.worst, reading_names[AT_WORST]);
}

/* ---- determination ---- */

static const char *rule_name(const struct rounding *r)
{
	static const char *const names[] = { "floor", "ceil", "half_up", "half_even" };

	if (r->rule == ROUND_FLOOR && r->side == SIDE_DEBT)
		return "floor_debt";
	return names[r->rule];
}

int judge_determine(struct judge *j, const struct terms *t, const char *label, int fee, int exact_credit)
{
	struct node_rounding r = { rule_name(t->rounding), t->rounding->unit, NULL, t->rounding->clause };
	int reduced;

	if (exact_credit < 0 || t->rounding->of == ROUND_CREDIT || book_sign(j->book, exact_credit) == 0) {
		r.of = "credit";
		return derive_rounded(j->book, label, exact_credit, &r);
	}
	r.of = "reduced_fee";
	reduced = derive(j->book, "fee less credit, exact", NULL, "$1 - $2", 2, (int[]){ fee, exact_credit });
	reduced = derive_rounded(j->book, "reduced fee", reduced, &r);
	return derive(j->book, label, r.clause, "$1 - $2", 2, (int[]){ fee, reduced });
}

static int combine(struct judge *j, const struct terms *t, const int *credits, size_t count)
{
	bool sum = t->overlap == OVERLAP_SUM;
	char *formula = arena_copy(j->arena, sum ? "$1" : "max($1");

	if (count == 1)
		return credits[0];
	for (size_t i = 1; i < count; i++)
		formula = arena_printf(j->arena, sum ? "%s + $%zu" : "%s, $%zu", formula, i + 1);
	if (!sum)
		formula = arena_printf(j->arena, "%s)", formula);
	return derive(j->book, "credit of all levels, exact", sum ? "overlap sum" : "overlap max", formula,
	              count, credits);
}

static int cap(struct judge *j, const struct terms *t, int credit, int fee, int all_fees)
{
	const char *clause = t->cap_clause ? t->cap_clause : "cap of the terms";

	if (t->cap_percent)
		credit = derive(j->book, "credit under the cap", clause,
		                arena_printf(j->arena, "min($1, $2 * %s / 100)", t->cap_percent), 2,
		                (int[]){ credit, fee });
	if (t->cap_amount && credit >= 0 && book_sign(j->book, all_fees) > 0)
		credit = derive(j->book, "credit under the cap", clause,
		                arena_printf(j->arena, "min($1, %s * $2 / $3)", t->cap_amount), 3,
		                (int[]){ credit, fee, all_fees });
	return credit;
}

/* ---- a service: levels × payers × readings ---- */

struct bill {
	struct judge *judge;
	const struct terms *terms;
	struct service_result *result;
	size_t *due; /* indices of the levels that carry money */
	size_t due_count;
	int (*rates)[READING_COUNT]; /* by level */
	int *fees;                   /* nodes, by payer */
	int all_fees;
	int *exact; /* [payer][level][reading] */
};

static int *exact_at(const struct bill *b, size_t payer, size_t level, size_t reading)
{
	return &b->exact[(payer * b->due_count + level) * READING_COUNT + reading];
}

static int add_up(struct judge *j, const char *label, const int *parts, size_t count)
{
	size_t size = 24 * (count + 1), length;
	char *formula = arena_array(j->arena, size, 1);

	if (count == 1)
		return parts[0];
	length = (size_t)snprintf(formula, size, "%s", count ? "$1" : "0");
	for (size_t i = 1; i < count; i++) /* in place: there may be a payer for each of 1,741 bodies */
		length += (size_t)snprintf(formula + length, size - length, " + $%zu", i + 1);
	return derive(j->book, label, NULL, formula, count, parts);
}

static void read_fees(struct bill *b)
{
	const struct service *s = b->result->service;

	b->fees = arena_array(b->judge->arena, s->fee_count, sizeof *b->fees);
	for (size_t i = 0; i < s->fee_count; i++)
		b->fees[i] = derive_given(
		    b->judge->book, arena_printf(b->judge->arena, "fee of %s", s->fees[i].payer->id),
		    arena_printf(b->judge->arena, "service %s, fees[%zu]", s->id, i), s->fees[i].amount);
	b->all_fees = add_up(b->judge, "fees of all payers", b->fees, s->fee_count);
}

static void exact_credits(struct bill *b)
{
	struct judge *j = b->judge;
	size_t payers = b->result->service->fee_count;

	b->exact = arena_array(j->arena, payers * b->due_count * READING_COUNT, sizeof *b->exact);
	for (size_t p = 0; p < payers; p++)
		for (size_t l = 0; l < b->due_count; l++)
			for (size_t r = 0; r < READING_COUNT; r++) {
				const char *id = b->result->levels[b->due[l]].level->id;

				*exact_at(b, p, l, r) = derive(
				    j->book,
				    arena_printf(j->arena, "credit of %s %s, exact", id, reading_names[r]),
				    "rate × base", "$1 * $2 / 100", 2, (int[]){ b->fees[p], b->rates[l][r] });
			}
}

/* The determined credit of one level alone, over all payers. */
static int level_amount(struct bill *b, size_t level, size_t reading)
{
	size_t payers = b->result->service->fee_count;
	int *parts = arena_array(b->judge->arena, payers, sizeof *parts);

	for (size_t p = 0; p < payers; p++)
		parts[p] = judge_determine(b->judge, b->terms, "credit of the level alone, determined",
		                           b->fees[p], *exact_at(b, p, level, reading));
	return add_up(b->judge, "credit of the level alone, all payers", parts, payers);
}

static int level_exact(struct bill *b, size_t level)
{
	size_t payers = b->result->service->fee_count;
	int *parts = arena_array(b->judge->arena, payers, sizeof *parts);

	for (size_t p = 0; p < payers; p++)
		parts[p] = *exact_at(b, p, level, AT_POINT);
	return add_up(b->judge, "credit of the level, all payers, exact", parts, payers);
}

static int payer_amount(struct bill *b, size_t payer, size_t reading)
{
	int *credits = arena_array(b->judge->arena, b->due_count, sizeof *credits);
	int credit;

	for (size_t l = 0; l < b->due_count; l++)
		credits[l] = *exact_at(b, payer, l, reading);
	credit = combine(b->judge, b->terms, credits, b->due_count);
	if (credit >= 0)
		credit = cap(b->judge, b->terms, credit, b->fees[payer], b->all_fees);
	return judge_determine(b->judge, b->terms,
	                       arena_printf(b->judge->arena, "credit payable to %s %s",
	                                    b->result->service->fees[payer].payer->id,
	                                    reading_names[reading]),
	                       b->fees[payer], credit);
}

static void fill_levels(struct bill *b)
{
	bool has_fees = b->result->service->fee_count > 0;

	for (size_t l = 0; l < b->due_count; l++) {
		struct credit_figures *f = &b->result->levels[b->due[l]].credit;

		f->due = true;
		f->rate = b->rates[l][AT_POINT];
		f->currency = has_fees ? b->result->service->fees[0].currency : NULL;
		f->exact = has_fees ? level_exact(b, l) : FIGURE_UNKNOWN;
		f->amount = has_fees ? level_amount(b, l, AT_POINT) : FIGURE_UNKNOWN;
		f->least = has_fees ? level_amount(b, l, AT_BEST) : FIGURE_UNKNOWN;
		f->most = has_fees ? level_amount(b, l, AT_WORST) : FIGURE_UNKNOWN;
	}
}

static int total(struct bill *b, const char *label, size_t offset)
{
	struct service_result *r = b->result;
	int *parts = arena_array(b->judge->arena, r->payable_count, sizeof *parts);

	for (size_t i = 0; i < r->payable_count; i++)
		memcpy(&parts[i], (const char *)&r->payable[i] + offset, sizeof parts[i]);
	return add_up(b->judge, label, parts, r->payable_count);
}

static void fill_payable(struct bill *b)
{
	struct service_result *r = b->result;

	r->payable_count = r->service->fee_count;
	r->payable = arena_array(b->judge->arena, r->payable_count, sizeof *r->payable);
	for (size_t p = 0; p < r->payable_count; p++) {
		r->payable[p].fee = &r->service->fees[p];
		r->payable[p].amount = payer_amount(b, p, AT_POINT);
		r->payable[p].least = payer_amount(b, p, AT_BEST);
		r->payable[p].most = payer_amount(b, p, AT_WORST);
	}
	r->currency = r->service->fees[0].currency;
	r->credit_total = total(b, "credit, all payers", offsetof(struct payable, amount));
	r->credit_least = total(b, "credit at the best reading, all payers", offsetof(struct payable, least));
	r->credit_most = total(b, "credit at the worst reading, all payers", offsetof(struct payable, most));
}

/* The levels of b->result that carry money, with their rates. */
static void find_due(struct bill *b)
{
	struct service_result *r = b->result;

	b->due = arena_array(b->judge->arena, r->level_count, sizeof *b->due);
	b->rates = arena_array(b->judge->arena, r->level_count, sizeof *b->rates);
	for (size_t i = 0; i < r->level_count; i++) {
		const struct level *l = r->levels[i].level;

		if (!l->credit || l->binding != BINDING_GUARANTEE ||
		    r->levels[i].verdict == VERDICT_NOT_COVERED)
			continue;
		rates_of(b->judge, b->terms, &r->levels[i], b->rates[b->due_count]);
		running_rates(b->judge, &r->levels[i], &b->rates[b->due_count][AT_POINT],
		              &b->rates[b->due_count][AT_BEST], &b->rates[b->due_count][AT_WORST]);
		b->due[b->due_count++] = i;
	}
}

int judge_level_alone(struct judge *j, const struct service *s, const struct level_result *l)
{
	struct level_result copy = *l;
	struct service_result alone = { .service = s, .levels = &copy, .level_count = 1 };
	struct bill b = { .judge = j, .terms = s->terms, .result = &alone };

	find_due(&b);
	if (b.due_count == 0 || s->fee_count == 0)
		return FIGURE_UNKNOWN;
	read_fees(&b);
	exact_credits(&b);
	return level_amount(&b, 0, AT_POINT);
}

static void credit_of_service(struct judge *j, struct service_result *r)
{
	struct bill b = { .judge = j, .terms = r->service->terms, .result = r };

	r->credit_total = r->credit_least = r->credit_most = FIGURE_UNKNOWN;
	find_due(&b);
	if (b.due_count == 0)
		return;
	if (r->service->fee_count) {
		read_fees(&b);
		exact_credits(&b);
	}
	fill_levels(&b);
	if (r->service->fee_count)
		fill_payable(&b);
}

void judge_credits(struct judge *j, struct statement *s)
{
	for (size_t i = 0; i < s->service_count; i++)
		credit_of_service(j, &s->services[i]);
}
