/*
 * calendar_import: public lists of holidays, as offices publish them, read into days.
 *
 *     the Cabinet Office's CSV   国民の祝日・休日月日,国民の祝日・休日名称 / 2019/1/1,元日 (Shift_JIS or UTF-8)
 *     iCalendar (RFC 5545)       whole-day events: DTSTART;VALUE=DATE, DTEND (not itself a holiday), SUMMARY
 *
 * What a list cannot say for certain is refused with file and line: an event with a time of day, a recurrence rule, a
 * date that does not exist. Events that are no holidays (observances) cannot be told apart: look at what came out.
 */
#ifndef GOVSLA_SLACALC_CALENDAR_IMPORT_H
#define GOVSLA_SLACALC_CALENDAR_IMPORT_H

#include "base/arena.h"
#include "base/text.h"

#include <stdint.h>

struct imported_day {
	int64_t day; /* days since 1970-01-01; may lie before */
	const char *name;
};

struct imported {
	struct imported_day *days; /* in ascending order, no day twice */
	size_t count;
};

/* Reads the bytes of a file (its name is for messages) as one or the other. */
int calendar_import(struct arena *a, const char *file, const struct text *bytes, struct imported *out,
                    struct error *err) MUST_CHECK;

/* ---- shared by calendar_import.c, calendar_csv.c and calendar_ics.c ---- */

struct import {
	struct arena *arena;
	const char *file;
	int line; /* of what is being read, 1-based */
	struct imported *out;
	size_t room;
	struct error *err;
};

/* Says what is wrong at the current line. Returns the error's code. */
int import_fail(struct import *in, const char *format, ...) PRINTF_LIKE(2, 3);

/* Adds a day. name: UTF-8, borrowed from the arena; neither empty nor with control characters. */
int import_add(struct import *in, int64_t day, const char *name) MUST_CHECK;

/* Days since 1970-01-01 of a date that exists. Returns false for another. */
bool import_day(int year, int month, int day, int64_t *out);

/* The length bytes as UTF-8 text in the arena; NULL when they are none. */
const char *import_utf8(struct import *in, const char *bytes, size_t length);

int import_csv(struct import *in, const char *bytes, size_t length) MUST_CHECK; /* calendar_csv.c */
int import_ics(struct import *in, const char *bytes, size_t length) MUST_CHECK; /* calendar_ics.c */

#endif
