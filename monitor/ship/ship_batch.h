/*
 * ship_batch: the records of one shipping transaction, encoded for COPY (FORMAT binary). Part of ship.
 *
 * Filled from the spool on a thread of libuv's pool, then sent by the loop; never both at once. Each table has a COPY
 * stream of its own, in chunks of 256 KiB that are kept from batch to batch; a record makes a row in one table or more
 * (a sample of a stamp probe: in two). Columns and their order: ship_sql.h.
 *
 * A new table: a word of enum ship_table, a row of tables[] in ship_batch.c, its COPY in ship_sql.c.
 *
 * Source of the format: PostgreSQL documentation, COPY, "Binary Format".
 */
#ifndef GOVSLA_MONITOR_SHIP_BATCH_H
#define GOVSLA_MONITOR_SHIP_BATCH_H

#include "base/error.h"
#include "monitor/spool/spool.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHIP_CHUNK_BYTES (256 << 10)
#define SHIP_BATCH_DAYS  64

struct ship_chunk {
	char *bytes;
	size_t length;
};

/* In the order in which they are copied. */
enum ship_table {
	SHIP_SAMPLE,
	SHIP_CLOCK_STATE,
	SHIP_STAMP,
	SHIP_MONITOR_STATUS,
	SHIP_STREAM_GAP,
	SHIP_TABLES
};

struct ship_copy { /* what one table gets: a whole COPY stream, with header and trailer, when rows > 0 */
	int64_t rows;
	struct ship_chunk *chunk;
	size_t chunks, chunks_made; /* in use; allocated */
};

struct ship_batch {    /* all zero is a valid empty batch */
	int64_t after; /* every record of the stream up to this one had been shipped */
	int64_t first, last;
	int64_t records;
	int64_t damaged;   /* number of a damaged row, which is then the only one; 0 none */
	int64_t forgotten; /* records that the database had and lost: within a gap of this batch */
	struct ship_copy table[SHIP_TABLES];
	/* UTC days since 1970 of the samples, each once; what exceeds the list is left out */
	int32_t day[SHIP_BATCH_DAYS];
	size_t days;
	bool failed; /* out of memory */
};

/*
 * Empties the batch and fills it with at most limit records after the given number. Blocks on the disk.
 * Returns 0 (records is 0 when there is nothing), ERROR_DATABASE, ERROR_MEMORY.
 */
int ship_batch_fill(struct ship_batch *batch, struct spool *spool, int64_t after, int64_t limit,
                    struct error *err) MUST_CHECK;

void ship_batch_release(struct ship_batch *batch);

#endif
