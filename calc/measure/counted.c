#include "calc/measure/counted.h"
#include "calc/measure/minutes.h"

static struct span in_ticks(struct span us)
{
	return (struct span){ tick_of(us.start), tick_of(us.end) };
}

static struct span_set set_of_us(struct judge *j, const struct span *us, size_t count, struct span within)
{
	struct span *ticks = arena_array(j->arena, count, sizeof *ticks);

	for (size_t i = 0; i < count; i++)
		ticks[i] = in_ticks(us[i]);
	return span_set_of(j->arena, ticks, count, within);
}

struct counted judge_counted(struct judge *j, const struct service *s, const struct level *l)
{
	struct span subscribed =
	    s->has_subscribed ? span_intersect(j->period, in_ticks(s->subscribed)) : j->period;
	struct counted c = { .not_subscribed = span_length(j->period) - span_length(subscribed) };

	c.time = span_set_of(j->arena, &subscribed, 1, j->period);
	if (l->counted == COUNT_DEPLOYED && s->has_deployed) {
		struct span_set deployed = set_of_us(j, s->deployed, s->deployed_count, subscribed);

		if (l->not_deployed_is_up) {
			c.idle = span_set_complement(j->arena, &deployed, subscribed);
		} else {
			c.not_deployed = span_length(subscribed) - span_set_length(&deployed);
			c.time = deployed;
		}
	}
	if (l->counted == COUNT_SERVICE_HOURS) {
		c.time = set_of_us(j, l->hours, l->hour_count, subscribed);
		c.outside_hours = span_length(subscribed) - span_set_length(&c.time);
	}
	if (l->method == METHOD_MINUTE_ALL_MEMBERS && !s->known_outages) {
		struct span_set few = judge_too_few_members(j, s, l),
		                enough = span_set_complement(j->arena, &few, j->period);

		c.too_few_members = span_set_length(&c.time);
		c.time = span_set_intersection(j->arena, &c.time, &enough);
		c.too_few_members -= span_set_length(&c.time);
	}
	c.uncounted = span_set_complement(j->arena, &c.time, j->period);
	return c;
}

struct span_set judge_silent(struct judge *j, const struct service *s, const struct level *l,
                             const struct span_set *excluded)
{
	struct counted c = judge_counted(j, s, l);
	struct span_set silent = span_set_union(j->arena, &c.uncounted, &c.idle);

	return l->excluded_time == EXCLUDED_IGNORE ? silent : span_set_union(j->arena, &silent, excluded);
}

static int given(struct judge *j, const char *label, const char *source, const char *id, int64_t ticks)
{
	return judge_seconds(j, label, arena_printf(j->arena, source, id), ticks);
}

int judge_counted_seconds(struct judge *j, const struct service *s, const struct counted *c)
{
	int inputs[5] = { judge_seconds(j, "T, length of the period", "period", span_length(j->period)) };
	char *formula = arena_copy(j->arena, "$1");
	size_t count = 1;

	if (c->not_subscribed)
		inputs[count++] =
		    given(j, "seconds not subscribed", "subscription of %s", s->id, c->not_subscribed);
	if (c->not_deployed)
		inputs[count++] = given(j, "seconds subscribed and not deployed", "deployed spans of %s",
		                        s->id, c->not_deployed);
	if (c->outside_hours)
		inputs[count++] = given(j, "seconds subscribed and outside service hours",
		                        "service hours of the terms %s", s->terms->id, c->outside_hours);
	if (c->too_few_members)
		inputs[count++] = given(j, "seconds in which too few members were deployed", "members of %s",
		                        s->id, c->too_few_members);
	for (size_t i = 1; i < count; i++)
		formula = arena_printf(j->arena, "%s - $%zu", formula, i + 1);
	return count == 1 ? inputs[0]
	                  : derive(j->book, "T, the time that counts", NULL, formula, count, inputs);
}
