#include "calc/liability/ledger.h"
#include "base/same.h"
#include "calc/exact.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- the chart of accounts ---- */

enum account {
	CLAIMED,
	ASSERTED,
	ACKNOWLEDGED,
	ADMITTED,
	ENTITLED,
	LOSS,
	CUT,
	PAYABLE,
	PAID_IN_CASH,
	PAID_BY_CREDIT,
	PAID_BY_SET_OFF,
	REDUCED,
	BILLED,
	ACCOUNT_COUNT
};

static const char *const account_names[ACCOUNT_COUNT] = {
	[CLAIMED] = "Claimed",
	[ASSERTED] = "Asserted",
	[ACKNOWLEDGED] = "Acknowledged",
	[ADMITTED] = "Admitted",
	[ENTITLED] = "Entitled",
	[LOSS] = "Loss",
	[CUT] = "Cut",
	[PAYABLE] = "Payable",
	[PAID_IN_CASH] = "Paid-cash",
	[PAID_BY_CREDIT] = "Paid-credit",
	[PAID_BY_SET_OFF] = "Paid-set-off",
	[REDUCED] = "Reduced",
	[BILLED] = "Billed",
};

/* What an edge has come to in all: what must not fall but by a reversal. */
enum total {
	TOTAL_CLAIMED,
	TOTAL_ACKNOWLEDGED,
	TOTAL_DETERMINED,
	TOTAL_PAYABLE,
	TOTAL_PAID,
	TOTAL_REDUCED,
	TOTAL_COUNT
};

static const char *const total_names[TOTAL_COUNT] = { "claimed", "acknowledged", "determined",
	                                              "payable", "paid",         "reduced" };

static const struct {
	enum account debit, credit;
	enum total total; /* TOTAL_COUNT: of none */
} chart[MOVE_COUNT] = {
	[MOVE_CLAIM] = { CLAIMED, ASSERTED, TOTAL_CLAIMED },
	[MOVE_ACKNOWLEDGE] = { ACKNOWLEDGED, ADMITTED, TOTAL_ACKNOWLEDGED },
	[MOVE_DETERMINE] = { ENTITLED, LOSS, TOTAL_DETERMINED },
	[MOVE_CUT] = { CUT, ENTITLED, TOTAL_COUNT },
	[MOVE_PAYABLE] = { PAYABLE, ENTITLED, TOTAL_PAYABLE },
	[MOVE_PAY] = { PAID_IN_CASH, PAYABLE, TOTAL_PAID },
	[MOVE_CREDIT] = { PAID_BY_CREDIT, PAYABLE, TOTAL_PAID },
	[MOVE_SET_OFF] = { PAID_BY_SET_OFF, PAYABLE, TOTAL_PAID },
	[MOVE_REDUCE] = { REDUCED, BILLED, TOTAL_REDUCED },
};

/* ---- edges ---- */

struct edge_state {
	struct ledger_edge edge;
	struct edge_state *pot;                        /* of a capped edge; else NULL */
	mpz_t total[TOTAL_COUNT], before[TOTAL_COUNT]; /* before: when the open entry first touched it */
	mpz_t drawn;                                   /* Σ payable of the edges whose pot this is */
	size_t account[ACCOUNT_COUNT];                 /* 1 + index among the accounts; 0: not opened */
	size_t touched;                                /* number of the last entry that touched it, from 1 */
};

struct ledger_state {
	struct judge *judge;
	struct edge_state **edges; /* in the order of their first use */
	size_t edge_count, edge_size;
	size_t *slots; /* a hash table of 1 + index, open addressing, at most half full */
	size_t slot_count;
	struct edge_state **touched; /* by the open entry */
	size_t touched_count, touched_size;
	size_t entry_size, balance_size;
	bool open, broken; /* broken: a movement of the open entry was not of whole yen */
};

/* A longer copy of an array that grows by doubling. */
static void *grown(struct arena *a, void *old, size_t count, size_t *size, size_t each)
{
	void *new;

	if (count < *size)
		return old;
	*size = *size ? 2 * *size : 8;
	new = arena_array(a, *size, each);
	if (count)
		memcpy(new, old, count * each);
	return new;
}

static size_t hash_text(size_t hash, const char *text)
{
	for (; text && *text; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619U;
	return (hash ^ 0x1f) * 16777619U; /* so that "a", "bc" differs from "ab", "c" */
}

static size_t hash_edge(const struct ledger_edge *e)
{
	return hash_text(
	    hash_text(hash_text(hash_text(2166136261U, e->debtor->id), e->creditor->id), e->basis),
	    e->incident);
}

static bool same_edge(const struct ledger_edge *a, const struct ledger_edge *b)
{
	return a->debtor == b->debtor && a->creditor == b->creditor && strcmp(a->basis, b->basis) == 0 &&
	       same_text(a->incident, b->incident);
}

/* The slot of an edge: its own, or the empty one where it belongs. */
static size_t *slot_of(const struct ledger_state *t, const struct ledger_edge *e)
{
	size_t i = hash_edge(e) & (t->slot_count - 1);

	while (t->slots[i] && !same_edge(&t->edges[t->slots[i] - 1]->edge, e))
		i = (i + 1) & (t->slot_count - 1);
	return &t->slots[i];
}

static void grow_slots(struct ledger_state *t)
{
	if (2 * (t->edge_count + 1) <= t->slot_count)
		return;
	t->slot_count = t->slot_count ? 2 * t->slot_count : 16;
	t->slots = arena_array(t->judge->arena, t->slot_count, sizeof *t->slots);
	for (size_t i = 0; i < t->edge_count; i++)
		*slot_of(t, &t->edges[i]->edge) = i + 1;
}

static struct edge_state *add_edge(struct ledger_state *t, const struct ledger_edge *edge)
{
	struct edge_state *e = arena_new(t->judge->arena, struct edge_state);

	e->edge = *edge;
	e->edge.basis = arena_copy(t->judge->arena, edge->basis);
	e->edge.incident = arena_copy(t->judge->arena, edge->incident);
	for (size_t i = 0; i < TOTAL_COUNT; i++)
		mpz_inits(e->total[i], e->before[i], NULL);
	mpz_init(e->drawn);
	t->edges =
	    grown(t->judge->arena, t->edges, t->edge_count, &t->edge_size, sizeof(struct edge_state *));
	t->edges[t->edge_count++] = e;
	return e;
}

static struct edge_state *edge_of(struct ledger_state *t, const struct ledger_edge *edge)
{
	size_t *slot;

	grow_slots(t);
	slot = slot_of(t, edge);
	if (*slot)
		return t->edges[*slot - 1];
	*slot = t->edge_count + 1;
	return add_edge(t, edge);
}

/* The pot of a capped edge; that one may not have been used itself. */
static struct edge_state *pot_of(struct ledger_state *t, const struct ledger_edge *e)
{
	struct ledger_edge pot = { .debtor = e->pot,
		                   .creditor = e->debtor,
		                   .basis = e->basis,
		                   .incident = e->incident,
		                   .pot = e->pot };

	assert(e->pot && e->pot != e->debtor);
	return edge_of(t, &pot);
}

/* ---- accounts ---- */

/* Appends id to an account's name. */
static char *add_component(struct arena *a, const char *name, const char *id)
{
	char *out = arena_array(a, strlen(name) + 3 * strlen(id) + 2, 1), *at = out + strlen(name);

	memcpy(out, name, strlen(name));
	*at++ = ':';
	for (; *id; id++)
		if (*id == ':' || *id == '%') {
			*at++ = '%';
			*at++ = *id == ':' ? '3' : '2';
			*at++ = *id == ':' ? 'A' : '5';
		} else {
			*at++ = *id;
		}
	return out;
}

static size_t account_of(struct ledger *l, struct edge_state *e, enum account k)
{
	struct arena *a = l->state->judge->arena;
	const char *name = account_names[k];

	if (e->account[k])
		return e->account[k] - 1;
	name = add_component(a, name, e->edge.debtor->id);
	name = add_component(a, name, e->edge.creditor->id);
	name = add_component(a, name, e->edge.basis);
	if (e->edge.incident)
		name = add_component(a, name, e->edge.incident);
	l->balances =
	    grown(a, l->balances, l->balance_count, &l->state->balance_size, sizeof(struct balance));
	l->balances[l->balance_count] = (struct balance){
		.account = name, .amount = FIGURE_UNKNOWN, .edge = &e->edge, .kind = account_names[k]
	};
	e->account[k] = ++l->balance_count;
	return l->balance_count - 1;
}

/* ---- entries ---- */

struct ledger *ledger_new(struct judge *j)
{
	struct ledger *l = arena_new(j->arena, struct ledger);

	l->state = arena_new(j->arena, struct ledger_state);
	l->state->judge = j;
	return l;
}

void ledger_free(struct ledger *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->state->edge_count; i++) {
		struct edge_state *e = l->state->edges[i];

		for (size_t k = 0; k < TOTAL_COUNT; k++)
			mpz_clears(e->total[k], e->before[k], NULL);
		mpz_clear(e->drawn);
	}
	l->state->edge_count = 0;
}

void ledger_open(struct ledger *l, const struct liability_record *record)
{
	struct ledger_state *t = l->state;

	assert(!t->open);
	l->entries =
	    grown(t->judge->arena, l->entries, l->entry_count, &t->entry_size, sizeof(struct ledger_entry));
	l->entries[l->entry_count++] = (struct ledger_entry){ .record = record };
	t->touched_count = 0;
	t->broken = false;
	t->open = true;
}

static void touch(struct ledger *l, struct edge_state *e)
{
	struct ledger_state *t = l->state;

	if (e->touched == l->entry_count)
		return;
	e->touched = l->entry_count;
	for (size_t i = 0; i < TOTAL_COUNT; i++)
		mpz_set(e->before[i], e->total[i]);
	t->touched = grown(t->judge->arena, t->touched, t->touched_count, &t->touched_size,
	                   sizeof(struct edge_state *));
	t->touched[t->touched_count++] = e;
}

static void post(struct ledger *l, size_t account, int amount)
{
	struct ledger_entry *e = &l->entries[l->entry_count - 1];

	e->postings = grown(l->state->judge->arena, e->postings, e->posting_count, &e->posting_size,
	                    sizeof(struct posting));
	e->postings[e->posting_count++] =
	    (struct posting){ .account = l->balances[account].account, .amount = amount, .balance = account };
}

/* The edge of a movement, as it is known: a pot may have been met first as somebody's pot. */
static struct edge_state *moved_edge(struct ledger *l, const struct ledger_edge *edge)
{
	struct edge_state *e = edge_of(l->state, edge);

	if (edge->capped && !e->pot) {
		e->edge.capped = true;
		e->edge.pot = edge->pot;
		e->pot = pot_of(l->state, edge);
		e->pot->edge.pot = e->pot->edge.debtor;
		mpz_add(e->pot->drawn, e->pot->drawn, e->total[TOTAL_PAYABLE]);
	} else if (edge->pot == edge->debtor) {
		e->edge.pot = edge->pot;
	}
	touch(l, e);
	if (e->pot)
		touch(l, e->pot);
	return e;
}

void ledger_move(struct ledger *l, enum movement m, const struct ledger_edge *edge, int amount)
{
	struct judge *j = l->state->judge;
	mpz_srcptr yen;
	struct edge_state *e;

	assert(l->state->open);
	if (amount < 0 || book_sign(j->book, amount) == 0)
		return;
	yen = mpq_numref(book_value(j->book, amount));
	l->state->broken = l->state->broken || mpz_cmp_ui(mpq_denref(book_value(j->book, amount)), 1) != 0;
	e = moved_edge(l, edge);
	if (chart[m].total < TOTAL_COUNT)
		mpz_add(e->total[chart[m].total], e->total[chart[m].total], yen);
	if (chart[m].total == TOTAL_PAYABLE && e->pot)
		mpz_add(e->pot->drawn, e->pot->drawn, yen);
	post(l, account_of(l, e, chart[m].debit), amount);
	post(l, account_of(l, e, chart[m].credit),
	     derive(j->book, "credited to the other account", NULL, "0 - $1", 1, &amount));
}

/* ---- invariants ---- */

static const char *yen_text(struct arena *a, mpz_srcptr yen)
{
	const char *text;
	mpq_t q;

	mpq_init(q);
	mpq_set_z(q, yen);
	text = exact_write(a, q);
	mpq_clear(q);
	return text;
}

static int at_most(struct ledger *l, const struct edge_state *e, struct error *err, const char *invariant,
                   mpz_srcptr left, mpz_srcptr right)
{
	const struct liability_record *r = l->entries[l->entry_count - 1].record;
	struct arena *a = l->state->judge->arena;

	if (mpz_cmp(left, right) <= 0)
		return 0;
	error_set(err, ERROR_DATA, "the record '%s' breaks '%s' of '%s' to '%s' (%s%s%s): %s > %s", r->id,
	          invariant, e->edge.debtor->id, e->edge.creditor->id, e->edge.basis,
	          e->edge.incident ? ", " : "", e->edge.incident ? e->edge.incident : "", yen_text(a, left),
	          yen_text(a, right));
	return error_at(err, NULL, 0, arena_printf(a, "records[%zu]", r->index));
}

/* What nothing but a reversal takes back, and never below nothing. */
static int check_falls(struct ledger *l, const struct edge_state *e, bool reversal, struct error *err)
{
	struct arena *a = l->state->judge->arena;
	mpz_t nothing;
	int rc = 0;

	mpz_init(nothing);
	for (size_t i = 0; i < TOTAL_COUNT && rc == 0; i++)
		if (mpz_cmp(e->total[i], e->before[i]) < 0)
			rc = reversal
			         ? at_most(l, e, err, arena_printf(a, "0 <= %s", total_names[i]), nothing,
			                   e->total[i])
			         : at_most(l, e, err,
			                   arena_printf(a, "%s falls only by a reversal", total_names[i]),
			                   e->before[i], e->total[i]);
	mpz_clear(nothing);
	return rc;
}

static int check_edge(struct ledger *l, const struct edge_state *e, bool reversal, struct error *err)
{
	if (check_falls(l, e, reversal, err) < 0)
		return err->code;
	if (e->edge.pot != e->edge.debtor &&
	    at_most(l, e, err, "paid <= payable", e->total[TOTAL_PAID], e->total[TOTAL_PAYABLE]) < 0)
		return err->code;
	return at_most(l, e, err, "sum of payable <= recovered", e->drawn, e->total[TOTAL_PAID]);
}

/* Two postings for each movement make it so; the amounts are summed all the same. */
static int check_sum(struct ledger *l, const struct ledger_entry *entry, struct error *err)
{
	const struct book *b = l->state->judge->book;
	mpq_t sum;
	int sign;

	mpq_init(sum);
	for (size_t i = 0; i < entry->posting_count; i++)
		mpq_add(sum, sum, book_value(b, entry->postings[i].amount));
	sign = mpq_sgn(sum);
	mpq_clear(sum);
	if (sign == 0 && !l->state->broken)
		return 0;
	error_set(err, ERROR_DATA, "the record '%s' breaks '%s'", entry->record->id,
	          sign ? "sum of postings = 0" : "whole yen");
	return error_at(err, NULL, 0,
	                arena_printf(l->state->judge->arena, "records[%zu]", entry->record->index));
}

int ledger_close(struct ledger *l, struct error *err)
{
	struct ledger_state *t = l->state;
	const struct ledger_entry *entry = &l->entries[l->entry_count - 1];

	assert(t->open);
	t->open = false;
	if (check_sum(l, entry, err) < 0)
		return err->code;
	for (size_t i = 0; i < t->touched_count; i++)
		if (check_edge(l, t->touched[i], entry->record->kind == RECORD_REVERSAL, err) < 0)
			return err->code;
	return 0;
}

/* ---- balances ---- */

struct ordered { /* an account, and its place before they were sorted */
	struct balance balance;
	size_t was;
};

static int by_account(const void *left, const void *right)
{
	const struct ordered *a = left, *b = right;

	return strcmp(a->balance.account, b->balance.account);
}

/* Sorts the accounts by their names; postings follow them. */
static void sort_accounts(struct ledger *l)
{
	struct arena *a = l->state->judge->arena;
	struct ordered *sorted = arena_array(a, l->balance_count + 1, sizeof *sorted);
	size_t *now = arena_array(a, l->balance_count + 1, sizeof *now);

	for (size_t i = 0; i < l->balance_count; i++)
		sorted[i] = (struct ordered){ l->balances[i], i };
	qsort(sorted, l->balance_count, sizeof *sorted, by_account);
	for (size_t i = 0; i < l->balance_count; i++) {
		l->balances[i] = sorted[i].balance;
		now[sorted[i].was] = i;
	}
	for (size_t i = 0; i < l->entry_count; i++)
		for (size_t k = 0; k < l->entries[i].posting_count; k++)
			l->entries[i].postings[k].balance = now[l->entries[i].postings[k].balance];
}

/* The postings of one account are a stretch of nodes[], from first[account] on. */
static void sum_accounts(struct ledger *l, int *nodes, size_t *first)
{
	struct judge *j = l->state->judge;
	size_t *next = arena_array(j->arena, l->balance_count + 1, sizeof *next);

	memcpy(next, first, (l->balance_count + 1) * sizeof *next);
	for (size_t i = 0; i < l->entry_count; i++)
		for (size_t k = 0; k < l->entries[i].posting_count; k++) {
			const struct posting *p = &l->entries[i].postings[k];

			nodes[next[p->balance]++] = p->amount;
		}
	for (size_t i = 0; i < l->balance_count; i++)
		l->balances[i].amount =
		    derive_sum(j->book, arena_printf(j->arena, "balance of %s", l->balances[i].account), NULL,
		               nodes + first[i], first[i + 1] - first[i]);
}

void ledger_finish(struct ledger *l)
{
	struct arena *a = l->state->judge->arena;
	size_t *first = arena_array(a, l->balance_count + 1, sizeof *first);

	sort_accounts(l);
	for (size_t i = 0; i < l->entry_count; i++)
		for (size_t k = 0; k < l->entries[i].posting_count; k++)
			first[l->entries[i].postings[k].balance + 1]++;
	for (size_t i = 0; i < l->balance_count; i++)
		first[i + 1] += first[i];
	sum_accounts(l, arena_array(a, first[l->balance_count], sizeof(int)), first);
}
