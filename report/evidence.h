/*
 * evidence: what stands behind a given node: the samples, stretches, records and keys of the case that it was taken from.
 *
 * A given node names its source in its clause ("timeline of line-1, range", "record r1", "terms line, level availability").
 * Here the name is followed into the case. Rows are places in a series in the order of time, from 1: those of a CSV file
 * that is sorted and begins with the period are its lines less the header.
 *
 * Not an index of everything that was observed: only of what a figure rests on. What a source is that is none of these
 * stays as it is named.
 */
#ifndef GOVSLA_REPORT_EVIDENCE_H
#define GOVSLA_REPORT_EVIDENCE_H

#include "base/arena.h"
#include "base/text.h"
#include "calc/statement.h"
#include "report/words.h"

#include <jansson.h>

enum evidence_kind {
	EVIDENCE_STRETCH,   /* an outage: span possible, certain */
	EVIDENCE_SAMPLES,   /* rows of one observation */
	EVIDENCE_OPEN,      /* a stretch that was not measured; name: by which hop it was obscured, or NULL */
	EVIDENCE_KNOWN,     /* an outage that the case states as known */
	EVIDENCE_EXCLUSION, /* accepted */
	EVIDENCE_RECORD,    /* what somebody entered */
	EVIDENCE_KEY,       /* a key of the case; document and confidence where there are */
};

struct evidence {
	enum evidence_kind kind;
	const char *key;  /* "records[2]", "terms line, level availability"; the origin of samples */
	const char *name; /* its id, target and vantage */
	const char *document, *confidence;
	struct span span, certain; /* µs; empty where they say nothing */
	int64_t day;               /* of a record */
	size_t first_row, last_row;
	size_t failed, answered, missed;
};

struct evidence_list {
	struct evidence *items;
	size_t count, size;
};

/* What a given node rests on. service: the one whose figure is explained; NULL: found by the node's source. */
struct evidence_list evidence_of(struct arena *a, const struct statement *s, int node,
                                 const struct service_result *service);

/* One line in a language, without its line break. */
void evidence_text(struct text *out, enum language language, const struct statement *s,
                   const struct evidence *e);

json_t *evidence_json(const struct evidence *e);

#endif
