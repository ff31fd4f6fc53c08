/* catalogue: what the subcommands of `slacalc catalogue` share. Internal to slacalc/catalogue*.c. */
#ifndef GOVSLA_SLACALC_CATALOGUE_H
#define GOVSLA_SLACALC_CATALOGUE_H

#include "base/text.h"
#include "case/catalogue.h"

/* One entry in full, for a person: every key of it, and beside every figure how well it is known. */
void catalogue_show(const struct catalogue *c, const struct catalogue_entry *e, struct text *out);

/* "at least 99.99 %", "less than 0.5 h"; "not found" where the level has none. */
void catalogue_objective(const json_t *level, struct text *out);

/*
 * Checks one entry, or one file of terms (e->file NULL, the format tells which). What is wrong is a line of out each;
 * with all, what holds and what is declared too. Returns the number of things that are wrong.
 */
size_t catalogue_check(const struct catalogue *c, const struct catalogue_entry *e, struct text *out);
size_t catalogue_check_terms(const struct document *doc, struct text *out);

/* catalogue_forms.c: the forms of liability (contracts/liability), all in a line each, or one in full. */
int catalogue_list_forms(bool json, struct text *out, struct error *err) MUST_CHECK;
int catalogue_show_form(const char *id, bool json, struct text *out, struct error *err) MUST_CHECK;

#endif
