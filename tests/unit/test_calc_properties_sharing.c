/*
 * Laws of sharing, on random pots: the vectors' procedure followed literally gives the same; sums are exact, nobody
 * gives anything back, names and order do not matter; up to 1,741 bodies.
 */
#include "calc/sharing/apportion.h"
#include "calc/exact.h"

#include "tests/unit/random.h"
#include "tests/unit/suite.h"

#define ALL_BODIES 1741

struct fixture {
	struct arena arena;
	struct judge j;
	struct pot *pot;
	int total, residual, *grants;
};

static void begin(struct fixture *f, const char *method, size_t count)
{
	const struct party **bodies;
	struct party *parties;

	*f = (struct fixture){ 0 };
	f->j = (struct judge){ .arena = &f->arena, .book = book_new(&f->arena) };
	parties = arena_array(&f->arena, count, sizeof *parties);
	bodies = arena_array(&f->arena, count, sizeof *bodies);
	for (size_t i = 0; i < count; i++) {
		parties[i].id = arena_printf(&f->arena, "%04zu", i);
		bodies[i] = &parties[i];
	}
	f->pot = apportion_pot(&f->j, method, "art. 1", bodies, count);
	f->grants = arena_array(&f->arena, count, sizeof *f->grants);
	f->total = derive_given(f->j.book, "nothing", "test", "0");
}

static void end(struct fixture *f)
{
	book_free(f->j.book);
	arena_release(&f->arena);
}

static void set_weight(struct fixture *f, size_t body, int64_t weight)
{
	f->pot->weights[body] = derive_given_int(f->j.book, "weight", "test", weight);
}

/* One more part of so many units over a denominator. */
static void share(struct fixture *f, int64_t part, int64_t denominator)
{
	int more =
	    derive_given(f->j.book, "part", "test",
	                 arena_printf(&f->arena, "%lld/%lld", (long long)part, (long long)denominator));

	f->total = derive(f->j.book, "total", NULL, "$1 + $2", 2, (int[]){ f->total, more });
	apportion_share(&f->j, f->pot, f->total, false, f->grants, &f->residual);
}

static mpq_srcptr value(const struct fixture *f, int node)
{
	return book_value(f->j.book, node);
}

/* A grant, that of nobody being 0; it is whole. */
static long granted(struct random *r, const struct fixture *f, size_t body)
{
	int node = f->grants[body];

	if (node < 0)
		return 0;
	law(r, mpz_cmp_ui(mpq_denref(value(f, node)), 1) == 0, "body %zu", body);
	return mpz_get_si(mpq_numref(value(f, node)));
}

/* ---- the vectors' procedure, followed literally on a few bodies ---- */

#define FEW 5

struct naive {
	mpq_t share[FEW], before[FEW]; /* exact cumulative; of the versions before */
	mpq_t total, total_before, residual;
	long got[FEW], a[FEW], got_before[FEW];
	int64_t weight[FEW];
	bool shared; /* something was shared already */
	size_t n;
};

static void naive_begin(struct naive *v, size_t n)
{
	*v = (struct naive){ .n = n };
	mpq_inits(v->total, v->total_before, v->residual, NULL);
	for (size_t i = 0; i < n; i++)
		mpq_inits(v->share[i], v->before[i], NULL);
}

static void naive_end(struct naive *v)
{
	for (size_t i = 0; i < v->n; i++)
		mpq_clears(v->share[i], v->before[i], NULL);
	mpq_clears(v->total, v->total_before, v->residual, NULL);
}

static void naive_version(struct naive *v)
{
	for (size_t i = 0; i < v->n; i++) {
		mpq_set(v->before[i], v->share[i]);
		v->got_before[i] = v->got[i];
	}
	mpq_set(v->total_before, v->total);
}

static long floor_of(mpq_srcptr q)
{
	mpz_t whole;
	long out;

	mpz_init(whole);
	mpz_fdiv_q(whole, mpq_numref(q), mpq_denref(q));
	out = mpz_get_si(whole);
	mpz_clear(whole);
	return out;
}

/* q - a of a body, as a rational: which body has the largest or the smallest. */
static size_t extreme(const struct naive *v, mpq_t *q, bool largest)
{
	size_t at = v->n;
	mpq_t rest, best;

	mpq_inits(rest, best, NULL);
	for (size_t i = 0; i < v->n; i++) {
		if (!largest && v->a[i] <= 0)
			continue;
		mpq_set_si(rest, v->a[i], 1);
		mpq_sub(rest, q[i], rest);
		/* a tie favours the lower code: it receives first and gives last */
		if (at == v->n || (largest ? mpq_cmp(rest, best) > 0 : mpq_cmp(rest, best) <= 0)) {
			at = i;
			mpq_set(best, rest);
		}
	}
	mpq_clears(rest, best, NULL);
	return at;
}

/* Each next unit to the largest weight / (2 × held + 1). */
static void naive_webster(struct naive *v, long part)
{
	for (; part > 0; part--) {
		size_t best = v->n;

		for (size_t i = 0; i < v->n; i++) {
			int64_t held = v->got[i] + v->a[i] - v->got_before[i];
			int64_t best_held =
			    best == v->n ? 0 : v->got[best] + v->a[best] - v->got_before[best];

			if (v->weight[i] > 0 && (best == v->n || v->weight[i] * (2 * best_held + 1) >
			                                             v->weight[best] * (2 * held + 1)))
				best = i;
		}
		v->a[best]++;
	}
}

/* The exact shares and the open claims q of one more part. */
static void naive_claims(struct naive *v, mpq_t *q)
{
	int64_t all = 0;
	mpq_t more, weight;

	mpq_inits(more, weight, NULL);
	for (size_t i = 0; i < v->n; i++)
		all += v->weight[i];
	for (size_t i = 0; i < v->n; i++) {
		mpq_sub(more, v->total, v->total_before);
		mpq_set_si(weight, v->weight[i], (unsigned long)all);
		mpq_canonicalize(weight);
		mpq_mul(more, more, weight);
		mpq_add(v->share[i], v->before[i], more);
		mpq_set_si(weight, v->got[i], 1);
		mpq_sub(q[i], v->share[i], weight);
	}
	mpq_clears(more, weight, NULL);
}

static void naive_grants(struct naive *v, const char *method, mpq_t *q, long part)
{
	long sum = 0;

	for (size_t i = 0; i < v->n; i++) {
		v->a[i] = floor_of(q[i]) > 0 ? floor_of(q[i]) : 0;
		sum += v->a[i];
	}
	for (; sum > part; sum--)
		v->a[extreme(v, q, false)]--;
	if (strcmp(method, "first") == 0)
		for (size_t i = 0; i < v->n; i++)
			if (v->weight[i] > 0) {
				v->a[i] += part - sum;
				break;
			}
	if (strcmp(method, "largest_remainder") == 0 || strcmp(method, "equal") == 0)
		for (; sum < part; sum++)
			v->a[extreme(v, q, true)]++;
}

static void naive_share(struct naive *v, const char *method, int64_t part, int64_t denominator)
{
	mpq_t q[FEW], more;
	long whole;

	mpq_init(more);
	for (size_t i = 0; i < v->n; i++)
		mpq_init(q[i]);
	mpq_set_si(more, part, (unsigned long)denominator);
	mpq_canonicalize(more);
	mpq_add(v->total, v->total, more);
	mpq_set(v->residual, v->total);
	for (size_t i = 0; i < v->n; i++) {
		mpq_set_si(more, v->got[i], 1);
		mpq_sub(v->residual, v->residual, more);
		v->a[i] = 0;
	}
	whole = floor_of(v->residual) > 0 ? floor_of(v->residual) : 0;
	if (part > 0 || whole > 0 || !v->shared) /* nothing came and nothing is there: nothing is shared */
		naive_claims(v, q);
	v->shared = true;
	if (part == 0 && whole == 0)
		method = "nothing";
	else if (strcmp(method, "webster") == 0)
		naive_webster(v, whole);
	else
		naive_grants(v, method, q, whole);
	for (size_t i = 0; i < v->n; i++) {
		v->got[i] += v->a[i];
		mpq_set_si(more, v->a[i], 1);
		mpq_sub(v->residual, v->residual, more);
		mpq_clear(q[i]);
	}
	mpq_clear(more);
}

static const char *const methods[] = { "floor", "largest_remainder", "webster", "first", "equal" };

/* Small weights and parts, so that ties are common; weights that change with a new version and without one. */
START_TEST(grants_are_those_of_the_literal_procedure)
{
	EACH_ROUND(round, 3000)
	{
		struct random r = random_start(round);
		const char *method = methods[round % 5];
		size_t n = (size_t)random_in(&r, 1, FEW);
		int64_t denominator = random_in(&r, 1, 3), all;
		struct fixture f;
		struct naive v;

		begin(&f, method, n);
		naive_begin(&v, n);
		for (int part = 0; part < 8; part++) {
			if (part == 0 || random_one_of(&r, 3)) {
				if (random_one_of(&r, 2)) {
					apportion_version(&f.j, f.pot);
					naive_version(&v);
				}
				for (all = 0; all == 0;)
					for (size_t i = 0; i < n; i++) {
						int64_t weight = random_in(&r, 0, 4);

						v.weight[i] =
						    strcmp(method, "equal") == 0 ? weight > 0 : weight;
						set_weight(&f, i, weight);
						all += weight;
					}
			}
			int64_t amount = random_one_of(&r, 4) ? random_in(&r, 0, 2) : random_in(&r, 0, 40);

			share(&f, amount, denominator);
			naive_share(&v, method, amount, denominator);
			for (size_t i = 0; i < n; i++)
				law(&r, granted(&r, &f, i) == v.a[i],
				    "%s, part %d, body %zu of %zu: %ld, not %ld", method, part, i, n,
				    granted(&r, &f, i), v.a[i]);
			law(&r, mpq_equal(value(&f, f.residual), v.residual), "%s, part %d: residual %s",
			    method, part, book_at(f.j.book, f.residual)->value);
		}
		naive_end(&v);
		end(&f);
	}
}
END_TEST

/* ---- many bodies ---- */

static int64_t random_weight(struct random *r)
{
	switch (random_in(r, 0, 3)) {
	case 0:
		return random_in(r, 0, 3);
	case 1:
		return random_in(r, 0, 1000);
	default:
		return random_in(r, 0, 4000000);
	}
}

/* How far what was granted is from the exact share, at most. */
static void note_distance(const struct fixture *f, mpq_t most, bool *quota)
{
	mpq_t away;

	mpq_init(away);
	for (size_t i = 0; i < f->pot->count; i++) {
		mpq_sub(away, value(f, f->pot->granted[i]), value(f, f->pot->shares[i]));
		mpq_abs(away, away);
		*quota = *quota && mpq_cmp_ui(away, 1, 1) < 0;
		if (mpq_cmp(away, most) > 0)
			mpq_set(most, away);
	}
	mpq_clear(away);
}

/*
 * Sums are exact after every part and nobody gives anything back; a first part keeps the quota. How far a body is from
 * its exact share is told, not promised: with parts of fewer yen than bodies it may be more than one yen
 * (docs/decisions/0018).
 */
START_TEST(many_bodies_share_exactly)
{
	mpq_t most;

	mpq_init(most);
	EACH_ROUND(round, 12)
	{
		struct random r = random_start(round);
		size_t n = round == 0 ? ALL_BODIES : (size_t)random_in(&r, 2, 200);
		struct fixture f;

		begin(&f, "largest_remainder", n);
		for (size_t i = 0; i < n; i++)
			set_weight(&f, i, i == 0 ? 1 : random_weight(&r));
		for (int part = 0; part < 12; part++) {
			long sum = 0;
			int64_t amount =
			    random_one_of(&r, 3) ? random_in(&r, 0, 10) : random_in(&r, 0, 100000000);
			bool quota = true;

			share(&f, amount, 1);
			for (size_t i = 0; i < n; i++) {
				law(&r, granted(&r, &f, i) >= 0, "part %d: body %zu gives back", part, i);
				sum += granted(&r, &f, i);
			}
			law(&r, sum == amount, "part %d: %ld of %lld", part, sum, (long long)amount);
			law(&r, book_sign(f.j.book, f.residual) == 0, "part %d", part);
			note_distance(&f, most, &quota);
			law(&r, quota || part > 0, "the first part breaks the quota");
		}
		end(&f);
	}
	gmp_printf("largest distance from the exact share, largest_remainder, weights that stay: %.4f yen\n",
	           mpq_get_d(most));
	fflush(stdout);
	mpq_clear(most);
}
END_TEST

/* ---- names and order ---- */

/* Weights that all differ: whoever comes first in the order, each gets the same. */
START_TEST(the_order_of_bodies_decides_ties_only)
{
	EACH_ROUND(round, 60)
	{
		struct random r = random_start(round);
		size_t n = (size_t)random_in(&r, 2, 40), *place = calloc(n, sizeof *place);
		const char *method = methods[round % 3]; /* first looks at the order, equal makes ties */
		struct fixture f, g;

		begin(&f, method, n);
		begin(&g, method, n);
		for (size_t i = 0; i < n; i++)
			place[i] = i;
		for (size_t i = n; i > 1; i--) {
			size_t k = (size_t)random_in(&r, 0, (int64_t)i - 1), moved = place[i - 1];

			place[i - 1] = place[k];
			place[k] = moved;
		}
		for (size_t i = 0; i < n; i++) {
			/* primes' roots would do; odd numbers over a large even sum tie rarely, and are checked below */
			int64_t weight = 1000003 * (int64_t)(i + 1) + random_in(&r, 1, 1000000);

			set_weight(&f, i, weight);
			set_weight(&g, place[i], weight);
		}
		for (int part = 0; part < 4; part++) {
			int64_t amount = random_in(&r, 1, 1000000);

			share(&f, amount, 1);
			share(&g, amount, 1);
			for (size_t i = 0; i < n; i++)
				law(&r, granted(&r, &f, i) == granted(&r, &g, place[i]),
				    "%s, part %d, body %zu", method, part, i);
		}
		free(place);
		end(&f);
		end(&g);
	}
}
END_TEST

/* As many nodes for each body and part, however many bodies and whatever the amounts. */
START_TEST(the_number_of_nodes_is_that_of_bodies_and_parts)
{
	for (size_t m = 0; m < ROWS(methods); m++) {
		struct fixture f;

		begin(&f, methods[m], ALL_BODIES);
		for (size_t i = 0; i < ALL_BODIES; i++)
			set_weight(&f, i, (int64_t)(i * i % 977 + 1));
		for (int part = 0; part < 6; part++)
			share(&f, part % 2 ? 1 : 999999999999999, 1);
		ck_assert_msg(book_count(f.j.book) < (size_t)ALL_BODIES * (6 * 5 + 2) + 100, "%s: %zu",
		              methods[m], book_count(f.j.book));
		end(&f);
	}
}
END_TEST

int main(void)
{
	printf("seed %llu\n", (unsigned long long)random_start(0).seed);
	fflush(stdout);
	return run_suite("properties of sharing",
	                 (const TTest *const[]){ grants_are_those_of_the_literal_procedure,
	                                         many_bodies_share_exactly,
	                                         the_order_of_bodies_decides_ties_only,
	                                         the_number_of_nodes_is_that_of_bodies_and_parts, NULL });
}
