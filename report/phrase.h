/*
 * phrase: the English phrases that calc/ writes (labels, clauses, reasons), said in Japanese.
 *
 * A table of patterns; {} stands for a name or a number, which is kept. Not a translator: a phrase that the
 * table does not hold stays English and is marked as such in the page; a test over the golden cases tells
 * which are missing.
 */
#ifndef GOVSLA_REPORT_PHRASE_H
#define GOVSLA_REPORT_PHRASE_H

#include "base/text.h"
#include "report/words.h"

#include <stdbool.h>

/* Appends the phrase in the language; false (and nothing appended) when there is none. English is itself. */
bool phrase_translate(struct text *out, enum language language, const char *english);

#endif
