/*
 * exact: numbers as text and as GMP rationals, without loss in either direction.
 *
 * Text is an integer "250000", a decimal "99.99" or a fraction "20/37", optionally negative; no blanks, no
 * plus sign, no exponent, no leading zeros, at most EXACT_TEXT_MOST characters. (mpq_set_str alone accepts
 * "1/0" and "1 2" and refuses "99.99".)
 */
#ifndef GOVSLA_CALC_EXACT_H
#define GOVSLA_CALC_EXACT_H

#include "base/arena.h"

#include <gmp.h>
#include <stdbool.h>

#define EXACT_TEXT_MOST 60

/* Whether text is an exact number. */
bool exact_check(const char *text);

/* Sets q from text that exact_check() accepts, or that exact_write() wrote. */
void exact_read(mpq_ptr q, const char *text);

/*
 * q as text: a decimal where it has one of at most 30 places, else a fraction in lowest terms. exact_read()
 * gives the same number back, whatever its length.
 */
char *exact_write(struct arena *a, mpq_srcptr q);

/* Compares two exact texts: negative, 0, positive. */
int exact_compare(const char *left, const char *right);

/* Whether the exact text is an integer, however it is written: "10", "10.0", "20/2". */
bool exact_is_whole(const char *value);

#endif
