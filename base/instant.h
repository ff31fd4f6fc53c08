/*
 * instant: points of time as int64_t microseconds since 1970-01-01T00:00:00Z, and dates of the Gregorian
 * calendar.
 *
 * Pure arithmetic: no time zone data (see zone.h), no locale, no clock. Years 1970 to 9999.
 */
#ifndef GOVSLA_BASE_INSTANT_H
#define GOVSLA_BASE_INSTANT_H

#include "base/error.h"

#include <stdint.h>

#define US_PER_MS     INT64_C(1000)
#define US_PER_S      INT64_C(1000000)
#define US_PER_MINUTE (60 * US_PER_S)
#define US_PER_HOUR   (3600 * US_PER_S)
#define US_PER_DAY    (86400 * US_PER_S)

struct date {
	int year, month, day; /* month 1-12, day 1-31 */
};

/* Days from 1970-01-01 to d (proleptic Gregorian). */
int64_t date_to_days(struct date d);
struct date date_from_days(int64_t days);

#define DATE_TEXT_SIZE 16

/* Writes the day as YYYY-MM-DD. Returns buffer. */
char *date_format(int64_t days, char buffer[DATE_TEXT_SIZE]);

/* Parses exactly "YYYY-MM-DD", a date that exists. Returns 0 or ERROR_DATA. */
int date_parse(struct date *out, const char *text, struct error *err) MUST_CHECK;

/* Parses exactly "YYYY-MM". Returns 0 or ERROR_DATA; the day of out is 1. */
int month_parse(struct date *out, const char *text, struct error *err) MUST_CHECK;

/*
 * Parses an RFC 3339 instant with its offset, such as 2026-10-10T01:00:00.5+09:00 (at most six digits of a
 * second, no leap second). Returns 0 with µs in out, or ERROR_DATA.
 */
int instant_parse(int64_t *out_us, const char *text, struct error *err) MUST_CHECK;

#define INSTANT_TEXT_SIZE 40

/* Writes the instant in UTC, such as 2026-09-30T15:00:00Z, with a fraction only where there is one. Returns
 * buffer. */
char *instant_format(int64_t us, char buffer[INSTANT_TEXT_SIZE]);

/* The same with a fixed offset from UTC in seconds, such as 2026-10-01T00:00:00+09:00. */
char *instant_format_offset(int64_t us, int offset_s, char buffer[INSTANT_TEXT_SIZE]);

#endif
