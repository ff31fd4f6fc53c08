#include "monitor/lateness.h"

void lateness_count(struct lateness *l, int64_t us)
{
	int64_t step = us / 1000;

	if (us < 0)
		return;
	if (us > l->most_us)
		l->most_us = us;
	l->count[step < LATENESS_STEPS - 1 ? step : LATENESS_STEPS - 1]++;
}

int64_t lateness_p99_ms(const struct lateness *l)
{
	int64_t all = 0, above = 0;
	int step = LATENESS_STEPS - 1;

	for (int i = 0; i < LATENESS_STEPS; i++)
		all += l->count[i];
	if (!all)
		return 0;
	while (step > 0 && above + l->count[step] <= all / 100)
		above += l->count[step--];
	return step + (step < LATENESS_STEPS - 1); /* the upper end of the step */
}
