/*
 * zone: IANA time zones, by ICU.
 *
 * The one place that knows time zone data. Months and dates are resolved here, before calc/, so that calc/
 * sees instants only. Unknown names are refused (ICU alone would silently use Etc/Unknown).
 */
#ifndef GOVSLA_BASE_ZONE_H
#define GOVSLA_BASE_ZONE_H

#include "base/error.h"
#include "base/instant.h"
#include "base/span.h"

#define LEGAL_ZONE "Asia/Tokyo" /* where dates are counted when neither case nor terms name a zone */

struct zone;

/* Opens an IANA zone such as "Asia/Tokyo". Returns 0, or ERROR_DATA for a name that is not a system zone. */
int zone_open(struct zone **out, const char *name, struct error *err) MUST_CHECK;
void zone_free(struct zone *zone);

/* Midnight (the first instant) of date d in the zone, in µs. */
int zone_midnight(struct zone *zone, struct date d, int64_t *out_us, struct error *err) MUST_CHECK;

/*
 * The billing month that starts in the named month on start_day (1-28) and ends on the day before the next
 * start: [start, end) in µs.
 */
int zone_month(struct zone *zone, struct date month, int start_day, struct span *out_us,
               struct error *err) MUST_CHECK;

/* The calendar date of an instant in the zone. */
int zone_date(struct zone *zone, int64_t us, struct date *out, struct error *err) MUST_CHECK;

/* Seconds east of UTC in force at an instant. */
int zone_offset(struct zone *zone, int64_t us, int *out_s, struct error *err) MUST_CHECK;

/*
 * The first instant after us at which the zone's offset may change, in µs; INT64_MAX: never again. Between two such
 * instants wall-clock time is a constant offset from UTC.
 */
int zone_next_change(struct zone *zone, int64_t us, int64_t *out_us, struct error *err) MUST_CHECK;

/* The version of the zone data, such as "2022e": an input of every statement. Static storage of ICU. */
const char *zone_data_version(void);

#endif
