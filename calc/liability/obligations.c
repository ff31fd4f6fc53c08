/* obligations: what the graph came to, for the statement. */
#include "calc/liability/chain.h"

#include <string.h>

static bool is_undone(const struct graph *g, const struct leg *leg)
{
	return g->undone && g->undone[leg->loss - g->judge->c->records];
}

/* ---- what is cut, and why ---- */

/* The edge's cut for a reason and clause. */
static struct cut *cut_for(struct obligation *o, const char *why, const char *clause)
{
	for (size_t i = 0; i < o->cut_count; i++)
		if (strcmp(o->cuts[i].why, why) == 0 &&
		    (o->cuts[i].clause == clause ||
		     (o->cuts[i].clause && clause && strcmp(o->cuts[i].clause, clause) == 0)))
			return &o->cuts[i];
	o->cuts[o->cut_count] = (struct cut){ why, clause, FIGURE_UNKNOWN };
	return &o->cuts[o->cut_count++];
}

static void cut_more(struct graph *g, struct obligation *o, const char *why, const char *clause, int amount)
{
	struct cut *cut = cut_for(o, why, clause);

	cut->amount = chain_plus(g->judge, "cut", cut->amount, amount);
}

/* What a cut by the cap of an edge's debtor cites. */
static const char *cap_clause(const struct graph *g, const struct edge *e)
{
	const struct contract_cap *rule = NULL;

	for (size_t i = 0; !rule && i < e->leg_count; i++)
		rule = e->legs[i]->ceiling.rule;
	return e->contract ? contract_clause(g->judge->arena, e->contract, rule ? rule->clause : NULL) : NULL;
}

/* The lesser of two figures. */
static int lesser(const struct graph *g, int left, int right)
{
	return book_compare(g->judge->book, left, right) > 0 ? right : left;
}

static int less(struct graph *g, int figure, int part)
{
	return derive(g->judge->book, "cut by other rules", NULL, "$1 - $2", 2, (int[]){ figure, part });
}

/*
 * Of a loss: what the rules took, in their order, as far as it was lost on this edge; the rest is the cap's. Without a cap
 * of this loss it is what whole yen leave of the last rule's. Never more than rest, what the edge has not yet told.
 */
static int cut_leg(struct graph *g, struct obligation *o, const struct leg *leg, int rest)
{
	const struct ceiling *c = &leg->ceiling;
	struct judge *j = g->judge;
	bool capped = c->rule && c->per == CAP_PER_LOSS && book_compare(j->book, c->cap, c->allowed) < 0;
	int left;

	if (leg->determined < 0 || leg->owed == leg->determined)
		return rest;
	left = derive(j->book, "cut", NULL, "$1 - $2", 2, (int[]){ leg->determined, leg->owed });
	left = lesser(g, left, rest);
	for (size_t i = 0; i < c->cut_count && book_sign(j->book, left) > 0; i++) {
		bool last = !capped && i + 1 == c->cut_count;
		int part = last ? left : lesser(g, c->cuts[i].amount, left);

		cut_more(g, o, c->cuts[i].why, c->cuts[i].clause, part);
		left = less(g, left, part);
		rest = less(g, rest, part);
	}
	if (book_sign(j->book, left) <= 0)
		return rest;
	cut_more(g, o, "cap", cap_clause(g, leg->edge), left);
	return less(g, rest, left);
}

/* What is cut beyond the losses' own: by a cap that several share, or by the provider's behind it. */
static void cut_shared(struct graph *g, struct obligation *o, const struct edge *e, int rest)
{
	struct judge *j = g->judge;

	if (book_sign(j->book, rest) <= 0)
		return;
	if (e->drawn && (!e->scope || book_compare(j->book, e->now.owed, e->scope->cap) < 0))
		cut_more(g, o, "cap of the provider", "5.3-1", rest);
	else
		cut_more(g, o, "cap", cap_clause(g, e), rest);
}

static void list_cuts(struct graph *g, struct obligation *o, const struct edge *e)
{
	size_t most = 1;
	int rest = o->cut;

	if (book_sign(g->judge->book, rest) == 0)
		return;
	for (size_t i = 0; i < e->leg_count; i++)
		most += e->legs[i]->ceiling.cut_count + 1;
	o->cuts = arena_array(g->judge->arena, most, sizeof *o->cuts);
	for (size_t i = 0; i < e->leg_count; i++)
		if (!is_undone(g, e->legs[i]))
			rest = cut_leg(g, o, e->legs[i], rest);
	cut_shared(g, o, e, rest);
}

/* ---- the most that can be owed ---- */

static int ceiling_in_all(struct graph *g, const struct edge *e)
{
	struct judge *j = g->judge;
	bool every = true, under = e->scope != NULL;
	int sum = FIGURE_UNKNOWN;

	for (size_t i = 0; i < e->leg_count; i++) {
		const struct ceiling *c = &e->legs[i]->ceiling;

		if (is_undone(g, e->legs[i]))
			continue;
		every = every && c->most >= 0;
		under = under && c->rule;
		sum = chain_plus(j, "at most for all losses", sum, c->most);
	}
	if (!every)
		return under ? e->scope->cap : FIGURE_UNKNOWN;
	if (!under || sum < 0)
		return sum;
	return derive(j->book, "at most under the cap", e->contract->id, "min($1, $2)", 2,
	              (int[]){ sum, e->scope->cap });
}

/* The cap in force: of the contract, else of each loss by itself. */
static int cap_of(struct graph *g, const struct edge *e)
{
	int sum = FIGURE_UNKNOWN;

	if (e->scope)
		return e->scope->cap;
	for (size_t i = 0; i < e->leg_count; i++) {
		if (is_undone(g, e->legs[i]))
			continue;
		if (!e->legs[i]->ceiling.rule)
			return FIGURE_UNKNOWN;
		sum = chain_plus(g->judge, "caps of the losses", sum, e->legs[i]->ceiling.cap);
	}
	return sum;
}

/* ---- notes and losses ---- */

static void add_note(struct obligation *o, const char *note)
{
	for (size_t i = 0; i < o->note_count; i++)
		if (strcmp(o->notes[i], note) == 0)
			return;
	o->notes[o->note_count++] = note;
}

static bool has_own_share(const struct liability_record *loss)
{
	for (size_t i = 0; i < loss->fault_count; i++)
		if (loss->fault_count > 1 && loss->faults[i].party == loss->sufferer)
			return true;
	return false;
}

static void note_edge(struct graph *g, struct obligation *o, const struct edge *e)
{
	struct arena *a = g->judge->arena;

	if (e->also)
		add_note(o, arena_printf(a, "either contract may apply; judged under %s, not %s",
		                         e->contract->id, e->also->id));
	if (e->fed && e->fed->uncounted)
		add_note(o, "paid in a form that does not count as received: shared with nobody");
	if (e->fed && e->now.paid >= 0 && e->now.owed >= 0 &&
	    book_compare(g->judge->book, e->now.paid, e->now.owed) > 0)
		add_note(o, "more was recovered than is owed: the rest is shared with nobody");
}

static void list_losses(struct graph *g, struct obligation *o, const struct edge *e)
{
	struct arena *a = g->judge->arena;
	size_t most = 3;

	for (size_t i = 0; i < e->leg_count; i++)
		most += e->legs[i]->ceiling.note_count + 1;
	o->losses = arena_array(a, e->leg_count, sizeof *o->losses);
	o->notes = arena_array(a, most, sizeof *o->notes);
	note_edge(g, o, e);
	for (size_t i = 0; i < e->leg_count; i++) {
		const struct leg *leg = e->legs[i];

		if (is_undone(g, leg))
			continue;
		o->losses[o->loss_count++] = leg->loss;
		for (size_t k = 0; k < leg->ceiling.note_count; k++)
			add_note(o, leg->ceiling.notes[k]);
		if (has_own_share(leg->loss))
			add_note(o, "the injured party bears its own share of the fault (Civil Code 418)");
	}
}

/* ---- figures ---- */

static int residual_of_shares(struct graph *g, const struct edge *e)
{
	int sum = FIGURE_UNKNOWN;

	for (size_t i = 0; i < e->leg_count; i++)
		if (!is_undone(g, e->legs[i]))
			sum = chain_plus(g->judge, "less than a yen, left by the shares", sum,
			                 e->legs[i]->residual);
	return sum;
}

/* Of a pool's drawers: how much each may still get. */
static int pending_of(const struct graph *g, const struct edge *e)
{
	(void)g;
	for (size_t i = 0; i < e->drawn->count; i++)
		if (e->drawn->drawers[i] == e)
			return e->drawn->pending[i];
	return FIGURE_UNKNOWN;
}

static void fill_drawn(struct graph *g, struct obligation *o, const struct edge *e)
{
	struct judge *j = g->judge;

	o->cap = chain_zero(j, "recovered so far", e->drawn->recovered);
	o->pending = chain_zero(j, "pending", pending_of(g, e));
}

static void fill_fed(struct graph *g, struct obligation *o, const struct edge *e)
{
	struct judge *j = g->judge;

	if (e->now.asked >= 0)
		o->claimed = e->now.asked;
	o->pending = chain_zero(j, "pending", FIGURE_UNKNOWN);
	if (o->determined >= 0)
		o->residual = chain_zero(j, "residual, carried to the next part", e->fed->residual);
}

static void fill(struct graph *g, struct obligation *o, struct edge *e)
{
	struct judge *j = g->judge;

	*o = (struct obligation){ .debtor = e->debtor,
		                  .creditor = e->creditor,
		                  .contract = e->contract,
		                  .also = e->also,
		                  .agreement = e->agreement,
		                  .basis = e->basis,
		                  .incident = e->incident };
	o->claimed = chain_zero(j, "claimed", e->now.total[TOTAL_CLAIMED]);
	o->determined = e->now.total[TOTAL_DETERMINED];
	o->ceiling = ceiling_in_all(g, e);
	o->cap = cap_of(g, e);
	o->payable = chain_zero(j, "payable", e->now.total[TOTAL_PAYABLE]);
	o->paid = chain_zero(j, e->fed ? "recovered" : "paid", e->now.paid);
	o->acknowledged = e->now.total[TOTAL_ACKNOWLEDGED];
	o->residual = residual_of_shares(g, e);
	o->cut = chain_zero(j, "cut", e->now.total[TOTAL_CUT]);
	if (e->drawn)
		fill_drawn(g, o, e);
	else if (e->fed)
		fill_fed(g, o, e);
	else
		o->pending = chain_zero(j, "pending", FIGURE_UNKNOWN);
	list_cuts(g, o, e);
	list_losses(g, o, e);
	e->obligation = o;
}

void obligations_make(struct graph *g)
{
	struct statement *s = g->statement;

	s->obligation_count = g->edge_count;
	s->obligations = arena_array(g->judge->arena, g->edge_count, sizeof *s->obligations);
	for (size_t i = 0; i < g->edge_count; i++)
		fill(g, &s->obligations[i], g->edges[i]);
	for (size_t i = 0; i < g->edge_count; i++)
		if (g->edges[i]->makes_good)
			s->obligations[i].indemnifies = g->edges[i]->makes_good->obligation;
}
