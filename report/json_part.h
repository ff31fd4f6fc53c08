/* json_part: what the files that write the statement's JSON share. Internal to them. */
#ifndef GOVSLA_REPORT_JSON_PART_H
#define GOVSLA_REPORT_JSON_PART_H

#include "calc/statement.h"
#include "report/json_writer.h"

#include <jansson.h>

/* null for NULL. */
json_t *json_text_or_null(const char *text);

/*
 * A figure: null for FIGURE_UNKNOWN, else a mark of its node, as which json_tree() writes the exact value, so that
 * whoever walks the tree before knows which node is behind each figure (outline.h). A node's id: "n17" or null.
 */
json_t *json_figure(const struct statement *s, int node);
json_t *json_node_id(int node);

json_t *json_instant(int64_t us);
json_t *json_span(struct span us);
json_t *json_texts(const char *const *texts, size_t count);

/* "n17" of node 16 (nodes are counted from 0). Returns out. */
#define JSON_NODE_SIZE 16
const char *json_node_name(int node, char out[JSON_NODE_SIZE]);

/* The node of a mark; FIGURE_UNKNOWN for every other value. */
int json_marked(const json_t *value);

/* The whole statement with its marks (json.c); without the derivations. To be released by json_decref(). */
json_t *json_statement(const struct statement *s);

/* One node, with the ids of its inputs in its formula; as a tree. */
void json_write_derivation(struct json_writer *w, const struct derivation *d);
json_t *json_derivation(const struct derivation *d);

void json_put(json_t *object, const char *key, json_t *value);

/* A figure under key, and its node under the same key of nodes. */
void json_put_figure(const struct statement *s, json_t *object, json_t *nodes, const char *key, int node);

/* A range { least, most } under key; its nodes are "KEY.least" and "KEY.most". */
void json_put_range(const struct statement *s, json_t *object, json_t *nodes, const char *key, int least,
                    int most);

/* json_liability.c: obligations and policies */
void json_put_liability(const struct statement *s, json_t *root);

/* json_ledger.c: of a statement that has a ledger */
json_t *json_ledger(const struct statement *s);

/* json_money.c: "not stated", or whether an amount holds consumption tax; the statement's lists of money, where it has any. */
json_t *json_tax(bool stated, bool included, exact percent);
void json_put_money(const struct statement *s, json_t *root);

/* json_sharing.c: pass_through, reductions and apportionments, those that the statement has */
void json_put_sharing(const struct statement *s, json_t *root);

/* json_totals.c */
json_t *json_totals(const struct statement *s);

/* json_level.c, json_service.c */
json_t *json_level(const struct statement *s, const struct level_result *r);
json_t *json_service(const struct statement *s, const struct service_result *r);

#endif
