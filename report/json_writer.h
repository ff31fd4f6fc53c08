/*
 * json_writer: JSON written piece by piece, indented by two blanks, as jansson's json_dumps(JSON_INDENT(2)) writes it.
 *
 * A statement of all municipalities has hundreds of thousands of nodes; a tree of them costs ten times their text.
 * Strings are UTF-8 (what a case is read from was checked). Not a check of the order of calls: a key belongs into an
 * object, in an array json_next() comes before each value.
 *
 *     struct json_writer w = { .s = s, .out = &text };
 *     json_open(&w, '{');
 *     json_key(&w, "label");
 *     json_text(&w, "fee");            "label": "fee"
 *     json_close(&w, '}');
 */
#ifndef GOVSLA_REPORT_JSON_WRITER_H
#define GOVSLA_REPORT_JSON_WRITER_H

#include "base/text.h"
#include "calc/statement.h"

#include <jansson.h>

struct json_writer {
	const struct statement *s; /* whose figures the marks of a tree are (json_part.h) */
	struct text *out;          /* text_failed() tells of lack of memory */
	size_t depth;
	bool filled; /* the object or array that is open has a member already */
};

void json_open(struct json_writer *w, char bracket);  /* '{' or '[' */
void json_close(struct json_writer *w, char bracket); /* '}' or ']' */

/* Before the value of a member of an object, of an array. */
void json_key(struct json_writer *w, const char *key);
void json_next(struct json_writer *w);

/* A string; null for NULL. */
void json_text(struct json_writer *w, const char *text);

/* The string "n17" of a node (0-based: 16). */
void json_node(struct json_writer *w, int node);

/* A tree; its marks as the exact values of their nodes. */
void json_tree(struct json_writer *w, const json_t *value);

#endif
