/*
 * liability: who owes whom for losses: the whole of 5.3 and Table 3.
 *
 * 5.3①  CSP (or, by policy, NSP) at fault: LG claims from DA, DA from CSP; DA owes LG up to what it has actually
 *        recovered. Recoveries come in parts; after each, what is payable to a municipality rises and never falls.
 * 5.3②  DA at fault: DA owes LG, with no cap by recovery.
 * Table 3: the other cells; who compensated another for a third party's fault is made whole by that party.
 *
 * pending: what could still come if all that the provider's cap allows were recovered; cut: lost for good.
 */
#include "calc/liability/chain.h"

int judge_liability(struct judge *j, struct statement *s, struct error *err)
{
	const struct sla_case *c = j->c;
	struct graph g = { .judge = j, .statement = s };
	bool *undone;

	if (c->record_count == 0)
		return 0;
	for (size_t i = 0; i < c->party_count; i++)
		if (c->parties[i].kind == PARTY_DA)
			g.agency = &c->parties[i];
	s->ledger = ledger_new(j);
	g.pass_through = pass_through_new(j, s);
	undone = arena_array(j->arena, c->record_count, sizeof *undone);
	if (graph_make(&g, err) < 0)
		return err->code;
	graph_reset(&g);
	for (size_t i = 0; i < c->record_count; i++)
		if (c->records[i].kind == RECORD_REVERSAL)
			book_remember(j->book);
	for (size_t i = 0; i < g.edge_count; i++)
		g.edges[i]->entered = g.edges[i]->now;
	if (events_enter(&g, c->record_count, undone, err) < 0)
		return err->code;
	obligations_make(&g);
	pass_through_finish(g.pass_through);
	ledger_finish(s->ledger);
	return 0;
}
