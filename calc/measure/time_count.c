#include "calc/measure/time_count.h"

#include <string.h>

int judge_sum(struct judge *j, const char *label, const char *clause, const int *nodes, size_t count)
{
	size_t size = 24 * (count + 1), length = 2;
	char *formula = arena_array(j->arena, size, 1);

	strcpy(formula, count ? "$1" : "0");
	for (size_t i = 1; i < count; i++) /* in place: a network may have thousands of lines */
		length += (size_t)snprintf(formula + length, size - length, " + $%zu", i + 1);
	return derive(j->book, label, clause, formula, count, nodes);
}
