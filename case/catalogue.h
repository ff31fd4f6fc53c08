/*
 * catalogue: the entries of the catalogue (contracts/catalogue, govsla-catalogue/1) that the program carries, and terms
 * that refer to one instead of standing in the case.
 *
 * An entry is one edition of a published SLA. What its source leaves open stands in its "open" and must be agreed by the
 * parties; what the source says and nobody found stands in "not_found" and may be: docs/manual/catalogue.md. Nothing
 * else of an entry can be changed, so that two cases with the same edition are judged alike.
 *
 *     struct catalogue catalogue;
 *     if (catalogue_open(&catalogue, NULL, &err) < 0) ...
 *     for (size_t i = 0; i < catalogue.count; i++) ... catalogue.entries[i].id ...
 *     catalogue_release(&catalogue);
 *
 * Not a judge of what an entry says: that is terms_read() and, for its tables, `slacalc catalogue check`.
 */
#ifndef GOVSLA_CASE_CATALOGUE_H
#define GOVSLA_CASE_CATALOGUE_H

#include "base/document.h"
#include "calc/terms.h"
#include "case/shipped.h"

struct catalogue_entry {
	const struct shipped_file *file; /* NULL for one that was read from a file of the user's */
	struct document doc;
	const char *id, *edition, *dated_by; /* borrowed from doc */
	const char *from, *to;               /* of terms.effective; NULL: not known */
	bool has_levels;                     /* false: the edition is known, what it promises was not found */
};

struct catalogue {
	struct catalogue_entry *entries; /* by id, then by edition */
	size_t count;
};

/* Reads the entries that the program carries: all, or (id not NULL) the editions of one. On failure c is empty. */
int catalogue_open(struct catalogue *c, const char *id, struct error *err) MUST_CHECK;
void catalogue_release(struct catalogue *c);

/* Reads the header of the entry that e->doc holds (already parsed). */
int catalogue_entry_read(struct catalogue_entry *e, struct error *err) MUST_CHECK;

/*
 * The edition of id that edition names; with edition NULL the one that is in force on all of days (since 1970-01-01,
 * half-open), and with days NULL as well the newest. where is what messages point at, or NULL. Returns 0 or ERROR_DATA: an
 * unknown name, none in force, or editions that change on those days.
 */
int catalogue_pick(const struct catalogue *c, const struct node *where, const char *id, const char *edition,
                   const struct span *days, const struct catalogue_entry **out, struct error *err) MUST_CHECK;

/*
 * Reads terms as a case or a registry states them: a whole Terms object, or a reference { "id", "catalogue", "edition",
 * "agreed" }. root is the case, whose period picks the edition where the reference names none; NULL when no period is
 * known yet: then the newest edition stands in. hours as of terms_read(). The terms tell the entry, its edition and its
 * digest.
 */
int terms_resolve(struct arena *a, const struct node *object, const struct node *root, struct terms *t,
                  int64_t *hours, struct error *err) MUST_CHECK;

/* The whole Terms object that a reference stands for, to be changed; the caller owns *out. root as above. */
int terms_write_out(const struct node *object, const struct node *root, json_t **out,
                    struct error *err) MUST_CHECK;

#endif
