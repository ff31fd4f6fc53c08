#include "calc/observe/share_limit.h"
#include "calc/exact.h"

/* ⌊percent × attempts / 100⌋ */
static int64_t most_of(exact percent, int64_t attempts)
{
	int64_t most;
	mpq_t share;

	mpq_init(share);
	exact_read(share, percent);
	mpz_mul_ui(mpq_numref(share), mpq_numref(share), (unsigned long)attempts);
	mpz_mul_ui(mpq_denref(share), mpq_denref(share), 100);
	mpz_fdiv_q(mpq_numref(share), mpq_numref(share), mpq_denref(share));
	most = (int64_t)mpz_get_ui(mpq_numref(share));
	mpq_clear(share);
	return most;
}

bool share_exceeds(struct share_limit *limit, int64_t failed, int64_t attempts)
{
	if (limit->attempts != attempts) {
		limit->most = most_of(limit->percent, attempts);
		limit->attempts = attempts;
	}
	return failed > limit->most;
}
