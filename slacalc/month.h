/*
 * month: a month of the database, read by the same reader as a case file, so that verdict and report cannot
 * differ from evaluate.
 *
 * The only difference is where samples come from: the series that store_load_case() fetched, instead of the CSV
 * files that export-case writes. Observations carry the CSV files' names as their origin in both.
 *
 *     if (month_load(store, &arena, &request, &loaded, &c, &err) < 0) ...
 *     json_decref(loaded.document);      (in any case)
 */
#ifndef GOVSLA_SLACALC_MONTH_H
#define GOVSLA_SLACALC_MONTH_H

#include "calc/case.h"
#include "slacalc/command.h"
#include "slacalc/store.h"

/* The options of every command that judges a month. */
struct month_options {
	struct case_request request;
	const char *url;
};

#define MONTH_OPTIONS(o)                                                                                     \
	{ "organisation", 0, &(o).request.organisation, NULL },                                              \
	    { "service", 0, &(o).request.service, NULL }, { "as-of", 0, &(o).request.as_of, NULL },          \
	{                                                                                                    \
		"db", 0, &(o).url, NULL                                                                      \
	}

/*
 * Refuses them beside a case file, which is judged whole, as it stands: one that did nothing would show what it should
 * hide.
 */
int month_none_for_file(const struct month_options *o, const char *path, struct error *err) MUST_CHECK;

/*
 * The three steps of month_load(): the month out of the database; its case, read; what earlier months came to, where
 * the case looks back at them (past.h), with the case read again. c is good until the arena goes.
 */
int month_fetch(struct store *store, struct arena *a, const struct case_request *request,
                struct loaded_case *loaded, struct error *err) MUST_CHECK;
int month_read(struct arena *a, struct loaded_case *loaded, struct sla_case **out,
               struct error *err) MUST_CHECK;
int month_look_back(struct store *store, struct arena *a, const struct case_request *request,
                    struct loaded_case *loaded, struct sla_case **out, struct error *err) MUST_CHECK;

/* Loads the month and reads it. loaded->document is the caller's to release (also after an error). */
int month_load(struct store *store, struct arena *a, const struct case_request *request,
               struct loaded_case *loaded, struct sla_case **out, struct error *err) MUST_CHECK;

/* The CSV file that holds a series in an exported case. */
const char *month_csv_name(struct arena *a, const struct series *series);

#endif
