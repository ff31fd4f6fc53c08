/*
 * when: instants, dates and durations as a reader of a report writes them.
 *
 *     ja  2026年10月（令和8年10月）   10月10日（土）10:00:00   1時間20分5秒
 *     en  October 2026                Sat 10 Oct 10:00:00      1 h 20 min 5 s
 *
 * Local time is UTC plus one fixed offset, that of the start of the period (the statement carries no zone
 * data); the report prints the offset. A fraction of a second is shown only where there is one.
 */
#ifndef GOVSLA_REPORT_WHEN_H
#define GOVSLA_REPORT_WHEN_H

#include "base/instant.h"
#include "base/span.h"
#include "base/text.h"
#include "calc/case.h"
#include "report/words.h"

#include <gmp.h>

/* The local calendar date of an instant (µs) at an offset (s). */
struct date when_date(int64_t us, int offset_s);

/* 0 Sunday … 6 Saturday. */
int when_weekday(struct date d);

/* The month that is judged, with the Japanese era in Japanese; a period without a month by its dates. */
void when_period(struct text *out, enum language language, const struct period *period);

/* A full date: 2026年11月20日（令和8年）, 20 November 2026. */
void when_full_date(struct text *out, enum language language, struct date d);

/* Date without year, weekday, time. */
void when_instant(struct text *out, enum language language, int64_t us, int offset_s);

/* Full date and time with the offset: 2026年11月20日 00:00:00（UTC+9）. */
void when_stamp(struct text *out, enum language language, int64_t us, int offset_s);

/* From … to …, the date of the end only where it differs. */
void when_span(struct text *out, enum language language, struct span span_us, int offset_s);

/* The offset alone: UTC+9, UTC-3:30. */
void when_offset(struct text *out, int offset_s);

/* A length of time in seconds, without the parts at its end that are zero, from two days on with days: 20分, 27時間, 31日. */
void when_duration(struct text *out, enum language language, mpq_srcptr seconds);

#endif
