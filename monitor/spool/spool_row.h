/*
 * spool_row: a record, or a gap, as the bytes of one row: what spool_codec makes of it, its kind, and a checksum that
 * covers the row's number too. Part of spool: no other module uses it.
 *
 *     bytes     spool_codec.h, or for a gap: count, from, until (8 each, of this machine's order), reason (1)
 *     1 byte    0 record, 1 gap
 *     4 bytes   checksum of seq and all before; least significant first
 *
 * So a row that was damaged, or stands under another number, is never taken for what was observed.
 */
#ifndef GOVSLA_MONITOR_SPOOL_ROW_H
#define GOVSLA_MONITOR_SPOOL_ROW_H

#include "monitor/record/record.h"
#include "monitor/spool/spool_codec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SPOOL_ROW_SIZE (SPOOL_CODEC_SIZE + 5)

/* A row with its number, as it waits in the queue. All zero: none. */
struct spool_slot {
	int64_t seq;
	uint16_t size; /* of bytes; below 256 */
	uint8_t bytes[SPOOL_ROW_SIZE];
};

void spool_row_encode(struct spool_slot *slot, int64_t seq, const struct record *record);

/* Returns whether the bytes are a whole row of this number. */
bool spool_row_decode(struct record *record, int64_t seq, const uint8_t *bytes, size_t size);

bool spool_row_is_gap(const struct spool_slot *slot);

/* The first number that a row stands for: a gap's row has the last of its numbers. */
int64_t spool_row_first(int64_t seq, const struct record *record);

/* 32 bits that change, but for one case in 2^32, when anything in the bytes or the number changes. */
uint32_t spool_checksum(int64_t number, const void *bytes, size_t size);

#endif
