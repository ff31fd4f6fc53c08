/*
 * setting: one table row per configuration key; the rows drive reading, checking, `slamon config` and the
 * manual, so that these cannot differ.
 *
 * A table describes the keys of one JSON object and where each value goes in a C struct. Rows of type
 * SETTING_OBJECT and SETTING_ARRAY only make the key known and documented; the caller reads what is inside. A row
 * of type SETTING_SHARED splices in the keys of a table that several kinds of object have in common.
 *
 *     static const struct setting settings[] = {
 *             { .key = "method", .type = SETTING_STRING, .standard = "GET",
 *               .place = offsetof(struct http_config, method), .help = "request method" },
 *             { .key = NULL } };
 *     if (setting_read(settings, &node, &arena, &config, &err) < 0) ...
 */
#ifndef GOVSLA_MONITOR_SETTING_H
#define GOVSLA_MONITOR_SETTING_H

#include "base/arena.h"
#include "base/document.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum setting_type {                  /* the member of the C struct */
	            SETTING_STRING,  /* const char *, of the arena; NULL when absent */
	            SETTING_INTEGER, /* int64_t, least <= value <= most */
	            SETTING_BOOLEAN, /* bool */
	            SETTING_WORD,    /* int, index into words */
	            SETTING_STRINGS, /* struct setting_strings */
	            SETTING_OBJECT,  /* none */
	            SETTING_ARRAY,   /* none */
	            SETTING_SHARED,  /* a struct; its table's keys stand beside this table's own */
	            SETTING_CHOICE,  /* none; the word by which the caller chose the table */
};

struct setting_strings {
	const char **at;
	size_t count;
};

struct setting {
	const char *key; /* NULL ends the table */
	enum setting_type type;
	bool required;
	const char *unit;     /* of an integer; NULL when it is a plain count or number */
	const char *standard; /* the default as text; NULL when there is none */
	bool restart;         /* takes effect on the next start; otherwise on SIGHUP too */
	int64_t least, most;
	const char *const *words; /* NULL-terminated */
	size_t place;             /* offsetof the member */
	const char *help;
	const struct setting *shared; /* of SETTING_SHARED: the table; place is that of its struct */
	/* A further check of a string (each string of a list): says what is wrong in err, or returns 0. */
	int (*check)(const char *value, struct error *err);
};

/*
 * Reads the object into config, defaults for absent keys. Unknown keys and bad values are refused with file,
 * line and key. Strings are copied to the arena. Returns 0 or ERROR_DATA.
 */
int setting_read(const struct setting *table, const struct node *object, struct arena *arena, void *config,
                 struct error *err) MUST_CHECK;

/*
 * The first key of strings, integers and booleans that differs between two structs of the table although it needs a
 * restart; NULL when there is none.
 */
const char *setting_fixed_change(const struct setting *table, const void *old, const void *new);

/* A check for rows: refuses an empty string. Returns 0 or ERROR_DATA. */
int setting_check_filled(const char *value, struct error *err) MUST_CHECK;

/* Writes the table as text for people: one paragraph per key, each line starting with indent. */
void setting_describe(const struct setting *table, const char *indent, struct text *out);

/* The table as a JSON array of objects (new reference), NULL when out of memory. */
json_t *setting_describe_json(const struct setting *table);

#endif
