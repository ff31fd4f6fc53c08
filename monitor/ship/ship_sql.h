/*
 * ship_sql: every SQL text that slamon sends. Part of ship.
 *
 * Texts, not calls: ship sends them asynchronously. What they use is made by sql/migrations/0001_observe.sql
 * and, for each table, its own.
 * Numbers are ours and printed as such; nothing from outside is put into a text.
 */
#ifndef GOVSLA_MONITOR_SHIP_SQL_H
#define GOVSLA_MONITOR_SHIP_SQL_H

#include "base/text.h"
#include "monitor/ship/ship_batch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHIP_ROLE_SIZE        40
#define SHIP_APPLICATION_SIZE 40

/* The role of a vantage, "govsla_vantage_7"; returns buffer. */
char *ship_role(char buffer[SHIP_ROLE_SIZE], int32_t vantage);

/* The session's name in pg_stat_activity, by which the sessions of one stream know each other. */
char *ship_application(char buffer[SHIP_APPLICATION_SIZE], int64_t stream);

/* Settings of the session; take_role: the role that connected is not the vantage's, so the session takes it. */
void ship_sql_open(struct text *sql, int32_t vantage, bool take_role);

/* Asks the mark, behind the lock, in a transaction of its own; ends one that is under way. One value: the mark. */
void ship_sql_mark(struct text *sql, int64_t stream);

/* Terminates the other sessions of the stream. One value: how many. */
void ship_sql_clear(struct text *sql, int32_t vantage, int64_t stream, bool take_role);

/* Makes partitions for the days (since 1970-01-01). One value: how many were made. */
void ship_sql_partitions(struct text *sql, const int32_t *days, size_t count);

/* Begins a shipping transaction: locks the mark. One value: the mark. */
void ship_sql_begin(struct text *sql, int64_t stream);

/* Columns in the order in which ship_batch encodes them. */
void ship_sql_copy(struct text *sql, enum ship_table table);

/* Advances the mark and commits. */
void ship_sql_commit(struct text *sql, int64_t stream, int64_t mark);

#endif
