/*
 * share_limit: whether more than so many per cent of some attempts failed, exactly and without a division for each.
 *
 *     struct share_limit limit = share_limit_of("5");
 *     if (share_exceeds(&limit, failed, attempts)) ...
 */
#ifndef GOVSLA_CALC_SHARE_LIMIT_H
#define GOVSLA_CALC_SHARE_LIMIT_H

#include "calc/terms.h"

struct share_limit {
	exact percent;
	int64_t attempts, most; /* the last answer: of so many attempts, most may fail */
};

static inline struct share_limit share_limit_of(exact percent)
{
	return (struct share_limit){ percent, 0, 0 };
}

/* False without attempts. */
bool share_exceeds(struct share_limit *limit, int64_t failed, int64_t attempts);

#endif
