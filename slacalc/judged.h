/*
 * judged: a case file or a month of the database, judged, with an outline of what came out.
 *
 *     struct judged j = { 0 };
 *     if (judged_open(&j, "case.json", NULL, &err) == 0) ... j.s, j.outline ...
 *     judged_close(&j);                                          (in any case)
 */
#ifndef GOVSLA_SLACALC_JUDGED_H
#define GOVSLA_SLACALC_JUDGED_H

#include "base/document.h"
#include "report/outline.h"
#include "slacalc/month.h"

struct judged {
	struct arena arena;
	struct sla_case *c;
	struct statement *s;
	struct outline outline;
	struct store *store;
	struct loaded_case loaded;
};

/* what: a month such as 2026-10 (then o says whose, and of which database), else a case file. */
int judged_open(struct judged *j, const char *what, struct month_options *o, struct error *err) MUST_CHECK;

/*
 * A case as a document that stands for the file path: samples are looked for beside it. figures_only: without the
 * effects of exclusions and corrections, which nobody looks at.
 */
int judged_document(struct judged *j, const struct document *doc, const char *path, bool figures_only,
                    struct error *err) MUST_CHECK;

void judged_close(struct judged *j);

#endif
