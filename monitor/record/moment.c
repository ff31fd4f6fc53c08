#include "monitor/record/moment.h"

int64_t moment_wall_offset_us(void)
{
	int64_t best_gap = INT64_MAX, offset = 0;

	for (int i = 0; i < 3 && best_gap > 20; i++) {
		struct moment before = moment_now();
		int64_t wall = moment_wall_us(), gap = moment_between(before, moment_now());

		if (gap < best_gap) {
			best_gap = gap;
			offset = wall - before.us - gap / 2;
		}
	}
	return offset;
}
