/*
 * service_facts: what a case states of a service beside what was seen of it: attributes, members, when it was
 * deployed and subscribed, its network, its baseline delay, its opening and the level that its customer chose.
 */
#include "case/reader.h"

#include <string.h>

static int read_attributes(struct reader *r, const struct node *object, struct service *s, struct error *err)
{
	struct node attributes;
	const char *name;
	json_t *value;

	if (node_object(object, "attributes", OPTIONAL, &attributes, err) < 0 || !attributes.value)
		return err->code;
	s->attributes = arena_array(r->arena, json_object_size(attributes.value), sizeof *s->attributes);
	json_object_foreach (attributes.value, name, value) {
		struct attribute *a = &s->attributes[s->attribute_count++];

		a->name = arena_copy(r->arena, name);
		if (read_text(r->arena, &attributes, name, REQUIRED, &a->value, err) < 0)
			return err->code;
	}
	return 0;
}

/* The optional spans of key: when something was deployed. */
static int read_deployed(struct reader *r, const struct node *object, struct span **out, size_t *count,
                         bool *has, struct error *err)
{
	struct node list;

	if (node_array(object, "deployed", OPTIONAL, &list, err) < 0 || !list.value)
		return err->code;
	*has = true;
	*count = node_count(&list);
	*out = arena_array(r->arena, *count, sizeof **out);
	for (size_t i = 0; i < *count; i++) {
		struct node span;

		if (node_item_object(&list, i, &span, err) < 0 ||
		    node_check_keys(&span, (const char *const[]){ "start", "end", NULL }, err) < 0 ||
		    read_span(&span, &(*out)[i], err) < 0)
			return err->code;
	}
	return 0;
}

static bool is_target(const struct service *s, const char *target)
{
	for (size_t i = 0; i < s->target_count; i++)
		if (strcmp(s->targets[i], target) == 0)
			return true;
	return false;
}

static int read_member(struct reader *r, const struct node *members, size_t i, struct service *s,
                       struct error *err)
{
	struct member *m = &s->members[i];
	struct node object, target;

	if (node_item_object(members, i, &object, err) < 0 ||
	    node_check_keys(&object, (const char *const[]){ "target", "zone", "deployed", NULL }, err) < 0 ||
	    read_text(r->arena, &object, "target", REQUIRED, &m->target, err) < 0 ||
	    read_text(r->arena, &object, "zone", OPTIONAL, &m->zone, err) < 0)
		return err->code;
	target = node_member(&object, "target");
	if (!is_target(s, m->target))
		return node_fail(&target, err, "'%s' is not one of the service's targets", m->target);
	for (size_t k = 0; k < i; k++)
		if (strcmp(s->members[k].target, m->target) == 0)
			return node_fail(&target, err, "the target '%s' is there twice", m->target);
	return read_deployed(r, &object, &m->deployed, &m->deployed_count, &m->has_deployed, err);
}

static int read_members(struct reader *r, const struct node *object, struct service *s, struct error *err)
{
	struct node members;

	if (node_array(object, "members", OPTIONAL, &members, err) < 0 || !members.value)
		return err->code;
	if (s->known_outages)
		return node_fail(&members, err, "a service with known outages has no members");
	s->member_count = node_count(&members);
	s->members = arena_array(r->arena, s->member_count, sizeof *s->members);
	for (size_t i = 0; i < s->member_count; i++)
		if (read_member(r, &members, i, s, err) < 0)
			return err->code;
	return 0;
}

/* The calendar days that a span touches: a day begun is a day. */
static int days_of(struct zone *zone, struct span us, int64_t *out, struct error *err)
{
	struct date first, last;

	if (zone_date(zone, us.start, &first, err) < 0 || zone_date(zone, us.end - 1, &last, err) < 0)
		return err->code;
	*out = date_to_days(last) - date_to_days(first) + 1;
	return 0;
}

static int count_days(struct reader *r, struct service *s, struct error *err)
{
	struct zone *zone;
	int rc;

	if (zone_open(&zone, zone_of_terms(r->c, s->terms), err) < 0)
		return err->code;
	rc = days_of(zone, r->c->period.span, &s->period_days, err);
	s->subscribed_days = s->period_days;
	if (rc == 0 && s->has_subscribed)
		rc = days_of(zone, s->subscribed, &s->subscribed_days, err);
	zone_free(zone);
	return rc;
}

static int read_subscribed(struct reader *r, const struct node *object, struct service *s, struct error *err)
{
	struct span given = { INT64_MIN, INT64_MAX };
	struct node subscribed;

	s->first_use_us = INT64_MIN;
	if (node_object(object, "subscribed", OPTIONAL, &subscribed, err) < 0)
		return err->code;
	if (!subscribed.value)
		return 0;
	if (node_check_keys(&subscribed, (const char *const[]){ "start", "end", NULL }, err) < 0 ||
	    read_instant(&subscribed, "start", OPTIONAL, &given.start, err) < 0 ||
	    read_instant(&subscribed, "end", OPTIONAL, &given.end, err) < 0)
		return err->code;
	if (given.end <= given.start)
		return node_fail(&subscribed, err, "the end is not after the start");
	s->has_subscribed = true;
	s->first_use_us = given.start;
	s->subscribed = span_intersect(given, r->c->period.span);
	if (span_length(s->subscribed) == 0)
		return node_fail(&subscribed, err, "the service is not subscribed in the period");
	if (span_length(s->subscribed) < span_length(r->c->period.span) && r->c->period.fixed_hours)
		return node_fail(&subscribed, err,
		                 "a part of the month and fixed hours exclude each other: T is %lld h",
		                 (long long)r->c->period.fixed_hours);
	return 0;
}

static int read_opening(const struct node *object, struct service *s, struct error *err)
{
	struct node opening;

	if (node_object(object, "opening", OPTIONAL, &opening, err) < 0 || !opening.value)
		return err->code;
	s->has_opening = true;
	s->opened_day = INT64_MAX;
	if (node_check_keys(&opening, (const char *const[]){ "due", "opened", NULL }, err) < 0 ||
	    read_day(&opening, "due", REQUIRED, &s->due_day, err) < 0)
		return err->code;
	return read_day(&opening, "opened", OPTIONAL, &s->opened_day, err);
}

static int read_choice(struct reader *r, const struct node *object, struct service *s, struct error *err)
{
	struct node choice = node_member(object, "choice");

	if (read_text(r->arena, object, "choice", OPTIONAL, &s->choice, err) < 0 || !s->choice)
		return err->code;
	if (s->terms->overlap != OVERLAP_CHOOSE_ONE)
		return node_fail(&choice, err,
		                 "the terms '%s' leave no level to choose: their overlap is another",
		                 s->terms->id);
	for (size_t i = 0; i < s->terms->level_count; i++)
		if (strcmp(s->terms->levels[i].id, s->choice) == 0)
			return 0;
	return node_fail(&choice, err, "the terms '%s' have no level '%s'", s->terms->id, s->choice);
}

int read_service_facts(struct reader *r, const struct node *object, struct service *s, struct error *err)
{
	if (read_attributes(r, object, s, err) < 0 || read_members(r, object, s, err) < 0 ||
	    read_deployed(r, object, &s->deployed, &s->deployed_count, &s->has_deployed, err) < 0 ||
	    read_subscribed(r, object, s, err) < 0 || count_days(r, s, err) < 0 ||
	    read_text(r->arena, object, "network", OPTIONAL, &s->network, err) < 0 ||
	    read_exact(r->arena, object, "baseline_ms", OPTIONAL, &s->baseline_ms, err) < 0 ||
	    read_opening(object, s, err) < 0)
		return err->code;
	return read_choice(r, object, s, err);
}
