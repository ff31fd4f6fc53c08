/*
 * pool: what DA recovered from one provider for one incident, and how the municipalities share it (5.3①).
 *
 * After each event all that was recovered is shared anew, in the ratio of what DA would owe each of them had it recovered
 * everything; nobody gives back (apportion.h). What is pending is what the same rule would grant if all that may still
 * come did: docs/decisions/0006.
 */
#include "base/same.h"
#include "calc/liability/chain.h"

#include <string.h>

int pool_of(struct graph *g, const struct liability_record *r, const struct party *provider,
            struct pool **out, struct error *err)
{
	struct pool *only = NULL;
	size_t count = 0;

	*out = NULL;
	for (size_t i = 0; i < g->pool_count; i++) {
		struct pool *p = g->pools[i];

		if (p->provider != provider)
			continue;
		count++;
		only = p;
		if (same_text(p->incident, r->incident)) {
			*out = p;
			return 0;
		}
	}
	if (r->incident || count == 0)
		return 0;
	*out = only;
	if (count == 1)
		return 0;
	error_set(err, ERROR_DATA, "losses by '%s' are of several incidents: say to which it belongs",
	          provider->id);
	return error_at(err, NULL, 0, arena_printf(g->judge->arena, "records[%zu].incident", r->index));
}

void pool_reset(struct graph *g, struct pool *p)
{
	p->pot = NULL;
	p->owed = p->recovered = p->residual = FIGURE_UNKNOWN;
	p->dirty = p->uncounted = false;
	if (!p->pending)
		p->pending = arena_array(g->judge->arena, p->count, sizeof *p->pending);
	for (size_t i = 0; i < p->count; i++)
		p->pending[i] = FIGURE_UNKNOWN;
}

void pool_owes(struct graph *g, struct pool *p, const struct edge *e, int before)
{
	struct judge *j = g->judge;

	p->dirty = true;
	p->owed = before < 0 ? chain_plus(j, "determined losses in all", p->owed, e->now.owed)
	                     : derive(j->book, "determined losses in all", NULL, "$1 + $2 - $3", 3,
	                              (int[]){ p->owed, e->now.owed, before });
}

/* The method that the provider's contract states, else those of the municipalities, which must not differ. */
static int find_method(struct graph *g, const struct pool *p, const struct contract **out,
                       const struct liability_record *r, struct error *err)
{
	const struct contract *k = p->from->contract;

	*out = k && k->apportion_method ? k : NULL;
	for (size_t i = 0; i < p->count && !(k && *out == k); i++) {
		const struct contract *own = p->drawers[i]->contract;

		if (!own || !own->apportion_method)
			continue;
		if (*out && strcmp((*out)->apportion_method, own->apportion_method) != 0) {
			error_set(err, ERROR_DATA,
			          "the contracts '%s' and '%s' share what is recovered in different ways",
			          (*out)->id, own->id);
			return error_at(err, NULL, 0,
			                arena_printf(g->judge->arena, "records[%zu]", r->index));
		}
		*out = own;
	}
	return 0;
}

static int open_pot(struct graph *g, struct pool *p, const struct liability_record *r, struct error *err)
{
	const struct party **bodies = arena_array(g->judge->arena, p->count, sizeof *bodies);
	const struct contract *k;

	if (find_method(g, p, &k, r, err) < 0)
		return err->code;
	for (size_t i = 0; i < p->count; i++)
		bodies[i] = p->drawers[i]->creditor;
	p->pot = apportion_pot(g->judge, k ? k->apportion_method : NULL, k ? k->apportion_clause : NULL,
	                       bodies, p->count);
	p->pot->why = "5.3-1; pro rata to determined losses";
	return 0;
}

/* Grants what was recovered and not yet granted. */
static void grant(struct graph *g, struct pool *p, int *grants)
{
	struct judge *j = g->judge;
	int total =
	    derive(j->book, "to be shared in all", NULL, "min($1, $2)", 2, (int[]){ p->recovered, p->owed });

	if (p->pot->given >= 0 && book_compare(j->book, p->pot->given, total) == 0)
		return;
	apportion_share(j, p->pot, total, false, grants, &p->residual);
	for (size_t i = 0; i < p->count; i++)
		if (p->pot->granted[i] != p->drawers[i]->now.total[TOTAL_PAYABLE])
			edge_grow(g, p->drawers[i], TOTAL_PAYABLE, grants[i], p->pot->granted[i]);
}

/*
 * What may be recovered in all: what was, and what the provider owes beside it. What it paid in a form that does not count
 * as received takes nothing away: only a cap does. FIGURE_UNKNOWN: all that is owed.
 */
static int may_come(struct graph *g, const struct pool *p)
{
	struct judge *j = g->judge;
	const struct edge_state *from = &p->from->now;
	int most;

	if (from->owed == p->owed)
		return FIGURE_UNKNOWN;
	most = derive(j->book, "recovered and what may still come", NULL, "max($1, $2)", 2,
	              (int[]){ chain_zero(j, "recovered so far", p->recovered), from->owed });
	if (book_compare(j->book, most, p->owed) >= 0)
		return FIGURE_UNKNOWN;
	return derive(j->book, "to be shared in all", NULL, "min($1, $2)", 2, (int[]){ most, p->owed });
}

/* All that is owed may still come: pending is what is not payable, cut what is not owed. */
static void expect_all(struct graph *g, struct pool *p, size_t i)
{
	struct judge *j = g->judge;
	const struct edge_state *e = &p->drawers[i]->now;
	int payable = e->total[TOTAL_PAYABLE];

	p->pending[i] = payable < 0
	                    ? e->owed
	                    : derive(j->book, "pending", NULL, "$1 - $2", 2, (int[]){ e->owed, payable });
	if (e->owed != e->total[TOTAL_DETERMINED] || e->total[TOTAL_CUT] >= 0)
		edge_set(g, p->drawers[i], TOTAL_CUT,
		         derive(j->book, "cut", NULL, "$1 - $2", 2,
		                (int[]){ e->total[TOTAL_DETERMINED], e->owed }));
}

static void expect(struct graph *g, struct pool *p, size_t i, int granted)
{
	struct judge *j = g->judge;
	const struct edge_state *e = &p->drawers[i]->now;

	p->pending[i] = chain_zero(j, "pending", granted);
	edge_set(g, p->drawers[i], TOTAL_CUT,
	         derive(j->book, "cut", "determined less payable and pending", "$1 - $2 - $3", 3,
	                (int[]){ e->total[TOTAL_DETERMINED],
	                         chain_zero(j, "payable", e->total[TOTAL_PAYABLE]), p->pending[i] }));
}

int pool_share(struct graph *g, struct pool *p, const struct liability_record *r, struct error *err)
{
	struct judge *j = g->judge;
	int *grants = arena_array(j->arena, p->count, sizeof *grants), most, residual;

	p->dirty = false;
	if (edge_settle(g, p->from, r, err) < 0 || p->owed < 0 || (!p->pot && open_pot(g, p, r, err) < 0))
		return err->code;
	for (size_t i = 0; i < p->count; i++)
		p->pot->weights[i] = p->drawers[i]->now.owed;
	if (p->recovered >= 0)
		grant(g, p, grants);
	most = may_come(g, p);
	if (most >= 0)
		apportion_share(j, p->pot, most, true, grants, &residual);
	for (size_t i = 0; i < p->count; i++) {
		if (p->drawers[i]->now.owed < 0)
			continue;
		if (most < 0)
			expect_all(g, p, i);
		else
			expect(g, p, i, grants[i]);
	}
	return 0;
}
