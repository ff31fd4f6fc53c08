#include "calc/sharing/webster.h"

#include <stdlib.h>

struct seat {           /* a body in the heap of those that wait for the next unit */
	mpq_t ratio;    /* held / weight: up to which level it is ahead */
	mpq_t quotient; /* weight / (held + 1/2) */
	mpz_t held;
	mpq_srcptr weight;
	size_t index;
};

static void set_quotient(struct seat *s)
{
	mpq_t half;

	mpq_init(half);
	mpq_set_ui(half, 1, 2);
	mpq_set_z(s->quotient, s->held);
	mpq_add(s->quotient, s->quotient, half);
	mpq_div(s->quotient, s->weight, s->quotient);
	mpq_clear(half);
}

static int by_ratio(const void *left, const void *right)
{
	const struct seat *a = left, *b = right;

	return mpq_cmp(a->ratio, b->ratio);
}

/* The level up to which amount would fill those who are behind it, could units be split. */
static void fill(mpq_ptr level, struct seat *seats, size_t count, mpq_srcptr amount)
{
	mpq_t sum, weights;

	mpq_inits(sum, weights, NULL);
	mpq_set(sum, amount);
	qsort(seats, count, sizeof *seats, by_ratio);
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && mpq_cmp(level, seats[i].ratio) <= 0)
			break;
		mpq_add(weights, weights, seats[i].weight);
		mpq_set_z(level, seats[i].held);
		mpq_add(sum, sum, level);
		mpq_div(level, sum, weights);
	}
	mpq_clears(sum, weights, NULL);
}

/*
 * Gives at once what everybody surely gets: each is filled to the level of part - count/2 - 1 and rounded to the
 * nearest, at most half a unit more than the level. part becomes what is left: one unit at least, and not many more
 * than one for each.
 */
static void give_at_once(struct seat *seats, size_t count, mpz_ptr part)
{
	mpq_t level, amount, half;
	mpz_t held;

	mpq_inits(level, amount, half, NULL);
	mpz_init(held);
	mpq_set_ui(half, 1, 2);
	mpq_set_ui(amount, (unsigned long)count + 2, 2);
	mpq_canonicalize(amount);
	mpq_set_z(level, part);
	mpq_sub(amount, level, amount);
	if (mpq_sgn(amount) > 0) {
		fill(level, seats, count, amount);
		for (size_t i = 0; i < count; i++) {
			mpq_mul(amount, seats[i].weight, level);
			mpq_add(amount, amount, half);
			mpz_fdiv_q(held, mpq_numref(amount), mpq_denref(amount));
			if (mpz_cmp(held, seats[i].held) <= 0)
				continue;
			mpz_add(part, part, seats[i].held);
			mpz_sub(part, part, held);
			mpz_set(seats[i].held, held);
		}
	}
	mpz_clear(held);
	mpq_clears(level, amount, half, NULL);
}

/* ---- a heap: the largest quotient first, on a tie the lower code ---- */

static int is_before(const struct seat *a, const struct seat *b)
{
	int order = mpq_cmp(a->quotient, b->quotient);

	return order > 0 || (order == 0 && a->index < b->index);
}

static void sift(struct seat *heap, size_t count, size_t at)
{
	for (size_t child; (child = 2 * at + 1) < count; at = child) {
		struct seat moved = heap[at];

		if (child + 1 < count && is_before(&heap[child + 1], &heap[child]))
			child++;
		if (!is_before(&heap[child], &moved))
			return;
		heap[at] = heap[child];
		heap[child] = moved;
	}
}

/* Gives the rest unit by unit; the body that got the last one, as it then stands. */
static struct webster give_the_rest(struct arena *a, struct seat *heap, size_t count, mpz_ptr part)
{
	struct webster last = { 0 };
	char *text;

	for (size_t i = 0; i < count; i++)
		set_quotient(&heap[i]);
	for (size_t i = count / 2; i > 0; i--)
		sift(heap, count, i - 1);
	for (; mpz_cmp_ui(part, 1) > 0; mpz_sub_ui(part, part, 1)) {
		mpz_add_ui(heap->held, heap->held, 1);
		set_quotient(heap);
		sift(heap, count, 0);
	}
	mpz_add_ui(heap->held, heap->held, 1);
	text = arena_array(a, mpz_sizeinbase(heap->held, 10) + 2, 1);
	last.held = mpz_get_str(text, 10, heap->held);
	last.border = heap->index;
	return last;
}

struct webster webster_find(struct arena *a, const mpq_srcptr *weights, const mpq_srcptr *held, size_t count,
                            mpz_srcptr part)
{
	struct seat *seats = arena_array(a, count, sizeof *seats);
	struct webster out;
	size_t n = 0;
	mpz_t left;

	mpz_init_set(left, part);
	for (size_t i = 0; i < count; i++) {
		if (mpq_sgn(weights[i]) == 0)
			continue;
		mpq_inits(seats[n].ratio, seats[n].quotient, NULL);
		mpz_init_set(seats[n].held, mpq_numref(held[i]));
		mpq_div(seats[n].ratio, held[i], weights[i]);
		seats[n].weight = weights[i];
		seats[n++].index = i;
	}
	give_at_once(seats, n, left);
	out = give_the_rest(a, seats, n, left);
	for (size_t i = 0; i < n; i++) {
		mpq_clears(seats[i].ratio, seats[i].quotient, NULL);
		mpz_clear(seats[i].held);
	}
	mpz_clear(left);
	return out;
}
