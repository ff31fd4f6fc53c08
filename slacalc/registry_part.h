/* registry_part: what the files registry*.c share while they read one directory. Internal to them. */
#ifndef GOVSLA_SLACALC_REGISTRY_PART_H
#define GOVSLA_SLACALC_REGISTRY_PART_H

#include "slacalc/registry.h"

#define END_OF_TIME_US (INT64_C(253370764800) * US_PER_S) /* 9999-01-01T00:00:00Z */

/* Adds a row (taken over); a table's rows keep the order of the file. */
void registry_add(struct registry *r, enum registry_table table, json_t *row);

/* Those of the keys that the object has and are not null, as a new object. */
json_t *registry_pick(const struct node *object, const char *const *keys, size_t count);

/* Makes kind and id known with its row (borrowed); refuses the node when they already are: "… is there
 * twice". */
int registry_claim(struct registry *r, const char *kind, const char *id, json_t *row, const struct node *node,
                   struct error *err) MUST_CHECK;

/* The row of kind and id, borrowed; NULL when unknown. */
json_t *registry_find(const struct registry *r, const char *kind, const char *id);

/* The id under key, which must be known as kind: else "no KIND 'ID'". An optional one may be absent: *out
 * NULL. */
int registry_reference(const struct registry *r, const struct node *object, const char *key, const char *kind,
                       enum presence presence, const char **out, struct error *err) MUST_CHECK;

/* Calls read for each object of the optional array key, in order. */
int registry_each(struct registry *r, const struct node *root, const char *key,
                  int (*read)(struct registry *r, const struct node *object, struct error *err),
                  struct error *err) MUST_CHECK;

/* registry_party.c, registry_target.c, registry_service.c: objects of registry.json */
int registry_read_organisation(struct registry *r, const struct node *object, struct error *err) MUST_CHECK;
int registry_read_party(struct registry *r, const struct node *object, struct error *err) MUST_CHECK;
int registry_read_vantage(struct registry *r, const struct node *object, struct error *err) MUST_CHECK;
int registry_read_segment(struct registry *r, const struct node *object, struct error *err) MUST_CHECK;
int registry_read_target(struct registry *r, const struct node *object, struct error *err) MUST_CHECK;
int registry_read_path(struct registry *r, const struct node *object, struct error *err) MUST_CHECK;
int registry_read_service(struct registry *r, const struct node *object, struct error *err) MUST_CHECK;

/* registry_service.c: what of a service can be checked only when all are read. */
int registry_check_service(struct registry *r, const struct node *object, struct error *err) MUST_CHECK;

/* registry_target.c: once all targets are read, what case/'s readers need to know of them. */
void registry_observe(struct registry *r);

/* registry_terms.c, registry_records.c: one file each. text is the file. */
int registry_read_terms(struct registry *r, const struct document *doc, struct error *err) MUST_CHECK;
int registry_read_records(struct registry *r, const struct document *docs, size_t count,
                          struct error *err) MUST_CHECK;

#endif
