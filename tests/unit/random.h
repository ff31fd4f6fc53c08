/*
 * random: numbers for properties, the same in every run unless GOVSLA_SEED says otherwise.
 *
 *     EACH_ROUND(round, 400)
 *     {
 *             struct random r = random_start(round);
 *             law(&r, least <= truth, "round trip of %d", x);      a failure names the seed and the round
 *     }
 *
 * The number of rounds is that of the test times GOVSLA_ROUNDS (1 when not stated, may be a fraction); GOVSLA_ROUND=N
 * takes one alone.
 *
 * splitmix64 (Steele, Lea, Flood 2014). Not for anything but tests.
 */
#ifndef GOVSLA_TESTS_UNIT_RANDOM_H
#define GOVSLA_TESTS_UNIT_RANDOM_H

#include <check.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct random {
	uint64_t seed, state;
	int round;
};

static inline uint64_t random_bits(struct random *r)
{
	uint64_t z = r->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* One of least … most. */
static inline int64_t random_in(struct random *r, int64_t least, int64_t most)
{
	return least + (int64_t)(random_bits(r) % (uint64_t)(most - least + 1));
}

/* True in one of n cases. */
static inline int random_one_of(struct random *r, int n)
{
	return random_in(r, 1, n) == 1;
}

/* The numbers of one round: a failing round can be repeated alone. */
static inline struct random random_start(int round)
{
	const char *given = getenv("GOVSLA_SEED");
	uint64_t seed = given ? strtoull(given, NULL, 10) : 20261001;
	struct random r = { seed, seed ^ ((uint64_t)round * UINT64_C(0xd1342543de82ef95)), round };

	(void)random_bits(&r);
	return r;
}

static inline int law_rounds(int rounds)
{
	const char *given = getenv("GOVSLA_ROUNDS");

	return given ? (int)(rounds * strtod(given, NULL)) : rounds;
}

/* Whether a round is wanted: all are, unless GOVSLA_ROUND names one, which is then also shown. */
static inline bool round_is_wanted(int round)
{
	const char *given = getenv("GOVSLA_ROUND");

	return !given || atoi(given) == round;
}

#define EACH_ROUND(round, rounds)                                                                            \
	for (int round = 0; round < law_rounds(rounds); round++)                                             \
		if (round_is_wanted(round))

#define law(r, holds, ...)                                                                                   \
	do {                                                                                                 \
		if (!(holds)) {                                                                              \
			char what_[1024];                                                                    \
			snprintf(what_, sizeof what_, __VA_ARGS__);                                          \
			ck_abort_msg("%s: %s (GOVSLA_SEED=%llu, round %d)", #holds, what_,                   \
			             (unsigned long long)(r)->seed, (r)->round);                             \
		}                                                                                            \
		mark_point();                                                                                \
	} while (0)

#endif
