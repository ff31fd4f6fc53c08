/*
 * grid: a table on a terminal, whose columns are as wide as their widest cell. Cells are escaped; no line ends in blanks.
 *
 *     struct grid g = { .columns = 3, .right = { [2] = true } };
 *     grid_cell(&g, name);  text_add(&g.cell, "x");  grid_end_cell(&g);  …
 *     grid_print(out, &g);                                             and releases it
 */
#ifndef GOVSLA_REPORT_GRID_H
#define GOVSLA_REPORT_GRID_H

#include "base/arena.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

#define COLUMNS_MOST 9

struct grid { /* a table whose columns are as wide as their widest cell */
	struct arena arena;
	const char **cells; /* row by row */
	size_t count, size, columns;
	bool right[COLUMNS_MOST]; /* columns of numbers */
	struct text cell;         /* the one being written */
};

void grid_cell(struct grid *g, const char *text); /* a whole cell; foreign text */
void grid_end_cell(struct grid *g);               /* what was written to g->cell is one */
void grid_print(struct text *out, struct grid *g);

#endif
