#include "calc/liability/totals.h"

#define KINDS (PARTY_ASP + 1)

static const char *const kind_names[KINDS] = { "CSP", "NSP", "DA", "LG", "OMA", "ASP" };

/* Which figure of an obligation is summed. */
typedef int figure_of(const struct obligation *o);

static int claimed(const struct obligation *o)
{
	return o->claimed;
}

static int determined(const struct obligation *o)
{
	return o->determined;
}

static int payable(const struct obligation *o)
{
	return o->payable;
}

static int paid(const struct obligation *o)
{
	return o->paid;
}

static int pending(const struct obligation *o)
{
	return o->pending;
}

static int cut(const struct obligation *o)
{
	return o->cut;
}

static bool is_of(const struct chain_total *t, const struct obligation *o)
{
	return o->debtor->kind == t->debtor && o->creditor->kind == t->creditor;
}

static int sum(struct judge *j, const struct statement *s, const struct chain_total *t, const char *what,
               figure_of *figure)
{
	int *parts = arena_array(j->arena, s->obligation_count, sizeof *parts);
	size_t count = 0;

	for (size_t i = 0; i < s->obligation_count; i++)
		if (is_of(t, &s->obligations[i]) && figure(&s->obligations[i]) >= 0)
			parts[count++] = figure(&s->obligations[i]);
	return count == 0 ? FIGURE_UNKNOWN
	                  : derive_sum(j->book,
	                               arena_printf(j->arena, "%s in all, %s to %s", what,
	                                            kind_names[t->debtor], kind_names[t->creditor]),
	                               NULL, parts, count);
}

static void add_up(struct judge *j, const struct statement *s, struct chain_total *t)
{
	t->claimed = sum(j, s, t, "claimed", claimed);
	t->determined = sum(j, s, t, "determined", determined);
	t->payable = sum(j, s, t, "payable", payable);
	t->paid = sum(j, s, t, "paid", paid);
	t->pending = sum(j, s, t, "pending", pending);
	t->cut = sum(j, s, t, "cut", cut);
	t->open = derive(j->book,
	                 arena_printf(j->arena, "payable and not paid, %s to %s", kind_names[t->debtor],
	                              kind_names[t->creditor]),
	                 NULL, "$1 - $2", 2, (int[]){ t->payable, t->paid });
}

void judge_totals(struct judge *j, struct statement *s)
{
	struct chain_total *totals = arena_array(j->arena, KINDS * KINDS, sizeof *totals);

	for (int debtor = 0; debtor < KINDS; debtor++)
		for (int creditor = 0; creditor < KINDS; creditor++) {
			struct chain_total *t = &totals[s->total_count];

			*t = (struct chain_total){ .debtor = (enum party_kind)debtor,
				                   .creditor = (enum party_kind)creditor };
			for (size_t i = 0; i < s->obligation_count; i++)
				t->count += is_of(t, &s->obligations[i]);
			if (t->count > 0) {
				add_up(j, s, t);
				s->total_count++;
			}
		}
	s->totals = totals;
}
