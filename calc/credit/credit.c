/*
 * credit: from the rates of the levels to determined money (bill.h has the order).
 */
#include "calc/credit/bill.h"
#include "calc/money/determine.h"
#include "calc/money/exchange.h"

#include <string.h>

/* ---- determination ---- */

int judge_determine(struct judge *j, const struct terms *t, const char *label, int fee, int exact_credit)
{
	static const char *const rules[] = { "floor", "ceil", "half_up", "half_even" };
	static const char *const sides[] = { "claim", "debt", "public" };
	const struct rounding *of = t->rounding;
	struct contract_rounding r = { rules[of->rule], of->unit, of->clause, sides[of->side] };
	int reduced;

	if (exact_credit < 0 || of->of == ROUND_CREDIT || book_sign(j->book, exact_credit) == 0)
		return determine_amount(j, &r, "credit", label, exact_credit);
	reduced = derive(j->book, "fee less credit, exact", NULL, "$1 - $2", 2, (int[]){ fee, exact_credit });
	reduced = determine_amount(j, &r, "reduced_fee", "reduced fee", reduced);
	/* a fee that is no multiple of the unit may be rounded up beyond itself: nobody owes more for a miss */
	return derive(j->book, label, r.clause, "max(0, $1 - $2)", 2, (int[]){ fee, reduced });
}

/* ---- what the rates are a part of ---- */

static void read_fees(struct bill *b)
{
	struct judge *j = b->judge;
	const struct service *s = b->service;

	b->fees = arena_array(j->arena, s->fee_count, sizeof *b->fees);
	for (size_t i = 0; i < s->fee_count; i++)
		b->fees[i] = derive_given(j->book, arena_printf(j->arena, "fee of %s", s->fees[i].payer->id),
		                          arena_printf(j->arena, "service %s, fees[%zu]", s->id, i),
		                          s->fees[i].amount);
	b->all_fees = derive_sum(j->book, "fees of all payers", NULL, b->fees, s->fee_count);
}

/* The amount of the fee that the credit rule names; FIGURE_UNKNOWN: the fee has none. */
static int named_base(struct bill *b, const struct credit_rule *c, size_t payer)
{
	const struct fee *f = &b->service->fees[payer];
	struct judge *j = b->judge;

	if (strcmp(c->base, "monthly_fee") == 0)
		return b->fees[payer];
	for (size_t i = 0; i < f->base_count; i++)
		if (strcmp(f->bases[i].name, c->base) == 0)
			return derive_given(
			    j->book, arena_printf(j->arena, "base %s of %s", c->base, f->payer->id),
			    arena_printf(j->arena, "service %s, fees[%zu]", b->service->id, payer),
			    f->bases[i].amount);
	if (strcmp(c->base, "fee_before_tax") == 0)
		return judge_before_tax(
		    j, b->fees[payer], f->has_tax, f->tax_included, f->tax_percent,
		    arena_printf(j->arena, "service %s, fees[%zu]", b->service->id, payer));
	return FIGURE_UNKNOWN;
}

/* Days of the period as the terms' zone counts them; hours as they passed, or as the contract fixes them. */
static int month_days(struct judge *j, const struct service *s)
{
	int64_t days = s->period_days ? s->period_days : span_length(j->c->period.span) / US_PER_DAY;

	return derive_given_int(j->book, "days of the month", "period", (long long)days);
}

static int month_hours(struct judge *j)
{
	const struct period *p = &j->c->period;

	if (p->fixed_hours)
		return derive_given_int(j->book, "hours of the month", "period", (long long)p->fixed_hours);
	return derive(j->book, "hours of the month", "period", "$1 / 3600", 1,
	              (int[]){ judge_seconds(j, "length of the period", "period", span_length(j->period)) });
}

static int base_of(struct bill *b, const struct credit_rule *c, size_t payer)
{
	const struct service *s = b->service;
	struct judge *j = b->judge;
	int base = named_base(b, c, payer);

	if (!c->pro_rata_days || !s->has_subscribed)
		return base;
	return derive(
	    j->book, "base, cut to the days subscribed", "pro rata by days", "$1 * $2 / $3", 3,
	    (int[]){ base, derive_given_int(j->book, "days subscribed", s->id, (long long)s->subscribed_days),
	             month_days(j, s) });
}

/* ---- exact credits ---- */

/* What the base is divided by for one unit of the rate; FIGURE_UNKNOWN: a per cent. */
static int divisor_of(struct bill *b, const struct credit_rule *c)
{
	return c->unit == RATE_DAYS    ? month_days(b->judge, b->service)
	       : c->unit == RATE_HOURS ? month_hours(b->judge)
	                               : FIGURE_UNKNOWN;
}

static int exact_credit(struct bill *b, size_t level, size_t reading, int base, int divisor)
{
	struct judge *j = b->judge;
	char *label = arena_printf(j->arena, "credit of %s %s, exact", b->due[level]->level->id,
	                           reading_name((enum money_reading)reading));
	int rate = b->rates[level][reading];

	if (divisor < 0)
		return derive(j->book, label, "rate × base", "$1 * $2 / 100", 2, (int[]){ base, rate });
	return derive(j->book, label, "rate × base", "$1 * $2 / $3", 3, (int[]){ base, rate, divisor });
}

static void exact_credits(struct bill *b)
{
	size_t payers = b->service->fee_count;

	b->exact = arena_array(b->judge->arena, payers * b->due_count * READING_COUNT, sizeof *b->exact);
	for (size_t l = 0; l < b->due_count; l++) {
		const struct credit_rule *c = b->due[l]->level->credit;
		int divisor = divisor_of(b, c);

		for (size_t p = 0; p < payers; p++) {
			int base = base_of(b, c, p);

			for (size_t r = 0; r < READING_COUNT; r++) {
				bool as_point = r != AT_POINT && b->rates[l][r] == b->rates[l][AT_POINT];

				*bill_exact(b, p, l, r) = as_point ? *bill_exact(b, p, l, AT_POINT)
				                                   : exact_credit(b, l, r, base, divisor);
			}
		}
	}
	caps_of_levels(b);
}

static int exact_of_level(struct bill *b, size_t level)
{
	size_t payers = b->service->fee_count;
	int *parts = arena_array(b->judge->arena, payers, sizeof *parts);

	for (size_t p = 0; p < payers; p++)
		parts[p] = *bill_exact(b, p, level, AT_POINT);
	return derive_sum(b->judge->book, "credit of the level, all payers, exact", NULL, parts, payers);
}

/* The determined credit of one level alone, over all payers; *by_fee: of each. */
static int amount_of_level(struct bill *b, size_t level, size_t reading, const int **by_fee)
{
	size_t payers = b->service->fee_count;
	int *parts = arena_array(b->judge->arena, payers, sizeof *parts);

	*by_fee = parts;
	for (size_t p = 0; p < payers; p++)
		parts[p] = judge_determine(b->judge, b->terms, "credit of the level alone, determined",
		                           b->fees[p], *bill_exact(b, p, level, reading));
	return derive_sum(b->judge->book, "credit of the level alone, all payers", NULL, parts, payers);
}

/* ---- bills ---- */

static bool carries_money(const struct level_result *r)
{
	return r->level->credit && r->level->binding == BINDING_GUARANTEE &&
	       r->verdict != VERDICT_NOT_COVERED;
}

/* The levels that carry money, with their rates, and what each gives for each payer. */
static void fill_bill(struct bill *b, struct level_result *levels, size_t count)
{
	struct arena *a = b->judge->arena;

	b->due = arena_array(a, count, sizeof(struct level_result *));
	b->rates = arena_array(a, count, sizeof *b->rates);
	for (size_t i = 0; i < count; i++) {
		if (!carries_money(&levels[i]))
			continue;
		rates_of_level(b->judge, b->service, &levels[i], b->rates[b->due_count]);
		b->due[b->due_count++] = &levels[i];
	}
	if (b->due_count == 0 || b->service->fee_count == 0)
		return;
	read_fees(b);
	exact_credits(b);
}

static struct bill bill_of(struct settlement *s, const struct service *service, struct service_result *r)
{
	return (struct bill){
		.judge = s->judge,
		.settlement = s,
		.service = service,
		.terms = service->terms,
		.result = r,
		.most_cap = FIGURE_UNKNOWN,
	};
}

int judge_level_alone(struct judge *j, const struct service *s, const struct level_result *l)
{
	struct error ignored = { 0 }; /* what it could say was said when all levels were judged */
	struct settlement alone = { .judge = j, .statement = j->statement, .err = &ignored };
	struct bill b = bill_of(&alone, s, NULL);
	struct level_result copy = *l;
	const int *by_fee;

	copy.parts = arena_array(j->arena, l->part_count, sizeof *copy.parts); /* which this marks */
	if (l->part_count)
		memcpy(copy.parts, l->parts, l->part_count * sizeof *copy.parts);
	fill_bill(&b, &copy, 1);
	return b.exact ? amount_of_level(&b, 0, AT_POINT, &by_fee) : FIGURE_UNKNOWN;
}

/* ---- into the statement ---- */

static void show_level(struct bill *b, size_t level)
{
	struct credit_figures *f = &b->due[level]->credit;
	const int *ignored;

	*f = (struct credit_figures){ true,           b->rates[level][AT_POINT],
		                      FIGURE_UNKNOWN, FIGURE_UNKNOWN,
		                      FIGURE_UNKNOWN, FIGURE_UNKNOWN,
		                      NULL,           NULL };
	if (!b->exact)
		return;
	f->currency = b->service->fees[0].currency;
	f->exact = exact_of_level(b, level);
	f->amount = amount_of_level(b, level, AT_POINT, &f->by_fee);
	f->least = amount_of_level(b, level, AT_BEST, &ignored);
	f->most = amount_of_level(b, level, AT_WORST, &ignored);
}

/* Other readings of a level: what it would give alone; they add to no total. */
static void show_readings(struct settlement *s, struct service_result *r)
{
	for (size_t i = 0; i < r->level_count; i++)
		for (size_t k = 0; k < r->levels[i].reading_count; k++) {
			struct bill b = bill_of(s, r->service, r);

			fill_bill(&b, &r->levels[i].readings[k], 1);
			if (b.due_count)
				show_level(&b, 0);
		}
}

static void determine(struct bill *b)
{
	for (size_t p = 0; p < b->service->fee_count; p++)
		for (size_t r = 0; r < READING_COUNT; r++)
			*bill_amount(b, p, r) = judge_determine(
			    b->judge, b->terms,
			    arena_printf(b->judge->arena, "credit payable to %s %s",
			                 b->service->fees[p].payer->id, reading_name((enum money_reading)r)),
			    b->fees[p], *bill_credit(b, p, r));
}

/*
 * The minimum in the currency of the fees: by the case's exchange where it is in another. Without one it cannot be
 * compared: that is said, and nothing is taken away. FIGURE_UNKNOWN: none to apply.
 */
static int minimum_of(struct bill *b, const struct minimum *m, const char *clause)
{
	const char *currency = b->service->fees[0].currency;
	struct judge *j = b->judge;

	if (!m->currency || strcmp(m->currency, currency) == 0)
		return derive_given(j->book, "minimum of a credit", clause, m->amount);
	if (exchange_knows(j->c, m->currency, currency))
		return exchange_limit(j, b->settlement->statement, currency, m->currency,
		                      derive_given(j->book, "minimum of a credit", clause, m->amount),
		                      "minimum", b->service, b->settlement->err);
	bill_note(b, arena_printf(j->arena, "the minimum of %s %s is not applied to %s", m->amount,
	                          m->currency, currency));
	return FIGURE_UNKNOWN;
}

static bool any_known(const struct bill *b)
{
	bool known = false;

	for (size_t p = 0; p < b->service->fee_count; p++)
		for (size_t r = 0; r < READING_COUNT; r++)
			known = known || *bill_amount(b, p, r) >= 0;
	return known;
}

static void apply_minimum(struct bill *b)
{
	const struct minimum *m = b->terms->minimum;
	const char *clause = m && m->clause ? m->clause : "minimum of the terms";
	int least = m && any_known(b) ? minimum_of(b, m, clause) : FIGURE_UNKNOWN;
	struct judge *j = b->judge;

	for (size_t p = 0; least >= 0 && p < b->service->fee_count; p++)
		for (size_t r = 0; r < READING_COUNT; r++) {
			int *amount = bill_amount(b, p, r), before = *amount;

			*amount = derive(j->book, "credit that reaches the minimum", clause,
			                 m->op == MORE_THAN ? "gt($1, $2, 1) * $1" : "ge($1, $2, 1) * $1", 2,
			                 (int[]){ before, least });
			if (r == AT_POINT && before >= 0 && book_sign(j->book, before) > 0 &&
			    book_sign(j->book, *amount) == 0)
				bill_note(b, arena_printf(
				                 j->arena, "too small to be credited: the minimum is %s %s",
				                 m->amount,
				                 m->currency ? m->currency : b->service->fees[0].currency));
		}
}

static int total(struct bill *b, const char *label, size_t reading)
{
	int *parts = arena_array(b->judge->arena, b->service->fee_count, sizeof *parts);

	for (size_t p = 0; p < b->service->fee_count; p++)
		parts[p] = *bill_amount(b, p, reading);
	return derive_sum(b->judge->book, label, NULL, parts, b->service->fee_count);
}

static void show_payable(struct bill *b)
{
	struct service_result *r = b->result;

	r->payable_count = b->service->fee_count;
	r->payable = arena_array(b->judge->arena, r->payable_count, sizeof *r->payable);
	for (size_t p = 0; p < r->payable_count; p++)
		r->payable[p] = (struct payable){ &b->service->fees[p], *bill_amount(b, p, AT_POINT),
			                          *bill_amount(b, p, AT_BEST), *bill_amount(b, p, AT_WORST),
			                          FIGURE_UNKNOWN };
	r->currency = b->service->fees[0].currency;
	r->credit_note = b->note;
	r->credit_total = total(b, "credit, all payers", AT_POINT);
	r->credit_least = total(b, "credit at the best reading, all payers", AT_BEST);
	r->credit_most = total(b, "credit at the worst reading, all payers", AT_WORST);
	if (r->credit_most >= 0 && b->most_cap >= 0)
		r->credit_most =
		    derive(b->judge->book, "credit at the worst reading, all payers", "cap of the terms",
		           "min($1, $2)", 2, (int[]){ r->credit_most, b->most_cap });
}

void bill_note(struct bill *b, const char *note)
{
	if (!b->note)
		b->note = note;
	else if (!strstr(b->note, note))
		b->note = arena_printf(b->judge->arena, "%s; also: %s", b->note, note);
}

static bool has_percent_cap(const struct terms *t)
{
	bool has = t->cap_percent != NULL;

	for (size_t i = 0; i < t->cap_count; i++)
		has = has || (t->caps[i].of == CAP_LEVEL && t->caps[i].percent_of_fee);
	return has;
}

bool bill_in_proportion(const struct bill *b)
{
	const struct credit_rule *first = b->due_count ? b->due[0]->level->credit : NULL;

	if (b->service->fee_count <= 1 || !first)
		return true;
	for (size_t i = 1; i < b->due_count; i++)
		if (strcmp(b->due[i]->level->credit->base, first->base) != 0)
			return false;
	return strcmp(first->base, "monthly_fee") == 0 || !has_percent_cap(b->terms);
}

/* ---- all services ---- */

/* Pays the levels as they are without what was caused elsewhere; what is shown of each stays. */
static void pay_by_root_cause(struct bill *b)
{
	struct level_result *levels = root_cause_levels(b);
	struct bill other = *b;

	if (!levels)
		return;
	other.exact = NULL;
	other.due_count = 0;
	fill_bill(&other, levels, b->terms->level_count);
	b->due = other.due;
	b->due_count = other.due_count;
	b->rates = other.rates;
	if (other.exact)
		b->exact = other.exact; /* else nothing is left that is paid: no level is due */
}

static void open_bill(struct settlement *s, struct bill *b, struct service_result *r)
{
	size_t figures = r->service->fee_count * READING_COUNT;

	*b = bill_of(s, r->service, r);
	r->credit_total = r->credit_least = r->credit_most = FIGURE_UNKNOWN;
	fill_bill(b, r->levels, r->level_count);
	for (size_t l = 0; l < b->due_count; l++)
		show_level(b, l);
	show_readings(s, r);
	if (!b->exact)
		return;
	if (b->terms->overlap == OVERLAP_ROOT_CAUSE)
		pay_by_root_cause(b);
	b->credits = arena_array(s->judge->arena, figures, sizeof *b->credits);
	b->amounts = arena_array(s->judge->arena, figures, sizeof *b->amounts);
	overlap_combine(b);
	caps_of_resource(b);
}

int judge_credits(struct judge *j, struct statement *st, struct error *err)
{
	struct settlement s = { .judge = j, .bill_count = st->service_count, .statement = st, .err = err };

	s.bills = arena_array(j->arena, s.bill_count, sizeof *s.bills);
	for (size_t i = 0; i < s.bill_count; i++)
		open_bill(&s, &s.bills[i], &st->services[i]);
	caps_together(&s);
	for (size_t i = 0; i < s.bill_count; i++)
		if (s.bills[i].credits)
			determine(&s.bills[i]);
	caps_after_rounding(&s);
	for (size_t i = 0; i < s.bill_count; i++)
		if (s.bills[i].credits) {
			apply_minimum(&s.bills[i]);
			show_payable(&s.bills[i]);
		}
	return err->code;
}
