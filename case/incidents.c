/* incidents: what people know of an outage: when it was known, reported, notified and put right. */
#include "case/reader.h"

#include <string.h>

static int read_concerned(struct reader *r, const struct node *object, struct incident *n, struct error *err)
{
	struct node services;

	if (node_array(object, "services", REQUIRED, &services, err) < 0)
		return err->code;
	n->service_count = node_count(&services);
	n->services = arena_array(r->arena, n->service_count, sizeof *n->services);
	if (n->service_count == 0)
		return node_fail(&services, err, "at least one service is needed");
	for (size_t i = 0; i < n->service_count; i++) {
		struct node item = node_item(&services, i);
		const char *id;

		if (node_item_string(&services, i, &id, err) < 0)
			return err->code;
		n->services[i] = find_service(r->c, id);
		if (!n->services[i])
			return node_fail(&item, err, "no service '%s'", id);
		for (size_t k = 0; k < i; k++)
			if (n->services[k] == n->services[i])
				return node_fail(&item, err, "the service '%s' is there twice", id);
	}
	return 0;
}

static int read_root_cause(struct reader *r, const struct node *object, struct incident *n, struct error *err)
{
	struct node member = node_member(object, "root_cause");
	const char *id = NULL;

	if (node_string(object, "root_cause", OPTIONAL, &id, err) < 0 || !id)
		return err->code;
	n->root_cause = find_service(r->c, id);
	return n->root_cause ? 0 : node_fail(&member, err, "no service '%s'", id);
}

/* A span has both ends; without one the incident concerns all of the period. */
static int read_extent(const struct node *object, struct incident *n, struct error *err)
{
	struct node start = node_member(object, "start"), end = node_member(object, "end");
	bool has_start = start.value && !json_is_null(start.value),
	     has_end = end.value && !json_is_null(end.value);

	n->span = (struct span){ INT64_MIN, INT64_MIN };
	if (has_start && has_end)
		return read_span(object, &n->span, err);
	return has_start == has_end
	           ? 0
	           : node_fail(object, err, "an incident has both 'start' and 'end', or none");
}

/* What came after cannot have been before; INT64_MIN is not stated. */
static int check_order(const struct node *object, const struct incident *n, struct error *err)
{
	const struct {
		const char *key;
		int64_t at_us, after_us;
		const char *what;
	} rows[] = {
		{ "notified", n->notified_us, n->known_us, "notified before it was known" },
		{ "notified", n->notified_us, n->span.start, "notified before the start" },
		{ "replaced", n->replaced_us, n->reported_us, "replaced before it was reported" },
		{ "replaced", n->replaced_us, n->span.start, "replaced before the start" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct node member = node_member(object, rows[i].key);

		if (rows[i].at_us != INT64_MIN && rows[i].at_us < rows[i].after_us)
			return node_fail(&member, err, "%s", rows[i].what);
	}
	return 0;
}

static int read_incident(struct reader *r, const struct node *object, struct incident *n, struct error *err)
{
	static const char *const keys[] = { "id",      "services", "start",      "end",
		                            "known",   "reported", "notified",   "replaced",
		                            "entered", "document", "root_cause", NULL };

	n->known_us = n->reported_us = n->notified_us = n->replaced_us = n->entered_us = INT64_MIN;
	if (node_check_keys(object, keys, err) < 0 ||
	    read_text(r->arena, object, "id", REQUIRED, &n->id, err) < 0 ||
	    read_text(r->arena, object, "document", OPTIONAL, &n->document, err) < 0 ||
	    read_extent(object, n, err) < 0 ||
	    read_instant(object, "known", OPTIONAL, &n->known_us, err) < 0 ||
	    read_instant(object, "reported", OPTIONAL, &n->reported_us, err) < 0 ||
	    read_instant(object, "notified", OPTIONAL, &n->notified_us, err) < 0 ||
	    read_instant(object, "replaced", OPTIONAL, &n->replaced_us, err) < 0 ||
	    read_instant(object, "entered", OPTIONAL, &n->entered_us, err) < 0 ||
	    check_order(object, n, err) < 0)
		return err->code;
	for (const struct incident *other = r->c->incidents; other < n; other++)
		if (strcmp(other->id, n->id) == 0)
			return node_fail(object, err, "the incident '%s' is there twice", n->id);
	return read_concerned(r, object, n, err) < 0 ? err->code : read_root_cause(r, object, n, err);
}

int read_incidents(struct reader *r, const struct node *root, struct error *err)
{
	struct node list;

	if (node_array(root, "incidents", OPTIONAL, &list, err) < 0)
		return err->code;
	r->c->incident_count = node_count(&list);
	r->c->incidents = arena_array(r->arena, r->c->incident_count, sizeof *r->c->incidents);
	for (size_t i = 0; i < r->c->incident_count; i++) {
		struct node object;

		if (node_item_object(&list, i, &object, err) < 0 ||
		    read_incident(r, &object, &r->c->incidents[i], err) < 0)
			return err->code;
	}
	return 0;
}
