/*
 * replay: a reversal. What follows is as if the record had not been there: all that was entered before is entered anew
 * without it, and the difference is the reversal's own entry. What comes out as before keeps its nodes, so that a reversal
 * adds those of what changed.
 */
#include "calc/liability/chain.h"

void graph_reset(struct graph *g)
{
	for (size_t i = 0; i < g->edge_count; i++) {
		struct edge_state *e = &g->edges[i]->now;

		for (size_t t = 0; t < TOTALS; t++)
			e->total[t] = g->edges[i]->grown_by[t] = FIGURE_UNKNOWN;
		e->legs = e->free = e->owed = e->paid = e->asked = FIGURE_UNKNOWN;
		e->grown = INT64_MIN;
	}
	for (size_t i = 0; i < g->pool_count; i++)
		pool_reset(g, g->pools[i]);
}

static int refuse(struct graph *g, const struct liability_record *r, const struct edge *e, int figure,
                  const char *what, int limit, const char *limit_name, struct error *err)
{
	struct judge *j = g->judge;

	if (figure < 0 || limit < 0 || book_compare(j->book, figure, limit) <= 0)
		return 0;
	error_set(err, ERROR_DATA, "without '%s', %s of %s from '%s' to '%s' exceeds %s of %s",
	          r->reverses->id, what, book_at(j->book, figure)->value, e->debtor->id, e->creditor->id,
	          limit_name, book_at(j->book, limit)->value);
	return error_at(err, NULL, 0, arena_printf(j->arena, "records[%zu].of", r->index));
}

/* What a provider's edge has come to: what was recovered, and what was acknowledged, rests on what comes before it. */
static int check_recovered(struct graph *g, const struct liability_record *r, const struct edge *e,
                           struct error *err)
{
	int acknowledged = e->now.total[TOTAL_ACKNOWLEDGED];

	if (refuse(g, r, e, acknowledged, "an acknowledgement", e->now.asked, "the claimed amount", err) < 0)
		return error_hint(err, "reverse first what was acknowledged");
	if (refuse(g, r, e, e->now.paid, "a recovery", acknowledged, "the acknowledged amount", err) < 0)
		return error_hint(err, "reverse first what was paid");
	return 0;
}

/* What was paid may not exceed what is payable now; what was recovered, what is acknowledged; this, what is claimed. */
static int check_left(struct graph *g, const struct liability_record *r, struct error *err)
{
	for (size_t i = 0; i < g->edge_count; i++) {
		const struct edge *e = g->edges[i];

		if (e->fed && check_recovered(g, r, e, err) < 0)
			return err->code;
		if (!e->fed && refuse(g, r, e, e->now.paid, "a payment",
		                      chain_zero(g->judge, "payable", e->now.total[TOTAL_PAYABLE]),
		                      "the payable amount", err) < 0)
			return error_hint(err, "reverse first what was paid");
	}
	return 0;
}

int replay_without(struct graph *g, size_t at, bool *undone, struct error *err)
{
	const struct liability_record *r = &g->judge->c->records[at];

	undone[r->reverses - g->judge->c->records] = true;
	if (r->reverses->kind == RECORD_REDUCTION)
		return pass_through_enter(g->pass_through, r, err);
	graph_reset(g);
	g->undone = undone;
	g->replaying = true;
	book_reuse(g->judge->book, true);
	if (events_enter(g, at, undone, err) == 0)
		(void)!check_left(g, r, err);
	book_reuse(g->judge->book, false);
	g->replaying = false;
	if (err->code < 0)
		return err->code;
	for (size_t i = 0; i < g->edge_count; i++) {
		for (size_t t = 0; t < TOTALS; t++)
			g->edges[i]->grown_by[t] = FIGURE_UNKNOWN;
		edge_touch(g, g->edges[i]);
	}
	return 0;
}
