#include "calc/chain.h"

int chain_plus(struct judge *j, const char *label, int sum, int more)
{
	return sum < 0 ? more : derive(j->book, label, NULL, "$1 + $2", 2, (int[]){ sum, more });
}

int chain_determined(struct chain *ch)
{
	int sum = FIGURE_UNKNOWN;

	for (size_t i = 0; i < ch->count; i++)
		if (ch->creditors[i].determined >= 0)
			sum = chain_plus(ch->judge, "determined losses in all", sum,
			                 ch->creditors[i].determined);
	return sum;
}

int chain_payable(struct chain *ch)
{
	int sum = FIGURE_UNKNOWN;

	for (size_t i = 0; i < ch->count; i++)
		if (ch->creditors[i].payable >= 0)
			sum = chain_plus(ch->judge, "payable in all so far", sum, ch->creditors[i].payable);
	return sum < 0 ? derive_given(ch->judge->book, "payable in all so far", "nothing yet", "0") : sum;
}

/* The pot of the chain: its bodies are the creditors, who stay in the order of their codes. */
static struct pot *pot_of(struct chain *ch)
{
	const struct party **bodies = arena_array(ch->judge->arena, ch->count, sizeof *bodies);

	for (size_t i = 0; i < ch->count; i++)
		bodies[i] = ch->creditors[i].party;
	ch->pot = apportion_pot(ch->judge, NULL, NULL, bodies, ch->count);
	ch->pot->why = "5.3-1; pro rata to determined losses";
	return ch->pot;
}

/* Shares pool (in all, cumulative) among the creditors and adds the grants to payable, or notes them as
 * pending. */
void chain_share(struct chain *ch, int pool, bool hypothetical)
{
	struct judge *j = ch->judge;
	struct pot *pot = ch->pot ? ch->pot : pot_of(ch);
	int *grants = arena_array(j->arena, ch->count, sizeof *grants);
	int determined = chain_determined(ch), residual;

	if (determined < 0)
		return;
	for (size_t i = 0; i < ch->count; i++)
		pot->weights[i] = ch->creditors[i].determined;
	pool = derive(j->book, "to be shared in all", NULL, "min($1, $2)", 2, (int[]){ pool, determined });
	apportion_share(j, pot, pool, hypothetical, grants, &residual);
	for (size_t i = 0; i < ch->count; i++) {
		if (hypothetical)
			ch->creditors[i].pending = grants[i];
		else
			ch->creditors[i].payable = pot->granted[i];
	}
}
