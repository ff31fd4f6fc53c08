/* change_part: what the files that change a case document share. Internal to them. */
#ifndef GOVSLA_SLACALC_CHANGE_PART_H
#define GOVSLA_SLACALC_CHANGE_PART_H

#include "slacalc/change.h"

struct work {
	struct arena *arena;
	struct document *doc;
	struct change_list *list;
	const struct change *change; /* the one that is being made */
};

/* Notes what was done. */
void change_say(struct work *w, const char *text);

/* The error of the change that is being made. Returns ERROR_USAGE. */
int change_refuse(const struct work *w, struct error *err, const char *why);

/* The text before the first of a character, and what is behind it in *rest; NULL: it does not hold it. */
char *change_cut(struct work *w, const char *text, char at, const char **rest);

/* A list of the case. */
json_t *change_list_of(const struct work *w, const char *key);

/* The terms of that id, written out where they refer to the catalogue; *out NULL: there are none. */
int change_write_out(struct work *w, const char *id, json_t **out, struct error *err) MUST_CHECK;

/* change_terms.c */
int change_band(struct work *w, struct error *err) MUST_CHECK;
int change_reading(struct work *w, struct error *err) MUST_CHECK;

#endif
