/*
 * share: the levels that are a share of samples.
 *
 *     loss               lost / sent (RFC 6673)
 *     share_over_limit   longer than limit_us / received
 *
 * Of a sample that was due and is not known (missed, without record, obscured by a nearer hop) the best reading says
 * that it was good, the worst that it was bad; the point value leaves it out. unmeasured_time and obscured_time of the
 * level may say otherwise. For share_over_limit an answer whose round trip was not recorded is not known either.
 */
#include "calc/measure/delay.h"
#include "calc/measure/method.h"

struct tally {
	const struct level *level;
	const struct span_set *counted; /* ticks */
	int64_t bad, good, unknown, obscured;
	int64_t sent, received;
};

static void count_sample(void *context, const struct observation *o, const struct sample *s)
{
	struct tally *t = context;
	bool delay = t->level->metric == METRIC_SHARE_OVER_LIMIT;

	(void)o;
	if (!span_set_holds(t->counted, tick_of(s->scheduled_us)))
		return;
	t->sent += s->outcome != SAMPLE_MISSED;
	t->received += s->outcome == SAMPLE_UP;
	if (s->outcome == SAMPLE_MISSED || (s->outcome == SAMPLE_UP && delay && s->rtt_us < 0))
		t->unknown++;
	else if (s->outcome == SAMPLE_OBSCURED)
		t->obscured++;
	else if (s->outcome == SAMPLE_DOWN)
		t->bad += !delay; /* lost: no delay at all */
	else if (delay && s->rtt_us > t->level->rule.limit_us)
		t->bad++;
	else
		t->good++;
}

static void count_absent(void *context, const struct absent *absent)
{
	struct tally *t = context;

	for (size_t i = 0; i < t->counted->count; i++)
		t->unknown += absent_count(absent, t->counted->at[i]);
}

/* ---- readings over $1 bad, $2 good, $3 not known, $4 obscured ---- */

enum share_reading { SHARE_BEST, SHARE_WORST, SHARE_POINT };

/* What becomes of samples that are not known: good, bad, or left out. */
static bool is_bad(enum unmeasured_time treatment, enum share_reading reading)
{
	return treatment == UNMEASURED_DOWN || (treatment == UNMEASURED_BOUNDS && reading == SHARE_WORST);
}

static bool is_left_out(enum unmeasured_time treatment, enum share_reading reading)
{
	return treatment == UNMEASURED_REMOVE || (treatment == UNMEASURED_BOUNDS && reading == SHARE_POINT);
}

static char *formula(struct arena *a, const struct level *l, enum share_reading reading)
{
	return arena_printf(a, "100 * ($1%s%s) / ($1 + $2%s%s)",
	                    is_bad(l->unmeasured_time, reading) ? " + $3" : "",
	                    is_bad(l->obscured_time, reading) ? " + $4" : "",
	                    is_left_out(l->unmeasured_time, reading) ? "" : " + $3",
	                    is_left_out(l->obscured_time, reading) ? "" : " + $4");
}

static int share(struct judge *j, const struct level *l, const int counts[4], enum share_reading reading)
{
	static const char *const loss[] = { "loss, best reading, per cent", "loss, worst reading, per cent",
		                            "loss by the contract's method, per cent" };
	static const char *const over[] = { "share over the limit, best reading, per cent",
		                            "share over the limit, worst reading, per cent",
		                            "share over the limit by the contract's method, per cent" };

	return derive(j->book, (l->metric == METRIC_LOSS ? loss : over)[reading], method_clause(j, l),
	              formula(j->arena, l, reading), 4, counts);
}

static struct latency_figures figures(struct judge *j, const struct service *s, const struct tally *t)
{
	struct latency_figures f = { FIGURE_UNKNOWN, FIGURE_UNKNOWN, FIGURE_UNKNOWN, FIGURE_UNKNOWN,
		                     .with_timeouts = FIGURE_UNKNOWN };

	f.received = derive_given_int(j->book, "samples received", s->id, t->received);
	f.sent = derive_given_int(j->book, "samples sent", s->id, t->sent);
	f.loss = derive(j->book, "loss", NULL, "($1 - $2) / $1", 2, (int[]){ f.sent, f.received });
	f.coverage = delay_coverage(j, s, t->counted);
	return f;
}

void method_share(struct judge *j, const struct service *s, struct level_result *r,
                  const struct span_set *excluded)
{
	const struct level *l = r->level;
	bool delay = l->metric == METRIC_SHARE_OVER_LIMIT;
	struct span_set counted = delay_counted(j, s, l, excluded);
	struct tally t = { .level = l, .counted = &counted };
	int counts[4];

	delay_each(j, s, &(struct delay_visitor){ &t, count_sample, count_absent });
	counts[0] =
	    derive_given_int(j->book, delay ? "samples over the limit" : "samples lost", s->id, t.bad);
	counts[1] = derive_given_int(j->book, delay ? "samples within the limit" : "samples that came back",
	                             s->id, t.good);
	counts[2] = derive_given_int(j->book, "samples due and not known", s->id, t.unknown);
	counts[3] = derive_given_int(j->book, "samples obscured by a nearer hop", s->id, t.obscured);
	r->measure = (struct measure){ share(j, l, counts, SHARE_BEST), share(j, l, counts, SHARE_WORST),
		                       share(j, l, counts, SHARE_POINT) };
	r->latency = figures(j, s, &t);
	r->latency.excluded = delay_excluded(j, l, excluded);
	r->counted = derive(j->book, "samples judged", NULL, "$1 + $2", 2, counts);
	r->unbounded = r->measure.best < 0 || !delay_covers_enough(j, s->terms, l, r->latency.coverage);
}
