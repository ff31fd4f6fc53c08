/* edges: the graph of obligations that a case's losses come to, before any record is entered. */
#include "base/same.h"
#include "calc/liability/chain.h"
#include "calc/money/determine.h"

#include <stdlib.h>
#include <string.h>

int chain_plus(struct judge *j, const char *label, int sum, int more)
{
	return sum < 0    ? more
	       : more < 0 ? sum
	                  : derive(j->book, label, NULL, "$1 + $2", 2, (int[]){ sum, more });
}

int chain_zero(struct judge *j, const char *label, int figure)
{
	return figure >= 0 ? figure : derive_given(j->book, label, "nothing recorded", "0");
}

int chain_record(struct judge *j, const struct liability_record *r, const char *label, const char *amount)
{
	return derive_given(j->book, label, arena_printf(j->arena, "record %s", r->id), amount);
}

/* A longer copy of an array of pointers that is full. */
static void *grown(struct arena *a, void *items, size_t count, size_t *size)
{
	void **more;

	if (count < *size)
		return items;
	*size = *size ? 2 * *size : 4;
	more = arena_array(a, *size, sizeof *more);
	if (count)
		memcpy(more, items, count * sizeof *more);
	return more;
}

/* ---- edges ---- */

/*
 * The basis of one edge of a route: what draws on a pool, and what feeds it, is 5.3① wherever the route comes from.
 */
static const char *basis_of(const struct claim_route *route, size_t k)
{
	for (size_t i = 0; i <= k; i++)
		if (route->edges[i].recovered)
			return "5.3-1";
	return route->basis;
}

static bool feeds(const struct claim_route *route, size_t k)
{
	return k > 0 && route->edges[k - 1].recovered;
}

/* ---- pools ---- */

static const char *sort_key(const struct party *p)
{
	return p->code ? p->code : p->id;
}

static struct pool *pool_for(struct graph *g, const struct party *provider, const char *incident)
{
	struct pool *p;

	for (size_t i = 0; i < g->pool_count; i++)
		if (g->pools[i]->provider == provider && same_text(g->pools[i]->incident, incident))
			return g->pools[i];
	p = arena_new(g->judge->arena, struct pool);
	p->provider = provider;
	p->incident = incident;
	return g->pools[g->pool_count++] = p;
}

static bool comes_before(const struct edge *left, const struct edge *right)
{
	int order = strcmp(sort_key(left->creditor), sort_key(right->creditor));

	return order ? order < 0 : left->order < right->order;
}

static void draw(struct graph *g, struct pool *p, struct edge *e)
{
	size_t at;

	if (e->drawn)
		return;
	e->drawn = p;
	p->drawers = grown(g->judge->arena, p->drawers, p->count, &p->size);
	for (at = p->count++; at > 0 && comes_before(e, p->drawers[at - 1]); at--)
		p->drawers[at] = p->drawers[at - 1];
	p->drawers[at] = e;
}

/* One pool is recovered under one contract. */
static int feed(struct graph *g, struct pool *p, struct edge *e, const struct liability_record *loss,
                struct error *err)
{
	if (p->from && p->from != e) {
		error_set(err, ERROR_DATA,
		          "losses by '%s' fall under the contracts '%s' and '%s', and one recovery cannot be "
		          "told apart",
		          p->provider->id, p->from->contract ? p->from->contract->id : "",
		          e->contract ? e->contract->id : "");
		error_hint(err, "name the incident of each loss and each recovery");
		return error_at(err, NULL, 0,
		                arena_printf(g->judge->arena, "records[%zu].incident", loss->index));
	}
	p->from = e;
	e->fed = p;
	return 0;
}

/* ---- caps that several edges or losses share ---- */

static int join_scope(struct graph *g, const struct leg *leg, struct error *err)
{
	const struct ceiling *c = &leg->ceiling;
	struct edge *e = leg->edge;
	const char *incident = c->per == CAP_PER_INCIDENT ? e->incident : NULL;
	struct shared_cap *s = NULL;

	if (!c->rule || c->per == CAP_PER_LOSS || c->cap < 0)
		return 0;
	for (size_t i = 0; !s && i < g->scope_count; i++)
		if (g->scopes[i]->contract == e->contract && g->scopes[i]->debtor == e->debtor &&
		    g->scopes[i]->per == c->per && same_text(g->scopes[i]->incident, incident))
			s = g->scopes[i];
	if (!s) {
		s = g->scopes[g->scope_count++] = arena_new(g->judge->arena, struct shared_cap);
		*s = (struct shared_cap){ e->contract, e->debtor, incident, c->per, c->cap, NULL, 0, 0 };
	}
	if (book_compare(g->judge->book, s->cap, c->cap) != 0) {
		error_set(err, ERROR_DATA,
		          "the cap of '%s' under '%s' is %s for one loss and %s for another: it is of no one "
		          "amount",
		          e->debtor->id, e->contract->id, book_at(g->judge->book, s->cap)->value,
		          book_at(g->judge->book, c->cap)->value);
		return error_at(err, NULL, 0,
		                arena_printf(g->judge->arena, "records[%zu]", leg->loss->index));
	}
	if (e->scope != s) {
		e->scope = s;
		s->edges = grown(g->judge->arena, s->edges, s->count, &s->size);
		s->edges[s->count++] = e;
	}
	return 0;
}

/* ---- legs ---- */

static bool is_whole(const struct judge *j, int figure)
{
	return mpz_cmp_ui(mpq_denref(book_value(j->book, figure)), 1) == 0;
}

int chain_whole(struct judge *j, const struct contract *k, const char *label, int amount)
{
	static const struct contract_rounding silent = { .rule = NULL };

	return amount < 0 || is_whole(j, amount)
	           ? amount
	           : determine_amount(j, k ? &k->rounding : &silent, "obligation", label, amount);
}

struct shared { /* one loss and one party at fault */
	const struct liability_record *loss;
	int share; /* FIGURE_UNKNOWN: the whole */
	int claimed, determined;
};

static int heads_of_loss(struct judge *j, const struct liability_record *r)
{
	static const char *const labels[] = { "direct loss", "lost profit",
		                              "loss from special circumstances" };
	int heads[HEAD_COUNT];

	for (size_t i = 0; i < HEAD_COUNT; i++)
		heads[i] = chain_record(j, r, labels[i], r->heads[i] ? r->heads[i] : "0");
	return derive(j->book, arena_printf(j->arena, "loss claimed by %s", r->sufferer->id), "5.3",
	              "$1 + $2 + $3", HEAD_COUNT, heads);
}

static int share_of(struct judge *j, const struct shared *s, const struct party *fault, int amount)
{
	return s->share < 0 || amount < 0
	           ? amount
	           : derive(j->book, arena_printf(j->arena, "share of %s in the fault of it", fault->id),
	                    "shared fault", "$1 * $2", 2, (int[]){ amount, s->share });
}

/* The first edge: what was claimed and determined, by the share of the fault, in whole yen. */
static void fill_first(struct graph *g, struct leg *leg, const struct shared *s)
{
	struct judge *j = g->judge;
	struct edge *e = leg->edge;
	int unrounded = share_of(j, s, e->fault, s->determined);

	leg->claimed =
	    chain_whole(j, e->contract, "claimed, in whole yen", share_of(j, s, e->fault, s->claimed));
	leg->determined = chain_whole(j, e->contract, "determined, in whole yen", unrounded);
	leg->residual = unrounded == leg->determined
	                    ? FIGURE_UNKNOWN
	                    : derive(j->book, "less than a yen, left by the share", NULL, "$1 - $2", 2,
	                             (int[]){ unrounded, leg->determined });
}

/*
 * What the leg's heads, exemptions and a cap of this loss alone leave of what it makes good. A cap that is shared is the
 * scope's affair.
 */
static void limit_leg(struct graph *g, struct leg *leg)
{
	struct judge *j = g->judge;
	const struct ceiling *c = &leg->ceiling;
	int limit = c->rule && c->per != CAP_PER_LOSS ? c->allowed : c->most;

	leg->owed = leg->determined;
	if (limit < 0 || leg->determined < 0 || book_compare(j->book, limit, leg->determined) >= 0)
		return;
	leg->owed = chain_whole(j, leg->edge->contract, "owed, in whole yen", limit);
	leg->edge->limited = true;
}

static int add_leg(struct graph *g, struct leg *leg, const struct shared *s, struct error *err)
{
	struct edge *e = leg->edge;

	if (ceiling_of(g->judge, g->statement, e->contract, e->debtor, e->creditor, s->loss, s->share,
	               &leg->ceiling, err) < 0)
		return err->code;
	limit_leg(g, leg);
	e->legs = grown(g->judge->arena, e->legs, e->leg_count, &e->leg_size);
	e->legs[e->leg_count++] = leg;
	return join_scope(g, leg, err);
}

/* ---- one loss ---- */

/* Several parties at fault, the injured one among them: switched on, or the case would have been refused. */
static void use_shares(struct graph *g, const struct liability_record *loss)
{
	size_t others = 0;

	for (size_t i = 0; i < loss->fault_count; i++)
		others += loss->faults[i].party != loss->sufferer;
	if (others > 1)
		g->statement->policies_used[POLICY_SHARED_FAULT] = true;
	if (others > 0 && others < loss->fault_count)
		g->statement->policies_used[POLICY_CONTRIBUTORY_FAULT] = true;
}

static struct leg *new_leg(struct graph *g, const struct shared *s, const struct claim_route *route, size_t k,
                           const struct party *fault, struct leg *before)
{
	const struct route_edge *r = &route->edges[k];
	struct leg *leg = arena_new(g->judge->arena, struct leg);
	struct edge key = { .debtor = r->debtor,
		            .creditor = r->creditor,
		            .fault = fault,
		            .contract = r->contract,
		            .also = r->also,
		            .agreement = r->agreement,
		            .basis = basis_of(route, k),
		            .incident = s->loss->incident,
		            .makes_good = before && !feeds(route, k) ? before->edge : NULL };

	*leg = (struct leg){ .loss = s->loss, .edge = edge_like(g, &key), .residual = FIGURE_UNKNOWN };
	if (before) {
		leg->claimed = before->owed >= 0 && !feeds(route, k) ? before->owed : before->claimed;
		leg->determined = before->owed;
		before->next = leg;
	} else {
		fill_first(g, leg, s);
	}
	return leg;
}

static int add_route(struct graph *g, const struct shared *s, const struct claim_route *route,
                     const struct party *fault, struct error *err)
{
	struct leg *first = NULL, *before = NULL;

	for (size_t k = 0; k < route->edge_count; k++) {
		struct leg *leg = new_leg(g, s, route, k, fault, before);

		if (route->edges[k].recovered)
			draw(g, pool_for(g, fault, s->loss->incident), leg->edge);
		if (feeds(route, k) &&
		    feed(g, pool_for(g, fault, s->loss->incident), leg->edge, s->loss, err) < 0)
			return err->code;
		if (add_leg(g, leg, s, err) < 0)
			return err->code;
		first = first ? first : leg;
		before = leg;
	}
	if (first)
		g->legs[g->leg_count++] = (struct fault_legs){ s->loss, first };
	return 0;
}

static int add_loss(struct graph *g, const struct liability_record *loss, struct error *err)
{
	struct judge *j = g->judge;
	struct shared s = { loss, FIGURE_UNKNOWN, heads_of_loss(j, loss), FIGURE_UNKNOWN };
	struct claim_route route;

	use_shares(g, loss);
	if (loss->determined)
		s.determined =
		    chain_record(j, loss, arena_printf(j->arena, "determined loss of %s", loss->sufferer->id),
		                 loss->determined);
	for (size_t i = 0; i < loss->fault_count; i++) {
		const struct fault_share *f = &loss->faults[i];

		if (loss->fault_count > 1)
			s.share = chain_record(
			    j, loss, arena_printf(j->arena, "share of %s in the fault", f->party->id),
			    f->share);
		if (table3_route(j->arena, j->c, loss, f->party, &route, err) < 0 ||
		    add_route(g, &s, &route, f->party, err) < 0)
			return err->code;
		if (route.policy < POLICY_COUNT)
			g->statement->policies_used[route.policy] = true;
		if (route.nsp)
			g->statement->policies_used[POLICY_NSP_BACK_TO_BACK] = true;
	}
	return 0;
}

/* ---- the order of the statement ---- */

/*
 * By the party at fault, its kind and its code, whatever the order of the case: payments are settled in this order; by incident; by basis; the provider's edge before those that draw on it;
 * these by code. An edge and what makes it good stay together.
 */
static int by_statement(const void *left, const void *right)
{
	const struct edge *const *a = left, *const *b = right, *x = *a, *y = *b;
	int order;

	if (x->fault != y->fault) {
		order = (x->fault->kind > y->fault->kind) - (x->fault->kind < y->fault->kind);
		order = order ? order : strcmp(sort_key(x->fault), sort_key(y->fault));
		return order ? order : strcmp(x->fault->id, y->fault->id);
	}
	if (!x->incident != !y->incident)
		return x->incident ? 1 : -1;
	order = x->incident ? strcmp(x->incident, y->incident) : 0;
	order = order ? order : strcmp(x->basis, y->basis);
	if (order)
		return order;
	if (!x->fed != !y->fed)
		return x->fed ? -1 : 1;
	if (x->drawn && y->drawn)
		return comes_before(x, y) ? -1 : comes_before(y, x);
	while (x->makes_good)
		x = x->makes_good;
	while (y->makes_good)
		y = y->makes_good;
	order = strcmp(sort_key(x->creditor), sort_key(y->creditor));
	order = order ? order : strcmp(sort_key(x->debtor), sort_key(y->debtor));
	if (order)
		return order;
	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return ((*a)->order > (*b)->order) - ((*a)->order < (*b)->order);
}

int graph_make(struct graph *g, struct error *err)
{
	const struct sla_case *c = g->judge->c;
	struct arena *a = g->judge->arena;
	size_t shares = 0;

	for (size_t i = 0; i < c->record_count; i++)
		shares += c->records[i].fault_count;
	g->pools = arena_array(a, shares, sizeof *g->pools);
	g->scopes = arena_array(a, 3 * shares, sizeof *g->scopes);
	g->legs = arena_array(a, shares, sizeof *g->legs);
	g->first_legs = arena_array(a, c->record_count + 1, sizeof *g->first_legs);
	for (size_t i = 0; i < c->record_count; i++) {
		g->first_legs[i] = g->leg_count;
		if (c->records[i].kind == RECORD_LOSS && add_loss(g, &c->records[i], err) < 0)
			return err->code;
	}
	g->first_legs[c->record_count] = g->leg_count;
	if (g->edge_count)
		qsort(g->edges, g->edge_count, sizeof *g->edges, by_statement);
	edges_index(g);
	g->touched = arena_array(a, g->edge_count, sizeof *g->touched);
	g->found = arena_array(a, g->edge_count, sizeof *g->found);
	return 0;
}
