/*
 * text: a string that grows.
 *
 * Holds what is being written (JSON, HTML, CSV, COPY data) until it is complete, so that a file is either
 * whole or absent. After any failed append the text is poisoned: text_failed() tells, and further appends do
 * nothing, so a writer checks once, at its end. Bytes, not characters: no encoding is assumed.
 *
 *     struct text t = { 0 };
 *     text_printf(&t, "%s,%d\n", name, n);
 *     if (text_failed(&t)) ...
 *     text_release(&t);
 */
#ifndef GOVSLA_BASE_TEXT_H
#define GOVSLA_BASE_TEXT_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct text {          /* all zero is a valid empty text */
	char *bytes;   /* NUL-terminated once anything was appended */
	size_t length; /* without the NUL */
	size_t size;   /* allocated */
	bool failed;   /* an append ran out of memory */
};

void text_append(struct text *t, const void *bytes, size_t length);
void text_add(struct text *t, const char *string);
void text_printf(struct text *t, const char *format, ...) PRINTF_LIKE(2, 3);

static inline bool text_failed(const struct text *t)
{
	return t->failed;
}

/* The bytes as a C string; "" while empty. Borrowed from t until its next append or release. */
const char *text_string(const struct text *t);

/*
 * Whether a string of UTF-8 holds control characters (C0, DEL, C1): line breaks in a table, or what steers a terminal.
 */
bool text_has_control(const char *string);

void text_cut(struct text *t, size_t length); /* back to an earlier length */
void text_clear(struct text *t);              /* empties, keeps the memory */
void text_release(struct text *t);            /* empties, gives the memory back */

/*
 * Writes the text to path as a whole or not at all: to a temporary file beside it, flushed to disk, then
 * renamed. Returns 0, or ERROR_IO / ERROR_MEMORY with the path in err.
 */
int text_write_file(const struct text *t, const char *path, struct error *err) MUST_CHECK;

/*
 * Writes a file that is not in its place yet, one of many that become visible together: it is not flushed to disk, the
 * caller does that once for all (syncfs) before it renames them. Left out when it fails. Results as above.
 */
int text_write_part(const struct text *t, const char *path, struct error *err) MUST_CHECK;

/*
 * Opens a regular file for reading. A pipe would hold up who opens it, and a device has no end: both are refused.
 * Returns the descriptor, or ERROR_IO with the path in err.
 */
int text_open_file(const char *path, struct error *err) MUST_CHECK;

/* Appends a whole regular file. Returns 0, or ERROR_IO / ERROR_MEMORY with the path in err. */
int text_read_file(struct text *t, const char *path, struct error *err) MUST_CHECK;

#endif
