#include "calc/measure/part.h"
#include "calc/measure/method.h"

#include <string.h>

const char *part_reading(int reading)
{
	static const char *const names[PART_READINGS] = { "at the best reading", "at the worst reading",
		                                          "at the point value" };

	return names[reading];
}

char *part_seconds(struct arena *a, int64_t us)
{
	char *text = arena_printf(a, "%lld.%06lld", (long long)(us / US_PER_S), (long long)(us % US_PER_S));
	size_t length = strlen(text);

	while (text[length - 1] == '0')
		length--;
	text[text[length - 1] == '.' ? length - 1 : length] = '\0';
	return text;
}

struct part_length part_in_range(struct part_length length)
{
	length.point = length.point > length.worst ? length.worst : length.point;
	length.point = length.point < length.best ? length.best : length.point;
	return length;
}

int part_in_unit(struct judge *j, const struct level *l, const char *label, const char *formula, int seconds)
{
	static const char *const divisors[] = { [UNIT_MIN] = "60", [UNIT_H] = "3600", [UNIT_D] = "86400" };
	const char *shown =
	    l->unit == UNIT_S ? formula : arena_printf(j->arena, "%s / %s", formula, divisors[l->unit]);

	return derive(j->book, label, method_clause(j, l), shown, 1, &seconds);
}

static int one_length(struct judge *j, const struct level *l, const char *name, const char *source,
                      int reading, int64_t ticks)
{
	const char *of = part_reading(reading);
	int seconds;

	if (ticks == PART_UNKNOWN)
		return FIGURE_UNKNOWN;
	seconds = judge_seconds(j, arena_printf(j->arena, "seconds of %s %s", name, of), source, ticks);
	return l->unit == UNIT_S
	           ? seconds
	           : part_in_unit(j, l, arena_printf(j->arena, "%s %s, %s", name, of, unit_name(l->unit)),
	                          "$1", seconds);
}

struct measure part_measure(struct judge *j, const struct level *l, const char *name, const char *source,
                            struct part_length length)
{
	struct measure m = { .best = one_length(j, l, name, source, 0, length.best) };

	m.worst = length.worst == length.best ? m.best : one_length(j, l, name, source, 1, length.worst);
	m.point = length.point == length.best    ? m.best
	          : length.point == length.worst ? m.worst
	                                         : one_length(j, l, name, source, 2, length.point);
	return m;
}

static int of_reading(const struct measure *m, int reading)
{
	return reading == 0 ? m->best : reading == 1 ? m->worst : m->point;
}

/* All parts that count at one reading in one formula: "START$1 SEPARATOR$2 … END". */
static int together(struct judge *j, const struct level_result *r, int reading, const char *label,
                    const char *const formula[3])
{
	int *inputs = arena_array(j->arena, r->part_count, sizeof *inputs);
	size_t size = 32 * (r->part_count + 2), length = 0, count = 0;
	char *text = arena_array(j->arena, size, 1);

	for (size_t i = 0; i < r->part_count; i++)
		if (r->parts[i].counted)
			inputs[count++] = of_reading(&r->parts[i].length, reading);
	if (count == 0)
		return derive_given(j->book, label, "nothing of the kind in the period", "0");
	if (count == 1)
		return inputs[0];
	length = (size_t)snprintf(text, size, "%s", formula[0]);
	for (size_t i = 0; i < count; i++)
		length +=
		    (size_t)snprintf(text + length, size - length, "%s$%zu", i ? formula[1] : "", i + 1);
	snprintf(text + length, size - length, "%s", formula[2]);
	return derive(j->book, label, method_clause(j, r->level), text, count, inputs);
}

static void measure_together(struct judge *j, struct level_result *r, const char *what,
                             const char *const formula[3])
{
	int values[PART_READINGS];

	for (int i = 0; i < PART_READINGS; i++)
		values[i] = together(
		    j, r, i,
		    arena_printf(j->arena, "%s %s, %s", what, part_reading(i), unit_name(r->level->unit)),
		    formula);
	r->measure = (struct measure){ values[0], values[1], values[2] };
}

void part_longest(struct judge *j, struct level_result *r, const char *what)
{
	measure_together(j, r, arena_printf(j->arena, "longest %s", what),
	                 (const char *const[]){ "max(", ", ", ")" });
}

void part_sum(struct judge *j, struct level_result *r, const char *what)
{
	measure_together(j, r, what, (const char *const[]){ "", " + ", "" });
}
