/*
 * slamon_file: what one vantage is to run, as slamon.json (govsla-slamon/1), from the registry. slamon itself says what
 * its keys may be: the file is tried with `slamon check` before it is put in place (apply.c).
 */
#ifndef GOVSLA_SLACALC_SLAMON_FILE_H
#define GOVSLA_SLACALC_SLAMON_FILE_H

#include "base/arena.h"
#include "slacalc/registry.h"

/*
 * The text of the file in the arena: the vantage (a row of the registry), its number, where it ships to unless the vantage
 * says so, and its targets (taken over). NULL when memory is lacking.
 */
char *slamon_file_text(struct arena *a, const json_t *vantage, int number, const char *database,
                       json_t *targets);

/* The targets of a vantage as the registry has them, numbered in its order: to try without a database. New reference. */
json_t *slamon_file_targets(const struct registry *r, const char *vantage);

#endif
