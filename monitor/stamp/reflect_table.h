/*
 * reflect_table: the sessions of a stateful STAMP reflector, each the number of its next answer. Pure but for its
 * random seed; the time is passed in.
 *
 * Memory is set at the start, whoever sends whatever. A session is new until its second packet. When the table is full, a
 * session that comes takes the place of the new one that was silent longest (a flood of invented senders pushes out only
 * its own kind), else of one that has been idle for the stated time, else it gets no place: then its packet must not be
 * answered, for an answer with another numbering would tell losses that were none. A session that lost its place or was
 * idle begins at 0 again, which its sender takes for a restart.
 */
#ifndef GOVSLA_MONITOR_REFLECT_TABLE_H
#define GOVSLA_MONITOR_REFLECT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reflect_table;

/* Who a session is between (RFC 8762 section 4.3, RFC 8972 section 3). No padding: compared byte by byte. */
struct reflect_key {
	uint8_t peer[16], local[16]; /* IPv4 as ::ffff:a.b.c.d */
	uint16_t peer_port, local_port;
	uint16_t session; /* SSID */
	uint16_t zero;
};

/* NULL when out of memory. most: at least 1. */
struct reflect_table *reflect_table_new(size_t most, int64_t idle_us);
void reflect_table_free(struct reflect_table *table);

/* Counts one answer of the session: *number is its. False: no place. */
bool reflect_table_next(struct reflect_table *table, const struct reflect_key *key, int64_t now_us,
                        uint32_t *number);

/* Sessions that have a place. */
size_t reflect_table_count(const struct reflect_table *table);

#endif
