/*
 * hours: service hours of a contract: read as wall-clock hours, resolved into instants once the period is known.
 *
 * Of each day one rule holds: the hours of its date where `dates` lists it, else those of `on_holidays` where the
 * calendar calls it a holiday, else those of its weekday. An instant lies in service hours when the wall clock of the
 * period's zone shows a time from `from` until before `to` of that day: where clocks change, an hour that does not
 * exist does not count and one that comes twice counts twice. 24:00 is the next midnight.
 *
 * Not a calendar (calendar.h). calc/ sees the resolved instants only (level->hours).
 */
#ifndef GOVSLA_CASE_HOURS_H
#define GOVSLA_CASE_HOURS_H

#include "case/reader.h"

#define HOURS_WEEK_DAYS 7

struct minutes { /* of a day: [from, to) */
	int from, to;
};

struct hours_list {
	struct minutes *at;
	size_t count;
};

struct dated_hours {
	int64_t day;
	struct hours_list hours;
};

struct service_hours {
	struct hours_list weekly[HOURS_WEEK_DAYS]; /* Monday first */
	const char *holidays;                      /* the calendar's id; NULL none */
	struct hours_list on_holidays;
	struct dated_hours *dates;
	size_t date_count;
};

/* The optional service hours of terms whose levels are read; refuses a level that counts hours that are not there. */
int hours_read(struct arena *a, const struct node *terms, struct terms *t, struct error *err) MUST_CHECK;

/* hours_resolve(): reader.h */

#endif
