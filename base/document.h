/*
 * document: reading a JSON document whose mistakes can be shown to a person.
 *
 * Every error names the file, the line and the key's path (services[0].fees[0].amount). Duplicate keys,
 * unknown keys and numbers that are not whole are refused: exact numbers travel as strings. Writing is
 * jansson's own.
 *
 *     struct document doc = { 0 };
 *     struct node root, line;
 *     if (document_load(&doc, "case.json", &err) < 0 || document_root(&doc, &root, &err) < 0) ...
 *     if (node_check_keys(&root, (const char *const[]){ "title", "lines", NULL }, &err) < 0) ...
 *     if (node_string(&root, "title", REQUIRED, &title, &err) < 0) ...
 *     document_release(&doc);
 *
 * Nodes are small values that live on the caller's stack; a node borrows from its document and from its
 * parent node, both of which must outlive it. Strings are borrowed from the document.
 */
#ifndef GOVSLA_BASE_DOCUMENT_H
#define GOVSLA_BASE_DOCUMENT_H

#include "base/error.h"
#include "base/text.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct document {
	char *name;       /* for messages: the file's name */
	struct text text; /* what was read */
	json_t *value;
};

struct node {
	const struct document *doc;
	json_t *value;             /* NULL when the key is absent */
	const struct node *parent; /* NULL for the root */
	const char *key;           /* key in the parent, NULL for an item of an array */
	size_t index;              /* index in the parent array */
};

enum presence { REQUIRED, OPTIONAL }; /* an optional key may be absent or null */

/* Reads and parses a file. Returns 0, or ERROR_IO, or ERROR_DATA with line and column for a syntax error. */
int document_load(struct document *doc, const char *path, struct error *err) MUST_CHECK;

/* Parses length bytes; name is what messages call them. */
int document_parse(struct document *doc, const char *name, const char *bytes, size_t length,
                   struct error *err) MUST_CHECK;

/* Takes over a value that was made by this program, so that it is read by the same code as a file. */
int document_take(struct document *doc, const char *name, json_t *value, struct error *err) MUST_CHECK;

void document_release(struct document *doc);

/* The document's value, which must be an object. */
int document_root(const struct document *doc, struct node *out, struct error *err) MUST_CHECK;

/* Refuses a key that is not in the NULL-terminated list, naming the key, with a hint where one of the list is nearly it. */
int node_check_keys(const struct node *object, const char *const *known, struct error *err) MUST_CHECK;

/*
 * Getters: the value of key in object. An optional key that is absent leaves *out untouched (node->value NULL
 * for node_object and node_array, *out NULL for node_string). Each returns 0 or ERROR_DATA.
 */
int node_string(const struct node *object, const char *key, enum presence presence, const char **out,
                struct error *err) MUST_CHECK;
int node_integer(const struct node *object, const char *key, enum presence presence, int64_t least,
                 int64_t most, int64_t *out, struct error *err) MUST_CHECK;
int node_boolean(const struct node *object, const char *key, enum presence presence, bool *out,
                 struct error *err) MUST_CHECK;
int node_object(const struct node *object, const char *key, enum presence presence, struct node *out,
                struct error *err) MUST_CHECK;
int node_array(const struct node *object, const char *key, enum presence presence, struct node *out,
               struct error *err) MUST_CHECK;

/*
 * One of a list of words: *out gets the index of the value in the NULL-terminated list. An optional key that
 * is absent leaves *out untouched.
 */
int node_word(const struct node *object, const char *key, enum presence presence, const char *const *words,
              int *out, struct error *err) MUST_CHECK;

/* The key as a node of whatever type, value NULL when absent: for node_fail() and for keys of several types.
 */
struct node node_member(const struct node *object, const char *key);

/* Items of an array. */
size_t node_count(const struct node *array);
struct node node_item(const struct node *array, size_t index);

/* An item of an array that must be an object / a string. */
int node_item_object(const struct node *array, size_t index, struct node *out, struct error *err) MUST_CHECK;
int node_item_string(const struct node *array, size_t index, const char **out, struct error *err) MUST_CHECK;

/* Says what is wrong with a node: sets file, line, field and text. Returns ERROR_DATA (or an earlier code).
 */
int node_fail(const struct node *node, struct error *err, const char *format, ...) PRINTF_LIKE(3, 4);

/*
 * The line of the key at a path such as "records[2].amount", for errors that were found after reading; the line of
 * the innermost part that is there, 0 for a document without text.
 */
int document_line(const struct document *doc, const char *path);

/* Adds the place of a node to an error that another function has set. Returns err->code. */
int node_fail_at(const struct node *node, struct error *err);

#endif
