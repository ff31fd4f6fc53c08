#include "monitor/observe/changes.h"

#define LINES_PER_S 1

bool changes_admit(struct changes *changes, enum sample_outcome outcome, struct moment now)
{
	struct changes_sum *left = &changes->left;

	if (!changes->lines.rate_per_s)
		bucket_set(&changes->lines, LINES_PER_S, CHANGES_AT_ONCE, now);
	if (bucket_take(&changes->lines, now))
		return true;
	if (left->up + left->down + left->missed == 0)
		changes->since = now;
	if (outcome == SAMPLE_UP)
		left->up++;
	else if (outcome == SAMPLE_DOWN)
		left->down++;
	else
		left->missed++;
	return false;
}

bool changes_rest(struct changes *changes, struct changes_sum *sum)
{
	*sum = changes->left;
	changes->left = (struct changes_sum){ 0 };
	return sum->up + sum->down + sum->missed > 0;
}

bool changes_sum(struct changes *changes, struct moment now, struct changes_sum *sum)
{
	return moment_between(changes->since, now) >= CHANGES_SUM_US && changes_rest(changes, sum);
}
