/* entry: what a record changed, as movements of its entry in the ledger. */
#include "base/same.h"
#include "calc/liability/chain.h"

#include <string.h>

/*
 * Two providers at fault for one incident draw on pots of their own. The first keeps the plain basis: what is posted of it
 * does not change its name when another provider is found to be at fault too.
 */
static const char *ledger_basis(struct graph *g, const struct edge *e)
{
	const struct pool *own = e->drawn ? e->drawn : e->fed;

	for (size_t i = 0; own && g->pools[i] != own; i++)
		if (same_text(g->pools[i]->incident, own->incident))
			return arena_printf(g->judge->arena, "%s/%s", e->basis, own->provider->id);
	return e->basis;
}

/* What a figure of the ledger grew by; FIGURE_UNKNOWN: not at all. */
static int difference(struct judge *j, int now, int entered)
{
	if (now == entered || (now >= 0 && entered >= 0 && book_compare(j->book, now, entered) == 0))
		return FIGURE_UNKNOWN;
	if (entered < 0)
		return now;
	return derive(j->book, "more than before", NULL, "$1 - $2", 2,
	              (int[]){ chain_zero(j, "now", now), entered });
}

/* On the edge that feeds a pool, what DA claimed, not what the municipalities did. */
static int total_of(const struct edge *e, const struct edge_state *state, size_t t)
{
	return t == TOTAL_CLAIMED && e->fed ? state->asked : state->total[t];
}

static void move_edge(struct graph *g, struct edge *e)
{
	static const enum movement moves[TOTALS] = {
		[TOTAL_CLAIMED] = MOVE_CLAIM,
		[TOTAL_ACKNOWLEDGED] = MOVE_ACKNOWLEDGE,
		[TOTAL_DETERMINED] = MOVE_DETERMINE,
		[TOTAL_PAYABLE] = MOVE_PAYABLE,
		[TOTAL_CASH] = MOVE_PAY,
		[TOTAL_CREDIT] = MOVE_CREDIT,
		[TOTAL_SET_OFF] = MOVE_SET_OFF,
		[TOTAL_CUT] = MOVE_CUT,
	};
	struct ledger_edge edge = { .debtor = e->debtor,
		                    .creditor = e->creditor,
		                    .basis = ledger_basis(g, e),
		                    .incident = e->incident,
		                    .capped = e->drawn != NULL,
		                    .pot = e->drawn ? e->fault
		                           : e->fed ? e->debtor
		                                    : NULL };

	for (size_t t = 0; t < TOTALS; t++) {
		int more = t == TOTAL_CLAIMED && e->fed ? FIGURE_UNKNOWN : e->grown_by[t];

		if (more < 0)
			more = difference(g->judge, total_of(e, &e->now, t), total_of(e, &e->entered, t));
		e->grown_by[t] = FIGURE_UNKNOWN;
		if (more >= 0)
			ledger_move(g->statement->ledger, moves[t], &edge, more);
	}
	e->entered = e->now;
	e->touched = false;
}

int entry_close(struct graph *g, struct error *err)
{
	for (size_t i = 0; i < g->touched_count; i++)
		move_edge(g, g->touched[i]);
	g->touched_count = 0;
	return ledger_close(g->statement->ledger, err);
}
