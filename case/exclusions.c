/* exclusions: time that people say does not count. */
#include "case/reader.h"

#include <string.h>

static int day_in(struct zone *zone, int64_t us, int64_t *out, struct error *err)
{
	struct date d;

	if (zone_date(zone, us, &d, err) < 0)
		return err->code;
	*out = date_to_days(d);
	return 0;
}

/* The notice is counted in calendar days of the zone of the service's terms. */
static int resolve_use(const struct reader *r, const struct exclusion *x, struct exclusion_use *u,
                       struct error *err)
{
	const char *name = u->service->terms->time_zone;
	struct zone *zone;
	int rc;

	if (!name)
		name = r->c->period.time_zone ? r->c->period.time_zone : "Asia/Tokyo";
	if (zone_open(&zone, name, err) < 0)
		return err->code;
	rc = day_in(zone, x->span.start, &u->start_day, err);
	if (rc == 0 && x->has_notice)
		rc = day_in(zone, x->notice_us, &u->notice_day, err);
	zone_free(zone);
	return rc;
}

static int read_uses(struct reader *r, const struct node *object, struct exclusion *x, struct error *err)
{
	struct node services;

	if (node_array(object, "services", REQUIRED, &services, err) < 0)
		return err->code;
	x->use_count = node_count(&services);
	x->uses = arena_array(r->arena, x->use_count, sizeof *x->uses);
	for (size_t i = 0; i < x->use_count; i++) {
		struct node item = node_item(&services, i);
		const char *id;

		if (node_item_string(&services, i, &id, err) < 0)
			return err->code;
		x->uses[i].service = find_service(r->c, id);
		if (!x->uses[i].service)
			return node_fail(&item, err, "no service '%s'", id);
		for (size_t k = 0; k < i; k++)
			if (x->uses[k].service == x->uses[i].service)
				return node_fail(&item, err, "the service '%s' is there twice", id);
		if (resolve_use(r, x, &x->uses[i], err) < 0)
			return node_fail_at(&item, err);
	}
	return 0;
}

static int read_exclusion(struct reader *r, const struct node *object, struct exclusion *x, struct error *err)
{
	static const char *const keys[] = { "id",       "services", "start",    "end",     "kind", "notice",
		                            "document", "clause",   "approver", "entered", NULL };

	x->notice_us = x->entered_us = INT64_MIN;
	if (node_check_keys(object, keys, err) < 0 ||
	    read_text(r->arena, object, "id", REQUIRED, &x->id, err) < 0 ||
	    read_span(object, &x->span, err) < 0 ||
	    read_text(r->arena, object, "kind", REQUIRED, &x->kind, err) < 0 ||
	    read_text(r->arena, object, "document", OPTIONAL, &x->document, err) < 0 ||
	    read_text(r->arena, object, "clause", OPTIONAL, &x->clause, err) < 0 ||
	    read_text(r->arena, object, "approver", OPTIONAL, &x->approver, err) < 0 ||
	    read_instant(object, "entered", OPTIONAL, &x->entered_us, err) < 0 ||
	    read_instant(object, "notice", OPTIONAL, &x->notice_us, err) < 0)
		return err->code;
	x->has_notice = x->notice_us != INT64_MIN;
	for (const struct exclusion *other = r->c->exclusions; other < x; other++)
		if (strcmp(other->id, x->id) == 0)
			return node_fail(object, err, "the exclusion '%s' is there twice", x->id);
	return read_uses(r, object, x, err);
}

int read_exclusions(struct reader *r, const struct node *root, struct error *err)
{
	struct node list;

	if (node_array(root, "exclusions", OPTIONAL, &list, err) < 0)
		return err->code;
	r->c->exclusion_count = node_count(&list);
	r->c->exclusions = arena_array(r->arena, r->c->exclusion_count, sizeof *r->c->exclusions);
	for (size_t i = 0; i < r->c->exclusion_count; i++) {
		struct node object;

		if (node_item_object(&list, i, &object, err) < 0 ||
		    read_exclusion(r, &object, &r->c->exclusions[i], err) < 0)
			return err->code;
	}
	return 0;
}
