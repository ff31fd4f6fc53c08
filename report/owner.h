/*
 * owner: whose each figure of a statement is, among its municipalities. Internal to excerpt.c.
 *
 * A given figure is of the municipality whose record, fee or contract its source names, or else of the one that its
 * label names. A derived figure is of the one municipality whose figures it is made from; made from those of several it
 * is a total, and of nobody. Providers, the Agency and operators own nothing: what they do concerns all.
 */
#ifndef GOVSLA_REPORT_OWNER_H
#define GOVSLA_REPORT_OWNER_H

#include "base/arena.h"
#include "calc/statement.h"

#define OWNER_NONE    (-1)
#define OWNER_SEVERAL (-2)

struct owners;

struct owners *owners_new(struct arena *a, const struct statement *s);

/* A municipality's number: that of the first party with its code. OWNER_NONE for another kind of party, or NULL. */
int owner_of_party(const struct owners *o, const struct party *party);

/* Of a record: of the municipality that suffered, used, paid or received. */
int owner_of_record(const struct owners *o, const struct liability_record *r);

/* OWNER_NONE, OWNER_SEVERAL or a municipality's number. */
int owner_of_node(const struct owners *o, int node);

/* A node made from figures of several that is of one all the same: what its record moved. */
void owner_set_node(struct owners *o, int node, int owner);

/* The municipalities that a text names by their ids: OWNER_NONE, OWNER_SEVERAL or the one. */
int owner_named_in(const struct owners *o, const char *text);

#endif
