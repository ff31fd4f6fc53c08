#include "slacalc/comparison.h"
#include "report/difference.h"
#include "slacalc/comparison_part.h"

#include <string.h>

/* ---- judging ---- */

static const struct service_result *result_of(const struct statement *s, const char *id)
{
	for (size_t i = 0; i < s->service_count; i++)
		if (strcmp(s->services[i].service->id, id) == 0)
			return &s->services[i];
	return NULL;
}

static exact kept(struct arena *a, const struct statement *s, int figure)
{
	return arena_copy(a, figure_text(s, figure));
}

static void take(struct stepper *w, const struct statement *s)
{
	const struct service_result *r = result_of(s, w->service->service->id);
	struct arena *a = w->arena;

	w->now_credit = kept(a, s, r->credit_total);
	for (size_t i = 0; i < r->level_count; i++) {
		const struct level_result *l = &r->levels[i];

		w->now[i] = (struct quantities){
			kept(a, s, l->measure.point),
			l->level->metric == METRIC_AVAILABILITY ? kept(a, s, l->availability.downtime_point)
			                                        : NULL,
			l->credit.due ? kept(a, s, l->credit.amount) : NULL,
			verdict_name(l->verdict),
		};
	}
}

/* What a figure changed by; it moves on to the new one. A figure that is not defined for once leaves the old one. */
static exact move(struct arena *a, exact *reached, exact now)
{
	exact change = difference_change(a, *reached, now);

	if (now)
		*reached = now;
	return change;
}

static void count_part(struct stepper *w, struct difference_part *p)
{
	p->levels = arena_array(w->arena, w->service->level_count, sizeof *p->levels);
	for (size_t i = 0; i < w->service->level_count; i++) {
		struct quantities *reached = &w->service->levels[i].reached, *now = &w->now[i];

		p->levels[i] =
		    (struct quantities){ move(w->arena, &reached->measure, now->measure),
			                 move(w->arena, &reached->downtime_s, now->downtime_s),
			                 move(w->arena, &reached->credit, now->credit), now->verdict };
		reached->verdict = now->verdict;
	}
	p->credit = move(w->arena, &w->service->reached, w->now_credit);
}

struct difference_part *comparison_part(struct stepper *w, enum part_kind kind)
{
	struct compared_service *s = w->service;
	struct difference_part *p;

	if (s->part_count == s->part_size) {
		size_t size = s->part_size ? 2 * s->part_size : 16;
		struct difference_part *parts = arena_array(w->arena, size, sizeof *parts);

		if (s->part_count)
			memcpy(parts, s->parts, s->part_count * sizeof *parts);
		s->parts = parts;
		s->part_size = size;
	}
	p = &s->parts[s->part_count++];
	p->kind = kind;
	json_decref(w->before);
	w->before = json_deep_copy(w->doc.value);
	return p;
}

int comparison_step(struct stepper *w, struct difference_part *p, struct error *err)
{
	struct judged j = { 0 };
	struct error refused = { 0 };

	if (p->skipped) {
		json_decref(w->doc.value);
		w->doc.value = json_incref(w->before);
	} else if (judged_document(&j, &w->doc, w->path, true, &refused) == 0) {
		take(w, j.s);
	} else if (refused.code == ERROR_DATA || refused.code == ERROR_UNSUPPORTED) {
		p->skipped =
		    arena_printf(w->arena, "%s%s%s", refused.field, *refused.field ? ": " : "", refused.text);
		json_decref(w->doc.value);
		w->doc.value = json_incref(w->before);
	} else {
		*err = refused;
	}
	if (err->code == 0)
		count_part(w, p);
	judged_close(&j);
	return err->code;
}

/* ---- what they state ---- */

static const struct provider_level *stated_level(const struct provider_service *s, const char *id)
{
	for (size_t i = 0; i < s->level_count; i++)
		if (strcmp(s->levels[i].id, id) == 0)
			return &s->levels[i];
	return NULL;
}

static struct quantities less(struct arena *a, const struct quantities *theirs, const struct quantities *ours)
{
	return (struct quantities){ difference_change(a, ours->measure, theirs->measure),
		                    difference_change(a, ours->downtime_s, theirs->downtime_s),
		                    difference_change(a, ours->credit, theirs->credit), NULL };
}

static void start(struct stepper *w, const struct judged *ours, const struct service_result *r)
{
	struct compared_service *s = w->service;

	s->service = r->service;
	s->level_count = r->level_count;
	s->levels = arena_array(w->arena, s->level_count, sizeof *s->levels);
	w->now = arena_array(w->arena, s->level_count, sizeof *w->now);
	take(w, ours->s);
	s->ours = s->reached = w->now_credit;
	for (size_t i = 0; i < s->level_count; i++) {
		s->levels[i].level = r->levels[i].level;
		s->levels[i].ours = s->levels[i].reached = w->now[i];
	}
}

static void finish(struct stepper *w)
{
	struct compared_service *s = w->service;

	s->theirs = s->stated->credit;
	s->whole = difference_change(w->arena, s->ours, s->theirs);
	s->unexplained = difference_change(w->arena, s->reached, s->theirs);
	for (size_t i = 0; i < s->level_count; i++) {
		struct compared_level *l = &s->levels[i];
		const struct provider_level *p = stated_level(s->stated, l->level->id);

		if (p)
			l->theirs = (struct quantities){ p->measure, p->downtime_s, p->credit, NULL };
		l->whole = less(w->arena, &l->theirs, &l->ours);
		l->unexplained = less(w->arena, &l->theirs, &l->reached);
	}
}

static int known_level(const struct service_result *r, const struct provider_service *p, struct error *err)
{
	for (size_t i = 0; i < p->level_count; i++) {
		bool found = false;

		for (size_t k = 0; k < r->level_count; k++)
			found = found || strcmp(r->levels[k].level->id, p->levels[i].id) == 0;
		if (!found)
			return error_set(err, ERROR_DATA, "the service '%s' has no level '%s'", p->id,
			                 p->levels[i].id);
	}
	return 0;
}

static int compare_service(struct arena *a, const char *path, const struct document *doc,
                           const struct judged *ours, const struct provider_service *p,
                           struct compared_service *out, struct error *err)
{
	struct stepper w = { .arena = a, .path = path, .ours = ours->s, .service = out };
	const struct service_result *r = result_of(ours->s, p->id);

	out->stated = p;
	if (!r)
		return error_set(err, ERROR_DATA, "the case has no service '%s'", p->id);
	if (known_level(r, p, err) < 0 ||
	    document_take(&w.doc, arena_printf(a, "%s, changed", path), json_deep_copy(doc->value), err) < 0)
		return err->code;
	out->service = r->service;
	w.result = r;
	start(&w, ours, r);
	if (comparison_outages(&w, err) == 0 && comparison_exclusions(&w, err) == 0 &&
	    comparison_unmeasured(&w, err) == 0 && comparison_rules(&w, err) == 0)
		finish(&w);
	json_decref(w.before);
	document_release(&w.doc);
	return err->code;
}

/* ---- all of them ---- */

static void list_unspoken(struct arena *a, const struct statement *s, const struct provider *p,
                          struct compared *out)
{
	out->unspoken = arena_array(a, s->service_count, sizeof *out->unspoken);
	for (size_t i = 0; i < s->service_count; i++) {
		bool found = false;

		for (size_t k = 0; k < p->service_count; k++)
			found = found || strcmp(p->services[k].id, s->services[i].service->id) == 0;
		if (!found)
			out->unspoken[out->unspoken_count++] = s->services[i].service->id;
	}
}

int comparison_make(struct arena *a, const char *path, const struct document *doc, const struct judged *ours,
                    const struct provider *p, struct compared *out, struct error *err)
{
	out->services = arena_array(a, p->service_count, sizeof *out->services);
	out->service_count = p->service_count;
	for (size_t i = 0; i < p->service_count; i++)
		if (compare_service(a, path, doc, ours, &p->services[i], &out->services[i], err) < 0)
			return err->code;
	list_unspoken(a, ours->s, p, out);
	return 0;
}
