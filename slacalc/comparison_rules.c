/* comparison_rules: exclusions and rules as the provider states them, one after another. */
#include "calc/exact.h"
#include "slacalc/comparison_part.h"

#include <stdlib.h>
#include <string.h>

#define NOTICE_DAYS 800 /* before the start: long enough for every notice rule */

/* ---- exclusions ---- */

struct pair { /* an exclusion of ours, of theirs, or of both */
	const struct exclusion_result *ours;
	const struct provider_exclusion *theirs;
	int64_t start;
	const char *id;
};

static const struct exclusion_result *ours_named(const struct stepper *w, const char *id)
{
	for (size_t i = 0; i < w->ours->exclusion_count; i++) {
		const struct exclusion_result *x = &w->ours->exclusions[i];

		if (x->service == w->result->service && id && strcmp(x->exclusion->id, id) == 0)
			return x;
	}
	return NULL;
}

static bool is_taken(const struct pair *pairs, size_t count, const struct exclusion_result *x)
{
	for (size_t i = 0; i < count; i++)
		if (pairs[i].ours == x)
			return true;
	return false;
}

/* Of those that they do not name: one with the same span, else one that overlaps. */
static const struct exclusion_result *ours_alike(const struct stepper *w, const struct pair *pairs,
                                                 size_t count, struct span us)
{
	const struct exclusion_result *found = NULL;

	for (size_t i = 0; i < w->ours->exclusion_count; i++) {
		const struct exclusion_result *x = &w->ours->exclusions[i];
		struct span own = x->exclusion->span;

		if (x->service != w->result->service || is_taken(pairs, count, x))
			continue;
		if (own.start == us.start && own.end == us.end)
			return x;
		if (!found && span_length(span_intersect(own, us)) > 0)
			found = x;
	}
	return found;
}

static int by_time(const void *left, const void *right)
{
	const struct pair *x = left, *y = right;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return strcmp(x->id, y->id);
}

static struct pair *pairs_of(const struct stepper *w, size_t *count)
{
	const struct provider_service *p = w->service->stated;
	size_t n = 0, most = p->exclusion_count + w->ours->exclusion_count;
	struct pair *pairs = arena_array(w->arena, most + 1, sizeof *pairs);

	for (size_t i = 0; i < p->exclusion_count; i++) {
		const struct provider_exclusion *x = &p->exclusions[i];
		const struct exclusion_result *ours =
		    x->id ? ours_named(w, x->id) : ours_alike(w, pairs, n, x->span);

		pairs[n++] = (struct pair){ ours, x, x->span.start,
			                    x->id  ? x->id
			                    : ours ? ours->exclusion->id
			                           : arena_printf(w->arena, "[%zu]", i) };
	}
	for (size_t i = 0; i < w->ours->exclusion_count; i++) {
		const struct exclusion_result *x = &w->ours->exclusions[i];

		if (x->service == w->result->service && x->accepted && !is_taken(pairs, n, x))
			pairs[n++] = (struct pair){ x, NULL, x->exclusion->span.start, x->exclusion->id };
	}
	qsort(pairs, n, sizeof *pairs, by_time);
	*count = n;
	return pairs;
}

/* Takes the service out of an exclusion of the case, and the exclusion with its last service. */
static void drop(struct stepper *w, const char *id)
{
	json_t *list = json_object_get(w->doc.value, "exclusions"), *services, *name;
	size_t place, i;
	json_t *x = change_member(list, id, &place);

	services = json_object_get(x, "services");
	json_array_foreach (services, i, name)
		if (strcmp(json_string_value(name), w->service->stated->id) == 0) {
			json_array_remove(services, i);
			break;
		}
	if (json_array_size(services) == 0)
		json_array_remove(list, place);
}

/* A kind that the contract knows, with a notice that is early enough: it is accepted. */
static const char *accepted_kind(const struct stepper *w, const struct provider_exclusion *x)
{
	const struct terms *t = w->result->service->terms;

	for (size_t i = 0; i < t->exclusion_count; i++)
		if (x->kind && strcmp(t->exclusions[i].kind, x->kind) == 0)
			return x->kind;
	if (t->exclusions_listed && t->exclusion_count)
		return t->exclusions[0].kind;
	return x->kind ? x->kind : "other";
}

static void add(struct stepper *w, const struct provider_exclusion *x, const char *id)
{
	char start[INSTANT_TEXT_SIZE], end[INSTANT_TEXT_SIZE], notice[INSTANT_TEXT_SIZE];
	json_t *list = json_object_get(w->doc.value, "exclusions");

	if (!json_is_array(list)) {
		list = json_array();
		json_object_set_new(w->doc.value, "exclusions", list);
	}
	json_array_append_new(
	    list, json_pack("{s:s, s:[s], s:s, s:s, s:s, s:s, s:s}", "id", arena_printf(w->arena, "~%s", id),
	                    "services", w->service->stated->id, "start", instant_format(x->span.start, start),
	                    "end", instant_format(x->span.end, end), "kind", accepted_kind(w, x), "notice",
	                    instant_format(x->span.start - NOTICE_DAYS * US_PER_DAY, notice), "document",
	                    "provider"));
}

static int exclude(struct stepper *w, const struct pair *pair, struct error *err)
{
	const struct exclusion_result *ours = pair->ours;
	bool accepted = ours && ours->accepted;
	struct difference_part *p;

	if (accepted && pair->theirs && ours->exclusion->span.start == pair->theirs->span.start &&
	    ours->exclusion->span.end == pair->theirs->span.end)
		return 0;
	p = comparison_part(w, !pair->theirs ? PART_EXCLUSION_OURS
	                       : !ours       ? PART_EXCLUSION_THEIRS
	                       : accepted    ? PART_EXCLUSION_ENDS
	                                     : PART_EXCLUSION_REFUSED);
	p->name = pair->id;
	p->why = ours ? ours->why : NULL;
	p->ours = ours ? ours->exclusion->span : (struct span){ 0, 0 };
	p->theirs = pair->theirs ? pair->theirs->span : (struct span){ 0, 0 };
	p->span = pair->theirs ? p->theirs : p->ours;
	if (accepted)
		drop(w, ours->exclusion->id);
	if (pair->theirs)
		add(w, pair->theirs, pair->id);
	return comparison_step(w, p, err);
}

int comparison_exclusions(struct stepper *w, struct error *err)
{
	size_t count = 0;
	struct pair *pairs = w->service->stated->has_exclusions ? pairs_of(w, &count) : NULL;

	for (size_t i = 0; i < count; i++)
		if (exclude(w, &pairs[i], err) < 0)
			return err->code;
	return 0;
}

/* ---- fees ---- */

static json_t *fee_of(struct stepper *w, const char *payer)
{
	json_t *service =
	    change_member(json_object_get(w->doc.value, "services"), w->service->stated->id, NULL);
	json_t *fee;
	size_t i;

	json_array_foreach (json_object_get(service, "fees"), i, fee) {
		const char *own = json_string_value(json_object_get(fee, "payer"));

		if (own && strcmp(own, payer) == 0)
			return fee;
	}
	return NULL;
}

static int fees(struct stepper *w, struct error *err)
{
	const char *payer;
	json_t *amount;

	json_object_foreach (w->service->stated->fees, payer, amount) {
		struct difference_part *p = comparison_part(w, PART_FEE);
		json_t *fee = fee_of(w, payer);

		p->name = payer;
		if (fee)
			json_object_set(fee, "amount", amount);
		else
			p->skipped = "the case has no such payer";
		if (comparison_step(w, p, err) < 0)
			return err->code;
	}
	return 0;
}

/* ---- T ---- */

static int64_t our_total_s(const struct stepper *w)
{
	const struct period *p = &w->ours->the_case->period;

	return p->fixed_hours ? p->fixed_hours * 3600 : span_length(p->span) / US_PER_S;
}

static int denominator(struct stepper *w, const struct provider_level *l, struct error *err)
{
	char *end;
	long long seconds = l->denominator_s ? strtoll(l->denominator_s, &end, 10) : 0;
	struct difference_part *p;
	json_t *terms = NULL, *stated;

	if (!l->denominator_s || (*end == '\0' && seconds == our_total_s(w)))
		return 0;
	p = comparison_part(w, PART_DENOMINATOR);
	p->name = arena_printf(w->arena, "%s: %s s", l->id, l->denominator_s);
	if (*end || seconds <= 0 || seconds % 3600) {
		p->skipped = "not a whole number of hours";
		return comparison_step(w, p, err);
	}
	if (change_own_terms(w->arena, &w->doc, w->service->stated->id, &terms, err) < 0)
		return err->code;
	stated = json_object_get(terms, "period");
	json_object_set_new(json_object_get(w->doc.value, "period"), "hours", json_integer(seconds / 3600));
	if (json_object_get(stated, "hours"))
		json_object_set_new(stated, "hours", json_integer(seconds / 3600));
	return comparison_step(w, p, err);
}

/* ---- keys of the terms and of a level ---- */

static int rule(struct stepper *w, const char *level, const char *key, json_t *value, struct error *err)
{
	struct difference_part *p = comparison_part(w, PART_RULE);
	json_t *terms = NULL, *object;

	p->name = level ? arena_printf(w->arena, "levels[%s].%s", level, key) : key;
	if (change_own_terms(w->arena, &w->doc, w->service->stated->id, &terms, err) < 0)
		return err->code;
	object = level ? change_member(json_object_get(terms, "levels"), level, NULL) : terms;
	if (json_is_null(value))
		json_object_del(object, key);
	else
		json_object_set(object, key, value);
	return comparison_step(w, p, err);
}

static int rules(struct stepper *w, const char *level, json_t *object, struct error *err)
{
	const char *key;
	json_t *value;

	json_object_foreach (object, key, value)
		if (rule(w, level, key, value, err) < 0)
			return err->code;
	return 0;
}

int comparison_rules(struct stepper *w, struct error *err)
{
	const struct provider_service *p = w->service->stated;

	if (fees(w, err) < 0)
		return err->code;
	for (size_t i = 0; i < p->level_count; i++)
		if (denominator(w, &p->levels[i], err) < 0)
			return err->code;
	if (rules(w, NULL, p->rules, err) < 0)
		return err->code;
	for (size_t i = 0; i < p->level_count; i++)
		if (rules(w, p->levels[i].id, p->levels[i].rules, err) < 0)
			return err->code;
	return 0;
}
