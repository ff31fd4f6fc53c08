#include "calc/case.h"

#include <string.h>

const struct zone_days *zone_days_of(const struct sla_case *c, const char *time_zone)
{
	for (size_t i = 0; i < c->zone_days_count; i++)
		if (!time_zone || strcmp(c->zone_days[i].time_zone, time_zone) == 0)
			return &c->zone_days[i];
	return NULL;
}

int64_t zone_days_day(const struct zone_days *z, int64_t us)
{
	size_t low = 0, high = z->count;

	if (z->count == 0 || us < z->start_us[0] || us >= z->start_us[z->count - 1])
		return INT64_MIN;
	while (high - low > 1) { /* start_us[low] <= us < start_us[high] */
		size_t middle = low + (high - low) / 2;

		if (z->start_us[middle] <= us)
			low = middle;
		else
			high = middle;
	}
	return z->first_day + (int64_t)low;
}

int64_t zone_days_start(const struct zone_days *z, int64_t day)
{
	if (day < z->first_day || day >= z->first_day + (int64_t)z->count)
		return INT64_MIN;
	return z->start_us[day - z->first_day];
}
