#include "report/grid.h"
#include "report/escape.h"

#include <string.h>

/* Columns on a terminal: East Asian characters take two. */
static size_t width_of(const char *text)
{
	size_t width = 0;

	for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
		if ((*at & 0xC0) == 0x80)
			continue;
		width += *at >= 0xE3 && *at <= 0xEF ? 2 : 1; /* U+3000 and above */
	}
	return width;
}

void grid_end_cell(struct grid *g)
{
	if (g->count == g->size) {
		size_t size = g->size ? 2 * g->size : 64;
		const char **cells = arena_array(&g->arena, size, sizeof *cells);

		if (g->count > 0)
			memcpy(cells, g->cells, g->count * sizeof *cells);
		g->cells = cells;
		g->size = size;
	}
	g->cells[g->count++] = arena_copy(&g->arena, text_string(&g->cell));
	text_clear(&g->cell);
}

void grid_cell(struct grid *g, const char *text)
{
	escape_terminal(&g->cell, text);
	grid_end_cell(g);
}

static void pad(struct text *out, size_t count)
{
	while (count-- > 0)
		text_add(out, " ");
}

static void grid_row(struct text *out, const struct grid *g, size_t row, const size_t *widths)
{
	size_t owed = 2; /* blanks are written only before something: no line ends in blanks */

	for (size_t k = 0; k < g->columns; k++) {
		const char *cell = g->cells[row * g->columns + k];
		size_t gap = widths[k] - width_of(cell);

		if (*cell) {
			pad(out, owed + (g->right[k] ? gap : 0));
			text_add(out, cell);
			owed = g->right[k] ? 0 : gap;
		} else
			owed += widths[k];
		owed += 2;
	}
	text_add(out, "\n");
}

void grid_print(struct text *out, struct grid *g)
{
	size_t widths[COLUMNS_MOST] = { 0 };

	for (size_t i = 0; i < g->count; i++)
		if (width_of(g->cells[i]) > widths[i % g->columns])
			widths[i % g->columns] = width_of(g->cells[i]);
	for (size_t row = 0; row < g->count / g->columns; row++)
		grid_row(out, g, row, widths);
	text_release(&g->cell);
	arena_release(&g->arena);
}
