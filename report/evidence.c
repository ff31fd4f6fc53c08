#include "report/evidence.h"
#include "report/escape.h"
#include "report/json_part.h"
#include "report/number.h"
#include "report/phrase.h"
#include "report/when.h"

#include <stdlib.h>
#include <string.h>

struct search {
	struct arena *arena;
	const struct statement *s;
	const struct derivation *node;
	struct evidence_list out;
};

static struct evidence *add(struct search *x, enum evidence_kind kind, const char *key, const char *name)
{
	struct evidence_list *l = &x->out;

	if (l->count == l->size) {
		size_t size = l->size ? 2 * l->size : 16;
		struct evidence *items = arena_array(x->arena, size, sizeof *items);

		if (l->count)
			memcpy(items, l->items, l->count * sizeof *items);
		l->items = items;
		l->size = size;
	}
	l->items[l->count] = (struct evidence){ .kind = kind, .key = key, .name = name, .day = INT64_MIN };
	return &l->items[l->count++];
}

/* ---- samples ---- */

/* The samples of one observation within a span, its end included; how many failed, answered, were missed. */
static void add_samples(struct search *x, const struct observation *o, struct span us, bool with_end)
{
	size_t first = observation_from(o, us.start), at = first;
	struct evidence *e;

	if (first == o->sample_count || o->samples[first].scheduled_us > us.end)
		return;
	e = add(x, EVIDENCE_SAMPLES, o->origin, o->target);
	if (*o->vantage)
		e->name = arena_printf(x->arena, "%s@%s", o->target, o->vantage);
	for (; at < o->sample_count; at++) {
		const struct sample *sample = &o->samples[at];

		if (sample->scheduled_us > us.end || (sample->scheduled_us == us.end && !with_end))
			break;
		e->failed += sample->outcome == SAMPLE_DOWN;
		e->answered += sample->outcome == SAMPLE_UP;
		e->missed += sample->outcome == SAMPLE_MISSED;
	}
	e->first_row = first + 1;
	e->last_row = at;
	e->span = (struct span){ o->samples[first].scheduled_us,
		                 at > first ? o->samples[at - 1].scheduled_us : us.start };
	if (at == first)
		x->out.count--;
}

static void add_all_samples(struct search *x, const struct service_result *r)
{
	for (size_t i = 0; i < r->target_count; i++)
		add_samples(x, r->targets[i].observation, x->s->the_case->period.span, false);
}

static void add_outages(struct search *x, const struct service_result *r)
{
	for (size_t i = 0; i < r->outage_count; i++) {
		const struct outage *o = &r->outages[i];
		struct evidence *e = add(x, o->hop ? EVIDENCE_STRETCH : EVIDENCE_KNOWN, NULL,
		                         o->hop ? o->hop : r->service->id);

		e->span = o->possible;
		e->certain = o->certain;
		if (o->incident)
			e->document = o->incident->id;
		for (size_t k = 0; k < o->witness_count; k++)
			add_samples(x, o->witnesses[k].observation, o->possible, true);
	}
}

static struct span us_of(struct span ticks)
{
	return (struct span){ ticks.start / TICKS_PER_US, ticks.end / TICKS_PER_US };
}

static const char *obscured_by(const struct service_result *r, struct span us)
{
	for (size_t i = 0; i < r->obscured_count; i++)
		if (span_length(span_intersect(r->obscured[i].span, us)) > 0)
			return r->obscured[i].hop;
	return NULL;
}

static void add_open(struct search *x, const struct service_result *r, bool obscured_only)
{
	for (size_t i = 0; i < r->timeline.count; i++) {
		const struct run *run = &r->timeline.runs[i];
		struct span us = us_of(run->span);

		if (run->state == STATE_OBSCURED || (run->state == STATE_UNMEASURED && !obscured_only)) {
			struct evidence *e = add(x, EVIDENCE_OPEN, NULL, NULL);

			e->span = us;
			if (run->state == STATE_OBSCURED)
				e->name = obscured_by(r, us);
		}
	}
}

static void add_exclusions(struct search *x, const struct service_result *r)
{
	for (size_t i = 0; i < x->s->exclusion_count; i++) {
		const struct exclusion_result *e = &x->s->exclusions[i];
		struct evidence *found;

		if (!e->accepted || e->service != r->service)
			continue;
		found = add(x, EVIDENCE_EXCLUSION, e->exclusion->kind, e->exclusion->id);
		found->span = e->exclusion->span;
		found->document = e->exclusion->document;
	}
}

/* What the seconds and counts of a service are made of. */
static void add_observed(struct search *x, const struct service_result *r)
{
	const char *label = x->node->label, *clause = x->node->clause;
	bool seconds = strstr(clause, "timeline of ") == clause || strcmp(clause, "accepted exclusions") == 0;

	if (seconds && strcmp(x->node->value, "0") == 0)
		return;
	if (strstr(label, "unmeasured"))
		add_open(x, r, false);
	else if (strstr(label, "obscured"))
		add_open(x, r, true);
	else if (strcmp(clause, "accepted exclusions") == 0)
		add_exclusions(x, r);
	else if (strstr(clause, "timeline of ") == clause || strstr(clause, "outages of ") == clause ||
	         strstr(label, "outage"))
		add_outages(x, r);
	else
		add_all_samples(x, r);
}

/* ---- records and keys ---- */

/* Whether the text is prefix, then id, and then ends or goes on with a comma. */
static bool names(const char *text, const char *prefix, const char *id)
{
	size_t length = strlen(prefix);

	if (strncmp(text, prefix, length) != 0 || strncmp(text + length, id, strlen(id)) != 0)
		return false;
	text += length + strlen(id);
	return *text == '\0' || *text == ',';
}

static bool find_record(struct search *x)
{
	const struct sla_case *c = x->s->the_case;

	for (size_t i = 0; i < c->record_count; i++) {
		const struct liability_record *r = &c->records[i];
		struct evidence *e;

		if (!names(x->node->clause, "record ", r->id))
			continue;
		e = add(x, EVIDENCE_RECORD, arena_printf(x->arena, "records[%zu]", r->index), r->id);
		e->day = r->day;
		e->document = r->document;
		return true;
	}
	return false;
}

static bool find_terms(struct search *x)
{
	const struct sla_case *c = x->s->the_case;

	for (size_t i = 0; i < c->terms_count; i++) {
		const struct terms *t = &c->terms[i];
		struct evidence *e;

		if (!names(x->node->clause, "terms ", t->id) && strcmp(x->node->clause, t->id) != 0)
			continue;
		e = add(x, EVIDENCE_KEY, "terms", t->id);
		e->document = t->document;
		e->confidence = t->confidence;
		for (size_t k = 0; k < t->level_count; k++)
			if (names(x->node->clause, arena_printf(x->arena, "terms %s, level ", t->id),
			          t->levels[k].id)) {
				e->key = "levels";
				e->name = arena_printf(x->arena, "%s/%s", t->id, t->levels[k].id);
				e->document = t->levels[k].document ? t->levels[k].document : t->document;
				e->confidence =
				    t->levels[k].confidence ? t->levels[k].confidence : t->confidence;
			}
		return true;
	}
	return false;
}

static bool find_contract(struct search *x)
{
	const struct sla_case *c = x->s->the_case;

	for (size_t i = 0; i < c->contract_count; i++)
		if (names(x->node->clause, "contract ", c->contracts[i].id)) {
			add(x, EVIDENCE_KEY, "contracts", c->contracts[i].id)->document =
			    c->contracts[i].document;
			return true;
		}
	return false;
}

static bool find_fee(struct search *x)
{
	const struct sla_case *c = x->s->the_case;

	for (size_t i = 0; i < c->service_count; i++) {
		const struct service *s = &c->services[i];
		const char *prefix = arena_printf(x->arena, "service %s, fees[", s->id);

		if (strncmp(x->node->clause, prefix, strlen(prefix)) == 0) {
			size_t k = strtoul(x->node->clause + strlen(prefix), NULL, 10);

			add(x, EVIDENCE_KEY, arena_printf(x->arena, "services[%zu].fees[%zu]", i, k),
			    k < s->fee_count ? s->fees[k].payer->id : s->id);
			return true;
		}
	}
	return false;
}

static bool find_history(struct search *x)
{
	const struct sla_case *c = x->s->the_case;
	size_t k;

	if (strncmp(x->node->clause, "history[", 8) != 0)
		return false;
	k = strtoul(x->node->clause + 8, NULL, 10);
	if (k < c->history_count) {
		struct evidence *e = add(x, EVIDENCE_KEY, "history", c->history[k].service->id);

		e->document = c->history[k].document;
		e->span = c->history[k].span;
	}
	return true;
}

/* ---- whose samples ---- */

static const struct service_result *named_service(const struct statement *s, const char *clause)
{
	for (size_t i = 0; i < s->service_count; i++) {
		const char *id = s->services[i].service->id;

		if (strcmp(clause, id) == 0 || names(clause, "timeline of ", id) ||
		    names(clause, "outages of ", id) || names(clause, "members of ", id) ||
		    names(clause, "service ", id))
			return &s->services[i];
	}
	return NULL;
}

/* Sources that are counted from what was observed and do not name a service. */
static bool is_observed(const char *clause)
{
	static const char *const sources[] = { "accepted exclusions",
		                               "attempts",
		                               "samples",
		                               "nearest rank of the received samples, ms",
		                               "failed / attempts of each interval",
		                               "interval of the samples" };

	for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
		if (strcmp(clause, sources[i]) == 0)
			return true;
	return strncmp(clause, "intervals with ", 15) == 0;
}

struct evidence_list evidence_of(struct arena *a, const struct statement *s, int node,
                                 const struct service_result *service)
{
	struct search x = { .arena = a, .s = s, .node = book_at(s->book, node) };
	const char *clause = x.node->clause;
	const struct service_result *named;

	if (!clause || strcmp(x.node->formula, "given") != 0)
		return x.out;
	if (find_record(&x) || find_fee(&x) || find_contract(&x) || find_history(&x))
		return x.out;
	named = named_service(s, clause);
	if (named)
		add_observed(&x, named);
	else if (is_observed(clause) && service)
		add_observed(&x, service);
	else
		find_terms(&x);
	return x.out;
}

/* ---- telling ---- */

static void counts(struct text *out, enum language language, const struct evidence *e)
{
	text_printf(out, word_of(language, W_ROWS), (long)e->first_row, (long)e->last_row);
	text_printf(out, word_of(language, W_ROW_COUNTS), e->failed, e->answered, e->missed);
}

static void source(struct text *out, enum language language, const struct evidence *e)
{
	if (e->document) {
		text_add(out, word_of(language, W_EVIDENCE_DOCUMENT));
		escape_terminal(out, e->document);
	}
	if (e->confidence) {
		text_add(out, language == LANGUAGE_JA ? "、" : ", ");
		if (!phrase_translate(out, language, e->confidence))
			escape_terminal(out, e->confidence);
	}
}

static void day(struct text *out, int64_t days)
{
	struct date d = date_from_days(days);

	text_printf(out, ", %04d-%02d-%02d", d.year, d.month, d.day);
}

static enum word word_of_kind(enum evidence_kind kind)
{
	static const enum word words[] = {
		[EVIDENCE_STRETCH] = W_EVIDENCE_STRETCH,
		[EVIDENCE_SAMPLES] = W_EVIDENCE_SAMPLES,
		[EVIDENCE_OPEN] = W_EVIDENCE_OPEN,
		[EVIDENCE_KNOWN] = W_EVIDENCE_KNOWN,
		[EVIDENCE_EXCLUSION] = W_EVIDENCE_EXCLUSION,
		[EVIDENCE_RECORD] = W_EVIDENCE_RECORD,
		[EVIDENCE_KEY] = W_EVIDENCE_KEY,
	};

	return words[kind];
}

void evidence_text(struct text *out, enum language language, const struct statement *s,
                   const struct evidence *e)
{
	int offset_s = s->the_case->period.zone_offset_s;

	text_add(out, word_of(language, word_of_kind(e->kind)));
	if (e->key) {
		text_add(out, " ");
		escape_terminal(out, e->key);
	}
	if (e->name) {
		text_add(out, " ");
		escape_terminal(out, e->name);
	}
	if (e->kind == EVIDENCE_SAMPLES)
		counts(out, language, e);
	if (e->day != INT64_MIN)
		day(out, e->day);
	if (span_length(e->span)) {
		text_add(out, e->kind == EVIDENCE_STRETCH ? word_of(language, W_EVIDENCE_POSSIBLE) : ": ");
		when_span(out, language, e->span, offset_s);
	}
	if (e->kind == EVIDENCE_STRETCH && span_length(e->certain)) {
		text_add(out, word_of(language, W_EVIDENCE_CERTAIN));
		when_span(out, language, e->certain, offset_s);
	}
	source(out, language, e);
}

json_t *evidence_json(const struct evidence *e)
{
	static const char *const kinds[] = { "stretch",   "samples", "unmeasured", "known outage",
		                             "exclusion", "record",  "key" };
	json_t *object = json_object();

	json_put(object, "kind", json_string(kinds[e->kind]));
	if (e->key)
		json_put(object, e->kind == EVIDENCE_SAMPLES ? "origin" : "key", json_string(e->key));
	if (e->name)
		json_put(object, "name", json_string(e->name));
	if (span_length(e->span))
		json_put(object, "span", json_span(e->span));
	if (span_length(e->certain))
		json_put(object, "certain", json_span(e->certain));
	if (e->kind == EVIDENCE_SAMPLES) {
		json_put(object, "rows",
		         json_pack("[I,I]", (json_int_t)e->first_row, (json_int_t)e->last_row));
		json_put(object, "failed", json_integer((json_int_t)e->failed));
		json_put(object, "answered", json_integer((json_int_t)e->answered));
		json_put(object, "missed", json_integer((json_int_t)e->missed));
	}
	if (e->document)
		json_put(object, "document", json_string(e->document));
	if (e->confidence)
		json_put(object, "confidence", json_string(e->confidence));
	return object;
}
