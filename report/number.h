/*
 * number: exact rationals as digits that a person reads.
 *
 * For display only: nothing here is computed with again, and no digit comes from floating point. Rounding is
 * half away from zero unless a function says otherwise. Digits are ASCII, the point is '.', thousands are
 * separated by ',' everywhere: Japanese and English agree on that, and no locale is asked.
 *
 *     number_against(out, value, objective, 5);     99.98880 (objective 99.99)
 *     number_plain(out, exact_credit, 4);           2,777.7777… (digits follow), 1,234.5 (complete)
 */
#ifndef GOVSLA_REPORT_NUMBER_H
#define GOVSLA_REPORT_NUMBER_H

#include "base/text.h"

#include <gmp.h>
#include <stdbool.h>
#include <stdint.h>

/* q with exactly places decimal places, rounded half away from zero, thousands separated. */
void number_fixed(struct text *out, mpq_srcptr q, unsigned places);

/*
 * q with all its decimals where it has at most that many; otherwise its first so many decimals, cut off and
 * followed by '…', so that nobody takes them for the whole. Thousands separated.
 */
void number_plain(struct text *out, mpq_srcptr q, unsigned most_places);

/*
 * The places that q needs, at least so many, so that its rounded form lies on the same side of bound as q
 * itself (and equals it only if q does). At most 40; beyond, q differs from bound by less than 1e-40.
 */
unsigned number_places(mpq_srcptr q, mpq_srcptr bound, unsigned least_places);

/* number_fixed() with number_places(). */
void number_against(struct text *out, mpq_srcptr q, mpq_srcptr bound, unsigned least_places);

/* The decimals of an exact text: 2 for "99.99", 0 for "50" and for fractions. */
unsigned number_places_of(const char *exact);

/* A count with thousands separated. */
void number_count(struct text *out, int64_t count);

#endif
