/*
 * generate: writes a month of samples as a monitor would have, into a slamon spool.
 *
 *     generate STORY SLAMON_JSON        then: slamon ship SLAMON_JSON
 *
 * For the demo and for benchmarks, where a month cannot be waited for. The samples take the very path of real ones
 * from the spool on (binary COPY, exactly once). They are due at the instants of slamon's own schedule; each is up
 * unless an event of the story covers its instant:
 *
 *     round trip = rtt_us + daily_us × (a triangle over the day, 0 at 03:00 UTC+9, 1 at 15:00) + noise
 *     noise      = 0 … noise_us, skewed to small values: the smaller of two draws of a xorshift64* generator
 *
 * An event's outcome is "down" or "missed", with its failure class, or "absent": no record at all. The same story
 * and configuration give the same samples.
 */
#include "base/document.h"
#include "base/instant.h"
#include "monitor/config/config.h"
#include "monitor/observe/schedule.h"
#include "monitor/spool/spool.h"

#include <stdlib.h>
#include <string.h>

#define BATCH 4096

enum { OUTCOME_ABSENT = SAMPLE_MISSED + 1 };

struct event {
	int64_t from_us, to_us;
	int outcome, failure;
};

struct character { /* one target of the story */
	const char *id;
	const struct target_config *target;
	int64_t rtt_us, daily_us, noise_us;
	struct event *events;
	size_t event_count;
	int64_t next_us;
};

struct story {
	int64_t start_us, end_us;
	uint64_t random;
	struct character *cast;
	size_t count;
};

/* ---- reading the story ---- */

static int read_instant(const struct node *object, const char *key, int64_t *out, struct error *err)
{
	struct node member = node_member(object, key);
	const char *text;

	if (node_string(object, key, REQUIRED, &text, err) < 0)
		return err->code;
	return instant_parse(out, text, err) < 0 ? node_fail_at(&member, err) : 0;
}

static int read_failure(const struct node *object, int *out, struct error *err)
{
	struct node member = node_member(object, "failure");
	const char *name;

	*out = FAILURE_NONE;
	if (node_string(object, "failure", OPTIONAL, &name, err) < 0 || !name)
		return err->code;
	for (int i = 0; i <= FAILURE_MISSED_LAST; i++)
		if (sample_failure_name(i) && strcmp(sample_failure_name(i), name) == 0)
			*out = i;
	return *out ? 0 : node_fail(&member, err, "'%s' is not a failure class", name);
}

static int read_event(const struct node *list, size_t i, struct event *e, struct error *err)
{
	static const char *const keys[] = { "from", "to", "outcome", "failure", NULL };
	static const char *const outcomes[] = { "up", "down", "missed", "absent", NULL };
	struct node object;

	if (node_item_object(list, i, &object, err) < 0 || node_check_keys(&object, keys, err) < 0 ||
	    read_instant(&object, "from", &e->from_us, err) < 0 ||
	    read_instant(&object, "to", &e->to_us, err) < 0 ||
	    node_word(&object, "outcome", REQUIRED, outcomes, &e->outcome, err) < 0)
		return err->code;
	return read_failure(&object, &e->failure, err);
}

static const struct target_config *find_target(const struct config *config, const char *id)
{
	for (size_t i = 0; i < config->target_count; i++)
		if (strcmp(config->targets[i].id, id) == 0)
			return &config->targets[i];
	return NULL;
}

static int read_character(struct arena *a, const struct config *config, const struct node *object,
                          struct character *c, struct error *err)
{
	static const char *const keys[] = { "id", "rtt_us", "daily_us", "noise_us", "events", NULL };
	struct node events;
	const char *id;

	if (node_check_keys(object, keys, err) < 0 || node_string(object, "id", REQUIRED, &id, err) < 0 ||
	    node_integer(object, "rtt_us", REQUIRED, 0, INT32_MAX / 4, &c->rtt_us, err) < 0 ||
	    node_integer(object, "daily_us", OPTIONAL, 0, INT32_MAX / 4, &c->daily_us, err) < 0 ||
	    node_integer(object, "noise_us", OPTIONAL, 0, INT32_MAX / 4, &c->noise_us, err) < 0 ||
	    node_array(object, "events", OPTIONAL, &events, err) < 0)
		return err->code;
	c->id = arena_copy(a, id);
	c->target = find_target(config, id);
	if (!c->target)
		return node_fail(object, err, "the configuration has no target '%s'", id);
	c->event_count = node_count(&events);
	c->events = arena_array(a, c->event_count, sizeof *c->events);
	for (size_t i = 0; i < c->event_count; i++)
		if (read_event(&events, i, &c->events[i], err) < 0)
			return err->code;
	return 0;
}

static int read_story(struct arena *a, const struct config *config, const struct document *doc,
                      struct story *s, struct error *err)
{
	static const char *const keys[] = { "format", "start", "end", "seed", "targets", NULL };
	static const char *const formats[] = { "govsla-story/1", NULL };
	struct node root, targets;
	int64_t seed = 1;
	int format;

	if (document_root(doc, &root, err) < 0 || node_check_keys(&root, keys, err) < 0 ||
	    node_word(&root, "format", REQUIRED, formats, &format, err) < 0 ||
	    read_instant(&root, "start", &s->start_us, err) < 0 ||
	    read_instant(&root, "end", &s->end_us, err) < 0 ||
	    node_integer(&root, "seed", REQUIRED, 1, INT64_MAX, &seed, err) < 0 ||
	    node_array(&root, "targets", REQUIRED, &targets, err) < 0)
		return err->code;
	s->random = (uint64_t)seed;
	s->count = node_count(&targets);
	s->cast = arena_array(a, s->count, sizeof *s->cast);
	for (size_t i = 0; i < s->count; i++) {
		struct node object;

		if (node_item_object(&targets, i, &object, err) < 0 ||
		    read_character(a, config, &object, &s->cast[i], err) < 0)
			return err->code;
	}
	return 0;
}

/* ---- samples ---- */

/* xorshift64* (Marsaglia 2003, Vigna 2016): a number from 0 to most. */
static int64_t draw(struct story *s, int64_t most)
{
	s->random ^= s->random >> 12;
	s->random ^= s->random << 25;
	s->random ^= s->random >> 27;
	return (int64_t)((s->random * UINT64_C(2685821657736338717) >> 33) % (uint64_t)(most + 1));
}

static int64_t daily(int64_t at_us, int64_t amplitude_us)
{
	int64_t minute = (at_us / US_PER_MINUTE + 6 * 60) % 1440; /* minutes since 03:00 UTC+9 */

	return amplitude_us * (minute < 720 ? minute : 1440 - minute) / 720;
}

static struct record sample_at(struct story *s, const struct character *c, int64_t at_us)
{
	int64_t one = draw(s, c->noise_us), other = draw(s, c->noise_us);
	struct record r = record_blank(RECORD_SAMPLE, at_us);

	r.target = (int32_t)c->target->number;
	r.outcome = SAMPLE_UP;
	r.lateness_us = (int32_t)(100 + draw(s, 300));
	r.rtt_us = (int32_t)(c->rtt_us + daily(at_us, c->daily_us) + (one < other ? one : other));
	for (size_t i = 0; i < c->event_count; i++) {
		const struct event *e = &c->events[i];

		if (at_us < e->from_us || at_us >= e->to_us || e->outcome == SAMPLE_UP)
			continue;
		r.outcome = (uint8_t)e->outcome;
		r.failure = (uint8_t)e->failure;
		r.rtt_us = -1;
	}
	r.sent_us = r.outcome == SAMPLE_MISSED ? 0 : at_us + r.lateness_us;
	if (r.outcome == SAMPLE_MISSED)
		r.lateness_us = 0;
	return r;
}

/* The character whose next instant comes first. */
static struct character *next_character(struct story *s)
{
	struct character *first = &s->cast[0];

	for (size_t i = 1; i < s->count; i++)
		if (s->cast[i].next_us < first->next_us)
			first = &s->cast[i];
	return first;
}

static int tell(struct story *s, const struct config *config, struct spool *spool, size_t *told,
                struct error *err)
{
	struct record batch[BATCH], clock = { .scheduled_us = s->start_us,
		                              .kind = RECORD_CLOCK,
		                              .rtt_us = -1,
		                              .synchronised = 1,
		                              .max_error_us = 2500 };
	size_t n = 0;
	int rc = spool_put_many(spool, &clock, 1, err);

	for (size_t i = 0; i < s->count; i++) {
		const struct target_config *target = s->cast[i].target;
		int64_t interval_us = target->interval_s * US_PER_S;
		int64_t offset_us =
		    schedule_offset_us(config->vantage, s->cast[i].id, interval_us, target->kind->gathered);

		/* from one interval before the start: the first sample of the period has a neighbour */
		s->cast[i].next_us = schedule_first_us(s->start_us - interval_us, interval_us, offset_us);
	}
	while (rc == 0) {
		struct character *c = next_character(s);
		int64_t interval_us = c->target->interval_s * US_PER_S;

		if (c->next_us >= s->end_us + interval_us)
			break;
		batch[n] = sample_at(s, c, c->next_us);
		n += batch[n].outcome != OUTCOME_ABSENT;
		c->next_us += interval_us;
		if (n == BATCH) {
			rc = spool_put_many(spool, batch, n, err);
			*told += n;
			n = 0;
		}
	}
	*told += n;
	return rc < 0 ? rc : spool_put_many(spool, batch, n, err);
}

static int generate(const char *story_path, const char *config_path, struct error *err)
{
	struct config config = { 0 };
	struct document doc = { 0 };
	struct story story = { 0 };
	struct arena arena = { 0 };
	struct spool *spool = NULL;
	size_t told = 0;
	int rc;

	if (config_load(&config, config_path, err) < 0)
		return err->code;
	rc = document_load(&doc, story_path, err);
	if (rc == 0)
		rc = read_story(&arena, &config, &doc, &story, err);
	if (rc == 0)
		rc = spool_open(&spool,
		                &(struct spool_options){ .path = config.spool.path,
		                                         .vantage = (int32_t)config.vantage_number,
		                                         .size_limit_bytes = config.spool.size_mb << 20 },
		                err);
	if (rc == 0)
		rc = tell(&story, &config, spool, &told, err);
	if (rc == 0)
		rc = spool_flush(spool, 60000, err);
	spool_close(spool);
	if (rc == 0)
		printf("%zu samples of %zu targets written to the spool %s\n", told, story.count,
		       config.spool.path);
	document_release(&doc);
	arena_release(&arena);
	config_release(&config);
	return rc;
}

int main(int argc, char **argv)
{
	struct error err = { 0 };

	if (argc != 3) {
		fputs("usage: generate STORY SLAMON_JSON\n", stderr);
		return 2;
	}
	if (generate(argv[1], argv[2], &err) == 0)
		return 0;
	error_print(&err, stderr, "generate");
	return 1;
}
