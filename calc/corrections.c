#include "calc/corrections.h"
#include "calc/judge.h"

#include <string.h>

static bool is_entered(const struct sla_case *c, const struct correction *x)
{
	return x->entered_us <= c->as_of_us;
}

/* The one that supersedes x: of several the first that was entered. */
static const struct correction *successor(const struct sla_case *c, const struct correction *x,
                                          const struct correction *without)
{
	const struct correction *found = NULL;

	for (const struct correction *y = c->corrections; y < c->corrections + c->correction_count; y++)
		if (y != without && is_entered(c, y) && y->supersedes && strcmp(y->supersedes, x->id) == 0 &&
		    (!found || correction_order(y, found) < 0))
			found = y;
	return found;
}

const char *correction_why_not(struct arena *a, const struct sla_case *c, const struct correction *x,
                               const struct correction *without)
{
	const struct correction *later;

	if (!is_entered(c, x))
		return "entered after as_of";
	later = successor(c, x, without);
	return later ? arena_printf(a, "superseded by '%s'", later->id) : NULL;
}

bool correction_in_effect(const struct sla_case *c, const struct correction *x,
                          const struct correction *without)
{
	return x != without && is_entered(c, x) && !successor(c, x, without);
}

bool correction_concerns(const struct correction *x, const struct observation *o)
{
	return strcmp(x->target, o->target) == 0 && (!x->vantage || strcmp(x->vantage, o->vantage) == 0);
}

int correction_order(const struct correction *x, const struct correction *y)
{
	if (x->entered_us != y->entered_us)
		return x->entered_us < y->entered_us ? -1 : 1;
	return strcmp(x->id, y->id);
}

void judge_corrections(struct judge *j, struct statement *s)
{
	const struct sla_case *c = j->c;

	s->correction_count = c->correction_count;
	s->corrections = arena_array(j->arena, c->correction_count, sizeof *s->corrections);
	for (size_t i = 0; i < c->correction_count; i++)
		s->corrections[i] =
		    (struct correction_result){ &c->corrections[i],
			                        correction_why_not(j->arena, c, &c->corrections[i], NULL) };
}
