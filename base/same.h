/* same: whether two texts that may both be missing say the same. NULL is the same as NULL and as nothing else. */
#ifndef GOVSLA_BASE_SAME_H
#define GOVSLA_BASE_SAME_H

#include <stdbool.h>
#include <string.h>

static inline bool same_text(const char *left, const char *right)
{
	return left == right || (left && right && strcmp(left, right) == 0);
}

#endif
