#include "calc/measure/outage_length.h"

#define MINUTE tick_of(US_PER_MINUTE)

int64_t outage_counts(const struct outage_rule *rule, int64_t ticks)
{
	if (ticks < rule->least)
		return 0;
	switch (rule->part_minute) {
	case PART_MINUTE_DROP:
		return ticks - ticks % MINUTE;
	case PART_MINUTE_ROUND_UP:
		return (ticks + MINUTE - 1) / MINUTE * MINUTE;
	default:
		return ticks;
	}
}

/* ---- a stretch between two answers: runs that are down, and gaps before, between and after them ---- */

struct gap {
	int64_t length; /* what it adds to an outage */
	int64_t real;   /* of it that was not measured: outages of their own may be there */
	bool at_end;    /* of the period: what lies beyond is not known */
};

struct stretch {
	int64_t *down;   /* lengths */
	struct gap *gap; /* gap[i] before down[i]; the last after all */
	size_t count;    /* of down */
};

static int64_t net_length(const struct outage_rule *rule, struct span s)
{
	return span_length(s) - span_set_overlap(rule->outside, s);
}

/* A kept answer takes no time: its odd tick belongs to what follows. */
static struct span even(const struct outage_rule *rule, struct span s)
{
	return rule->instants ? (struct span){ s.start - (s.start & 1), s.end - (s.end & 1) } : s;
}

static void add_run(struct stretch *s, const struct outage_rule *rule, const struct timeline *t,
                    const struct run *run)
{
	struct span span = even(rule, run->span);
	struct gap *gap = &s->gap[s->count];

	if (run->state == STATE_DOWN) {
		s->down[s->count++] = net_length(rule, span);
		s->gap[s->count] = (struct gap){ 0 };
		return;
	}
	if (rule->takes[run->state]) {
		gap->length += net_length(rule, span);
		gap->real += span_length(span);
	}
	gap->at_end = gap->at_end || span.start == t->span.start || span.end == t->span.end;
}

/* ---- the most ---- */

/*
 * How many outages may lie in a gap apart from the runs at its sides: each fails at an instant that is due, and between
 * two of them, and between one and a run that is down, an instant answers.
 */
static int64_t apart(const struct outage_rule *rule, const struct gap *gap, int64_t sides)
{
	int64_t sum = 0;

	if (rule->interval_count > 1)
		sides = 0; /* the run at a side may be of another observation */
	for (size_t i = 0; i < rule->interval_count; i++) {
		/* whole minutes and intervals are not instants: one more fits */
		int64_t n = gap->real / rule->intervals[i] + (gap->at_end || !rule->instants) - sides;

		sum += n > 0 ? n / 2 : 0;
	}
	return sum;
}

static int64_t most_of(const struct outage_rule *rule, const struct stretch *s)
{
	int64_t length = 0, outages = (int64_t)s->count, fit;

	for (size_t i = 0; i <= s->count; i++) {
		length += s->gap[i].length + (i < s->count ? s->down[i] : 0);
		outages += apart(rule, &s->gap[i], (i > 0) + (i < s->count));
	}
	if (length == 0 || outage_counts(rule, length) == 0)
		return 0;
	if (rule->part_minute != PART_MINUTE_ROUND_UP)
		return outage_counts(rule, length);
	/* n outages with answers between them: together shorter than the stretch, each at least as long as the rule's */
	fit = rule->least ? (length - 1) / rule->least : INT64_MAX;
	outages = outages < fit ? outages : fit;
	return outage_counts(rule, length) + (outages > 1 ? (outages - 1) * MINUTE : 0);
}

/* ---- the least ---- */

/*
 * Rounded up: the least over all ways to join neighbouring runs into outages. An outage from S to E counts
 * ⌈(E - S) / minute⌉ = E / minute - S / minute, and one more when the rest of E is above that of S. So of all earlier
 * starts only the one with the least (what counts before it - S / minute) matters, and among equals the largest rest.
 */
static int64_t least_joined(const struct outage_rule *rule, const struct stretch *s)
{
	int64_t at = 0, least = 0, key = INT64_MAX, rest = 0; /* least, key: minutes */

	for (size_t i = 0; i < s->count; i++) {
		int64_t joined, alone;

		at += s->gap[i].length;
		if (least - at / MINUTE < key || (least - at / MINUTE == key && at % MINUTE > rest)) {
			key = least - at / MINUTE;
			rest = at % MINUTE;
		}
		at += s->down[i];
		joined = key + at / MINUTE + (at % MINUTE > rest);
		alone = least + outage_counts(rule, s->down[i]) / MINUTE; /* too short alone: none */
		least = joined < alone ? joined : alone;
	}
	return least * MINUTE;
}

static int64_t least_of(const struct outage_rule *rule, const struct stretch *s)
{
	int64_t sum = 0;

	if (rule->part_minute == PART_MINUTE_ROUND_UP)
		return least_joined(rule, s);
	for (size_t i = 0; i < s->count; i++)
		sum += outage_counts(rule, s->down[i]);
	return sum;
}

struct outage_lengths outage_lengths_of(struct arena *a, const struct timeline *t,
                                        const struct outage_rule *rule)
{
	struct stretch s = { arena_array(a, t->count, sizeof *s.down),
		             arena_array(a, t->count + 1, sizeof *s.gap), 0 };
	struct outage_lengths sum = { 0, 0 };

	for (size_t i = 0; i < t->count; i++) {
		bool last = i + 1 == t->count || t->runs[i + 1].state == STATE_UP;

		if (t->runs[i].state == STATE_UP)
			continue;
		add_run(&s, rule, t, &t->runs[i]);
		if (!last)
			continue;
		sum.least += least_of(rule, &s);
		sum.most += most_of(rule, &s);
		s.count = 0;
		s.gap[0] = (struct gap){ 0 };
	}
	return sum;
}

static int64_t piece(const struct outage_rule *rule, int64_t start, int64_t end)
{
	int64_t length = net_length(rule, (struct span){ start, end });

	return length ? outage_counts(rule, length) : 0;
}

int64_t outage_length_of(const struct timeline *t, const struct span_set *answers,
                         const struct outage_rule *rule)
{
	int64_t sum = 0;
	size_t next = 0;

	for (size_t i = 0; i < t->count; i++) {
		struct span down = t->runs[i].span;

		if (t->runs[i].state != STATE_DOWN)
			continue;
		for (; next < answers->count && answers->at[next].start < down.end; next++) {
			struct span answer = even(rule, answers->at[next]);

			if (answer.end <= down.start)
				continue;
			sum += piece(rule, down.start, answer.start);
			down.start = answer.end;
		}
		sum += piece(rule, down.start, down.end);
	}
	return sum;
}
