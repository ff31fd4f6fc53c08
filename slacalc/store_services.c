/*
 * The services of a month with their terms, and the month as these count it. What the terms say is for case/ to read:
 * they may be references to the catalogue.
 */
#include "base/instant.h"
#include "base/zone.h"
#include "case/catalogue.h"
#include "slacalc/store_loading.h"

#include <string.h>

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* ---- services ---- */

/* What is kept as one value in the database are keys of the service in a case. */
static void merge_more(json_t *services)
{
	json_t *service;
	size_t i;

	json_array_foreach (services, i, service) {
		json_object_update(service, json_object_get(service, "more"));
		json_object_del(service, "more");
	}
}

static bool is_wanted(const struct case_request *q, const char *id)
{
	for (size_t i = 0; i < q->only_count; i++)
		if (strcmp(q->only[i], id) == 0)
			return true;
	return !q->only;
}

static void keep_wanted(const struct loading *l)
{
	for (size_t i = json_array_size(l->services); i-- > 0;)
		if (!is_wanted(l->request, text_of(json_array_get(l->services, i), "id")))
			json_array_remove(l->services, i);
}

static int refuse_none(struct loading *l, struct error *err)
{
	const struct case_request *q = l->request;

	l->out->no_service = true;
	if (q->service)
		return error_set(err, ERROR_DATA, "no service '%s'%s%s in %s", q->service,
		                 q->organisation ? " of the organisation " : "",
		                 q->organisation ? q->organisation : "", q->month);
	if (q->organisation)
		return error_set(err, ERROR_DATA, "the organisation '%s' has no service in %s",
		                 q->organisation, q->month);
	return error_set(err, ERROR_DATA, "the registry has no service in %s", q->month);
}

static int read_services(struct loading *l, struct error *err)
{
	const struct case_request *q = l->request;

	if (store_read_json(l, &l->services, 1, "SELECT case_services($1, $2, $3, $4)", 4,
	                    (const char *const[]){ l->version, l->first_day, q->organisation, q->service },
	                    err) < 0)
		return err->code;
	merge_more(l->services);
	keep_wanted(l);
	return json_array_size(l->services) ? 0 : refuse_none(l, err);
}

/* ---- what of them belongs to the month ---- */

/* Whether a span of the registry, whose ends may be open, touches the month. It was checked when it was loaded. */
static bool touches(const struct loading *l, const json_t *span)
{
	struct span given = { INT64_MIN, INT64_MAX };
	const char *start = text_of(span, "start"), *end = text_of(span, "end");
	struct error ignored = { 0 };

	if ((start && instant_parse(&given.start, start, &ignored) < 0) ||
	    (end && instant_parse(&given.end, end, &ignored) < 0))
		return true;
	return given.start < l->month.span.end && given.end > l->month.span.start;
}

static void keep_month(const struct loading *l)
{
	for (size_t i = json_array_size(l->services); i-- > 0;) {
		json_t *service = json_array_get(l->services, i),
		       *outages = json_object_get(service, "outages");

		if (!touches(l, json_object_get(service, "subscribed"))) {
			json_array_remove(l->services, i);
			continue;
		}
		for (size_t k = json_array_size(outages); k-- > 0;)
			if (!touches(l, json_array_get(outages, k)))
				json_array_remove(outages, k);
	}
}

/* ---- terms, and the month by them ---- */

/* Takes the month's rule from one contract's terms, or sees that it is the same as that of the others. */
static int agree(struct loading *l, const struct terms *t, int64_t hours, struct error *err)
{
	const char *zone = t->time_zone ? t->time_zone : LEGAL_ZONE;
	int start_day = t->start_day ? t->start_day : 1;
	struct month *m = &l->month;

	if (!m->of) {
		*m = (struct month){ m->name, zone, t->id, start_day, hours, m->span };
		return 0;
	}
	if (strcmp(zone, m->zone) == 0 && start_day == m->start_day && hours == m->hours)
		return 0;
	error_set(err, ERROR_DATA, "the terms '%s' and '%s' count different months", m->of, t->id);
	return error_hint(err, "judge one service at a time: --service ID");
}

static bool judges_networks(const struct terms *t)
{
	for (size_t i = 0; i < t->level_count; i++) {
		if (t->levels[i].scope == SCOPE_NETWORK)
			return true;
		for (size_t k = 0; k < t->levels[i].reading_count; k++)
			if (t->levels[i].readings[k].scope == SCOPE_NETWORK)
				return true;
	}
	return false;
}

/* What the store has to know of the terms before the case is made. */
static int look_into(struct loading *l, const struct node *root, struct error *err)
{
	struct node list, object;

	if (node_array(root, "terms", REQUIRED, &list, err) < 0)
		return err->code;
	json_decref(l->network_terms);
	l->network_terms = json_array();
	for (size_t i = 0; i < node_count(&list); i++) {
		struct terms *t = arena_new(l->arena, struct terms);
		int64_t hours = 0;

		if (node_item_object(&list, i, &object, err) < 0 ||
		    terms_resolve(l->arena, &object, root, t, &hours, err) < 0 || agree(l, t, hours, err) < 0)
			return err->code;
		if (judges_networks(t))
			json_array_append_new(l->network_terms, json_string(t->id));
	}
	return 0;
}

/* The months of a case choose the edition where terms follow the catalogue: so a case of this month, as far as it is. */
static int read_resolved(struct loading *l, struct error *err)
{
	struct document doc = { 0 };
	struct node root;

	if (document_take(
	        &doc, "database",
	        json_pack("{s:{s:s}, s:O}", "period", "month", l->request->month, "terms", l->terms),
	        err) == 0 &&
	    document_root(&doc, &root, err) == 0 && look_into(l, &root, err) < 0)
		error_at(err, "database", 0, NULL);
	document_release(&doc);
	return err->code;
}

static bool has_terms(const json_t *all, const char *id)
{
	json_t *terms;
	size_t i;

	json_array_foreach (all, i, terms)
		if (strcmp(text_of(terms, "id"), id) == 0)
			return true;
	return false;
}

static int check_terms_found(struct loading *l, struct error *err)
{
	json_t *service;
	size_t i;

	json_array_foreach (l->services, i, service) {
		const char *id = text_of(service, "terms");

		if (has_terms(l->terms, id))
			continue;
		l->out->no_terms = true;
		return error_set(err, ERROR_DATA, "no version of the terms '%s' is in force in %s", id,
		                 l->request->month);
	}
	return 0;
}

static int read_terms(struct loading *l, struct error *err)
{
	json_decref(l->terms);
	l->terms = NULL;
	l->services_text = store_dump(l, l->services);
	if (store_read_json(l, &l->terms, 1, "SELECT case_terms($1, $2, $3)", 3,
	                    (const char *const[]){ l->version, l->first_day, l->services_text }, err) < 0 ||
	    check_terms_found(l, err) < 0)
		return err->code;
	return read_resolved(l, err);
}

static int resolve_month(struct loading *l, struct error *err)
{
	struct month *m = &l->month;
	struct zone *zone;
	struct date d;
	int rc;

	if (zone_open(&zone, m->zone, err) < 0)
		return err->code;
	rc = month_parse(&d, m->name, err);
	if (rc == 0)
		rc = zone_month(zone, d, m->start_day, &m->span, err);
	zone_free(zone);
	return rc;
}

/* ---- what these services need beside them ---- */

static int read_beside(struct loading *l, struct error *err)
{
	char start[INSTANT_TEXT_SIZE], end[INSTANT_TEXT_SIZE];
	json_t *beside = NULL;

	if (store_read_json(l, &beside, 1, "SELECT case_beside($1, $2, $3, $4, $5, $6)", 6,
	                    (const char *const[]){ l->version, l->first_day, l->services_text,
	                                           store_dump(l, l->network_terms),
	                                           instant_format(l->month.span.start, start),
	                                           instant_format(l->month.span.end, end) },
	                    err) < 0)
		return err->code;
	merge_more(beside);
	json_array_extend(l->services, beside);
	json_decref(beside);
	return 0;
}

static void keep_asked_for(struct loading *l)
{
	size_t i;
	json_t *service;

	l->out->asked_for_count = json_array_size(l->services);
	l->out->asked_for = arena_array(l->arena, l->out->asked_for_count, sizeof *l->out->asked_for);
	json_array_foreach (l->services, i, service)
		l->out->asked_for[i] = arena_printf(l->arena, "%s", text_of(service, "id"));
}

int store_read_services(struct loading *l, struct error *err)
{
	size_t own;

	if (read_services(l, err) < 0 || read_terms(l, err) < 0 || resolve_month(l, err) < 0)
		return err->code;
	keep_month(l);
	own = json_array_size(l->services);
	if (own == 0)
		return refuse_none(l, err);
	l->services_text = store_dump(l, l->services);
	keep_asked_for(l);
	if (read_beside(l, err) < 0)
		return err->code;
	keep_month(l);
	return json_array_size(l->services) == own ? 0 : read_terms(l, err);
}
