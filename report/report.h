/*
 * report: a statement as files that people and spreadsheets read.
 *
 * Into one directory, for one organisation or for the whole case:
 *     BASE.ja.html BASE.en.html     one self-contained page each
 *     BASE.json                     the statement (report/json.h)
 *     BASE.verdicts.csv BASE.outages.csv BASE.obligations.csv BASE.pass_through.csv BASE.apportionments.csv
 *     BASE.ledger.csv BASE.derivations.csv
 * and with each_body, where the case has several municipalities, a page for each and one for the Agency:
 *     BASE.131016.ja.html …         by code; by id, or by place in the case, where there is none
 *     BASE.da.ja.html …
 *
 * A statement that is an excerpt (excerpt.h) gives files in which nothing of other municipalities stands.
 *
 * All or nothing: each file is composed in memory and written beside its place; all are renamed when all are on
 * disk. The same statement and options give the same bytes: no clock, no locale, no date of making.
 *
 *     struct report_options o = { .directory = "out", .base = "131016-2026-10", .japanese = true };
 *     if (report_write(s, &o, &err) < 0) ...
 */
#ifndef GOVSLA_REPORT_REPORT_H
#define GOVSLA_REPORT_REPORT_H

#include "base/error.h"
#include "base/text.h"
#include "calc/statement.h"
#include "report/words.h"

#include <stdbool.h>

struct report_pages { /* the pages of single parties that are written beside a page */
	const char *base;
	struct report_named_page {
		const struct party *party;
		const char *name; /* between BASE and the language */
	} * at;
	size_t count;
};

struct report_options {
	const char *directory;            /* made if it does not exist (its parent must) */
	const char *base;                 /* start of the files' names; must not contain a slash */
	bool japanese, english;           /* which pages; both false: only JSON and CSV */
	const char *organisation_name;    /* of whom the page is, or NULL: the case's only payer, else all */
	const char *organisation_code;    /* 全国地方公共団体コード, or NULL */
	bool each_body;                   /* pages for each municipality and the Agency, too */
	const struct report_pages *pages; /* those that a page leads to; NULL none; set by report_write() */
	const char *source;               /* the case file that is reported on: never replaced; or NULL */
};

/* Writes the files. Returns 0, or ERROR_USAGE / ERROR_IO / ERROR_MEMORY; then no file was changed. */
int report_write(const struct statement *s, const struct report_options *options,
                 struct error *err) MUST_CHECK;

/* The page alone, appended to out. */
void report_page(const struct statement *s, const struct report_options *options, enum language language,
                 struct text *out);

/* What a terminal shows: verdicts first. English, UTF-8, no colours. */
void report_text(const struct statement *s, struct text *out);

/* The CSV files, appended to out: UTF-8 with a byte order mark, CR LF (RFC 4180), safe in spreadsheets. */
void report_csv_verdicts(const struct statement *s, struct text *out);
void report_csv_outages(const struct statement *s, struct text *out);
void report_csv_obligations(const struct statement *s, struct text *out);
void report_csv_pass_through(const struct statement *s, struct text *out);
void report_csv_apportionments(const struct statement *s, struct text *out);
void report_csv_ledger(const struct statement *s, struct text *out);
/* Of an excerpt: the nodes that were written last, so right after report_json() or a page. */
void report_csv_derivations(const struct statement *s, struct text *out);

/* Whether the Agency owes, is owed or passes on anything: whether it gets a report of its own. */
bool report_concerns_agency(const struct statement *s);

#endif
