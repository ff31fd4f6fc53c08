/*
 * provider: what the other side says of the same month (govsla-provider/1, docs/manual/explaining.md), or a statement of
 * this program (govsla-statement/1) that the other side made.
 *
 * What is not stated is NULL (FIGURE of nothing) or has_… false: it is never filled in. Strings and JSON are borrowed
 * from the document and the arena.
 */
#ifndef GOVSLA_SLACALC_PROVIDER_H
#define GOVSLA_SLACALC_PROVIDER_H

#include "base/arena.h"
#include "base/document.h"
#include "base/span.h"
#include "calc/terms.h"

struct provider_outage {
	const char *id;       /* what they call it; NULL */
	struct span span;     /* µs */
	struct span possible; /* of a statement: as its outages say, else as span */
	struct span certain;
};

struct provider_exclusion {
	const char *id, *kind; /* NULL not stated */
	struct span span;      /* µs */
};

struct provider_level {
	const char *id;
	exact measure;       /* in the level's unit */
	exact downtime_s;    /* availability */
	exact denominator_s; /* T, before anything is taken out of it */
	exact credit;
	json_t *rules; /* keys of a level of the terms that they read otherwise; NULL */
};

struct provider_service {
	const char *id;
	bool has_outages, has_exclusions;
	bool elsewhere_up; /* what is in none of their outages was up: not so for a statement */
	struct provider_outage *outages;
	size_t outage_count;
	struct provider_exclusion *exclusions;
	size_t exclusion_count;
	struct provider_level *levels;
	size_t level_count;
	exact credit;
	json_t *rules; /* keys of the terms; NULL */
	json_t *fees;  /* { payer: amount }; NULL */
	const char **left_out;
	size_t left_out_count;
};

struct provider {
	const char *title, *document;
	struct provider_service *services;
	size_t service_count;
};

/* doc must outlive out. Returns 0 or ERROR_DATA with file, line and key. */
int provider_read(struct arena *a, const struct document *doc, struct provider *out,
                  struct error *err) MUST_CHECK;

#endif
