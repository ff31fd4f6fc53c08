/*
 * calendar: days that are holidays, as dated data with a source: of a case, or shipped (contracts/calendars).
 *
 * A calendar speaks of the days from its first to its last one only: beyond them it does not say that a day is no
 * holiday. Not the service hours that depend on it (hours.h). Format: docs/manual/case.md, "Calendars".
 */
#ifndef GOVSLA_CASE_CALENDAR_H
#define GOVSLA_CASE_CALENDAR_H

#include "base/arena.h"
#include "base/document.h"
#include "case/shipped.h"

struct holiday {
	int64_t day;      /* days since 1970-01-01 */
	const char *name; /* NULL when not given */
};

struct calendar {
	const char *id, *title, *edition;
	const char *document, *document_date, *confidence; /* the source; NULL when not given */
	int64_t from_day, to_day;                          /* the first and the last day of which it speaks */
	struct holiday *holidays;                          /* in ascending order, no day twice */
	size_t count;
};

/* Reads one calendar; the texts are copied into the arena. */
int calendar_read(struct arena *a, const struct node *object, struct calendar *out,
                  struct error *err) MUST_CHECK;

/* Whether a shipped file is a calendar. */
bool calendar_is(const struct shipped_file *file);

/* The shipped file of the calendar with that id; NULL when none is shipped. */
const struct shipped_file *calendar_shipped_file(const char *id);

/* The ids of the shipped calendars, separated by ", ". */
const char *calendar_shipped_ids(struct arena *a);

/* Reads a shipped calendar. */
int calendar_read_shipped(struct arena *a, const struct shipped_file *file, struct calendar *out,
                          struct error *err) MUST_CHECK;

/* The holiday of a day; NULL when it is none. */
const struct holiday *calendar_holiday(const struct calendar *c, int64_t day);

#endif
