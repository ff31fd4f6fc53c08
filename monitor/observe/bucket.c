#include "monitor/observe/bucket.h"

static int64_t size_of(const struct bucket *bucket)
{
	return bucket->burst * BUCKET_TOKEN;
}

/* The time that fills it from empty is at most burst / rate: a longer one is not multiplied, it might overflow. */
static void fill(struct bucket *bucket, struct moment now)
{
	int64_t passed_us = moment_between(bucket->filled, now), room = size_of(bucket) - bucket->parts;

	if (passed_us <= 0)
		return;
	bucket->filled = now;
	if (passed_us >= room / bucket->rate_per_s + 1)
		bucket->parts = size_of(bucket);
	else
		bucket->parts += passed_us * bucket->rate_per_s;
	if (bucket->parts > size_of(bucket))
		bucket->parts = size_of(bucket);
}

void bucket_set(struct bucket *bucket, int64_t rate_per_s, int64_t burst, struct moment now)
{
	if (!bucket->rate_per_s)
		*bucket = (struct bucket){ rate_per_s, burst, burst * BUCKET_TOKEN, now };
	fill(bucket, now);
	bucket->rate_per_s = rate_per_s;
	bucket->burst = burst;
	if (bucket->parts > size_of(bucket))
		bucket->parts = size_of(bucket);
}

bool bucket_take(struct bucket *bucket, struct moment now)
{
	fill(bucket, now);
	if (bucket->parts < BUCKET_TOKEN)
		return false;
	bucket->parts -= BUCKET_TOKEN;
	return true;
}

int64_t bucket_wait_us(struct bucket *bucket, struct moment now)
{
	fill(bucket, now);
	if (bucket->parts >= BUCKET_TOKEN)
		return 0;
	return (BUCKET_TOKEN - bucket->parts + bucket->rate_per_s - 1) / bucket->rate_per_s;
}
