#include "report/excerpt.h"
#include "calc/liability/ledger.h"
#include "report/excerpt_part.h"

#include <limits.h>
#include <string.h>

#define STRANGER INT_MAX /* a municipality that is no party of the case */

/* ---- which nodes ---- */

enum { WANTED = 1, REACHED };

const struct party *excerpt_party(const struct statement *s)
{
	return s->excerpt ? s->excerpt->party : NULL;
}

bool excerpt_hides(const struct statement *s)
{
	return s->excerpt && s->excerpt->owner != OWNER_NONE;
}

void excerpt_begin(const struct statement *s)
{
	if (s->excerpt)
		memset(s->excerpt->all->wanted, 0, book_count(s->book));
}

void excerpt_want(const struct statement *s, int node)
{
	if (s->excerpt && node >= 0)
		s->excerpt->all->wanted[node] = WANTED;
}

bool excerpt_is_open(const struct statement *s, int node)
{
	const struct excerpt *e = s->excerpt;
	const struct derivation *d = book_at(s->book, node);

	if (!excerpt_hides(s))
		return true;
	if (excerpt_foreign(e, owner_of_node(e->all->owners, node)))
		return false;
	for (size_t i = 0; i < d->input_count; i++)
		if (excerpt_foreign(e, owner_of_node(e->all->owners, d->inputs[i])))
			return false;
	return true;
}

size_t excerpt_wanted(const struct statement *s)
{
	size_t count = 0;

	for (size_t i = 0; s->excerpt && i < book_count(s->book); i++)
		count += s->excerpt->all->wanted[i] != 0;
	return count;
}

/* Inputs stand before what is made from them: one pass from the end reaches all. */
void excerpt_close(const struct statement *s)
{
	if (!s->excerpt)
		return;
	for (size_t i = book_count(s->book); i-- > 0;) {
		const struct derivation *d;

		if (!s->excerpt->all->wanted[i] || !excerpt_is_open(s, (int)i))
			continue;
		d = book_at(s->book, (int)i);
		for (size_t k = 0; k < d->input_count; k++)
			if (!s->excerpt->all->wanted[d->inputs[k]])
				s->excerpt->all->wanted[d->inputs[k]] = REACHED;
	}
}

void excerpt_close_within(const struct statement *s, size_t most)
{
	excerpt_close(s);
	if (!s->excerpt || excerpt_wanted(s) <= most)
		return;
	for (size_t i = 0; i < book_count(s->book); i++)
		if (s->excerpt->all->wanted[i] == REACHED)
			s->excerpt->all->wanted[i] = 0;
}

enum shown excerpt_shows(const struct statement *s, int node)
{
	if (!s->excerpt)
		return SHOWN_FULL;
	if (!s->excerpt->all->wanted[node])
		return SHOWN_NOT;
	return excerpt_is_open(s, node) ? SHOWN_FULL : SHOWN_VALUE;
}

const char *excerpt_label(const struct statement *s, const char *label)
{
	int named = excerpt_hides(s) && label ? owner_named_in(s->excerpt->all->owners, label) : OWNER_NONE;

	if (named == OWNER_NONE || (named != OWNER_SEVERAL && !excerpt_foreign(s->excerpt, named)))
		return label;
	return strncmp(label, "cut-off", 7) == 0 ? "cut-off" : NULL;
}

/* ---- making them ---- */

/* An account is of the municipality that is a side of its edge. */
static void own_accounts(struct excerpts *e, struct arena *a)
{
	const struct ledger *l = e->s->ledger;

	e->of_account = arena_array(a, l->balance_count, sizeof *e->of_account);
	for (size_t i = 0; i < l->balance_count; i++) {
		int debtor = owner_of_party(e->owners, l->balances[i].edge->debtor);
		int creditor = owner_of_party(e->owners, l->balances[i].edge->creditor);

		e->of_account[i] = debtor == OWNER_NONE     ? creditor
		                   : creditor == OWNER_NONE ? debtor
		                                            : OWNER_SEVERAL;
	}
}

/* What a municipality's record moved between provider and Agency tells its loss, though it is the difference of two totals. */
static void own_movements(struct excerpts *e)
{
	const struct ledger *l = e->s->ledger;

	for (size_t i = 0; i < l->entry_count; i++) {
		int owner = owner_of_record(e->owners, l->entries[i].record);

		for (size_t k = 0; owner != OWNER_NONE && k < l->entries[i].posting_count; k++) {
			const struct posting *posting = &l->entries[i].postings[k];

			if (e->of_account[posting->balance] == OWNER_NONE)
				owner_set_node(e->owners, posting->amount, owner);
		}
	}
}

struct excerpts *excerpts_new(const struct statement *s)
{
	struct arena arena = { 0 };
	struct excerpts *e = arena_new(&arena, struct excerpts);

	e->s = s;
	e->owners = owners_new(&arena, s);
	e->wanted = arena_array(&arena, book_count(s->book), 1);
	if (s->ledger) {
		own_accounts(e, &arena);
		own_movements(e);
	}
	e->arena = arena;
	return e;
}

void excerpts_free(struct excerpts *e)
{
	struct arena arena;

	if (!e)
		return;
	arena = e->arena;
	arena_release(&arena);
}

static const struct statement *make(struct excerpts *e, struct arena *a, const struct excerpt *excerpt)
{
	struct statement *s = arena_new(a, struct statement);

	*s = *e->s;
	s->excerpt = arena_new(a, struct excerpt);
	*s->excerpt = *excerpt;
	if (excerpt->owner != OWNER_NONE)
		excerpt_keep(a, s);
	return s;
}

const struct statement *excerpt_make(struct excerpts *e, struct arena *a, const struct party *party)
{
	return make(e, a,
	            &(struct excerpt){ .all = e, .party = party, .owner = owner_of_party(e->owners, party) });
}

const struct statement *excerpt_whole(struct excerpts *e, struct arena *a)
{
	return make(e, a, &(struct excerpt){ .all = e, .owner = OWNER_NONE });
}

const struct statement *excerpt_agency(struct excerpts *e, struct arena *a)
{
	const struct sla_case *c = e->s->the_case;

	for (size_t i = 0; i < c->party_count; i++)
		if (c->parties[i].kind == PARTY_DA)
			return excerpt_make(e, a, &c->parties[i]);
	return e->s;
}

const struct statement *excerpt_of_code(struct excerpts *e, struct arena *a, const char *code,
                                        const char *const *asked_for, size_t asked_for_count)
{
	const struct sla_case *c = e->s->the_case;
	struct excerpt excerpt = {
		.all = e, .owner = STRANGER, .asked_for = asked_for, .asked_for_count = asked_for_count
	};

	for (size_t i = 0; i < c->party_count && !excerpt.party; i++)
		if (c->parties[i].kind == PARTY_LG && c->parties[i].code &&
		    strcmp(c->parties[i].code, code) == 0) {
			excerpt.party = &c->parties[i];
			excerpt.owner = owner_of_party(e->owners, excerpt.party);
		}
	return excerpt.party || asked_for ? make(e, a, &excerpt) : NULL;
}

/* ---- who has a page ---- */

static void mark(bool *has, const struct owners *o, const struct party *party)
{
	int owner = owner_of_party(o, party);

	if (owner >= 0)
		has[owner] = true;
}

static void mark_parts(const struct statement *s, const struct owners *o, bool *has)
{
	for (size_t i = 0; i < s->service_count; i++)
		for (size_t k = 0; k < s->services[i].service->fee_count; k++)
			mark(has, o, s->services[i].service->fees[k].payer);
	for (size_t i = 0; i < s->obligation_count; i++) {
		mark(has, o, s->obligations[i].debtor);
		mark(has, o, s->obligations[i].creditor);
	}
	for (size_t i = 0; i < s->the_case->record_count; i++)
		mark(has, o, s->the_case->records[i].sufferer);
	for (size_t i = 0; i < s->pass_through_count; i++)
		mark(has, o, s->pass_through[i].to);
	for (size_t i = 0; i < s->apportionment_count; i++)
		for (size_t k = 0; k < s->apportionments[i].body_count; k++)
			mark(has, o, s->apportionments[i].bodies[k].party);
	for (size_t i = 0; i < s->late_payment_count; i++) {
		mark(has, o, s->late_payments[i].late->debtor);
		mark(has, o, s->late_payments[i].late->creditor);
	}
}

size_t excerpt_bodies(struct excerpts *e, struct arena *a, const struct party ***bodies)
{
	const struct sla_case *c = e->s->the_case;
	bool *has = arena_array(a, c->party_count, sizeof *has);
	size_t count = 0;

	mark_parts(e->s, e->owners, has);
	*bodies = arena_array(a, c->party_count, sizeof **bodies);
	for (size_t i = 0; i < c->party_count; i++)
		if (has[i])
			(*bodies)[count++] = &c->parties[i];
	return count;
}
