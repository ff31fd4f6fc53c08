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

static int read_path(struct reader *r, const struct node *object, struct path *p, struct error *err)
{
	struct node hops;

	if (node_check_keys(object, (const char *const[]){ "vantage", "hops", NULL }, err) < 0 ||
	    read_text(r->arena, object, "vantage", REQUIRED, &p->vantage, err) < 0 ||
	    node_array(object, "hops", REQUIRED, &hops, err) < 0)
		return err->code;
	p->hop_count = node_count(&hops);
	p->hops = arena_array(r->arena, p->hop_count, sizeof *p->hops);
	for (size_t i = 0; i < p->hop_count; i++) {
		const char *hop;

		if (node_item_string(&hops, i, &hop, err) < 0)
			return err->code;
		p->hops[i] = arena_copy(r->arena, hop);
		if (!is_watched(r->c, hop)) {
			struct node item = node_item(&hops, i);

			return node_fail(&item, err, "no target '%s' is observed", hop);
		}
		for (size_t k = 0; k < i; k++)
			if (strcmp(p->hops[k], hop) == 0) {
				struct node item = node_item(&hops, i);

				return node_fail(&item, err, "the hop '%s' is there twice", hop);
			}
	}
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
