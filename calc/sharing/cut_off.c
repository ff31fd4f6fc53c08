#include "calc/sharing/cut_off.h"

#include <assert.h>
#include <stdlib.h>

struct claim {
	mpz_t grant;     /* max(0, ⌊q⌋) */
	mpq_t remainder; /* q - grant; below nothing where others paid ahead */
	size_t index;    /* in the order of codes */
};

static void open_claim(struct claim *c, mpq_srcptr q, size_t index)
{
	mpz_init(c->grant);
	mpq_init(c->remainder);
	mpz_fdiv_q(c->grant, mpq_numref(q), mpq_denref(q));
	if (mpz_sgn(c->grant) < 0)
		mpz_set_ui(c->grant, 0);
	mpq_set_z(c->remainder, c->grant);
	mpq_sub(c->remainder, q, c->remainder);
	c->index = index;
}

static int by_grant(const void *left, const void *right)
{
	const struct claim *a = left, *b = right;

	return mpz_cmp(a->grant, b->grant);
}

/* The smallest remainder first; on a tie the higher code. */
static int by_remainder(const void *left, const void *right)
{
	const struct claim *a = left, *b = right;
	int order = mpq_cmp(a->remainder, b->remainder);

	if (order)
		return order;
	return a->index < b->index ? 1 : -1;
}

/*
 * Takes from everybody as long as a whole round fits into excess: the level; excess becomes what is left of it. Returns
 * where those begin, in the order of grants, who still have something.
 */
static size_t whole_rounds(struct claim *claims, size_t count, mpz_ptr excess, mpz_ptr level)
{
	size_t i = 0;
	mpz_t step;

	mpz_init(step);
	qsort(claims, count, sizeof *claims, by_grant);
	for (; i < count; i++) { /* until the i-th has nothing left */
		mpz_sub(step, claims[i].grant, level);
		mpz_mul_ui(step, step, count - i);
		if (mpz_cmp(step, excess) > 0)
			break;
		mpz_sub(excess, excess, step);
		mpz_set(level, claims[i].grant);
	}
	if (i < count) {
		mpz_fdiv_qr_ui(step, excess, excess, count - i);
		mpz_add(level, level, step);
	}
	mpz_clear(step);
	return i;
}

static void find_taken(struct arena *a, struct claim *claims, size_t count, mpz_ptr excess,
                       struct cut_off *out)
{
	size_t from;
	mpz_t level;
	char *text;

	mpz_init(level);
	from = whole_rounds(claims, count, excess, level);
	text = arena_array(a, mpz_sizeinbase(level, 10) + 2, 1);
	out->cut = CUT_TAKE;
	out->level = mpz_get_str(text, 10, level);
	if (mpz_sgn(excess) > 0) {
		qsort(claims + from, count - from, sizeof *claims, by_remainder);
		out->border = claims[from + mpz_get_ui(excess) - 1].index;
	}
	mpz_clear(level);
}

static void find_given(struct claim *claims, size_t count, mpz_srcptr lacking, struct cut_off *out)
{
	assert(mpz_cmp_ui(lacking, count) <= 0 && "more is to be shared than everybody's claim");
	qsort(claims, count, sizeof *claims, by_remainder);
	out->cut = CUT_GIVE;
	out->border = claims[count - mpz_get_ui(lacking)].index;
}

struct cut_off cut_off_find(struct arena *a, const mpq_srcptr *q, size_t count, mpz_srcptr part, bool give)
{
	struct cut_off out = { CUT_NONE, NULL, NO_BORDER };
	struct claim *claims = arena_array(a, count, sizeof *claims);
	mpz_t excess;

	mpz_init(excess);
	mpz_neg(excess, part);
	for (size_t i = 0; i < count; i++) {
		open_claim(&claims[i], q[i], i);
		mpz_add(excess, excess, claims[i].grant);
	}
	if (mpz_sgn(excess) > 0) {
		find_taken(a, claims, count, excess, &out);
	} else if (mpz_sgn(excess) < 0 && give) {
		mpz_neg(excess, excess);
		find_given(claims, count, excess, &out);
	}
	for (size_t i = 0; i < count; i++) {
		mpz_clear(claims[i].grant);
		mpq_clear(claims[i].remainder);
	}
	mpz_clear(excess);
	return out;
}
