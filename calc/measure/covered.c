/*
 * covered: whether a level promises a service anything at all.
 *
 * Tiers of a product have levels of their own (single instance with premium disks: 99.9 %, with standard disks:
 * 99.5 %): a level names the attributes that it is for, a service states its own. What is not stated is not guessed.
 */
#include "calc/measure/counted.h"

#include <string.h>

static const char *attribute(const struct service *s, const char *name)
{
	for (size_t i = 0; i < s->attribute_count; i++)
		if (strcmp(s->attributes[i].name, name) == 0)
			return s->attributes[i].value;
	return NULL;
}

static bool holds(const struct condition *c, const char *value)
{
	for (size_t i = 0; i < c->value_count; i++)
		if (strcmp(c->values[i], value) == 0)
			return true;
	return false;
}

static const char *why_not(struct judge *j, const struct service *s, const struct condition *c)
{
	const char *value = attribute(s, c->name);
	char *wanted;

	if (value && holds(c, value))
		return NULL;
	wanted = arena_copy(j->arena, c->values[0]);
	for (size_t i = 1; i < c->value_count; i++)
		wanted = arena_printf(j->arena, "%s / %s", wanted, c->values[i]);
	return value ? arena_printf(j->arena, "the level is for %s %s, the service has %s", c->name, wanted,
	                            value)
	             : arena_printf(j->arena, "the level is for %s %s, the service does not state its %s",
	                            c->name, wanted, c->name);
}

const char *judge_not_covered(struct judge *j, const struct service *s, const struct level *l)
{
	struct counted c = judge_counted(j, s, l);

	for (size_t i = 0; i < l->condition_count; i++) {
		const char *why = why_not(j, s, &l->conditions[i]);

		if (why)
			return why;
	}
	if (c.time.count)
		return NULL;
	if (c.too_few_members)
		return arena_printf(j->arena,
		                    "at no time that counts were %lld members over %lld zones deployed",
		                    (long long)l->min_members, (long long)l->min_zones);
	return l->counted == COUNT_DEPLOYED ? "the service was not deployed in the time that counts"
	                                    : "there are no service hours in the time that counts";
}
