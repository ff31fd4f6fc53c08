#include "calc/statement.h"
#include "calc/judge.h"

#include <string.h>

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[] = { "met", "breached", "not provable" };

	return names[verdict];
}

const char *figure_text(const struct statement *s, int figure)
{
	return figure < 0 ? NULL : book_at(s->book, figure)->value;
}

/* ---- exclusions ---- */

static const char *why_refused(struct arena *a, const struct exclusion *x, const struct exclusion_use *u)
{
	int64_t required = u->service->terms->maintenance_notice_days;
	int64_t days = u->start_day - u->notice_day;

	if (strcmp(x->kind, "maintenance") != 0 || required < 0)
		return NULL;
	if (!x->has_notice)
		return arena_printf(a, "no notice, %lld days before required", (long long)required);
	if (days >= required)
		return NULL;
	if (days < 0)
		return arena_printf(a, "notice %lld days after the start, %lld before required",
		                    (long long)-days, (long long)required);
	return arena_printf(a, "notice %lld days before, %lld required", (long long)days,
	                    (long long)required);
}

static void judge_exclusions(struct judge *j, struct statement *s)
{
	const struct sla_case *c = j->c;
	size_t count = 0;

	for (size_t i = 0; i < c->exclusion_count; i++)
		count += c->exclusions[i].use_count;
	s->exclusions = arena_array(j->arena, count, sizeof *s->exclusions);
	for (size_t i = 0; i < c->exclusion_count; i++)
		for (size_t k = 0; k < c->exclusions[i].use_count; k++) {
			const struct exclusion_use *u = &c->exclusions[i].uses[k];
			struct exclusion_result *r = &s->exclusions[s->exclusion_count++];

			r->exclusion = &c->exclusions[i];
			r->service = u->service;
			r->why = why_refused(j->arena, r->exclusion, u);
			r->accepted = r->why == NULL;
		}
}

/* The accepted exclusions of a service: in µs, or in ticks. */
static struct span_set accepted(struct judge *j, const struct statement *s, const struct service *service,
                                int64_t per_us)
{
	struct span within = { j->c->period.span.start * per_us, j->c->period.span.end * per_us };
	struct span *spans;
	size_t count = 0;

	for (size_t i = 0; i < s->exclusion_count; i++)
		count += s->exclusions[i].accepted && s->exclusions[i].service == service;
	spans = arena_array(j->arena, count, sizeof *spans);
	count = 0;
	for (size_t i = 0; i < s->exclusion_count; i++) {
		struct span x = s->exclusions[i].exclusion->span;

		if (s->exclusions[i].accepted && s->exclusions[i].service == service)
			spans[count++] = (struct span){ x.start * per_us, x.end * per_us };
	}
	return span_set_of(j->arena, spans, count, within);
}

/* ---- outages ---- */

struct failures {
	struct span possible; /* µs */
	int64_t before;       /* µs: the end of the period */
	int count, by_class[256];
};

static void count_failures(void *context, const struct observation *o)
{
	struct failures *f = context;

	for (size_t i = 0; i < o->sample_count; i++) {
		int64_t at = o->samples[i].scheduled_us;

		/* the sample that ends the stretch belongs to it: it may be the last that failed */
		if (o->samples[i].outcome != SAMPLE_DOWN || at < f->possible.start || at > f->possible.end ||
		    at >= f->before)
			continue;
		f->count++;
		f->by_class[o->samples[i].failure]++;
	}
}

static void describe_failures(const struct judge *j, const struct service *s, struct outage *o)
{
	struct failures f = { .possible = o->possible, .before = j->c->period.span.end };

	judge_each_observation(j, s, count_failures, &f);
	o->failed_samples = f.count;
	for (int i = 1; i < 256; i++)
		if (f.by_class[i] > f.by_class[o->failure])
			o->failure = i;
}

static bool is_open(enum state state)
{
	return state == STATE_DOWN || state == STATE_EITHER;
}

static void find_outages(struct judge *j, struct service_result *r)
{
	const struct timeline *t = &r->timeline;
	struct outage *o = NULL;

	r->outages = arena_array(j->arena, t->count, sizeof *r->outages);
	for (size_t i = 0; i < t->count; i++) {
		struct span us = { t->runs[i].span.start / TICKS_PER_US, t->runs[i].span.end / TICKS_PER_US };

		if (!is_open(t->runs[i].state)) {
			o = NULL;
			continue;
		}
		if (!o) {
			o = &r->outages[r->outage_count++];
			o->possible = us;
		}
		o->possible.end = us.end;
		if (t->runs[i].state == STATE_DOWN) {
			if (!span_length(o->certain))
				o->certain = us;
			o->certain.end = us.end;
			o->least_us += span_length(us);
		}
	}
	for (size_t i = 0; i < r->outage_count; i++)
		describe_failures(j, r->service, &r->outages[i]);
}

/* ---- levels ---- */

static enum verdict compare(const struct book *b, enum comparison op, int best, int worst, int objective)
{
	bool upwards = op == AT_LEAST || op == MORE_THAN;
	int best_order, worst_order;

	if (best < 0 || worst < 0)
		return VERDICT_NOT_PROVABLE;
	best_order = book_compare(b, best, objective) * (upwards ? 1 : -1);
	worst_order = book_compare(b, worst, objective) * (upwards ? 1 : -1);
	if (op == AT_LEAST || op == AT_MOST) /* equality meets the level */
		return worst_order >= 0 ? VERDICT_MET
		       : best_order < 0 ? VERDICT_BREACHED
		                        : VERDICT_NOT_PROVABLE;
	return worst_order > 0 ? VERDICT_MET : best_order <= 0 ? VERDICT_BREACHED : VERDICT_NOT_PROVABLE;
}

static void judge_availability_level(struct judge *j, struct service_result *r, struct level_result *l,
                                     const struct span_set *excluded, int objective)
{
	const struct span_set none = { NULL, 0 };

	l->availability = judge_availability(j, r->service, l->level, excluded);
	l->unexcluded =
	    excluded->count ? judge_availability(j, r->service, l->level, &none) : l->availability;
	l->verdict = compare(j->book, l->level->op, l->availability.best, l->availability.worst, objective);
	if (l->verdict != VERDICT_NOT_PROVABLE)
		return;
	if (l->availability.best < 0)
		l->settle = "any measurement: the period has no time that counts";
	else if (book_sign(j->book, l->availability.unmeasured) > 0)
		l->settle =
		    "another party's measurements of the unmeasured time, or the exact times at which the "
		    "service changed between two samples";
	else
		l->settle = "the exact times at which the service changed between two samples";
}

static void judge_latency_level(struct judge *j, struct service_result *r, struct level_result *l,
                                const struct span_set *excluded, int objective)
{
	const struct span_set none = { NULL, 0 };
	int least;

	l->latency = judge_latency(j, r->service, l->level, excluded);
	l->unexcluded_latency = excluded->count ? judge_latency(j, r->service, l->level, &none) : l->latency;
	l->verdict = compare(j->book, l->level->op, l->latency.mean, l->latency.mean, objective);
	if (l->level->min_coverage) {
		least =
		    derive_given(j->book, "least coverage", r->service->terms->id, l->level->min_coverage);
		if (l->latency.coverage < 0 || book_compare(j->book, l->latency.coverage, least) < 0)
			l->verdict = VERDICT_NOT_PROVABLE;
	}
	if (l->verdict == VERDICT_NOT_PROVABLE)
		l->settle =
		    l->latency.mean < 0 ? "any received sample" : "more samples: the coverage is too low";
}

static int refuse_buckets(const struct judge *j, const struct service *s, struct error *err)
{
	error_set(err, ERROR_DATA, "minute_bucket_all_fail needs samples, the service has known outages");
	return error_at(err, NULL, 0,
	                arena_printf(j->arena, "services[%zu].outages", (size_t)(s - j->c->services)));
}

static int judge_levels(struct judge *j, struct service_result *r, const struct span_set *excluded,
                        struct error *err)
{
	const struct terms *t = r->service->terms;

	r->level_count = t->level_count;
	r->levels = arena_array(j->arena, r->level_count, sizeof *r->levels);
	for (size_t i = 0; i < r->level_count; i++) {
		const struct level *level = &t->levels[i];
		int objective = derive_given(j->book, arena_printf(j->arena, "objective of %s", level->id),
		                             arena_printf(j->arena, "terms %s, level %s", t->id, level->id),
		                             level->objective);

		r->levels[i].level = level;
		if (level->method == METHOD_MINUTE_BUCKET_ALL_FAIL && r->service->known_outages)
			return refuse_buckets(j, r->service, err);
		if (level->metric == METRIC_AVAILABILITY)
			judge_availability_level(j, r, &r->levels[i], excluded, objective);
		else
			judge_latency_level(j, r, &r->levels[i], excluded, objective);
	}
	return 0;
}

/* ---- services ---- */

static void view_target(struct judge *j, struct service_result *r, size_t observation)
{
	r->targets[r->target_count++] =
	    (struct target_view){ &j->c->observations[observation], j->range[observation] };
}

static void view_targets(struct judge *j, struct service_result *r)
{
	const struct sla_case *c = j->c;
	size_t count = 0;

	for (size_t k = 0; k < r->service->target_count; k++)
		for (size_t i = 0; i < c->observation_count; i++)
			count += strcmp(c->observations[i].target, r->service->targets[k]) == 0;
	r->targets = arena_array(j->arena, count, sizeof *r->targets);
	for (size_t k = 0; k < r->service->target_count; k++)
		for (size_t i = 0; i < c->observation_count; i++)
			if (strcmp(c->observations[i].target, r->service->targets[k]) == 0)
				view_target(j, r, i);
}

/* An outage shorter than the interval fits between two samples, or shows in one only: it cannot be proved. */
static int shortest_provable(struct judge *j, const struct service_result *r)
{
	int64_t shortest = -1;

	for (size_t i = 0; i < r->target_count; i++)
		if (shortest < 0 || r->targets[i].observation->interval_us < shortest)
			shortest = r->targets[i].observation->interval_us;
	return shortest < 0 ? FIGURE_UNKNOWN
	                    : judge_seconds(j, "shortest outage that the samples can prove, seconds",
	                                    "interval of the samples", tick_of(shortest));
}

static int judge_one_service(struct judge *j, const struct statement *s, struct service_result *r,
                             struct error *err)
{
	struct span_set excluded = accepted(j, s, r->service, TICKS_PER_US);

	r->excluded = accepted(j, s, r->service, 1);
	r->timeline = judge_service_timeline(j, r->service, READING_RANGE);
	view_targets(j, r);
	find_outages(j, r);
	r->shortest_provable_s = shortest_provable(j, r);
	if (judge_levels(j, r, &excluded, err) < 0)
		return err->code;
	judge_credit(j, r);
	return 0;
}

/* ---- policies ---- */

static void use_policy(struct statement *s, const char *name, const char *value, bool given)
{
	s->policies[s->policy_count++] = (struct policy_used){ name, value, given ? "case" : "default" };
}

static void list_policies(struct judge *j, struct statement *s)
{
	const struct policies *p = &j->c->policies;
	bool chain = false, nsp = false;

	for (size_t i = 0; i < s->obligation_count; i++) {
		chain = chain || strcmp(s->obligations[i].basis, "5.3-1") == 0;
		nsp = nsp || s->obligations[i].debtor->kind == PARTY_NSP;
	}
	s->policies = arena_array(j->arena, 8, sizeof *s->policies);
	if (nsp)
		use_policy(s, "nsp_back_to_back", p->nsp_back_to_back ? "true" : "false",
		           p->nsp_back_to_back_given);
	if (chain) {
		use_policy(s, "recovery_split", "pro_rata_determined", false);
		use_policy(s, "recovery_fractions", "floor_carried", false);
		use_policy(s, "recovered_counts", "cash", false);
	}
	if (p->state_budget_given)
		use_policy(s, "state_budget", p->state_budget == STATE_LG_SHARE ? "lg_share" : "none_if_any",
		           true);
}

int statement_make(struct arena *a, const struct sla_case *c, struct statement **out, struct error *err)
{
	struct statement *s = arena_new(a, struct statement);
	struct judge j = { .arena = a, .book = book_new(a), .c = c };

	j.period = (struct span){ tick_of(c->period.span.start), tick_of(c->period.span.end) };
	s->the_case = c;
	s->book = j.book;
	s->period_s = judge_seconds(&j, "length of the period", "period", span_length(j.period));
	judge_observe(&j);
	judge_exclusions(&j, s);
	s->service_count = c->service_count;
	s->services = arena_array(a, s->service_count, sizeof *s->services);
	for (size_t i = 0; i < s->service_count && err->code == 0; i++) {
		s->services[i].service = &c->services[i];
		(void)!judge_one_service(&j, s, &s->services[i], err);
	}
	if (err->code == 0)
		(void)!judge_liability(&j, s, err);
	if (err->code < 0) {
		statement_free(s);
		return err->code;
	}
	list_policies(&j, s);
	*out = s;
	return 0;
}

void statement_free(struct statement *s)
{
	if (s)
		book_free(s->book);
}
