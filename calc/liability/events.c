/* events: the records of a case in the order of their days, and what each did to the obligations. */
#include "calc/liability/chain.h"
#include "calc/money/exchange.h"

#include <string.h>

/* ---- edges ---- */

void edge_touch(struct graph *g, struct edge *e)
{
	if (!e->touched)
		g->touched[g->touched_count++] = e;
	e->touched = true;
}

void edge_grow(struct graph *g, struct edge *e, enum total t, int more, int figure)
{
	e->grown_by[t] = e->now.total[t] == e->entered.total[t] ? more : FIGURE_UNKNOWN;
	e->now.total[t] = figure;
	edge_touch(g, e);
}

void edge_set(struct graph *g, struct edge *e, enum total t, int figure)
{
	edge_grow(g, e, t, FIGURE_UNKNOWN, figure);
}

static void edge_add(struct graph *g, struct edge *e, enum total t, const char *label, int more)
{
	edge_grow(g, e, t, more, chain_plus(g->judge, label, e->now.total[t], more));
}

/* What the scope's cap leaves for one of its edges: those that owe already come first. */
static int scope_limit(struct graph *g, const struct edge *e)
{
	struct judge *j = g->judge;
	int others = FIGURE_UNKNOWN;

	for (size_t i = 0; i < e->scope->count; i++) {
		const struct edge *x = e->scope->edges[i];
		int under = x->now.free < 0 ? x->now.owed
		                            : derive(j->book, "owed under the cap", NULL, "$1 - $2", 2,
		                                     (int[]){ x->now.owed, x->now.free });

		if (x != e)
			others = chain_plus(j, "owed under the same cap", others, under);
	}
	return others < 0 ? e->scope->cap
	                  : derive(j->book, "what the cap leaves", NULL, "max(0, $1 - $2)", 2,
	                           (int[]){ e->scope->cap, others });
}

/*
 * Losses of one day that one cap does not hold: nothing says which comes first. It need not be said where one creditor gets
 * all of it; the Agency's own loss stands behind those that are shared.
 */
static bool takes_turns(const struct edge *before, const struct edge *e)
{
	return !e->fed && (before->fed || before->creditor == e->creditor);
}

static int check_order(struct graph *g, const struct edge *e, const struct liability_record *r,
                       struct error *err)
{
	for (size_t i = 0; i < e->scope->count; i++) {
		const struct edge *x = e->scope->edges[i];

		if (x == e || x->now.grown != r->day || takes_turns(x, e))
			continue;
		error_set(err, ERROR_DATA,
		          "the cap of '%s' under '%s' does not hold all that was determined on one day, and "
		          "nothing "
		          "says which comes first",
		          e->debtor->id, e->contract->id);
		return error_at(err, NULL, 0, arena_printf(g->judge->arena, "records[%zu]", r->index));
	}
	return 0;
}

static int under_scope(struct graph *g, const struct edge *e, int allowed, const struct liability_record *r,
                       int *out, struct error *err)
{
	struct judge *j = g->judge;
	int limit = scope_limit(g, e), part = allowed;

	if (e->now.free >= 0)
		part = derive(j->book, "of it under the cap", NULL, "max(0, $1 - $2)", 2,
		              (int[]){ allowed, e->now.free });
	if (book_compare(j->book, part, limit) > 0 && check_order(g, e, r, err) < 0)
		return err->code;
	*out = chain_whole(j, e->contract, "payable under the cap, in whole yen",
	                   derive(j->book, "payable under the cap", e->contract->id, "min($1, $2)", 2,
	                          (int[]){ part, limit }));
	if (e->now.free >= 0)
		*out = derive(j->book, "owed in all", NULL, "min($1, $2) + $3", 3,
		              (int[]){ allowed, e->now.free, *out });
	return 0;
}

/* What the legs of the edge allow of what it makes good. */
static int allowed_of(struct graph *g, const struct edge *e)
{
	int determined = e->now.total[TOTAL_DETERMINED];

	if (!e->limited)
		return determined;
	if (!e->makes_good && !e->fed)
		return e->now.legs;
	return derive(g->judge->book, "owed, as far as the contract allows",
	              e->contract ? e->contract->id : NULL, "min($1, $2)", 2,
	              (int[]){ determined, e->now.legs });
}

static void settle_cut(struct graph *g, struct edge *e)
{
	int determined = e->now.total[TOTAL_DETERMINED];

	if (e->drawn || (e->now.owed == determined && e->now.total[TOTAL_CUT] < 0))
		return;
	edge_set(g, e, TOTAL_CUT,
	         derive(g->judge->book, e->scope ? "cut by the cap" : "cut", NULL, "$1 - $2", 2,
	                (int[]){ determined, e->now.owed }));
}

int edge_settle(struct graph *g, struct edge *e, const struct liability_record *r, struct error *err)
{
	int before = e->now.owed, owed;

	if (e->makes_good)
		edge_set(g, e, TOTAL_DETERMINED, e->makes_good->now.owed);
	if (e->fed)
		edge_set(g, e, TOTAL_DETERMINED, e->fed->owed);
	if (e->now.total[TOTAL_DETERMINED] < 0)
		return 0;
	owed = allowed_of(g, e);
	if (e->scope && under_scope(g, e, owed, r, &owed, err) < 0)
		return err->code;
	if (before < 0 || book_compare(g->judge->book, owed, before) > 0)
		e->now.grown = r->day;
	e->now.owed = owed;
	if (!e->drawn)
		edge_set(g, e, TOTAL_PAYABLE, owed);
	settle_cut(g, e);
	if (e->drawn && owed != before)
		pool_owes(g, e->drawn, e, before);
	for (struct edge *x = e->indemnity; x; x = x->another)
		if (edge_settle(g, x, r, err) < 0)
			return err->code;
	return 0;
}

/* ---- losses ---- */

static void enter_leg(struct graph *g, const struct leg *leg, bool first)
{
	struct judge *j = g->judge;
	struct edge *e = leg->edge;

	edge_add(g, e, TOTAL_CLAIMED,
	         e->fed ? "claimed by the municipalities"
	                : arena_printf(j->arena, "claimed by %s", e->creditor->id),
	         leg->claimed);
	if (leg->determined < 0)
		return;
	if (first)
		edge_add(g, e, TOTAL_DETERMINED, "determined losses of the creditor", leg->determined);
	if (e->limited)
		e->now.legs = chain_plus(j, "owed for its losses", e->now.legs, leg->owed);
	if (e->scope && !leg->ceiling.rule)
		e->now.free = chain_plus(j, "owed for losses without the cap", e->now.free, leg->owed);
}

static int enter_loss(struct graph *g, size_t at, struct error *err)
{
	const struct liability_record *r = &g->judge->c->records[at];

	for (size_t i = g->first_legs[at]; i < g->first_legs[at + 1]; i++) {
		struct leg *first = g->legs[i].first;

		for (struct leg *leg = first; leg; leg = leg->next)
			enter_leg(g, leg, leg == first);
		if (edge_settle(g, first->edge, r, err) < 0)
			return err->code;
	}
	return 0;
}

/* ---- money ---- */

int chain_exceeds(struct judge *j, struct error *err, const struct liability_record *r, int figure,
                  const char *what, int limit, const char *limit_name)
{
	if (figure < 0 || limit < 0 || book_compare(j->book, figure, limit) <= 0)
		return 0;
	error_set(err, ERROR_DATA, "%s of %s exceeds %s of %s", what, book_at(j->book, figure)->value,
	          limit_name, book_at(j->book, limit)->value);
	return error_at(err, NULL, 0, arena_printf(j->arena, "records[%zu].amount", r->index));
}

/* In whole yen. */
static int yen_of(struct graph *g, const struct liability_record *r, const char *label, const char *what,
                  struct error *err)
{
	return exchange_to_yen(g->judge, g->statement, r->currency,
	                       chain_record(g->judge, r, label, r->amount), what, r->id, r->from, err);
}

/* The edges between the two that a record is of; in g->found, in the order of the statement. */
static size_t find_edges(struct graph *g, const struct liability_record *r)
{
	size_t all, count = 0;
	struct edge *const *edges = edges_between(g, r->from, r->to, &all);

	for (size_t i = 0; i < all; i++)
		if (!edges[i]->fed &&
		    (!r->incident || (edges[i]->incident && strcmp(edges[i]->incident, r->incident) == 0)))
			g->found[count++] = edges[i];
	return count;
}

static enum total form_of(const struct liability_record *r)
{
	static const enum total forms[] = { TOTAL_CASH, TOTAL_CREDIT, TOTAL_SET_OFF };

	return forms[r->form];
}

static void pay(struct graph *g, struct edge *e, const struct liability_record *r, int amount)
{
	const char *label = arena_printf(g->judge->arena, "paid to %s", e->creditor->id);
	enum total form = form_of(r);
	int paid = chain_plus(g->judge, label, e->now.paid, amount);

	if (e->now.total[form] == e->now.paid) /* all of it in one form so far */
		edge_grow(g, e, form, amount, paid);
	else
		edge_add(g, e, form, label, amount);
	e->now.paid = paid;
}

/* What is left of a payment goes to the edges in their order, to each as far as it is payable; the last takes the rest. */
static void distribute(struct graph *g, const struct liability_record *r, struct edge *const *edges,
                       size_t count, int left)
{
	struct judge *j = g->judge;

	for (size_t i = 0; i < count && book_sign(j->book, left) > 0; i++) {
		struct edge_state *e = &edges[i]->now;
		int part = left;

		if (i + 1 < count) {
			part = derive(j->book, "paid, as far as payable", NULL, "min($1, max(0, $2 - $3))", 3,
			              (int[]){ left, chain_zero(j, "payable", e->total[TOTAL_PAYABLE]),
			                       chain_zero(j, "paid", e->paid) });
			left = derive(j->book, "paid toward the next obligation", NULL, "$1 - $2", 2,
			              (int[]){ left, part });
		}
		if (book_sign(j->book, part) > 0)
			pay(g, edges[i], r, part);
	}
}

/* Whether no more is paid than is payable at the time. A payment that fits leaves no node behind. */
static int check_payment(struct graph *g, const struct liability_record *r, struct edge *const *edges,
                         size_t count, int amount, const char *what, struct error *err)
{
	struct judge *j = g->judge;
	int payable = FIGURE_UNKNOWN, paid = FIGURE_UNKNOWN;
	bool fits;
	mpq_t left;

	mpq_init(left);
	mpq_neg(left, book_value(j->book, amount));
	for (size_t i = 0; i < count; i++) {
		const struct edge_state *e = &edges[i]->now;

		if (e->total[TOTAL_PAYABLE] >= 0)
			mpq_add(left, left, book_value(j->book, e->total[TOTAL_PAYABLE]));
		if (e->paid >= 0)
			mpq_sub(left, left, book_value(j->book, e->paid));
	}
	fits = mpq_sgn(left) >= 0;
	mpq_clear(left);
	if (fits)
		return 0;
	for (size_t i = 0; i < count; i++) {
		payable = chain_plus(j, "payable in all", payable, edges[i]->now.total[TOTAL_PAYABLE]);
		paid = chain_plus(j, "paid in all", paid, edges[i]->now.paid);
	}
	return chain_exceeds(j, err, r, chain_plus(j, "paid in all", paid, amount), what,
	                     chain_zero(j, "payable", payable), "the payable amount");
}

/* A payment on the edges between two parties: never more than is payable at the time. */
static int enter_payment(struct graph *g, const struct liability_record *r, const char *what,
                         struct error *err)
{
	struct edge **edges = g->found;
	int amount = yen_of(g, r, "paid", "payment", err);
	size_t count;

	if (err->code < 0)
		return err->code;
	count = find_edges(g, r);
	if (!g->replaying && check_payment(g, r, edges, count, amount, what, err) < 0)
		return err->code;
	distribute(g, r, edges, count, amount);
	return 0;
}

/* What all edges under the cap of the pool's own paid; FIGURE_UNKNOWN without such a cap. */
static int paid_under_cap(struct graph *g, const struct edge *from)
{
	int paid = from->now.paid;

	for (size_t i = 0; from->scope && i < from->scope->count; i++)
		if (from->scope->edges[i] != from)
			paid = chain_plus(g->judge, "paid under the same cap", paid,
			                  from->scope->edges[i]->now.paid);
	return paid;
}

static bool counts(const struct edge *from, const struct liability_record *r)
{
	const struct contract *k = from->contract;

	return r->form == PAID_CASH || (k && (r->form == PAID_CREDIT ? k->counts_credit : k->counts_set_off));
}

static int enter_recovered(struct graph *g, struct pool *p, const struct liability_record *r,
                           struct error *err)
{
	static const char *const labels[] = { "recovered, cash", "recovered, credit", "recovered, set-off" };
	struct judge *j = g->judge;
	struct edge *from = p->from;
	int amount = yen_of(g, r, labels[r->form], "recovery", err);

	if (err->code < 0)
		return err->code;
	from->now.paid = chain_plus(j, "recovered so far", from->now.paid, amount);
	edge_touch(g, from);
	if (!g->replaying &&
	    (chain_exceeds(j, err, r, paid_under_cap(g, from), "a recovery",
	                   from->scope ? from->scope->cap : FIGURE_UNKNOWN, "the cap") < 0 ||
	     chain_exceeds(j, err, r, from->now.paid, "a recovery", from->now.total[TOTAL_ACKNOWLEDGED],
	                   "the acknowledged amount") < 0))
		return err->code;
	if (counts(from, r)) {
		p->recovered = p->recovered < 0 && from->now.paid == amount
		                   ? amount
		                   : chain_plus(j, "recovered so far", p->recovered, amount);
		edge_add(g, from, form_of(r), "recovered so far", amount);
	} else {
		p->uncounted = true;
	}
	return pool_share(g, p, r, err);
}

/* Whether something is payable by who paid to who received, other than from a pool. */
static bool is_owed(struct graph *g, const struct liability_record *r)
{
	size_t count = find_edges(g, r);

	for (size_t i = 0; i < count; i++)
		if (g->found[i]->now.total[TOTAL_PAYABLE] >= 0)
			return true;
	return false;
}

/*
 * A recovery that does not say whose loss it is for is for those of the municipalities; where none of them claimed one by
 * then, for the receiver's own.
 */
static int enter_recovery(struct graph *g, const struct liability_record *r, struct error *err)
{
	bool provider = r->from->kind == PARTY_CSP || r->from->kind == PARTY_NSP;
	struct pool *p;

	if (!provider || r->to != g->agency || r->own_loss)
		return enter_payment(g, r, "a recovery", err);
	if (pool_of(g, r, r->from, &p, err) < 0)
		return err->code;
	if (!r->own_loss_stated && (!p || p->from->now.total[TOTAL_CLAIMED] < 0) && is_owed(g, r))
		return enter_payment(g, r, "a recovery", err);
	if (!p)
		return 0; /* nothing to share yet: as of a later day there may be */
	return enter_recovered(g, p, r, err);
}

/* ---- claims ---- */

static int enter_acknowledgement(struct graph *g, const struct liability_record *r, struct error *err)
{
	struct judge *j = g->judge;
	int amount = chain_record(j, r, "acknowledged", r->amount);
	struct pool *p = NULL;

	if (r->to == g->agency && pool_of(g, r, r->from, &p, err) < 0)
		return err->code;
	if (p) {
		edge_add(g, p->from, TOTAL_ACKNOWLEDGED, "acknowledged so far", amount);
		return g->replaying
		           ? 0
		           : chain_exceeds(j, err, r, p->from->now.total[TOTAL_ACKNOWLEDGED],
		                           "an acknowledgement", p->from->now.asked, "the claimed amount");
	}
	if (find_edges(g, r) > 0)
		edge_add(g, g->found[0], TOTAL_ACKNOWLEDGED, "acknowledged so far", amount);
	return 0;
}

/* DA's claim on the provider stands for the municipalities' claims; what these claim is their loss. */
static int enter_claim(struct graph *g, const struct liability_record *r, struct error *err)
{
	struct pool *p = NULL;

	if (r->from == g->agency && pool_of(g, r, r->to, &p, err) < 0)
		return err->code;
	if (!p)
		return 0;
	p->from->now.asked = chain_plus(g->judge, "claimed so far", p->from->now.asked,
	                                chain_record(g->judge, r, "claimed", r->amount));
	edge_touch(g, p->from);
	return 0;
}

/* ---- the loop ---- */

static bool is_left_out(const struct graph *g, size_t i)
{
	return (g->undone && g->undone[i]) ||
	       (g->replaying && g->judge->c->records[i].kind == RECORD_REVERSAL);
}

/* Losses of one day are shared once, after the last of them; the Agency's own come then. */
static int share_after_losses(struct graph *g, size_t at, size_t end, struct error *err)
{
	const struct liability_record *r = &g->judge->c->records[at], *next;

	for (size_t i = at + 1; i < end; i++)
		if (!is_left_out(g, i)) {
			next = &g->judge->c->records[i];
			if (next->kind == RECORD_LOSS && next->day == r->day &&
			    (next->sufferer == g->agency) == (r->sufferer == g->agency))
				return 0;
			break;
		}
	for (size_t i = 0; i < g->pool_count; i++)
		if (g->pools[i]->dirty && pool_share(g, g->pools[i], r, err) < 0)
			return err->code;
	return 0;
}

static int enter(struct graph *g, size_t at, size_t end, bool *undone, struct error *err)
{
	const struct liability_record *r = &g->judge->c->records[at];

	switch (r->kind) {
	case RECORD_LOSS:
		return enter_loss(g, at, err) < 0 ? err->code : share_after_losses(g, at, end, err);
	case RECORD_CLAIM:
		return enter_claim(g, r, err);
	case RECORD_ACKNOWLEDGEMENT:
		return enter_acknowledgement(g, r, err);
	case RECORD_REDUCTION:
		return g->replaying ? 0 : pass_through_enter(g->pass_through, r, err);
	case RECORD_RECOVERY:
		return enter_recovery(g, r, err);
	case RECORD_PAYMENT:
		return enter_payment(g, r, "a payment", err);
	case RECORD_REVERSAL:
		break;
	}
	return replay_without(g, at, undone, err);
}

int events_enter(struct graph *g, size_t end, bool *undone, struct error *err)
{
	for (size_t i = 0; i < end; i++) {
		const struct liability_record *r = &g->judge->c->records[i];

		if (g->replaying && is_left_out(g, i))
			continue;
		if (!g->replaying)
			ledger_open(g->statement->ledger, r);
		if (enter(g, i, end, undone, err) < 0 || (!g->replaying && entry_close(g, err) < 0))
			return err->code;
	}
	return 0;
}
