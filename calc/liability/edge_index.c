/* edge_index: the edges of the graph, found by what they are and by their two parties: there may be 50,000 losses. */
#include "base/same.h"
#include "calc/liability/chain.h"

#include <stdlib.h>
#include <string.h>

/* ---- by everything that makes an edge, while the graph is made ---- */

static bool same_edge(const struct edge *e, const struct edge *key)
{
	return e->debtor == key->debtor && e->creditor == key->creditor && e->contract == key->contract &&
	       e->fault == key->fault && e->makes_good == key->makes_good && e->agreement == key->agreement &&
	       strcmp(e->basis, key->basis) == 0 && same_text(e->incident, key->incident);
}

/* By the places in the case, not by addresses: the same every time. */
static size_t hash_of(const struct graph *g, const struct edge *e)
{
	const struct party *first = g->judge->c->parties;
	size_t hash = 2166136261U;

	hash = (hash ^ (size_t)(e->debtor - first)) * 16777619U;
	hash = (hash ^ (size_t)(e->creditor - first)) * 16777619U;
	hash = (hash ^ (size_t)(e->fault - first)) * 16777619U;
	for (const char *c = e->incident; c && *c; c++)
		hash = (hash ^ (unsigned char)*c) * 16777619U;
	return hash ^ hash >> 15;
}

static size_t *slot_of(const struct graph *g, const struct edge *key)
{
	size_t i = hash_of(g, key) & (g->slot_count - 1);

	while (g->slots[i] && !same_edge(g->edges[g->slots[i] - 1], key))
		i = (i + 1) & (g->slot_count - 1);
	return &g->slots[i];
}

static void grow_slots(struct graph *g)
{
	if (2 * (g->edge_count + 1) <= g->slot_count)
		return;
	g->slot_count = g->slot_count ? 2 * g->slot_count : 16;
	g->slots = arena_array(g->judge->arena, g->slot_count, sizeof *g->slots);
	for (size_t i = 0; i < g->edge_count; i++)
		*slot_of(g, g->edges[i]) = i + 1;
}

/* A longer copy of the edges when they are full. */
static void grow_edges(struct graph *g)
{
	struct edge **more;

	if (g->edge_count < g->edge_size)
		return;
	g->edge_size = g->edge_size ? 2 * g->edge_size : 4;
	more = arena_array(g->judge->arena, g->edge_size, sizeof *more);
	if (g->edge_count)
		memcpy(more, g->edges, g->edge_count * sizeof *more);
	g->edges = more;
}

struct edge *edge_like(struct graph *g, const struct edge *key)
{
	size_t *slot;
	struct edge *e;

	grow_slots(g);
	slot = slot_of(g, key);
	if (*slot)
		return g->edges[*slot - 1];
	grow_edges(g);
	e = arena_new(g->judge->arena, struct edge);
	*e = *key;
	e->order = g->edge_count;
	if (e->makes_good) {
		e->another = e->makes_good->indemnity;
		e->makes_good->indemnity = e;
	}
	g->edges[g->edge_count++] = e;
	*slot = g->edge_count;
	return e;
}

/* ---- by their parties, once they are in the order of the statement ---- */

static int compare_parties(const struct edge *x, const struct party *debtor, const struct party *creditor)
{
	if (x->debtor != debtor)
		return x->debtor < debtor ? -1 : 1;
	return (x->creditor > creditor) - (x->creditor < creditor);
}

static int by_parties(const void *left, const void *right)
{
	const struct edge *x = *(const struct edge *const *)left, *y = *(const struct edge *const *)right;
	int order = compare_parties(x, y->debtor, y->creditor);

	return order ? order : (x->order > y->order) - (x->order < y->order);
}

void edges_index(struct graph *g)
{
	g->by_parties = arena_array(g->judge->arena, g->edge_count, sizeof *g->by_parties);
	for (size_t i = 0; i < g->edge_count; i++) {
		g->edges[i]->order = i;
		g->by_parties[i] = g->edges[i];
	}
	if (g->edge_count)
		qsort(g->by_parties, g->edge_count, sizeof *g->by_parties, by_parties);
}

struct edge *const *edges_between(const struct graph *g, const struct party *debtor,
                                  const struct party *creditor, size_t *count)
{
	size_t from = 0, to = g->edge_count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (compare_parties(g->by_parties[middle], debtor, creditor) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	while (to < g->edge_count && compare_parties(g->by_parties[to], debtor, creditor) == 0)
		to++;
	*count = to - from;
	return g->by_parties + from;
}
