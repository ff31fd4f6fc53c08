/*
 * liability: the chain of the usage standard's 5.3.
 *
 * 5.3①  CSP (or, by policy, NSP) at fault: LG claims from DA, DA from CSP; DA owes LG up to what it has actually
 *        recovered. Recoveries come in parts; after each, what is payable to a municipality rises and never falls.
 *        Shares go by determined losses; a loss determined late catches up from later parts (chain.h).
 * 5.3②  DA at fault: DA owes LG, with no cap by recovery.
 *
 * pending: what could still come if all that the provider's cap allows were recovered; cut: lost to a cap for good.
 */
#include "calc/chain.h"
#include "calc/table3.h"

#include <string.h>

/* ---- contracts ---- */

static const struct contract *contract_between(const struct sla_case *c, const struct party *p,
                                               const struct party *q)
{
	for (size_t i = 0; i < c->contract_count; i++) {
		const struct contract *k = &c->contracts[i];

		if ((k->parties[0] == p && k->parties[1] == q) || (k->parties[0] == q && k->parties[1] == p))
			return k;
	}
	return NULL;
}

/* The fixed amount up to which debtor is liable under the contract; FIGURE_UNKNOWN when it has none. */
static int fixed_cap(struct judge *j, const struct contract *k, const struct party *debtor)
{
	for (size_t i = 0; k && i < k->cap_count; i++)
		if (k->caps[i].debtor == debtor && k->caps[i].rule == CAP_AMOUNT)
			return derive_given(j->book, arena_printf(j->arena, "cap of %s", debtor->id),
			                    arena_printf(j->arena, "contract %s", k->id), k->caps[i].amount);
	return FIGURE_UNKNOWN;
}

/* ---- creditors ---- */

static const char *sort_key(const struct party *p)
{
	return p->code ? p->code : p->id;
}

static struct creditor *creditor_of(struct chain *ch, const struct party *p)
{
	for (size_t i = 0; i < ch->count; i++)
		if (ch->creditors[i].party == p)
			return &ch->creditors[i];
	return NULL;
}

static void add_creditor(struct chain *ch, const struct party *p)
{
	size_t at = ch->count++;

	for (; at > 0 && strcmp(sort_key(ch->creditors[at - 1].party), sort_key(p)) > 0; at--)
		ch->creditors[at] = ch->creditors[at - 1];
	ch->creditors[at] =
	    (struct creditor){ p, FIGURE_UNKNOWN, FIGURE_UNKNOWN, FIGURE_UNKNOWN, FIGURE_UNKNOWN };
}

static int record_amount(struct judge *j, const struct liability_record *r, const char *what,
                         const char *amount)
{
	return derive_given(j->book, what, arena_printf(j->arena, "record %s", r->id), amount);
}

static void find_creditors(struct chain *ch)
{
	const struct sla_case *c = ch->judge->c;

	ch->creditors = arena_array(ch->judge->arena, c->record_count, sizeof *ch->creditors);
	for (size_t i = 0; i < c->record_count; i++)
		if (c->records[i].kind == RECORD_LOSS && c->records[i].faults->party == ch->fault &&
		    !creditor_of(ch, c->records[i].sufferer))
			add_creditor(ch, c->records[i].sufferer);
}

/* ---- events, in the order of their dates ---- */

static int heads_of_loss(struct judge *j, const struct liability_record *r)
{
	int direct = record_amount(j, r, "direct loss", r->heads[HEAD_DIRECT] ? r->heads[HEAD_DIRECT] : "0");
	int lost_profit =
	    record_amount(j, r, "lost profit", r->heads[HEAD_LOST_PROFIT] ? r->heads[HEAD_LOST_PROFIT] : "0");
	int special = record_amount(j, r, "loss from special circumstances",
	                            r->heads[HEAD_SPECIAL] ? r->heads[HEAD_SPECIAL] : "0");

	return derive(j->book, arena_printf(j->arena, "loss claimed by %s", r->sufferer->id), "5.3",
	              "$1 + $2 + $3", 3, (int[]){ direct, lost_profit, special });
}

/* Refuses a record whose figure is over a limit. */
static int exceeds(struct judge *j, struct error *err, const struct liability_record *r, int figure,
                   const char *what, int limit, const char *limit_name)
{
	if (figure < 0 || limit < 0 || book_compare(j->book, figure, limit) <= 0)
		return 0;
	error_set(err, ERROR_DATA, "%s of %s exceeds %s of %s", what, book_at(j->book, figure)->value,
	          limit_name, book_at(j->book, limit)->value);
	return error_at(err, NULL, 0,
	                arena_printf(j->arena, "records[%zu].%s", r->index,
	                             r->kind == RECORD_LOSS ? "determined" : "amount"));
}

static int enter_loss(struct chain *ch, const struct liability_record *r, struct error *err)
{
	struct judge *j = ch->judge;
	struct creditor *cr = creditor_of(ch, r->sufferer);
	int heads = heads_of_loss(j, r), determined;

	cr->claimed =
	    chain_plus(j, arena_printf(j->arena, "claimed by %s", cr->party->id), cr->claimed, heads);
	if (!r->determined)
		return 0;
	determined = record_amount(j, r, arena_printf(j->arena, "determined loss of %s", r->sufferer->id),
	                           r->determined);
	if (exceeds(j, err, r, determined, "a determined loss", heads, "the claimed loss") < 0)
		return err->code;
	cr->determined = chain_plus(j, "determined losses of the municipality", cr->determined, determined);
	if (ch->recovered >= 0)
		chain_share(ch, ch->recovered, false);
	return 0;
}

static int enter_recovery(struct chain *ch, const struct liability_record *r, struct error *err)
{
	struct judge *j = ch->judge;

	ch->recovered = chain_plus(j, "recovered so far", ch->recovered,
	                           record_amount(j, r, "recovered, cash", r->amount));
	if (exceeds(j, err, r, ch->recovered, "a recovery", ch->provider_cap, "the cap") < 0 ||
	    exceeds(j, err, r, ch->recovered, "a recovery", ch->acknowledged, "the acknowledged amount") < 0)
		return err->code;
	chain_share(ch, ch->recovered, false);
	return 0;
}

static int enter(struct chain *ch, const struct liability_record *r, struct error *err)
{
	struct judge *j = ch->judge;
	bool to_agency = r->from == ch->fault && r->to == ch->agency;

	if (r->kind == RECORD_LOSS && r->faults->party == ch->fault)
		return enter_loss(ch, r, err);
	if (r->kind == RECORD_RECOVERY && to_agency)
		return enter_recovery(ch, r, err);
	if (r->kind == RECORD_ACKNOWLEDGEMENT && to_agency)
		ch->acknowledged = chain_plus(j, "acknowledged so far", ch->acknowledged,
		                              record_amount(j, r, "acknowledged", r->amount));
	if (r->kind == RECORD_CLAIM && r->from == ch->agency && r->to == ch->fault)
		ch->claim =
		    chain_plus(j, "claimed so far", ch->claim, record_amount(j, r, "claimed", r->amount));
	return 0;
}

/* ---- obligations ---- */

static int or_zero(struct judge *j, const char *label, int figure)
{
	return figure >= 0 ? figure : derive_given(j->book, label, "nothing recorded", "0");
}

static struct obligation *add_obligation(struct statement *s, const struct party *debtor,
                                         const struct party *creditor, const char *basis)
{
	struct obligation *o = &s->obligations[s->obligation_count++];

	o->debtor = debtor;
	o->creditor = creditor;
	o->contract = contract_between(s->the_case, debtor, creditor);
	o->basis = basis;
	o->cap = o->ceiling = o->acknowledged = o->residual = FIGURE_UNKNOWN;
	return o;
}

static void settle(struct judge *j, struct obligation *o, int pending)
{
	o->pending = or_zero(j, "pending", pending);
	o->cut = o->determined < 0
	             ? or_zero(j, "cut", FIGURE_UNKNOWN)
	             : derive(j->book, "cut", "determined less payable and pending", "$1 - $2 - $3", 3,
	                      (int[]){ o->determined, o->payable, o->pending });
}

/* CSP/NSP → DA: it owes what is determined, up to its cap; what was recovered is what it has paid. */
static void provider_obligation(struct chain *ch, struct statement *s)
{
	struct judge *j = ch->judge;
	struct obligation *o = add_obligation(s, ch->fault, ch->agency, "5.3-1");
	int claimed = FIGURE_UNKNOWN, open;

	for (size_t i = 0; i < ch->count; i++)
		claimed = chain_plus(j, "claimed by the municipalities", claimed, ch->creditors[i].claimed);
	o->claimed = ch->claim >= 0 ? ch->claim : claimed;
	o->determined = chain_determined(ch);
	o->cap = ch->provider_cap;
	o->payable = o->cap < 0 || o->determined < 0
	                 ? or_zero(j, "payable", o->determined)
	                 : derive(j->book, "payable under the cap", o->contract ? o->contract->id : NULL,
	                          "min($1, $2)", 2, (int[]){ o->determined, o->cap });
	o->acknowledged = ch->acknowledged;
	o->paid = or_zero(j, "recovered", ch->recovered);
	if (o->determined >= 0)
		o->residual = derive(j->book, "residual, carried to the next part", NULL, "min($1, $2) - $3",
		                     3, (int[]){ o->paid, o->determined, chain_payable(ch) });
	open = derive(j->book, "open", NULL, "max(0, $1 - $2)", 2, (int[]){ o->payable, o->paid });
	o->pending = open;
	o->cut = o->determined < 0 ? or_zero(j, "cut", FIGURE_UNKNOWN)
	                           : derive(j->book, "cut by the cap", NULL, "$1 - $2", 2,
	                                    (int[]){ o->determined, o->payable });
}

static void recovered_obligations(struct chain *ch, struct statement *s)
{
	struct judge *j = ch->judge;
	int determined = chain_determined(ch);
	int limit = ch->provider_cap < 0 ? determined : ch->provider_cap;

	provider_obligation(ch, s);
	if (limit >= 0)
		chain_share(ch, limit, true);
	for (size_t i = 0; i < ch->count; i++) {
		struct creditor *cr = &ch->creditors[i];
		struct obligation *o = add_obligation(s, ch->agency, cr->party, "5.3-1");

		o->claimed = cr->claimed;
		o->determined = cr->determined;
		o->cap = or_zero(j, "recovered so far", ch->recovered);
		o->payable = or_zero(j, "payable", cr->payable);
		settle(j, o, cr->pending);
	}
}

static void uncapped_obligations(struct chain *ch, struct statement *s)
{
	struct judge *j = ch->judge;

	for (size_t i = 0; i < ch->count; i++) {
		struct creditor *cr = &ch->creditors[i];
		struct obligation *o = add_obligation(s, ch->agency, cr->party, "5.3-2");

		o->claimed = cr->claimed;
		o->determined = cr->determined;
		o->cap = fixed_cap(j, o->contract, ch->agency);
		o->payable = o->cap < 0 || o->determined < 0
		                 ? or_zero(j, "payable", o->determined)
		                 : derive(j->book, "payable under the cap", o->contract->id, "min($1, $2)", 2,
		                          (int[]){ o->determined, o->cap });
		settle(j, o, FIGURE_UNKNOWN);
	}
}

/* What the debtor has paid the creditor in all; the last payment for messages. */
static int paid_in_all(struct judge *j, const struct obligation *o, const struct liability_record **last)
{
	int paid = FIGURE_UNKNOWN;

	*last = NULL;
	for (size_t k = 0; k < j->c->record_count; k++) {
		const struct liability_record *r = &j->c->records[k];

		if (r->kind != RECORD_PAYMENT || r->from != o->debtor || r->to != o->creditor)
			continue;
		*last = r;
		paid = chain_plus(j, arena_printf(j->arena, "paid to %s", o->creditor->id), paid,
		                  record_amount(j, r, "paid", r->amount));
	}
	return or_zero(j, "paid", paid);
}

/* The next obligation between the same two parties; NULL when there is none. */
static struct obligation *next_between(struct statement *s, const struct obligation *o)
{
	struct obligation *next = s->obligations + (o - s->obligations);

	for (next++; next < s->obligations + s->obligation_count; next++)
		if (next->debtor == o->debtor && next->creditor == o->creditor)
			return next;
	return NULL;
}

/* Enters the payments into the first obligation between two parties and into those after it. */
static int enter_payments_from(struct judge *j, struct statement *s, struct obligation *first,
                               struct error *err)
{
	const struct liability_record *last;
	int left = paid_in_all(j, first, &last), payable = first->payable;

	for (struct obligation *o = next_between(s, first); o; o = next_between(s, o))
		payable = chain_plus(j, "payable in all", payable, o->payable);
	if (last && exceeds(j, err, last, left, "a payment", payable, "the payable amount") < 0)
		return err->code;
	for (struct obligation *o = first; o; o = next_between(s, o)) {
		o->paid = left;
		if (!next_between(s, o))
			continue;
		o->paid = derive(j->book, "paid, as far as payable", NULL, "min($1, $2)", 2,
		                 (int[]){ left, o->payable });
		left = derive(j->book, "paid toward the next obligation", NULL, "$1 - $2", 2,
		              (int[]){ left, o->paid });
	}
	return 0;
}

/* Payments of DA to a municipality settle its obligations in their order; more than is payable is refused. */
static int enter_payments(struct judge *j, struct statement *s, struct error *err)
{
	for (size_t i = 0; i < s->obligation_count; i++) {
		struct obligation *o = &s->obligations[i];
		bool first = o->debtor->kind == PARTY_DA;

		for (size_t k = 0; k < i; k++)
			first = first && next_between(s, &s->obligations[k]) != o;
		if (first && enter_payments_from(j, s, o, err) < 0)
			return err->code;
	}
	return 0;
}

/* ---- all parties at fault ---- */

static int judge_chain(struct judge *j, struct statement *s, const struct party *fault,
                       const struct party *agency, struct error *err)
{
	struct chain ch = { .judge = j,
		            .fault = fault,
		            .agency = agency,
		            .provider_cap = FIGURE_UNKNOWN,
		            .recovered = FIGURE_UNKNOWN,
		            .acknowledged = FIGURE_UNKNOWN,
		            .claim = FIGURE_UNKNOWN };

	find_creditors(&ch);
	if (ch.count == 0)
		return 0;
	if (fault != agency)
		ch.provider_cap = fixed_cap(j, contract_between(j->c, fault, agency), fault);
	for (size_t i = 0; i < j->c->record_count; i++)
		if (enter(&ch, &j->c->records[i], err) < 0)
			return err->code;
	if (fault == agency)
		uncapped_obligations(&ch, s);
	else
		recovered_obligations(&ch, s);
	return 0;
}

/* What is read and not yet judged is refused by name. */
static int refuse_unjudged(struct judge *j, const struct liability_record *r, struct error *err)
{
	bool money = r->kind == RECORD_CLAIM || r->kind == RECORD_ACKNOWLEDGEMENT ||
	             r->kind == RECORD_RECOVERY || r->kind == RECORD_PAYMENT;
	struct claim_route route;
	bool judged = r->kind == RECORD_LOSS ? r->fault_count == 1 && r->sufferer->kind == PARTY_LG
	                                     : money && r->form == PAID_CASH && !r->own_loss && !r->currency;

	if (judged && r->kind == RECORD_LOSS) {
		if (table3_route(j->arena, j->c, r, r->faults->party, &route, err) < 0)
			return err->code;
		judged = strncmp(route.basis, "5.3", 3) == 0;
	}
	if (judged && !r->incident)
		return 0;
	error_set(err, ERROR_UNSUPPORTED, "such a record is not supported by this version");
	return error_at(err, NULL, 0, arena_printf(j->arena, "records[%zu]", r->index));
}

int judge_liability(struct judge *j, struct statement *s, struct error *err)
{
	const struct sla_case *c = j->c;
	const struct party *agency = NULL;

	for (size_t i = 0; i < c->record_count; i++)
		if (refuse_unjudged(j, &c->records[i], err) < 0)
			return err->code;
	s->obligations = arena_array(j->arena, 2 * c->record_count + c->party_count, sizeof *s->obligations);
	for (size_t i = 0; i < c->party_count; i++)
		if (c->parties[i].kind == PARTY_DA)
			agency = &c->parties[i];
	for (size_t i = 0; i < c->party_count; i++)
		if (judge_chain(j, s, &c->parties[i], agency, err) < 0)
			return err->code;
	return enter_payments(j, s, err);
}
