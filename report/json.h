/*
 * json: a statement as govsla-statement/1 (docs/manual/case.md).
 *
 * Figures are exact strings ("300", "99.985", "20/37"), null where a figure is not defined; each can be
 * followed to its node by the "nodes" object beside it. Keys come in a fixed order: the same statement gives
 * the same bytes.
 */
#ifndef GOVSLA_REPORT_JSON_H
#define GOVSLA_REPORT_JSON_H

#include "base/text.h"
#include "calc/statement.h"

/* Appends the document and a newline to out (text_failed() tells of lack of memory). */
void report_json(const struct statement *s, struct text *out);

#endif
