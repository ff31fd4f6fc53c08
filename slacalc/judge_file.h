/* judge_file: the statement of a case file, for every command that takes one. */
#ifndef GOVSLA_SLACALC_JUDGE_FILE_H
#define GOVSLA_SLACALC_JUDGE_FILE_H

#include "base/arena.h"
#include "calc/statement.h"

/* Reads and judges the case. An error names the file, and the line where the key that is wrong stands. */
int judge_file(struct arena *a, const char *path, struct statement **out, struct error *err) MUST_CHECK;

#endif
