/*
 * formula: evaluates the formulas of derivation.h over exact rationals.
 *
 * Grammar:  sum  = product { ("+" | "-") product }        product = factor { ("*" | "/") factor }
 *           factor = number | "$" digits | name "(" sum { "," sum } ")" | "(" sum ")" | "-" factor
 * Formulas are written by this program, never by its users: a malformed one is a bug (assert).
 */
#ifndef GOVSLA_CALC_FORMULA_H
#define GOVSLA_CALC_FORMULA_H

#include <gmp.h>
#include <stdbool.h>
#include <stddef.h>

/* Evaluates into result (initialised by the caller). False where a divisor is zero: the figure is not
 * defined. */
bool formula_evaluate(const char *formula, const mpq_srcptr *inputs, size_t count, mpq_ptr result);

/* Rounds x to a multiple of unit (> 0) by "floor", "ceil", "half_up" or "half_even". False for another name.
 */
bool formula_round(const char *rule, mpq_srcptr x, mpq_srcptr unit, mpq_ptr result);

#endif
