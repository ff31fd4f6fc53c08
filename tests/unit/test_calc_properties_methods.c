/*
 * Laws of every method of availability: data that is not there only widens the range, and the point value lies in it.
 * Random minutes of up to four observations, some samples of which are then missed.
 */
#include "tests/unit/build_case.h"
#include "tests/unit/random.h"

#define MINUTES  12
#define MOST     (MINUTES * 6)
#define WATCHERS 4

/* clang-format off */
#define LEVEL(excluded, id, keys) \
	"{ 'id': '" id "', 'metric': 'availability', 'objective': { 'op': '>=', 'percent': '99' }, " \
	"'excluded_time': '" excluded "', " keys " }"
#define LEVELS(excluded) \
	"[ { 'id': 'own-line', 'levels': [ " \
	LEVEL(excluded, "run-drop", "'method': 'run_min_duration', 'min_run_s': 60, 'part_minute': 'drop'") ", " \
	LEVEL(excluded, "run-count", "'method': 'run_min_duration', 'min_run_s': 90") ", " \
	LEVEL(excluded, "run-up", "'method': 'run_min_duration', 'min_run_s': 30, 'part_minute': 'round_up'") ", " \
	LEVEL(excluded, "run-up-any", "'method': 'run_min_duration', 'min_run_s': '0.000001', 'part_minute': 'round_up'") ", " \
	LEVEL(excluded, "ratio", "'method': 'duration_ratio'") ", " \
	LEVEL(excluded, "cumulative", "'method': 'duration_ratio', 'min_cumulative_s': 180") ", " \
	LEVEL(excluded, "slow", "'method': 'duration_ratio', 'slow_ms': 20") ", " \
	LEVEL(excluded, "minutes", "'method': 'minute_bucket_all_fail'") ", " \
	LEVEL(excluded, "minutes-run", "'method': 'minute_bucket_all_fail', 'min_outage_s': 180") ", " \
	LEVEL(excluded, "error-rate", "'method': 'minute_error_rate', 'error_percent': '20', 'min_attempts': 2") ", " \
	LEVEL(excluded, "error-rate-run", "'method': 'minute_error_rate', 'error_percent': '50', 'min_run_s': 120, 'part_minute': 'drop'") ", " \
	LEVEL(excluded, "members", "'method': 'minute_all_members'") ", " \
	LEVEL(excluded, "mean", "'method': 'interval_error_mean', 'interval_s': 90") ", " \
	LEVEL(excluded, "mean-empty", "'method': 'interval_error_mean', 'interval_s': 20, 'empty_interval': 'unmeasured'") ", " \
	LEVEL(excluded, "requests", "'method': 'request_ratio'") ", " \
	LEVEL(excluded, "window", "'method': 'request_ratio', 'retry': { 'window_s': 100 }") ", " \
	LEVEL(excluded, "back-off", "'method': 'request_ratio', 'retry': { 'first_s': 10, 'factor': 2, 'most_s': 60 }") ", " \
	LEVEL(excluded, "consecutive", "'method': 'consecutive_intervals', 'interval_s': 60, 'loss_percent': '0', 'consecutive': 2") \
	" ] } ]"
/* clang-format on */

static const char *const levels[] = { LEVELS("remove"), LEVELS("count_as_up"), LEVELS("ignore") };

struct seen {
	int interval_s, samples, watchers, targets, vantages;
	char outcome[WATCHERS][MOST]; /* U up, S up and slow, D down, M missed */
	const char *all_targets, *levels;
	int exclusion_s; /* from there, 100 s; -1 none */
	int64_t quorum;
};

static struct seen random_seen(struct random *r)
{
	static const int intervals[] = { 10, 20, 30, 60 };
	struct seen s = { .interval_s = intervals[random_in(r, 0, 3)] };

	s.samples = MINUTES * 60 / s.interval_s;
	s.targets = (int)random_in(r, 1, 2);
	s.vantages = (int)random_in(r, 1, 2);
	s.watchers = s.targets * s.vantages;
	s.quorum = random_in(r, 1, s.vantages);
	s.all_targets = random_one_of(r, 2) ? "all" : "any";
	s.levels = levels[random_in(r, 0, 2)];
	s.exclusion_s = random_one_of(r, 2) ? (int)random_in(r, 0, MINUTES * 60 - 100) : -1;
	for (int w = 0; w < s.watchers; w++) {
		char now = 'U';

		for (int i = 0; i < s.samples; i++) {
			now = random_one_of(r, 4) ? "UUSD"[random_in(r, 0, 3)] : now;
			s.outcome[w][i] = now;
		}
	}
	return s;
}

/* The same with stretches or single samples missed. */
static struct seen with_less(struct random *r, const struct seen *full)
{
	struct seen s = *full;

	for (int w = 0; w < s.watchers; w++) {
		int from = (int)random_in(r, 0, s.samples - 1), count = (int)random_in(r, 0, s.samples / 3);

		for (int i = 0; i < s.samples; i++)
			if ((i >= from && i < from + count) || random_one_of(r, 12))
				s.outcome[w][i] = 'M';
	}
	return s;
}

static const char *instant(struct arena *a, int seconds)
{
	return arena_printf(a, "'2026-10-05T10:%02d:%02d+09:00'", seconds / 60, seconds % 60);
}

static const char *observation(struct arena *a, const struct seen *s, int w)
{
	const char *list = "", *comma = "";

	for (int i = 0; i < s->samples; i++) {
		char c = s->outcome[w][i];

		if (c == 'U')
			continue;
		list = arena_printf(a, "%s%s{ 'from': %s, 'to': %s, 'outcome': '%s'%s }", list, comma,
		                    instant(a, i * s->interval_s), instant(a, (i + 1) * s->interval_s),
		                    c == 'S'   ? "up"
		                    : c == 'D' ? "down"
		                               : "missed",
		                    c == 'S' ? ", 'rtt_us': 30000" : "");
		comma = ", ";
	}
	return arena_printf(
	    a,
	    "{ 'target': 't%d', 'vantage': 'v%d', 'interval_s': %d, 'samples': { 'all_up': true, "
	    "'rtt_us': 9000, 'except': [ %s ] } }",
	    w / s->vantages, w % s->vantages, s->interval_s, list);
}

static struct statement *judge(struct arena *a, const struct seen *s)
{
	struct case_parts parts = { .period = arena_printf(a, "{ 'start': %s, 'end': %s }", instant(a, 0),
		                                           instant(a, MINUTES * 60)),
		                    .terms = s->levels };

	parts.observations = "[ ";
	for (int w = 0; w < s->watchers; w++)
		parts.observations =
		    arena_printf(a, "%s%s%s", parts.observations, w ? ", " : "", observation(a, s, w));
	parts.observations = arena_printf(a, "%s ]", parts.observations);
	parts.seen = arena_printf(a, "'targets': [ 't0'%s ], 'quorum': { 'vantages': %d, 'targets': '%s' }",
	                          s->targets > 1 ? ", 't1'" : "", (int)s->quorum, s->all_targets);
	if (s->exclusion_s >= 0)
		parts.more = arena_printf(a,
		                          "'exclusions': [ { 'id': 'x', 'services': [ 'line' ], 'start': %s, "
		                          "'end': %s, 'kind': 'maintenance' } ]",
		                          instant(a, s->exclusion_s), instant(a, s->exclusion_s + 100));
	return judged(a, &parts);
}

static int compare(const struct statement *s, int left, const struct statement *t, int right)
{
	return exact_compare(figure_text(s, left), figure_text(t, right));
}

static void check_level(struct random *r, const struct statement *full, const struct level_result *f,
                        const struct statement *part, const struct level_result *p)
{
	const char *id = f->level->id;

	if (f->measure.best < 0 || p->measure.best < 0)
		return;
	law(r, compare(part, p->measure.best, full, f->measure.best) >= 0, "%s: the best falls from %s to %s",
	    id, figure_text(full, f->measure.best), figure_text(part, p->measure.best));
	law(r, compare(part, p->measure.worst, full, f->measure.worst) <= 0,
	    "%s: the worst rises from %s to %s", id, figure_text(full, f->measure.worst),
	    figure_text(part, p->measure.worst));
	if (p->measure.point < 0)
		return;
	law(r,
	    compare(part, p->measure.point, part, p->measure.best) <= 0 &&
	        compare(part, p->measure.point, part, p->measure.worst) >= 0,
	    "%s: the point value %s is not in %s to %s", id, figure_text(part, p->measure.point),
	    figure_text(part, p->measure.worst), figure_text(part, p->measure.best));
}

START_TEST(missing_data_only_widens_the_range)
{
	EACH_ROUND(round, 60)
	{
		struct random r = random_start(round);
		struct arena a = { 0 };
		struct seen seen = random_seen(&r), less = with_less(&r, &seen);
		struct statement *full = judge(&a, &seen), *part = judge(&a, &less);

		for (size_t i = 0; i < full->services[0].level_count; i++)
			check_level(&r, full, &full->services[0].levels[i], part,
			            &part->services[0].levels[i]);
		statement_free(full);
		statement_free(part);
		arena_release(&a);
	}
}
END_TEST

int main(void)
{
	return run_suite("properties/methods",
	                 (const TTest *const[]){ missing_data_only_widens_the_range, NULL });
}
