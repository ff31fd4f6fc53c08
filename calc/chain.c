#include "calc/chain.h"
#include "calc/apportion.h"

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

/* The nodes of one sharing: for each creditor its open claim and its grant before trimming. */
struct sharing {
	size_t *who;
	int *open, *grant;
	size_t count;
};

static struct sharing open_claims(struct chain *ch, int pool, int determined)
{
	struct judge *j = ch->judge;
	struct sharing s = { arena_array(j->arena, ch->count, sizeof *s.who),
		             arena_array(j->arena, ch->count, sizeof *s.open),
		             arena_array(j->arena, ch->count, sizeof *s.grant), 0 };

	for (size_t i = 0; i < ch->count; i++) {
		struct creditor *cr = &ch->creditors[i];
		size_t n = s.count;
		int share;

		if (cr->determined < 0)
			continue;
		share = derive(j->book, arena_printf(j->arena, "share of %s, exact", cr->party->id),
		               "5.3-1; pro rata to determined losses", "$1 * $2 / $3", 3,
		               (int[]){ pool, cr->determined, determined });
		s.open[n] = cr->payable < 0 ? share
		                            : derive(j->book, "share less what is payable already", NULL,
		                                     "$1 - $2", 2, (int[]){ share, cr->payable });
		s.grant[n] = derive(j->book, "whole yen of it", "floor; the residual is carried",
		                    "max(0, floor($1, 1))", 1, &s.open[n]);
		s.who[n] = i;
		s.count += s.open[n] >= 0; /* unknown only when nothing is determined in all */
	}
	return s;
}

/* Lowers the grants to what the part allows; a lowered one becomes a node of its own. */
static void trim(struct chain *ch, struct sharing *s, int part)
{
	struct judge *j = ch->judge;
	mpz_t *grants = arena_array(j->arena, s->count, sizeof *grants);
	mpq_srcptr *open = arena_array(j->arena, s->count, sizeof *open);

	for (size_t i = 0; i < s->count; i++) {
		mpz_init_set(grants[i], mpq_numref(book_value(j->book, s->grant[i])));
		open[i] = book_value(j->book, s->open[i]);
	}
	apportion_trim(j->arena, grants, open, s->count, mpq_numref(book_value(j->book, part)));
	for (size_t i = 0; i < s->count; i++) {
		mpz_t less;
		char *text;
		int taken;

		mpz_init(less);
		mpz_sub(less, mpq_numref(book_value(j->book, s->grant[i])), grants[i]);
		if (mpz_sgn(less) > 0) {
			text = arena_array(j->arena, mpz_sizeinbase(less, 10) + 2, 1);
			mpz_get_str(text, 10, less);
			taken = derive_given(j->book, "taken back: others are ahead of their share",
			                     "apportion, smallest remainder first", text);
			s->grant[i] = derive(j->book, "whole yen that the part allows", NULL, "$1 - $2", 2,
			                     (int[]){ s->grant[i], taken });
		}
		mpz_clear(less);
		mpz_clear(grants[i]);
	}
}

/* Shares pool (in all, cumulative) among the creditors and adds the grants to payable, or notes them as
 * pending. */
void chain_share(struct chain *ch, int pool, bool hypothetical)
{
	struct judge *j = ch->judge;
	int determined = chain_determined(ch), part;
	struct sharing s;

	if (determined < 0)
		return;
	pool = derive(j->book, "to be shared in all", NULL, "min($1, $2)", 2, (int[]){ pool, determined });
	part =
	    derive(j->book, "of it not yet payable", NULL, "$1 - $2", 2, (int[]){ pool, chain_payable(ch) });
	if (book_sign(j->book, part) <= 0 && !hypothetical)
		return;
	part = derive(j->book, "of it in whole yen", NULL, "max(0, floor($1, 1))", 1, &part);
	s = open_claims(ch, pool, determined);
	trim(ch, &s, part);
	for (size_t i = 0; i < s.count; i++) {
		struct creditor *cr = &ch->creditors[s.who[i]];

		if (hypothetical)
			cr->pending = s.grant[i];
		else
			cr->payable = chain_plus(j, arena_printf(j->arena, "payable to %s", cr->party->id),
			                         cr->payable, s.grant[i]);
	}
}
