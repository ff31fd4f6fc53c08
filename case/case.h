/*
 * case: reads a case (govsla-case/1, docs/manual/case.md) into the plain data that calc/ judges.
 *
 * All that needs a file, JSON or a time zone happens here; calc/ sees resolved instants only. Unknown and
 * duplicate keys, dangling references, numbers that are not exact, and a period that the terms contradict are
 * refused with file, line and key. Not a validator of contracts at large: that is the catalogue's check.
 *
 *     struct arena a = { 0 };
 *     struct sla_case *c;
 *     if (case_load(&a, "case.json", &c, &err) < 0) ...
 *     if (statement_make(&a, c, &s, &err) < 0) ...
 *
 * What the terms state about the period must agree with the case; what they leave open the case fills. A case
 * with start and end may judge a part of one billing month.
 */
#ifndef GOVSLA_CASE_CASE_H
#define GOVSLA_CASE_CASE_H

#include "base/document.h"
#include "calc/case.h"

/*
 * Where samples come from when they do not stand in the case: PostgreSQL. Observations then have no
 * "samples". load sets o->samples and o->sample_count (in any order; a is the arena to use). Returns 0 or a
 * negative code.
 */
struct sample_source {
	void *context;
	int (*load)(void *context, struct arena *a, const struct sla_case *c, struct observation *o,
	            struct error *err);
};

/* Reads a case file; CSV files are looked for beside it. */
int case_load(struct arena *a, const char *path, struct sla_case **out, struct error *err) MUST_CHECK;

/*
 * Reads a parsed document. source NULL: samples stand in the document, CSV files in directory. The document
 * may be released afterwards: everything is copied into the arena.
 */
int case_read(struct arena *a, const struct document *doc, const char *directory,
              const struct sample_source *source, struct sla_case **out, struct error *err) MUST_CHECK;

#endif
