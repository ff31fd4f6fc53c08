/* ceiling_cap: the cap of one debtor for one loss, by amount, by months of the fee or by the contract's amount. */
#include "calc/liability/ceiling_part.h"
#include "calc/money/exchange.h"

#include <string.h>

static const struct contract_cap *cap_of_debtor(const struct limit *l)
{
	for (size_t i = 0; i < l->contract->cap_count; i++)
		if (l->contract->caps[i].debtor == l->debtor && l->contract->caps[i].rule != CAP_RECOVERED)
			return &l->contract->caps[i];
	return NULL;
}

/* What lifts the cap ("intent", "gross negligence"); NULL: it holds, which is said where a reader may doubt it. */
static const char *lifted_by(struct limit *l, const struct contract_cap *cap)
{
	const struct liability_record *loss = l->loss;

	if (loss->intent && cap->lifted_by_intent)
		return "intent";
	if (loss->gross_negligence && cap->lifted_by_gross_negligence)
		return "gross negligence";
	if (loss->intent || loss->gross_negligence)
		limit_note(l,
		           arena_printf(l->judge->arena, "literal reading: the cap holds even under %s (%s)",
		                        loss->intent ? "intent" : "gross negligence",
		                        limit_clause(l, cap->clause)));
	return NULL;
}

/* ---- the fee of the month of the cause ---- */

/* What one of the two parties pays the other for a service, in yen; FIGURE_UNKNOWN: nothing, or err is set. */
static int fee_of_service(struct limit *l, const struct service *s)
{
	const struct party *payer = s->provider == l->debtor ? l->creditor : l->debtor;
	struct judge *j = l->judge;

	for (size_t i = 0; i < s->fee_count; i++) {
		const struct fee *f = &s->fees[i];
		int amount;

		if (f->payer != payer)
			continue;
		amount = derive_given(j->book, arena_printf(j->arena, "fee of %s", payer->id),
		                      arena_printf(j->arena, "service %s, fees[%zu]", s->id, i), f->amount);
		if (strcmp(f->currency, "JPY") == 0)
			return amount;
		return exchange_limit(j, l->statement, "JPY", f->currency, amount, "cap", s, l->err);
	}
	return FIGURE_UNKNOWN;
}

/* The fees of the case's services between the two; FIGURE_UNKNOWN: none, or err is set. */
static int fee_of_services(struct limit *l, const char *label)
{
	const struct sla_case *c = l->judge->c;
	int *parts = arena_array(l->judge->arena, c->service_count, sizeof *parts);
	size_t count = 0;

	for (size_t i = 0; i < c->service_count; i++) {
		const struct service *s = &c->services[i];
		int fee = s->provider == l->debtor || s->provider == l->creditor ? fee_of_service(l, s)
		                                                                 : FIGURE_UNKNOWN;

		if (fee >= 0)
			parts[count++] = fee;
	}
	return count ? derive_sum(l->judge->book, label, limit_clause(l, NULL), parts, count)
	             : FIGURE_UNKNOWN;
}

static int refuse(struct limit *l)
{
	const char *month = l->loss->cause_month;

	if (month) {
		error_set(l->err, ERROR_DATA, "the fee of %s under '%s' is not known", month,
		          l->contract->id);
		error_hint(l->err, "say it under \"monthly_fees\" of the contract");
	} else {
		error_set(l->err, ERROR_DATA,
		          "the cap of '%s' is months of the fee, and the month is not stated",
		          l->contract->id);
	}
	error_at(l->err, NULL, 0, arena_printf(l->judge->arena, "records[%zu].cause_month", l->loss->index));
	return FIGURE_UNKNOWN;
}

static int fee_of_month(struct limit *l)
{
	const struct contract *k = l->contract;
	const char *month = l->loss->cause_month, *label;
	int fee = FIGURE_UNKNOWN;

	if (!month)
		return refuse(l);
	label = arena_printf(l->judge->arena, "fee of the month %s", month);
	if (limit_month_is_judged(l))
		fee = fee_of_services(l, label);
	if (fee >= 0 || l->err->code != ERROR_NONE)
		return fee;
	for (size_t i = 0; i < k->monthly_fee_count; i++)
		if (strcmp(k->monthly_fees[i].month, month) == 0)
			return derive_given(l->judge->book, label, limit_clause(l, "monthly_fees"),
			                    k->monthly_fees[i].amount);
	return refuse(l);
}

/* ---- the cap ---- */

static int cap_amount(struct limit *l, const struct contract_cap *cap)
{
	const char *label = arena_printf(l->judge->arena, "cap of %s", l->debtor->id);
	const char *clause = limit_clause(l, cap->clause);
	struct book *book = l->judge->book;
	int fee, months;

	if (cap->rule != CAP_MONTHS_OF_FEE)
		return derive_given(book, label, clause,
		                    cap->rule == CAP_AMOUNT ? cap->amount : l->contract->amount);
	fee = fee_of_month(l);
	if (fee < 0)
		return fee;
	months = derive_given_int(book, "months of the fee", clause, (long long)cap->months);
	return derive(book, label, clause, "$1 * $2", 2, (int[]){ fee, months });
}

int limit_cap(struct limit *l)
{
	const struct contract_cap *cap = cap_of_debtor(l);
	const char *lifted = cap ? lifted_by(l, cap) : NULL;

	if (lifted)
		limit_note(l, arena_printf(l->judge->arena, "the cap of %s is lifted by %s (%s)",
		                           l->debtor->id, lifted, limit_clause(l, cap->clause)));
	if (!cap || lifted)
		return 0;
	l->out->cap = cap_amount(l, cap);
	l->out->per = cap->per;
	l->out->rule = cap;
	return l->err->code;
}
