/* corrections: what was found out later about a target; nothing that was observed is erased by it. */
#include "calc/observe/corrections.h"
#include "case/reader.h"

#include <string.h>

static const struct correction *find(const struct sla_case *c, const char *id)
{
	for (size_t i = 0; i < c->correction_count; i++)
		if (strcmp(c->corrections[i].id, id) == 0)
			return &c->corrections[i];
	return NULL;
}

/* What is corrected must have been observed: a finding about nothing would silently do nothing. */
static int check_observed(const struct reader *r, const struct node *object, const struct correction *x,
                          struct error *err)
{
	struct node target = node_member(object, "target"), vantage = node_member(object, "vantage");
	bool observed = false;

	for (size_t i = 0; i < r->c->observation_count; i++) {
		observed = observed || strcmp(r->c->observations[i].target, x->target) == 0;
		if (correction_concerns(x, &r->c->observations[i]))
			return 0;
	}
	if (!observed)
		return node_fail(&target, err, "no target '%s' is observed", x->target);
	return node_fail(&vantage, err, "the target '%s' is not observed from the vantage '%s'", x->target,
	                 x->vantage);
}

static int read_correction(struct reader *r, const struct node *object, struct correction *x,
                           struct error *err)
{
	static const char *const keys[] = { "id",       "target",  "vantage",    "start",
		                            "end",      "outcome", "author",     "reason",
		                            "document", "entered", "supersedes", NULL };
	static const char *const outcomes[] = { "up", "down", "missed", NULL }; /* as enum sample_outcome */
	int outcome = 0;

	if (node_check_keys(object, keys, err) < 0 ||
	    read_text(r->arena, object, "id", REQUIRED, &x->id, err) < 0 ||
	    read_text(r->arena, object, "target", REQUIRED, &x->target, err) < 0 ||
	    read_text(r->arena, object, "vantage", OPTIONAL, &x->vantage, err) < 0 ||
	    read_span(object, &x->span, err) < 0 ||
	    node_word(object, "outcome", REQUIRED, outcomes, &outcome, err) < 0 ||
	    read_text(r->arena, object, "author", REQUIRED, &x->author, err) < 0 ||
	    read_text(r->arena, object, "reason", REQUIRED, &x->reason, err) < 0 ||
	    read_text(r->arena, object, "document", REQUIRED, &x->document, err) < 0 ||
	    read_instant(object, "entered", REQUIRED, &x->entered_us, err) < 0 ||
	    read_text(r->arena, object, "supersedes", OPTIONAL, &x->supersedes, err) < 0)
		return err->code;
	x->outcome = (uint8_t)outcome;
	if (find(r->c, x->id) != x)
		return node_fail(object, err, "the correction '%s' is there twice", x->id);
	return check_observed(r, object, x, err);
}

/* A correction supersedes one that was there before it: so no chain of them comes back to its start. */
static int check_superseded(const struct reader *r, const struct node *object, const struct correction *x,
                            struct error *err)
{
	struct node supersedes = node_member(object, "supersedes");
	const struct correction *earlier;

	if (!x->supersedes)
		return 0;
	earlier = find(r->c, x->supersedes);
	if (!earlier)
		return node_fail(&supersedes, err, "no correction '%s'", x->supersedes);
	if (earlier == x)
		return node_fail(&supersedes, err, "'%s' supersedes itself", x->id);
	if (earlier->entered_us > x->entered_us)
		return node_fail(&supersedes, err, "'%s' was entered after '%s', which supersedes it",
		                 earlier->id, x->id);
	/* entered at the same instant: only then can they run in a circle */
	for (size_t steps = 0; earlier && earlier->supersedes && steps < r->c->correction_count; steps++) {
		earlier = find(r->c, earlier->supersedes);
		if (earlier == x)
			return node_fail(&supersedes, err, "'%s' supersedes itself by way of '%s'", x->id,
			                 x->supersedes);
	}
	return 0;
}

int read_corrections(struct reader *r, const struct node *root, struct error *err)
{
	struct sla_case *c = r->c;
	struct node list, object;

	if (node_array(root, "corrections", OPTIONAL, &list, err) < 0)
		return err->code;
	c->corrections = arena_array(r->arena, node_count(&list), sizeof *c->corrections);
	for (size_t i = 0; i < node_count(&list); i++) {
		c->correction_count = i + 1;
		if (node_item_object(&list, i, &object, err) < 0 ||
		    read_correction(r, &object, &c->corrections[i], err) < 0)
			return err->code;
	}
	for (size_t i = 0; i < c->correction_count; i++)
		if (node_item_object(&list, i, &object, err) < 0 ||
		    check_superseded(r, &object, &c->corrections[i], err) < 0)
			return err->code;
	for (size_t i = 0; i < c->correction_count; i++)
		c->corrections[i].in_effect = correction_in_effect(c, &c->corrections[i], NULL);
	return 0;
}
