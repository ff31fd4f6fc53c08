/*
 * Downtime by the length of outages: by a table, and against everything that may have happened. Samples are drawn one
 * letter each: U up, D down, M missed.
 */
#include "calc/measure/outage_length.h"

#include "tests/unit/random.h"
#include "tests/unit/suite.h"

#define STEP_S   20
#define SAMPLES  8
#define FRACTION 2 /* a change may be at a sample, or half-way to the next */

static struct observation drawn(struct arena *a, const char *drawing)
{
	struct observation o = { .target = "t",
		                 .vantage = "v",
		                 .interval_us = STEP_S * US_PER_S,
		                 .gap_limit_us = STEP_S * US_PER_S * 3 / 2,
		                 .samples = arena_array(a, strlen(drawing), sizeof *o.samples) };

	for (size_t i = 0; drawing[i]; i++)
		o.samples[o.sample_count++] =
		    (struct sample){ .scheduled_us = (int64_t)i * STEP_S * US_PER_S,
			             .rtt_us = -1,
			             .outcome = (uint8_t)(strchr("UDM", drawing[i]) - "UDM") };
	return o;
}

static struct outage_lengths lengths_of(struct arena *a, const char *drawing, int64_t least_s,
                                        enum part_minute part)
{
	static const int64_t interval = STEP_S * TICKS_PER_S;
	struct observation o = drawn(a, drawing);
	struct span within = { 0, (int64_t)(strlen(drawing) - 1) * STEP_S * TICKS_PER_S };
	struct timeline t = timeline_of_samples(a, &o, within, READING_INSTANTS);
	const struct span_set none = { NULL, 0 };
	struct outage_rule rule = {
		.least = least_s * TICKS_PER_S,
		.part_minute = part,
		.outside = &none,
		.takes = { [STATE_DOWN] = true, [STATE_EITHER] = true, [STATE_UNMEASURED] = true },
		.instants = true,
		.intervals = &interval,
		.interval_count = 1
	};
	struct outage_lengths got = outage_lengths_of(a, &t, &rule);

	return (struct outage_lengths){ got.least / TICKS_PER_S, got.most / TICKS_PER_S };
}

static const struct {
	const char *samples;
	int64_t min_run_s;
	enum part_minute part;
	int64_t least, most;
} rows[] = {
	{ "UUUU", 0, PART_MINUTE_COUNT, 0, 0 },
	{ "UDU", 0, PART_MINUTE_COUNT, 0, 40 },
	{ "UDDDDU", 0, PART_MINUTE_COUNT, 60, 100 },
	{ "UDDDDU", 60, PART_MINUTE_COUNT, 60, 100 },
	{ "UDDDDU", 61, PART_MINUTE_COUNT, 0, 100 },
	{ "UDDDDU", 100, PART_MINUTE_COUNT, 0, 100 },
	{ "UDDDDU", 101, PART_MINUTE_COUNT, 0, 0 },
	{ "UDDDDU", 0, PART_MINUTE_DROP, 60, 60 },
	{ "UDDDDDU", 0, PART_MINUTE_DROP, 60, 120 },
	{ "UDDDDU", 0, PART_MINUTE_ROUND_UP, 60, 120 },
	/* an answer between ends the outage */
	{ "UDUDU", 41, PART_MINUTE_COUNT, 0, 0 },
	{ "UDUDU", 40, PART_MINUTE_COUNT, 0, 80 },
	{ "UDMUMDU", 61, PART_MINUTE_COUNT, 0, 0 },
	/* nothing known between */
	{ "UDDMDDU", 0, PART_MINUTE_COUNT, 40, 120 },
	{ "UDDMDDU", 60, PART_MINUTE_COUNT, 0, 120 },
	{ "UDDMDDU", 0, PART_MINUTE_ROUND_UP, 120, 180 },
	{ "UDDDDMDDDDU", 0, PART_MINUTE_ROUND_UP, 120, 300 }, /* a bound: 240 is the most that can be */
	{ "UMMMU", 0, PART_MINUTE_ROUND_UP, 0, 180 }, /* two outages in 80 s: one more than two minutes */
	{ "UMMMU", 60, PART_MINUTE_ROUND_UP, 0, 120 },
};

START_TEST(by_table)
{
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct outage_lengths got = lengths_of(&a, rows[i].samples, rows[i].min_run_s, rows[i].part);

		ck_assert_msg(got.least == rows[i].least && got.most == rows[i].most,
		              "row %zu, %s: %lld to %lld", i, rows[i].samples, (long long)got.least,
		              (long long)got.most);
		arena_release(&a);
	}
}
END_TEST

/* ---- everything that may have happened: by halves of a step ---- */

struct happened {
	const char *drawing;
	struct outage_rule rule; /* in halves of a step */
	bool down[SAMPLES];      /* at the samples */
	int64_t least, most, half_ticks;
};

/* Adds up the outages of one course of events: change[i] is where between sample i and the next the state changed. */
static void add_course(struct happened *h, const int *change)
{
	int64_t start = -1, sum = 0;
	const struct span_set none = { NULL, 0 };
	size_t last = strlen(h->drawing) - 1;

	h->rule.outside = &none;
	for (size_t i = 0; i <= last; i++) {
		int64_t at = (int64_t)i * FRACTION;

		if (h->down[i] && start < 0)
			start = at;
		if (i == last || h->down[i] == h->down[i + 1])
			continue;
		at += change[i];
		if (!h->down[i]) {
			start = at;
		} else {
			sum += at > start ? outage_counts(&h->rule, (at - start) * h->half_ticks) : 0;
			start = -1;
		}
	}
	if (start >= 0 && (int64_t)last * FRACTION > start)
		sum += outage_counts(&h->rule, ((int64_t)last * FRACTION - start) * h->half_ticks);
	h->least = sum < h->least ? sum : h->least;
	h->most = sum > h->most ? sum : h->most;
}

static void each_change(struct happened *h, int *change, size_t i)
{
	if (i + 1 >= strlen(h->drawing)) {
		add_course(h, change);
		return;
	}
	if (h->down[i] == h->down[i + 1]) {
		each_change(h, change, i + 1);
		return;
	}
	for (change[i] = 0; change[i] <= FRACTION; change[i]++)
		each_change(h, change, i + 1);
}

static void each_state(struct happened *h, size_t i)
{
	int change[SAMPLES] = { 0 };

	if (!h->drawing[i]) {
		each_change(h, change, 0);
		return;
	}
	for (int down = 0; down < 2; down++) {
		if (h->drawing[i] == (down ? 'U' : 'D'))
			continue;
		h->down[i] = down;
		each_state(h, i + 1);
	}
}

/*
 * The range holds every course of events; where part minutes are not rounded up its ends are such courses themselves.
 */
START_TEST(against_everything_that_may_have_happened)
{
	static const int64_t minima[] = { 0, 15, 20, 40, 60, 75 };
	for (int round = 0; round < 300; round++) {
		struct random r = random_start(round);
		struct arena a = { 0 };
		char drawing[SAMPLES + 1] = "U";
		struct happened h = { .drawing = drawing, .least = INT64_MAX, .most = 0 };
		int64_t least_s = minima[random_in(&r, 0, ROWS(minima) - 1)];
		enum part_minute part = (enum part_minute)random_in(&r, 0, 2);
		struct outage_lengths got;

		for (size_t i = 1; i < 7; i++)
			drawing[i] = "UDM"[random_in(&r, 0, 2)];
		drawing[7] = 'U';
		h.half_ticks = STEP_S * TICKS_PER_S / FRACTION;
		h.rule = (struct outage_rule){ .least = least_s * TICKS_PER_S, .part_minute = part };
		each_state(&h, 0);
		h.least /= TICKS_PER_S;
		h.most /= TICKS_PER_S;
		got = lengths_of(&a, drawing, least_s, part);
		ck_assert_msg(got.least <= h.least && h.most <= got.most,
		              "%s, least %lld, rule %d: %lld to %lld, may be %lld to %lld", drawing,
		              (long long)least_s, (int)part, (long long)got.least, (long long)got.most,
		              (long long)h.least, (long long)h.most);
		if (part != PART_MINUTE_ROUND_UP)
			ck_assert_msg(got.least == h.least && got.most == h.most,
			              "%s, least %lld, rule %d: %lld to %lld, can only be %lld to %lld",
			              drawing, (long long)least_s, (int)part, (long long)got.least,
			              (long long)got.most, (long long)h.least, (long long)h.most);
		arena_release(&a);
	}
}
END_TEST

int main(void)
{
	return run_suite("outage_length",
	                 (const TTest *const[]){ by_table, against_everything_that_may_have_happened, NULL });
}
