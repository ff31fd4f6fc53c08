/* observe: whether what the targets ask of a host is within its rate. */
#include "monitor/observe/observe_part.h"

#include "base/log.h"

#include <inttypes.h>
#include <stdlib.h>
#include <strings.h>

#define TOLD_MOST 10 /* hosts */
#define BILLION   INT64_C(1000000000)

static const char *host_of(const struct target *target)
{
	return target->plan->destination;
}

static int by_host(const void *a, const void *b)
{
	const struct target *const *x = a, *const *y = b;

	return strcasecmp(host_of(*x), host_of(*y));
}

/* Those that are limited, by their hosts. NULL: none are, or no memory. */
static const struct target **sorted_targets(const struct observer *o, size_t *count)
{
	const struct target **sorted = calloc(o->prepared + 1, sizeof *sorted);

	*count = 0;
	for (size_t i = 0; sorted && i < o->prepared; i++)
		if (o->targets[i].destination)
			sorted[(*count)++] = &o->targets[i];
	if (sorted)
		qsort(sorted, *count, sizeof *sorted, by_host);
	return sorted;
}

static void tell(const struct observer *o, const char *host, int64_t asked)
{
	log_line("rate",
	         "'%s' is to be probed %" PRId64 ".%03" PRId64
	         " times a second, and destination_rate_per_s is %" PRId64
	         ": the rest is missed (rate limit)",
	         host, asked / BILLION, asked % BILLION / 1000000, o->config->destination_rate_per_s);
}

void observer_tell_demand(const struct observer *o)
{
	size_t count, told = 0;
	const struct target **sorted = sorted_targets(o, &count);
	int64_t asked = 0; /* of a host, in a billion seconds */

	for (size_t i = 0; i < count; i++) {
		asked += BILLION / sorted[i]->config->interval_s;
		if (i + 1 < count && by_host(&sorted[i], &sorted[i + 1]) == 0)
			continue;
		if (asked > o->config->destination_rate_per_s * BILLION && told++ < TOLD_MOST)
			tell(o, host_of(sorted[i]), asked);
		asked = 0;
	}
	if (told > TOLD_MOST)
		log_line("rate", "and %zu hosts more", told - TOLD_MOST);
	free(sorted);
}
