/* paths: which targets lie before which, as seen from a vantage, and who answers for each segment. */
#include "case/reader.h"

#include <string.h>

/* A hop is a target, or a service whose outages are known. */
static bool is_watched(const struct sla_case *c, const char *hop)
{
	const struct service *service;

	for (size_t i = 0; i < c->observation_count; i++)
		if (strcmp(c->observations[i].target, hop) == 0)
			return true;
	service = find_service(c, hop);
	return service && service->known_outages;
}

/* Whether the hop is what a service is judged by. */
static bool belongs_to(const struct service *s, const char *hop)
{
	if (s->known_outages)
		return strcmp(s->id, hop) == 0;
	for (size_t i = 0; i < s->target_count; i++)
		if (strcmp(s->targets[i], hop) == 0)
			return true;
	return false;
}

/* ---- who answers for a hop must not contradict the contracts, nor another path ---- */

/* The party that a hop names is the provider of one of the services that the hop belongs to. */
static int agrees_with_services(const struct reader *r, const struct node *at, const struct path *p, size_t k,
                                struct error *err)
{
	const struct service *other = NULL;

	for (size_t i = 0; i < r->c->service_count; i++) {
		const struct service *s = &r->c->services[i];

		if (!belongs_to(s, p->hops[k]))
			continue;
		if (p->own[k])
			return node_fail(
			    at, err, "'%s' belongs to the service '%s', so it is not the monitor's own side",
			    p->hops[k], s->id);
		if (!p->parties[k] || p->parties[k] == s->provider)
			return 0;
		other = other ? other : s;
	}
	if (!other)
		return 0;
	node_fail(at, err,
	          "the party '%s' of the hop '%s' contradicts the contract: the provider of the service '%s' "
	          "is '%s'",
	          p->parties[k]->id, p->hops[k], other->id, other->provider->id);
	return error_hint(err, "leave the party out, or name the service's provider");
}

static int agrees_with_path(const struct node *at, const struct path *p, size_t k, const struct path *q,
                            struct error *err)
{
	for (size_t i = 0; i < q->hop_count; i++) {
		if (strcmp(q->hops[i], p->hops[k]) != 0)
			continue;
		if (p->parties[k] && q->parties[i] && p->parties[k] != q->parties[i])
			return node_fail(at, err,
			                 "the party of the hop '%s' is '%s' here and '%s' in another path",
			                 p->hops[k], p->parties[k]->id, q->parties[i]->id);
		if (p->own[k] != q->own[i] && strcmp(p->vantage, q->vantage) == 0)
			return node_fail(at, err,
			                 "the hop '%s' is the monitor's own side in one path of the vantage "
			                 "'%s' and not in another",
			                 p->hops[k], p->vantage);
	}
	return 0;
}

static int check_hop(const struct reader *r, const struct node *at, const struct path *p, size_t k,
                     struct error *err)
{
	if (!is_watched(r->c, p->hops[k]))
		return node_fail(at, err, "no target '%s' is observed", p->hops[k]);
	for (size_t i = 0; i < k; i++)
		if (strcmp(p->hops[i], p->hops[k]) == 0)
			return node_fail(at, err, "the hop '%s' is there twice", p->hops[k]);
	if (agrees_with_services(r, at, p, k, err) < 0)
		return err->code;
	for (const struct path *q = r->c->paths; q < p; q++)
		if (agrees_with_path(at, p, k, q, err) < 0)
			return err->code;
	return 0;
}

/* ---- reading ---- */

static int read_hop_object(struct reader *r, const struct node *object, struct path *p, size_t k,
                           struct error *err)
{
	static const char *const keys[] = { "target", "party", "segment", "own", NULL };
	struct node party = node_member(object, "party");

	if (node_check_keys(object, keys, err) < 0 ||
	    read_text(r->arena, object, "target", REQUIRED, &p->hops[k], err) < 0 ||
	    read_text(r->arena, object, "segment", OPTIONAL, &p->segments[k], err) < 0 ||
	    node_boolean(object, "own", OPTIONAL, &p->own[k], err) < 0)
		return err->code;
	if (!party.value || json_is_null(party.value))
		return 0;
	if (p->own[k])
		return node_fail(&party, err,
		                 "'own' and 'party' exclude each other: nobody is charged with the "
		                 "monitor's own side");
	return read_party(r, object, "party", &p->parties[k], err);
}

static int read_hop(struct reader *r, const struct node *hops, struct path *p, size_t k, struct error *err)
{
	struct node item = node_item(hops, k);
	const char *target;

	if (json_is_object(item.value)) {
		if (read_hop_object(r, &item, p, k, err) < 0)
			return err->code;
	} else if (json_is_string(item.value)) {
		if (node_item_string(hops, k, &target, err) < 0)
			return err->code;
		p->hops[k] = arena_copy(r->arena, target);
	} else {
		return node_fail(&item, err, "must be a target, or an object that names one");
	}
	return check_hop(r, &item, p, k, err);
}

static int read_path(struct reader *r, const struct node *object, struct path *p, struct error *err)
{
	struct node hops;

	if (node_check_keys(object, (const char *const[]){ "vantage", "hops", NULL }, err) < 0 ||
	    read_text(r->arena, object, "vantage", REQUIRED, &p->vantage, err) < 0 ||
	    node_array(object, "hops", REQUIRED, &hops, err) < 0)
		return err->code;
	p->hop_count = node_count(&hops);
	p->hops = arena_array(r->arena, p->hop_count, sizeof *p->hops);
	p->parties = arena_array(r->arena, p->hop_count, sizeof *p->parties);
	p->segments = arena_array(r->arena, p->hop_count, sizeof *p->segments);
	p->own = arena_array(r->arena, p->hop_count, sizeof *p->own);
	for (size_t k = 0; k < p->hop_count; k++)
		if (read_hop(r, &hops, p, k, err) < 0)
			return err->code;
	return 0;
}

int read_paths(struct reader *r, const struct node *root, struct error *err)
{
	struct node list;

	if (node_array(root, "paths", OPTIONAL, &list, err) < 0)
		return err->code;
	r->c->path_count = node_count(&list);
	r->c->paths = arena_array(r->arena, r->c->path_count, sizeof *r->c->paths);
	for (size_t i = 0; i < r->c->path_count; i++) {
		struct node object;

		if (node_item_object(&list, i, &object, err) < 0 ||
		    read_path(r, &object, &r->c->paths[i], err) < 0)
			return err->code;
	}
	return 0;
}
