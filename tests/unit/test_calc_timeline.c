/*
 * Timelines. Samples are drawn one letter a minute: U up, D down, M missed, '.' no record. Timelines are drawn
 * one letter each half minute: u up, d down, e either, x unmeasured, o obscured.
 */
#include "calc/measure/minutes.h"
#include "calc/observe/timeline.h"

#include "tests/unit/suite.h"

#define DRAWN_MOST 200

static const char letters[STATE_COUNT] = { 'u', 'd', 'e', 'x', 'o' };

static struct observation drawn_samples(struct arena *a, const char *drawing)
{
	struct observation o = { .target = "t",
		                 .vantage = "v",
		                 .interval_us = US_PER_MINUTE,
		                 .gap_limit_us = US_PER_MINUTE * 3 / 2,
		                 .samples = arena_array(a, strlen(drawing), sizeof *o.samples) };

	for (size_t i = 0; drawing[i]; i++)
		if (drawing[i] != '.')
			o.samples[o.sample_count++] = (struct sample){
				.scheduled_us = (int64_t)i * US_PER_MINUTE,
				.rtt_us = -1,
				.outcome = (uint8_t)(strchr("UDM", drawing[i]) - "UDM"),
			};
	return o;
}

static struct timeline drawn_timeline(struct arena *a, const char *drawing)
{
	size_t n = strlen(drawing);
	struct timeline t = { { 0, (int64_t)n * TICKS_PER_S * 30 }, arena_array(a, n, sizeof *t.runs), 0 };

	for (size_t i = 0; i < n; i++) {
		enum state state =
		    (enum state)((const char *)memchr(letters, drawing[i], STATE_COUNT) - letters);
		struct span s = { (int64_t)i * TICKS_PER_S * 30, (int64_t)(i + 1) * TICKS_PER_S * 30 };

		if (t.count && t.runs[t.count - 1].state == state)
			t.runs[t.count - 1].span.end = s.end;
		else
			t.runs[t.count++] = (struct run){ s, state };
	}
	return t;
}

/* Draws a timeline; asserts that its runs cover its span without gap or overlap and that neighbours differ. */
static const char *drawing_of(const struct timeline *t, char out[DRAWN_MOST])
{
	int64_t at = t->span.start;
	size_t n = 0;

	for (size_t i = 0; i < t->count; i++) {
		ck_assert_int_eq(t->runs[i].span.start, at);
		ck_assert_int_gt(t->runs[i].span.end, at);
		ck_assert(i == 0 || t->runs[i].state != t->runs[i - 1].state);
		for (; at < t->runs[i].span.end; at += TICKS_PER_S * 30)
			out[n++] = letters[t->runs[i].state];
		ck_assert_int_eq(at, t->runs[i].span.end);
	}
	ck_assert_int_eq(at, t->span.end);
	out[n] = '\0';
	return out;
}

static struct span minutes(int64_t from, int64_t to)
{
	return (struct span){ from * 60 * TICKS_PER_S, to * 60 * TICKS_PER_S };
}

/* Two half minutes a letter; the period is the whole drawing but for its last sample. */
static const struct {
	const char *samples, *range, *midpoint;
} by_neighbours[] = {
	{ "UUUU", "uuuuuu", "uuuuuu" },
	{ "DDD", "dddd", "dddd" },
	{ "UDU", "eeee", "uddu" },
	{ "UDDU", "eeddee", "uddddu" },
	{ "UMU", "xxxx", "xxxx" },
	{ "MMM", "xxxx", "xxxx" },
	{ "DMD", "xxxx", "xxxx" },
	{ "U.U", "xxxx", "xxxx" }, /* a scheduled instant without a record is missed */
	{ "D.D", "xxxx", "xxxx" },
	{ "UU..UU", "uuxxxxxxuu", "uuxxxxxxuu" },
	{ "..UU", "xxxxuu", "xxxxuu" },
	{ "U", "", "" },
	{ "UU..", "uuxxxx", "uuxxxx" },
	{ "....", "xxxxxx", "xxxxxx" },
};

START_TEST(neighbouring_samples)
{
	for (size_t i = 0; i < ROWS(by_neighbours); i++) {
		struct arena a = { 0 };
		struct observation o = drawn_samples(&a, by_neighbours[i].samples);
		struct span within = minutes(0, (int64_t)strlen(by_neighbours[i].samples) - 1);
		struct timeline range = timeline_of_samples(&a, &o, within, READING_RANGE);
		struct timeline point = timeline_of_samples(&a, &o, within, READING_MIDPOINT);
		char got[DRAWN_MOST];

		ck_assert_msg(strcmp(drawing_of(&range, got), by_neighbours[i].range) == 0, "row %zu: %s", i,
		              got);
		ck_assert_msg(strcmp(drawing_of(&point, got), by_neighbours[i].midpoint) == 0, "row %zu: %s",
		              i, got);
		arena_release(&a);
	}
}
END_TEST

START_TEST(gap_limit_and_odd_microseconds)
{
	struct arena a = { 0 };
	struct sample s[] = { { 0, 1, SAMPLE_UP, 0 },
		              { 90 * US_PER_S, 1, SAMPLE_UP, 0 },
		              { 180 * US_PER_S + 1, 1, SAMPLE_UP, 0 },
		              { 180 * US_PER_S + 2, 1, SAMPLE_DOWN, 0 } };
	struct observation o = { "t", "v", US_PER_MINUTE, 90 * US_PER_S, s, 4, "" };
	struct span within = { 0, tick_of(180 * US_PER_S + 2) };
	struct timeline t = timeline_of_samples(&a, &o, within, READING_MIDPOINT);

	/* at the limit it still counts, one µs later no more; the middle of one µs is exact */
	ck_assert_uint_eq(t.count, 4);
	ck_assert(t.runs[0].state == STATE_UP && t.runs[0].span.end == tick_of(90 * US_PER_S));
	ck_assert(t.runs[1].state == STATE_UNMEASURED && t.runs[2].state == STATE_UP);
	ck_assert_int_eq(t.runs[2].span.end, tick_of(180 * US_PER_S + 1) + 1);
	ck_assert(t.runs[3].state == STATE_DOWN && span_length(t.runs[3].span) == 1);
	arena_release(&a);
}
END_TEST

/* A generous gap limit does not make up for a record that is absent. */
START_TEST(an_absent_record_is_missed_whatever_the_gap_limit)
{
	struct arena a = { 0 };
	struct observation o = drawn_samples(&a, "UU.UU");
	char got[DRAWN_MOST];
	struct timeline t;

	o.gap_limit_us = 10 * US_PER_MINUTE;
	t = timeline_of_samples(&a, &o, minutes(0, 4), READING_RANGE);
	ck_assert_str_eq(drawing_of(&t, got), "uuxxxxuu");
	arena_release(&a);
}
END_TEST

START_TEST(samples_outside_serve_as_neighbours)
{
	struct arena a = { 0 };
	struct observation o = drawn_samples(&a, "UDUUU");
	struct span within = { 90 * TICKS_PER_S, 150 * TICKS_PER_S }; /* from the middle to the middle */
	struct timeline t = timeline_of_samples(&a, &o, within, READING_RANGE);
	char got[DRAWN_MOST];

	ck_assert_str_eq(drawing_of(&t, got), "eu");
	arena_release(&a);
}
END_TEST

static const struct minute_rule all_fail = { NULL, 0, { false, false } },
                                known_alone = { NULL, 0, { true, true } };

static const struct {
	const char *samples, *want;
} by_minutes[] = {
	{ "UUU", "uuuuuu" }, { "UDU", "uudduu" }, { "UMU", "uuxxuu" },
	{ "U.D", "uuxxdd" }, { "...", "xxxxxx" },
};

START_TEST(whole_minutes)
{
	for (size_t i = 0; i < ROWS(by_minutes); i++) {
		struct arena a = { 0 };
		struct observation o = drawn_samples(&a, by_minutes[i].samples);
		struct timeline t = timeline_of_minutes(&a, &o, minutes(0, 3), NULL, &all_fail);
		char got[DRAWN_MOST];

		ck_assert_msg(strcmp(drawing_of(&t, got), by_minutes[i].want) == 0, "row %zu: %s", i, got);
		arena_release(&a);
	}
}
END_TEST

START_TEST(a_minute_fails_only_if_every_attempt_failed)
{
	struct arena a = { 0 };
	struct sample s[] = { { 1, -1, SAMPLE_DOWN, 0 },
		              { 30 * US_PER_S, 5, SAMPLE_UP, 0 },
		              { 60 * US_PER_S, -1, SAMPLE_DOWN, 0 },
		              { 90 * US_PER_S, -1, SAMPLE_MISSED, 0 },
		              { 120 * US_PER_S, -1, SAMPLE_DOWN, 0 },
		              { 150 * US_PER_S, 5, SAMPLE_UP, 0 } };
	struct observation o = { "t", "v", 30 * US_PER_S, 45 * US_PER_S, s, 6, "" };
	struct span skipped = { 150 * TICKS_PER_S, 151 * TICKS_PER_S };
	struct span_set skip = { &skipped, 1 };
	struct timeline t = timeline_of_minutes(&a, &o, minutes(0, 4), &skip, &all_fail);
	char got[DRAWN_MOST];

	/* the success in skip is no attempt; the one that was missed might have been a success */
	ck_assert_str_eq(drawing_of(&t, got), "uuxxddxx");
	t = timeline_of_minutes(&a, &o, minutes(0, 4), &skip, &known_alone);
	ck_assert_str_eq(drawing_of(&t, got), "uuddddxx");
	/* a period that starts inside a minute: attempts before it do not count */
	t = timeline_of_minutes(&a, &o, (struct span){ 30 * TICKS_PER_S + 2, 150 * TICKS_PER_S }, NULL,
	                        &known_alone);
	ck_assert_uint_eq(t.count, 2);
	ck_assert(t.runs[0].state == STATE_UNMEASURED && t.runs[1].state == STATE_DOWN);
	arena_release(&a);
}
END_TEST

START_TEST(known_outages)
{
	struct arena a = { 0 };
	struct span outages[] = { { 60 * US_PER_S, 90 * US_PER_S },
		                  { -50 * US_PER_S, 30 * US_PER_S },
		                  { 80 * US_PER_S, 120 * US_PER_S },
		                  { 500 * US_PER_S, 900 * US_PER_S } };
	struct timeline t = timeline_of_outages(&a, outages, 4, minutes(0, 3));
	char got[DRAWN_MOST];

	ck_assert_str_eq(drawing_of(&t, got), "dudduu");
	t = timeline_of_outages(&a, NULL, 0, minutes(0, 1));
	ck_assert_str_eq(drawing_of(&t, got), "uu");
	arena_release(&a);
}
END_TEST

static const struct {
	const char *in[3];
	size_t k;
	const char *want;
} quorums[] = {
	{ { "uuuddd", "udxudx" }, 1, "udxddd" },
	{ { "uuuddd", "udxudx" }, 2, "uuuudx" },
	{ { "d", "u", "u" }, 2, "u" },
	{ { "d", "d", "x" }, 2, "d" },
	{ { "d", "x", "x" }, 2, "x" },
	{ { "e", "u" }, 1, "e" },
	{ { "e", "x" }, 1, "x" },
	{ { "e", "e", "x" }, 2, "e" }, /* the missing one alone could not make it down */
	{ { "o", "u" }, 1, "o" },
	{ { "o", "x" }, 1, "x" },
	{ { "o", "d" }, 1, "d" },
	{ { "x", "u" }, 2, "u" },
};

START_TEST(quorum_in_three_values)
{
	for (size_t i = 0; i < ROWS(quorums); i++) {
		struct arena a = { 0 };
		struct timeline in[3], t;
		size_t n = 0;
		char got[DRAWN_MOST];

		for (; n < 3 && quorums[i].in[n]; n++)
			in[n] = drawn_timeline(&a, quorums[i].in[n]);
		t = timeline_quorum(&a, in, n, quorums[i].k);
		ck_assert_msg(strcmp(drawing_of(&t, got), quorums[i].want) == 0, "row %zu: %s", i, got);
		arena_release(&a);
	}
}
END_TEST

static const struct {
	const char *in[3], *want[3];
} paths[] = {
	{ { "u", "u", "u" }, { "u", "u", "u" } },
	{ { "d", "d", "d" }, { "d", "o", "o" } }, /* the nearest failing hop */
	{ { "d", "u", "d" }, { "u", "u", "d" } }, /* a deeper answer clears those before */
	{ { "d", "d", "u" }, { "u", "u", "u" } },
	{ { "u", "d", "d" }, { "u", "d", "o" } },
	{ { "e", "d", "d" }, { "e", "o", "o" } }, /* may be the nearer one's doing */
	{ { "x", "d", "d" }, { "x", "o", "o" } },
	{ { "d", "x", "x" }, { "d", "o", "o" } },
	{ { "x", "x", "u" }, { "u", "u", "u" } },
	{ { "u", "e", "x" }, { "u", "e", "x" } },
	{ { "u", "e", "e" }, { "u", "e", "o" } },
};

START_TEST(paths_say_who_it_was)
{
	for (size_t i = 0; i < ROWS(paths); i++) {
		struct arena a = { 0 };
		struct timeline hops[3], *pointers[3];
		char got[DRAWN_MOST];

		for (size_t k = 0; k < 3; k++) {
			hops[k] = drawn_timeline(&a, paths[i].in[k]);
			pointers[k] = &hops[k];
		}
		timeline_imply_up(&a, pointers, 3);
		timeline_obscure(&a, pointers, NULL, 3);
		for (size_t k = 0; k < 3; k++)
			ck_assert_msg(strcmp(drawing_of(&hops[k], got), paths[i].want[k]) == 0,
			              "row %zu, hop %zu: %s", i, k, got);
		arena_release(&a);
	}
}
END_TEST

START_TEST(overlay_and_sums)
{
	struct arena a = { 0 };
	struct timeline t = drawn_timeline(&a, "uuddeexxoo"), over;
	struct span spans[] = { { -9, 15 * TICKS_PER_S },
		                { 75 * TICKS_PER_S, 135 * TICKS_PER_S },
		                { 290 * TICKS_PER_S, 999 * TICKS_PER_S } };
	struct span_set set = { spans, 3 }, none = { NULL, 0 };
	int64_t sums[STATE_COUNT], whole[STATE_COUNT];

	timeline_sums(&t, NULL, whole);
	timeline_sums(&t, &none, sums);
	for (int i = 0; i < STATE_COUNT; i++)
		ck_assert(whole[i] == 60 * TICKS_PER_S && sums[i] == whole[i]);
	timeline_sums(&t, &set, sums);
	ck_assert_int_eq(sums[STATE_UP], 45 * TICKS_PER_S);
	ck_assert_int_eq(sums[STATE_DOWN], 15 * TICKS_PER_S);
	ck_assert_int_eq(sums[STATE_EITHER], 45 * TICKS_PER_S);
	ck_assert_int_eq(sums[STATE_UNMEASURED], 60 * TICKS_PER_S);
	ck_assert_int_eq(sums[STATE_OBSCURED], 50 * TICKS_PER_S);
	over = timeline_overlay(&a, &t, &set, STATE_UP);
	timeline_sums(&over, NULL, whole);
	ck_assert_int_eq(whole[STATE_DOWN], sums[STATE_DOWN]);
	ck_assert_int_eq(whole[STATE_OBSCURED], sums[STATE_OBSCURED]);
	ck_assert_int_eq(whole[STATE_UP], sums[STATE_UP] + (15 + 60 + 10) * TICKS_PER_S);
	arena_release(&a);
}
END_TEST

int main(void)
{
	return run_suite("timeline",
	                 (const TTest *const[]){ neighbouring_samples, gap_limit_and_odd_microseconds,
	                                         an_absent_record_is_missed_whatever_the_gap_limit,
	                                         samples_outside_serve_as_neighbours, whole_minutes,
	                                         a_minute_fails_only_if_every_attempt_failed, known_outages,
	                                         quorum_in_three_values, paths_say_who_it_was,
	                                         overlay_and_sums, NULL });
}
