#include "monitor/stamp/reflect_table.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct session {
	struct reflect_key key;
	struct session *chain;           /* of its bucket */
	struct session *before, *behind; /* of its queue: touched earlier, later */
	int64_t touched_us;
	uint32_t next;
	bool known; /* has sent more than once */
};

struct queue {
	struct session *first, *last;
};

struct reflect_table {
	size_t most, count, mask;
	int64_t idle_us;
	uint64_t seed;
	struct session *sessions; /* the first count of them are in use */
	struct session **buckets;
	struct queue queues[2]; /* new, known: who was silent longest is first */
};

struct reflect_table *reflect_table_new(size_t most, int64_t idle_us)
{
	struct reflect_table *t = calloc(1, sizeof *t);
	size_t buckets = 1;

	if (!t)
		return NULL;
	while (buckets < most)
		buckets *= 2;
	t->most = most;
	t->mask = buckets - 1;
	t->idle_us = idle_us;
	t->sessions = calloc(most, sizeof *t->sessions);
	t->buckets = calloc(buckets, sizeof *t->buckets);
	if (!t->sessions || !t->buckets || getrandom(&t->seed, sizeof t->seed, 0) != sizeof t->seed) {
		reflect_table_free(t);
		return NULL;
	}
	return t;
}

void reflect_table_free(struct reflect_table *t)
{
	if (!t)
		return;
	free(t->sessions);
	free(t->buckets);
	free(t);
}

size_t reflect_table_count(const struct reflect_table *t)
{
	return t->count;
}

/* ---- finding ---- */

/* Mixes as MurmurHash3's finaliser does; the seed keeps others from choosing keys of one bucket. */
static uint64_t mix(uint64_t h)
{
	h ^= h >> 33;
	h *= UINT64_C(0xff51afd7ed558ccd);
	h ^= h >> 33;
	h *= UINT64_C(0xc4ceb9fe1a85ec53);
	return h ^ h >> 33;
}

static struct session **bucket_of(const struct reflect_table *t, const struct reflect_key *key)
{
	uint64_t words[sizeof *key / 8], h = t->seed;

	_Static_assert(sizeof *key % 8 == 0, "whole words");
	memcpy(words, key, sizeof *key);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		h = mix(h ^ words[i]) + t->seed;
	return &t->buckets[h & t->mask];
}

static struct session *find(const struct reflect_table *t, const struct reflect_key *key)
{
	struct session *s = *bucket_of(t, key);

	while (s && memcmp(&s->key, key, sizeof *key) != 0)
		s = s->chain;
	return s;
}

/* ---- queues ---- */

static void leave(struct reflect_table *t, struct session *s)
{
	struct queue *q = &t->queues[s->known];

	*(s->before ? &s->before->behind : &q->first) = s->behind;
	*(s->behind ? &s->behind->before : &q->last) = s->before;
}

static void enter(struct reflect_table *t, struct session *s, int64_t now_us)
{
	struct queue *q = &t->queues[s->known];

	s->touched_us = now_us;
	s->behind = NULL;
	s->before = q->last;
	*(q->last ? &q->last->behind : &q->first) = s;
	q->last = s;
}

/* ---- places ---- */

static void unchain(struct reflect_table *t, struct session *s)
{
	struct session **link = bucket_of(t, &s->key);

	while (*link != s)
		link = &(*link)->chain;
	*link = s->chain;
}

/* A session's memory, out of bucket and queue; NULL when every place is taken by who may keep it. */
static struct session *take_place(struct reflect_table *t, int64_t now_us)
{
	struct session *oldest = t->queues[true].first;

	if (t->count < t->most)
		return &t->sessions[t->count++];
	if (t->queues[false].first)
		oldest = t->queues[false].first;
	else if (now_us - oldest->touched_us <= t->idle_us)
		return NULL;
	leave(t, oldest);
	unchain(t, oldest);
	return oldest;
}

static struct session *make(struct reflect_table *t, const struct reflect_key *key, int64_t now_us)
{
	struct session *s = take_place(t, now_us), **bucket = bucket_of(t, key);

	if (!s)
		return NULL;
	*s = (struct session){ .key = *key, .chain = *bucket };
	*bucket = s;
	return s;
}

bool reflect_table_next(struct reflect_table *t, const struct reflect_key *key, int64_t now_us,
                        uint32_t *number)
{
	struct session *s = find(t, key);

	if (s) {
		leave(t, s);
		s->known = now_us - s->touched_us <= t->idle_us;
		if (!s->known)
			s->next = 0;
	} else {
		s = make(t, key, now_us);
		if (!s)
			return false;
	}
	*number = s->next++;
	enter(t, s, now_us);
	return true;
}
