/* instalment: an amount paid in parts of whole units; all fractions go to the first (端数計算法 art. 3). */
#include "calc/money/determine.h"

static struct instalment_result split(struct judge *j, const struct instalment_plan *p)
{
	const char *source = arena_printf(j->arena, "instalments %s", p->id);
	struct contract_rounding floor = { "floor", p->unit, p->clause ? p->clause : "端数計算法 3", NULL };
	struct instalment_result r = { .plan = p };
	int count;

	r.amount = derive_given(j->book, "amount paid in instalments", source, p->amount);
	count = derive_given_int(j->book, "count of instalments", source, (long long)p->count);
	r.other = derive(j->book, "instalment, exact", source, "$1 / $2", 2, (int[]){ r.amount, count });
	r.other = determine_amount(j, &floor, "instalment", "instalment", r.other);
	r.first = derive(j->book, "first instalment, with all fractions", floor.clause, "$1 - $2 * ($3 - 1)",
	                 3, (int[]){ r.amount, r.other, count });
	return r;
}

void judge_instalments(struct judge *j, struct statement *s)
{
	s->instalment_count = j->c->instalment_plan_count;
	s->instalments = arena_array(j->arena, s->instalment_count, sizeof *s->instalments);
	for (size_t i = 0; i < s->instalment_count; i++)
		s->instalments[i] = split(j, &j->c->instalment_plans[i]);
}
