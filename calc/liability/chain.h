/*
 * chain: the obligations of a case as a graph, and what the records did to them so far. Internal to calc/.
 *
 * edge_index.c finds edges.
 * edges.c  makes the graph from the losses: for each loss and each party at fault the route (table3.h); an edge for each
 *          debtor, creditor, contract, basis and incident, with a leg for each loss on it.
 * events.c enters the records in the order of their days; pool.c shares what was recovered (5.3①); entry.c moves it all in
 *          the ledger; replay.c undoes a record.
 * obligations.c says what came of it.
 *
 * What a leg owes by itself does not hang on other records and is worked out once. What an edge owes in all, and what of
 * it is payable, is its state: a replay without a reversed record begins it anew.
 */
#ifndef GOVSLA_CALC_CHAIN_H
#define GOVSLA_CALC_CHAIN_H

#include "calc/sharing/apportion.h"
#include "calc/liability/ceiling.h"
#include "calc/judge.h"
#include "calc/liability/ledger.h"
#include "calc/liability/pass_through.h"
#include "calc/liability/table3.h"

struct edge;

struct leg { /* one loss on one edge, by the fault of one party */
	const struct liability_record *loss;
	struct edge *edge;
	int claimed, determined; /* the share of the fault, whole yen; determined FIGURE_UNKNOWN: not yet */
	int residual;            /* less than a yen that the share leaves; FIGURE_UNKNOWN: none */
	int owed; /* of determined, what heads, exemptions and a cap of this loss alone leave */
	struct ceiling ceiling;
	struct leg *next; /* of the same loss and fault: the edge that makes this one's debtor whole */
};

/* Edges that share one cap: of a contract in all, or of an incident. */
struct shared_cap {
	const struct contract *contract;
	const struct party *debtor;
	const char *incident; /* CAP_PER_INCIDENT */
	enum cap_per per;
	int cap;
	struct edge **edges;
	size_t count, size;
};

enum total { /* figures of an edge that only grow but by a reversal; nodes, FIGURE_UNKNOWN nothing yet */
	     TOTAL_CLAIMED,
	     TOTAL_ACKNOWLEDGED,
	     TOTAL_DETERMINED,
	     TOTAL_PAYABLE,
	     TOTAL_CASH,
	     TOTAL_CREDIT,
	     TOTAL_SET_OFF,
	     TOTAL_CUT, /* this one may fall */
	     TOTALS
};

struct edge_state {
	int total[TOTALS];
	int legs;  /* Σ owed of the legs entered */
	int free;  /* of it, by legs that the scope's cap does not hold for */
	int owed;  /* what is owed, were everything recovered */
	int paid;  /* in all forms, those that do not count among them */
	int asked; /* what the creditor claimed by records; shown instead of the losses on a pool's edge */
	int64_t grown; /* the day when owed last grew */
};

struct edge { /* an obligation in the making */
	const struct party *debtor, *creditor, *fault;
	const struct contract *contract, *also;
	const struct agreement *agreement;
	const char *basis, *incident;
	struct edge *makes_good; /* what it indemnifies; NULL */
	struct edge *indemnity;  /* the first that makes good this one; NULL */
	struct edge *another;    /* the next indemnity of the same edge */
	struct pool *drawn,
	    *fed; /* drawn: payable as the pool recovers; fed: what is paid on it is the pool's */
	struct shared_cap *scope;
	bool limited; /* a leg owes less than what it makes good */
	struct leg **legs;
	size_t leg_count, leg_size, order; /* order: of being made; then of the statement */
	struct edge_state now, entered;    /* entered: as of the last entry of the ledger */
	int grown_by[TOTALS]; /* the node of what a figure grew by since the last entry, if one step did it */
	bool touched;
	struct obligation *obligation;
};

/* What one provider paid for one incident, and the edges that share it. */
struct pool {
	const struct party *provider;
	const char *incident;
	struct edge *from;     /* provider → DA */
	struct edge **drawers; /* DA → LG, by code */
	size_t count, size;
	struct pot *pot;
	int *pending;   /* of drawers: what they get if all that may still come does */
	int owed;       /* Σ owed of drawers */
	int recovered;  /* what counts as received */
	int residual;   /* less than each drawer needs for one yen more */
	bool uncounted; /* something was paid in a form that does not count as received */
	bool dirty;
};

struct fault_legs { /* the legs of one loss by the fault of one party, from the sufferer outwards */
	const struct liability_record *loss;
	struct leg *first;
};

struct graph {
	struct judge *judge;
	struct statement *statement;
	const struct party *agency;
	struct edge **edges; /* in the order of the statement */
	size_t edge_count, edge_size;
	size_t *slots,
	    slot_count; /* while it is made: a hash table of 1 + index in edges, at most half full */
	struct edge **by_parties; /* debtor, creditor, the order of the statement */
	struct pool **pools;
	size_t pool_count;
	struct shared_cap **scopes;
	size_t scope_count;
	struct fault_legs *legs; /* in the order of the records */
	size_t leg_count;
	size_t *first_legs;  /* by record: index in legs of its first; of the next record its end */
	struct edge **found; /* room for edges */
	struct edge **touched;
	size_t touched_count;
	struct pass_work *pass_through; /* what reductions do: they have no edge here */
	const bool *undone;             /* by record, while one is replayed; NULL */
	bool replaying;
};

/* sum + more as a node; more alone while there is no sum. */
int chain_plus(struct judge *j, const char *label, int sum, int more);

/* The figure, or a node of 0 for one that is not known. */
int chain_zero(struct judge *j, const char *label, int figure);

/* A figure in whole yen by the rounding of a contract; floor where it is silent, or there is none (NULL). */
int chain_whole(struct judge *j, const struct contract *k, const char *label, int amount);

/* The amount of a record as a node. */
int chain_record(struct judge *j, const struct liability_record *r, const char *label, const char *amount);

/* Refuses a record whose figure is over a limit; FIGURE_UNKNOWN never is. */
int chain_exceeds(struct judge *j, struct error *err, const struct liability_record *r, int figure,
                  const char *what, int limit, const char *limit_name) MUST_CHECK;

/* ---- edge_index.c ---- */

/* The edge that is the same as key but for its state; made where there is none. */
struct edge *edge_like(struct graph *g, const struct edge *key);

/* Once the edges are in the order of the statement. */
void edges_index(struct graph *g);

/* What one owes another, in the order of the statement. */
struct edge *const *edges_between(const struct graph *g, const struct party *debtor,
                                  const struct party *creditor, size_t *count);

/* ---- edges.c ---- */

/* All edges, legs, pools and scopes of the case's losses. */
int graph_make(struct graph *g, struct error *err) MUST_CHECK;

/* ---- pool.c ---- */

/* The pool that money from provider for an incident (NULL: not named) belongs to; NULL none; refused if several fit. */
int pool_of(struct graph *g, const struct liability_record *r, const struct party *provider,
            struct pool **out, struct error *err) MUST_CHECK;

/* An edge that draws on the pool owes more or less: before is what it owed. */
void pool_owes(struct graph *g, struct pool *p, const struct edge *e, int before);

/* After the losses of one day, after a recovery: shares what was recovered, and says what may still come. */
int pool_share(struct graph *g, struct pool *p, const struct liability_record *r,
               struct error *err) MUST_CHECK;

void pool_reset(struct graph *g, struct pool *p);

/* ---- events.c ---- */

/*
 * Enters the records before end. undone, by record: what a reversal among them undoes is noted there. When replaying, those
 * are left out, the ledger is not touched and no payment is refused.
 */
int events_enter(struct graph *g, size_t end, bool *undone, struct error *err) MUST_CHECK;

/* Notes an edge as changed in the entry. */
void edge_touch(struct graph *g, struct edge *e);

/* What an edge owes after one of its figures changed, and what follows for those that make it good. */
int edge_settle(struct graph *g, struct edge *e, const struct liability_record *r,
                struct error *err) MUST_CHECK;

/* A figure of an edge that grew by a node more (FIGURE_UNKNOWN: it did not simply grow) and is now another. */
void edge_grow(struct graph *g, struct edge *e, enum total t, int more, int figure);

/* Sets a figure of an edge. */
void edge_set(struct graph *g, struct edge *e, enum total t, int figure);

/* ---- entry.c ---- */

/* Moves in the ledger what changed since the last entry, and closes the entry. */
int entry_close(struct graph *g, struct error *err) MUST_CHECK;

/* ---- replay.c ---- */

/* Nothing entered yet. */
void graph_reset(struct graph *g);

/* As if the record that r reverses had not been there; refused where that leaves more paid than payable. */
int replay_without(struct graph *g, size_t at, bool *undone, struct error *err) MUST_CHECK;

/* ---- obligations.c ---- */

void obligations_make(struct graph *g);

#endif
