/*
 * basis: the ground of an obligation ("5.3-1", "table3-2C", …; docs/manual/liability.md) in words.
 *
 * An unknown ground is written as it is, so that nothing is left out of a report.
 */
#ifndef GOVSLA_REPORT_BASIS_H
#define GOVSLA_REPORT_BASIS_H

#include "base/text.h"
#include "report/words.h"

#include <stdbool.h>

/* In one sentence: 表3 (2)C：地方公共団体に帰責性、ASP等の損害. */
void basis_words(struct text *out, enum language language, const char *basis);

/* The clause alone, for a picture: 利用基準 5.3①, 表3 (2)C. */
void basis_short(struct text *out, enum language language, const char *basis);

/* Whether an edge of the ledger is of that basis; the ledger's name of 5.3① has the provider behind it: "5.3-1/csp". */
bool basis_is(const char *of_edge, const char *basis);

#endif
