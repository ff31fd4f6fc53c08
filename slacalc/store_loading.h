/* store_loading: what the files that read a month of the database as a case share. Internal to them. */
#ifndef GOVSLA_SLACALC_STORE_LOADING_H
#define GOVSLA_SLACALC_STORE_LOADING_H

#include "base/span.h"
#include "slacalc/store_query.h"

/* The month as the terms in use count it. */
struct month {
	const char *name, *zone, *of; /* of: the terms that said so */
	int start_day;
	int64_t hours;
	struct span span;
};

struct loading {
	struct store *store;
	struct arena *arena;
	const struct case_request *request;
	char version[16];
	int64_t known_us, as_of_us; /* when the version became known; of the case */
	struct month month;
	const char *first_day; /* of the month as it is named: "2026-10-01" */
	json_t *services, *terms, *targets, *paths, *document;
	json_t *network_terms;     /* ids of the terms that judge a network as one */
	const char *services_text; /* services as JSON */
	struct loaded_case *out;
};

/* One row of JSON columns: the parsed values, which the caller releases (NULL after an error, or for the rest). */
int store_read_json(struct loading *l, json_t **values, int columns, const char *sql, size_t count,
                    const char *const *parameters, struct error *err) MUST_CHECK;

/* A value as compact JSON, in the arena. */
const char *store_dump(struct loading *l, const json_t *value);

/*
 * store_services.c: fills services, terms and the month. Services that are not subscribed in the month are left
 * out. Those that the case needs beside the ones asked for (what an incident names as its root cause; the rest of a
 * network that the terms judge as one) come without fees: their credit is somebody else's; those that records speak of
 * come with them, since a reduction is shared by the fees of all who pay for it.
 */
int store_read_services(struct loading *l, struct error *err) MUST_CHECK;

#endif
