#include "calc/observe/timeline_builder.h"

#include <string.h>

struct timeline_builder timeline_start(struct arena *a, struct span within)
{
	return (struct timeline_builder){ a, { within, NULL, 0 }, 0, within.start };
}

static void make_room(struct timeline_builder *b)
{
	size_t size = b->size ? 4 * b->size : 16;
	struct run *runs;

	if (b->t.count < b->size)
		return;
	runs = arena_array(b->arena, size, sizeof *runs);
	if (b->t.count)
		memcpy(runs, b->t.runs, b->t.count * sizeof *runs);
	b->t.runs = runs;
	b->size = size;
}

void timeline_add_run(struct timeline_builder *b, int64_t end, enum state state)
{
	make_room(b);
	b->t.runs[b->t.count++] = (struct run){ { b->at, end }, state };
	b->at = end;
}
