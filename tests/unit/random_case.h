/*
 * random_case: whole cases at random, for laws that must hold of every one of them.
 *
 * A world is one to three hours of samples: up to two services whose targets are watched from up to two vantages, a
 * path with the monitor's own router and a hop behind the targets, quorums, every metric and method with its keys,
 * treatments, credit tables, caps, fees, exclusions, corrections, incidents. It goes through the reader as JSON, so that
 * only what a file may say is judged; samples are then put in place, so that they need no file. What happens to a world
 * (hours lost, samples failed, lists turned round) is done to the struct, and it is judged again.
 *
 *     struct random r = random_start(round);
 *     struct random_case w = random_case(&r, &(struct wish){ … });
 *     struct statement *s = judge_random(&arena, &w);
 *
 * GOVSLA_ROUND=N prints the worlds of its round (random.h).
 */
#ifndef GOVSLA_TESTS_UNIT_RANDOM_CASE_H
#define GOVSLA_TESTS_UNIT_RANDOM_CASE_H

#include "tests/unit/random_level.h"

/* ---- what was observed ---- */

/* A course that changes now and then, looked at each interval; some slow, some missed, some without a record. */
static inline void random_samples(struct random *r, struct watch *o, int64_t length_us, const char *course)
{
	int64_t phase = random_one_of(r, 2) ? random_in(r, 0, o->interval_us - 1) : 0;

	o->count = 0;
	for (int64_t at = phase - 2 * o->interval_us; at < length_us + 2 * o->interval_us;
	     at += o->interval_us) {
		struct sample s = { world_start_us + at, -1, SAMPLE_DOWN, 0 };
		int64_t minute = at / US_PER_MINUTE;

		minute = minute < 0 ? 0 : minute > 239 ? 239 : minute;
		if (course[minute] == 'u' || random_one_of(r, 40)) {
			s.outcome = SAMPLE_UP;
			s.rtt_us = (int32_t)random_in(r, 100, random_one_of(r, 5) ? 9000 : 4000);
		} else {
			s.failure = FAILURE_TIMEOUT;
		}
		if (random_one_of(r, 30))
			s = (struct sample){ s.scheduled_us, -1, SAMPLE_MISSED, 0 };
		if (random_one_of(r, 40))
			continue;
		ck_assert_uint_lt(o->count, SAMPLES_MOST);
		o->samples[o->count++] = s;
	}
}

static inline void random_course(struct random *r, char course[240], const char *like)
{
	char now = 'u';

	for (int i = 0; i < 240; i++) {
		if (random_one_of(r, now == 'u' ? 15 : 6))
			now = now == 'u' ? 'd' : 'u';
		course[i] = like && !random_one_of(r, 12) ? like[i] : now;
	}
}

static inline void add_watch(struct random *r, struct random_case *w, const char *target, const char *vantage,
                             const char *like, bool requests)
{
	struct watch *o = &w->watches[w->watch_count++];
	char course[240];

	ck_assert_uint_le(w->watch_count, WATCH_MOST);
	o->target = target;
	o->vantage = vantage;
	o->interval_us = random_one_of(r, 4) ? 90 * US_PER_S : US_PER_MINUTE;
	o->gap_us = o->interval_us * random_in(r, 2, 6) / 2;
	o->requests = requests;
	random_course(r, course, like);
	random_samples(r, o, w->length_us, course);
}

static inline void add_deployed(struct random *r, const struct random_case *w, char *item)
{
	int64_t length = w->length_us / US_PER_S, from = random_in(r, -100, length / 2);

	add_text(item, ", 'deployed': [ { 'start': '2026-10-10T00:00:00+09:00'");
	add_instant(item, "end", random_in(r, -100, from));
	add_text(item, " }, { 'start': ");
	add_text(item, "'%s'", instant_text((char[40]){ 0 }, 40, from + random_in(r, 1, 2000)));
	add_text(item, ", 'end': '2026-10-11T00:00:00+09:00' } ]");
}

static inline void add_service(struct random *r, struct random_case *w, const char *id, const char *targets,
                               int64_t vantages)
{
	char *item = new_item(&w->services);

	add_text(item,
	         "'id': '%s', 'provider': 'carrier', 'terms': 'sla', 'baseline_ms': '1', 'targets': [ %s ], "
	         "'quorum': { 'vantages': %lld, 'targets': '%s' }",
	         id, targets, (long long)random_in(r, 1, vantages), one_of(r, "any", "all"));
	if (random_one_of(r, 3))
		add_deployed(r, w, item);
}

static inline void add_observations(struct random *r, struct random_case *w, const struct wish *wish)
{
	bool path = !wish->no_path && random_one_of(r, 2),
	     requests = !wish->no_requests && random_one_of(r, 6);
	char course[240];

	random_course(r, course, NULL);
	if (wish->one_watch) {
		add_watch(r, w, "line", "v0", NULL, requests);
		add_service(r, w, "s1", "'line'", 1);
		return;
	}
	add_watch(r, w, "line", "v0", course, requests && !path);
	add_watch(r, w, "line", "v1", course, false);
	add_watch(r, w, "gate", "v0", course, false);
	add_watch(r, w, "gate", "v1", course, false);
	add_service(r, w, "s1", random_one_of(r, 2) ? "'line'" : "'line', 'gate'", 2);
	if (random_one_of(r, 2))
		add_service(r, w, "s2", random_one_of(r, 2) ? "'gate'" : "'cloud', 'line'", 1);
	add_watch(r, w, "cloud", "v0", course, requests && !path);
	if (!path)
		return;
	add_watch(r, w, "router", "v0", course, false);
	add_text(new_item(&w->paths),
	         "'vantage': 'v0', 'hops': [ { 'target': 'router', 'own': %s }, 'gate', 'line', 'cloud' ]",
	         random_one_of(r, 2) ? "true" : "false");
	if (random_one_of(r, 2))
		add_text(new_item(&w->paths), "'vantage': 'v1', 'hops': [ 'gate', 'line' ]");
}

/* ---- what people entered ---- */

static inline void add_records(struct random *r, struct random_case *w, const struct wish *wish)
{
	static const char *const services = "'services': [ 's1' ]";

	for (int64_t n = random_in(r, 0, 3); n > 0; n--) {
		char *item = new_item(&w->exclusions);

		add_text(item, "'id': 'x%zu', %s, 'kind': 'other'", w->exclusions.count, services);
		add_span(r, w, item);
	}
	for (int64_t n = random_in(r, 0, 3); n > 0; n--) {
		char *item = new_item(&w->incidents);

		add_text(item, "'id': 'i%zu', %s", w->incidents.count, services);
		if (!random_one_of(r, 4))
			add_span(r, w, item);
		if (!random_one_of(r, 4))
			add_instant(item, "known", random_in(r, -600, w->length_us / US_PER_S));
		if (!random_one_of(r, 3))
			add_instant(item, "reported", random_in(r, -600, w->length_us / US_PER_S));
	}
	for (int64_t n = wish->no_corrections ? 0 : random_in(r, 0, 2); n > 0; n--) {
		char *item = new_item(&w->corrections);

		add_text(item,
		         "'id': 'c%zu', 'target': '%s', %s 'outcome': '%s', 'author': 'a', 'reason': 'b', "
		         "'document': 'd', 'entered': '2026-11-0%lldT00:00:00Z'",
		         w->corrections.count, wish->one_watch ? "line" : one_of(r, "line", "gate"),
		         random_one_of(r, 2) ? "'vantage': 'v0'," : "", one_of(r, "up", "down", "missed"),
		         (long long)random_in(r, 1, 3));
		add_span(r, w, item);
	}
}

static inline struct random_case random_case(struct random *r, const struct wish *wish)
{
	static const char *const payers[] = { "lg-a", "lg-b", "lg-c" };
	struct random_case w = { .length_us = random_in(r, 40, 170) * US_PER_MINUTE };

	if (random_one_of(r, 3))
		w.length_us += random_in(r, 1, 59) * US_PER_S;
	add_observations(r, &w, wish);
	if (!wish->samples_alone)
		add_records(r, &w, wish);
	for (int64_t n = random_in(r, 1, 3); n > 0; n--)
		add_level(r, &w, wish);
	add_settlement(r, &w);
	for (int64_t n = random_in(r, 1, 3); n > 0; n--)
		add_text(new_item(&w.fees),
		         "'payer': '%s', 'amount': '%lld', 'currency': 'JPY', 'bases': { 'connection_fee': "
		         "'%lld' }",
		         payers[n - 1], (long long)random_in(r, 0, 30000) * 10,
		         (long long)random_in(r, 0, 9000) * 10);
	return w;
}

/* ---- judging it ---- */

static inline const char *joined(struct arena *a, const struct random_case *w, const struct list *l)
{
	const char *text = "[ ";
	size_t used = 0;

	for (size_t i = 0; i < l->count; i++) {
		const char *item = l->items[w->turned ? l->count - 1 - i : i];
		const char *id = strchr(item, ':');

		if (w->drop && id && strncmp(id + 3, w->drop, strlen(w->drop)) == 0)
			continue;
		text = arena_printf(a, "%s%s{ %s }", text, used++ ? ", " : "", item);
	}
	return arena_printf(a, "%s ]", text);
}

static inline const struct watch *watch_at(const struct random_case *w, size_t i)
{
	return &w->watches[w->turned ? w->watch_count - 1 - i : i];
}

static inline const char *watches_text(struct arena *a, const struct random_case *w)
{
	const char *text = "[ ";

	for (size_t i = 0; i < w->watch_count; i++) {
		const struct watch *o = watch_at(w, i);

		text = arena_printf(
		    a,
		    "%s%s{ 'target': '%s', 'vantage': '%s', 'interval_s': %lld, 'gap_limit_s': %lld, "
		    "'timeout_s': 10, 'samples': { 'all_up': true } }",
		    text, i ? ", " : "", o->target, o->vantage, (long long)(o->interval_us / US_PER_S),
		    (long long)(o->gap_us / US_PER_S));
	}
	return arena_printf(a, "%s ]", text);
}

static inline const char *services_text(struct arena *a, const struct random_case *w)
{
	struct random_case with_fees = { .turned = w->turned, .services = { .count = w->services.count } };
	const char *fees = joined(a, w, &w->fees);

	for (size_t i = 0; i < w->services.count; i++)
		snprintf(with_fees.services.items[i], TEXT_MOST, "%s, 'fees': %s", w->services.items[i],
		         fees);
	return joined(a, &with_fees, &with_fees.services);
}

/* By name: the reader sorts observations. */
static inline void put_samples(struct sla_case *c, const struct random_case *w)
{
	for (size_t i = 0; i < c->observation_count; i++) {
		struct observation *o = &c->observations[i];
		size_t k = 0;

		while (strcmp(w->watches[k].target, o->target) != 0 ||
		       strcmp(w->watches[k].vantage, o->vantage) != 0)
			k++;
		o->samples = (struct sample *)w->watches[k].samples; /* calc/ only reads them */
		o->sample_count = w->watches[k].count;
		o->requests = w->watches[k].requests;
	}
}

/* What a person needs to see of a world in which a law does not hold. */
static inline void show_random(const struct random_case *w, const char *text)
{
	printf("%s\n", text);
	for (size_t i = 0; i < w->watch_count; i++) {
		const struct watch *o = watch_at(w, i);

		printf("%s from %s%s:", o->target, o->vantage, o->requests ? " (requests)" : "");
		for (size_t k = 0; k < o->count; k++)
			printf(" %lld%c%s",
			       (long long)((o->samples[k].scheduled_us - world_start_us) / US_PER_S),
			       "ud-"[o->samples[k].outcome], o -> samples[k].rtt_us > 1000 ? "s" : "");
		printf("\n");
	}
}

static inline const char *shown(const struct statement *s, int x)
{
	const char *text = figure_text(s, x);

	return text ? text : "unknown";
}

static inline void show_level(const struct statement *s, const struct level_result *l)
{
	printf("  %s: %s; best %s, worst %s, point %s", l->level->id, verdict_name(l->verdict),
	       shown(s, l->measure.best), shown(s, l->measure.worst), shown(s, l->measure.point));
	if (l->credit.due)
		printf("; credit %s, least %s, most %s", shown(s, l->credit.amount),
		       shown(s, l->credit.least), shown(s, l->credit.most));
	printf("\n");
	for (size_t i = 0; i < l->part_count; i++)
		printf("    part %zu%s: best %s, worst %s, point %s\n", i,
		       l->parts[i].counted ? "" : " (not counted)", shown(s, l->parts[i].length.best),
		       shown(s, l->parts[i].length.worst), shown(s, l->parts[i].length.point));
}

static inline void show_statement(const struct statement *s)
{
	for (size_t i = 0; i < s->service_count; i++) {
		const struct service_result *v = &s->services[i];

		printf("%s\n", v->service->id);
		for (size_t l = 0; l < v->level_count; l++)
			show_level(s, &v->levels[l]);
		for (size_t p = 0; p < v->payable_count; p++)
			printf("  %s: %s, least %s, most %s\n", v->payable[p].fee->payer->id,
			       shown(s, v->payable[p].amount), shown(s, v->payable[p].least),
			       shown(s, v->payable[p].most));
		printf("  %s\n", v->credit_note ? v->credit_note : "");
	}
	fflush(stdout); /* the law may end this process */
}

static inline struct statement *judge_random(struct arena *a, const struct random_case *w)
{
	struct error err = { 0 };
	struct statement *s = NULL;
	struct sla_case *c;
	char line[2048], end[40];
	struct case_parts p = { 0 };

	p.period = arena_printf(
	    a, "{ 'start': '2026-10-10T10:00:00+09:00', 'end': '%s', 'time_zone': 'Asia/Tokyo' }",
	    instant_text(end, sizeof end, w->length_us / US_PER_S));
	p.terms = arena_printf(a, "[ { 'id': 'sla', 'levels': %s, %s } ]",
	                       joined(a, &(struct random_case){ 0 }, &w->levels), w->settle);
	p.observations = watches_text(a, w);
	p.services = services_text(a, w);
	p.more = arena_printf(a, "'paths': %s, 'exclusions': %s, 'corrections': %s, 'incidents': %s",
	                      joined(a, w, &w->paths), joined(a, w, &w->exclusions),
	                      joined(a, w, &w->corrections), joined(a, w, &w->incidents));
	if (getenv("GOVSLA_ROUND"))
		show_random(w, case_text(a, &p));
	if (read_case(a, &p, &c, &err) < 0)
		ck_abort_msg("refused: %s\n%s", error_line(&err, line, sizeof line), case_text(a, &p));
	put_samples(c, w);
	if (statement_make(a, c, &s, &err) < 0)
		ck_abort_msg("refused: %s\n%s", error_line(&err, line, sizeof line), case_text(a, &p));
	if (getenv("GOVSLA_ROUND"))
		show_statement(s);
	return s;
}

/* ---- looking at it ---- */

static inline const struct service_result *service_named(const struct statement *s, const char *id)
{
	for (size_t i = 0; i < s->service_count; i++)
		if (strcmp(s->services[i].service->id, id) == 0)
			return &s->services[i];
	ck_abort_msg("no service %s", id);
}

/* What a level says, for messages. */
static inline const char *level_text(const struct random_case *w, const struct level_result *l)
{
	return w->levels.items[atoi(l->level->id + 1) - 1];
}

/* Order of two figures that may be unknown: unknown is apart from all others. */
static inline int figure_order(const struct statement *s, int x, const struct statement *t, int y)
{
	const char *p = figure_text(s, x), *q = figure_text(t, y);

	return p && q ? exact_compare(p, q) : (p != NULL) - (q != NULL);
}

#endif
