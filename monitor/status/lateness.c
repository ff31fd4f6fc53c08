#include "monitor/status/lateness.h"

#define FINE 8 /* steps to each doubling; below twice that each µs is a step */

static int step_of(int64_t us)
{
	int doublings = 0;

	while (us >> doublings >= 2 * FINE)
		doublings++;
	if (FINE * doublings + (us >> doublings) >= LATENESS_STEPS)
		return LATENESS_STEPS - 1;
	return FINE * doublings + (int)(us >> doublings);
}

/* The highest value of a step. */
static int64_t upper_us(int step)
{
	int doublings = step < 2 * FINE ? 0 : step / FINE - 1;

	return ((int64_t)(step - FINE * doublings + 1) << doublings) - 1;
}

void lateness_count(struct lateness *l, int64_t us)
{
	if (us < 0)
		return;
	if (us > l->most_us)
		l->most_us = us;
	l->count[step_of(us)]++;
	l->all++;
}

int64_t lateness_within_us(const struct lateness *l, int percent)
{
	int64_t within = l->count[0];
	int step = 0;

	while (step < LATENESS_STEPS - 1 && within * 100 < l->all * percent)
		within += l->count[++step];
	if (!l->all)
		return 0;
	return step == LATENESS_STEPS - 1 || upper_us(step) > l->most_us ? l->most_us : upper_us(step);
}
