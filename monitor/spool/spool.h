/*
 * spool: the queue on disk that every record passes through before it is shipped.
 *
 * A file of SQLite's, made to survive what happens to a monitor: kill -9, power cuts, a full disk, a database
 * that is away for days. It gives every record its identity, (stream, seq): a random stream id made with the
 * file, and a number that is never given twice. It knows nothing of PostgreSQL (see ship.h), nor of what a
 * record means, beyond refusing one that contradicts itself.
 *
 * A writer thread of its own owns the disk (a commit can take 60 ms beside another writer): spool_put() only
 * copies into a bounded queue in memory, the writer takes all that waits and commits it as one transaction.
 * While the disk is full or refuses, records stay in the queue and the writer tries again; when that is full as
 * well, further records are lost, and counted.
 *
 * No gap is silent: every number of a stream is that of a record, or lies within a gap, which is kept and shipped like a
 * record and says how many there were, why they are not there, and between which times they were due.
 *
 * The queue is a file mapped into memory: kill -9 loses nothing that was put; a power cut loses what was not yet
 * committed, at most 0.2 s. Every row bears a checksum. A file that is damaged, deleted, replaced or older than it was is
 * noticed, at the opening and while it is in use: what can be read of it is put into a new one (spool_repair.h).
 *
 * One process at a time may hold a spool open. Threads: spool_put() and spool_put_many() from any thread;
 * spool_read() from one thread at a time; the others from any thread.
 *
 *     spool_open(&spool, &(struct spool_options){ .path = "var/a.spool", .vantage = 1 }, &err)
 *     spool_put(spool, &record) ...                    from the loop: never waits
 *     spool_read(spool, mark, 50000, take, context, &err)   what is to be shipped, in the order of seq
 *     spool_delete(spool, seq)                         after the COMMIT that holds them
 *     spool_flush(spool, 5000, &err);  spool_close(spool)
 *
 * On disk:
 *     state    one row: vantage, stream, last_seq, pending, deleted_through, sent_through, sending, checksum. last_seq
 *              is advanced in the transaction of its rows, so that a drained spool does not count from 1 again
 *     record   seq integer primary key, data blob: see spool_row.h
 *     refused  stream, seq, data, reason: rows that PostgreSQL refuses for ever
 *     -queue   beside the file: the lock, the queue, and what the file should hold: see spool_queue.h
 */
#ifndef GOVSLA_MONITOR_SPOOL_H
#define GOVSLA_MONITOR_SPOOL_H

#include "base/error.h"
#include "base/progress.h"
#include "monitor/record/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct spool;

/* Told what an operator should know: one line, lower case, no newline. May be called from another thread. */
typedef void spool_report(void *context, const char *text);

struct spool_options {
	const char *path;         /* the file; made when absent, with mode 600 (its folder must exist) */
	int32_t vantage;          /* number of the vantage, positive; a spool of another vantage is refused */
	int64_t size_limit_bytes; /* most the file may take; 0: 1 GiB; a row takes about 40 bytes, HTTP 70 */
	size_t queue_records;     /* most records that wait in memory; 0: 65,536 */
	spool_report *report;     /* may be NULL */
	void *report_context;
	struct progress *progress; /* of spool_open(), where it must repair; may be NULL */
};

struct spool_counters {
	int64_t put;       /* records accepted by spool_put and spool_put_many since the opening */
	int64_t lost;      /* records lost because the queue was full: within gaps */
	int64_t invalid;   /* records refused because they contradict themselves: gaps too */
	int64_t queued;    /* now in memory, not yet committed to disk */
	int64_t pending;   /* now on disk, not yet deleted (not counting what is queued); with the gaps */
	int64_t bytes;     /* room that those on disk take */
	int64_t oldest_us; /* when the first of them, else of those queued, was due; 0 none or not known */
	int64_t last_seq;  /* highest number committed to disk; 0 when none ever */
	int64_t commits;   /* transactions written */
	int64_t failures;  /* transactions that failed and are tried again: disk full, I/O errors */
	bool stuck;        /* the last transaction failed */
};

/*
 * Opens or makes the spool and starts its writer. Returns 0; ERROR_DATA for a file that is not a spool, is of
 * another format or of another vantage; ERROR_RETRY when another process holds it open; ERROR_IO,
 * ERROR_DATABASE or ERROR_MEMORY. On failure *out is NULL.
 */
int spool_open(struct spool **out, const struct spool_options *options, struct error *err) MUST_CHECK;

/*
 * Hands a record to the writer. Never waits for the disk. Returns whether it was accepted; if not it was
 * counted as lost (queue full) or invalid (see record_fault), and the report was told at the first of a row.
 */
bool spool_put(struct spool *spool, const struct record *record);

/*
 * Hands many records over, waiting while the queue is full: for programs that make records faster than a disk
 * takes them (demo/generate, tests). Returns 0; ERROR_DATA for the first record that contradicts itself
 * (those before it are in); ERROR_DATABASE when the disk refuses for longer than 10 s.
 */
int spool_put_many(struct spool *spool, const struct record *records, size_t count,
                   struct error *err) MUST_CHECK;

/* Waits until all that was put before is committed to disk. Returns 0, or ERROR_RETRY after timeout_ms. */
int spool_flush(struct spool *spool, int64_t timeout_ms, struct error *err) MUST_CHECK;

/* Ends the writer after one last try to commit what is queued; what could not be kept is reported. NULL is
 * fine. */
void spool_close(struct spool *spool);

void spool_count(struct spool *spool, struct spool_counters *out);

/*
 * What the spool of a vantage holds on disk (pending, bytes, oldest_us and last_seq of *out; the others are 0), without
 * opening it: it may be in use, which *in_use tells. Blocks on the disk. Errors as spool_open, ERROR_IO when there is none.
 */
int spool_look(const char *path, int32_t vantage, struct spool_counters *out, bool *in_use,
               struct error *err) MUST_CHECK;

/* ---- for ship ---- */

/* Stream id of the spool: positive, random. Changes only by spool_renew(). */
int64_t spool_stream(struct spool *spool);

/* The vantage the spool was opened for. */
int32_t spool_vantage(const struct spool *spool);

/*
 * Highest number that may be in PostgreSQL because it was sent from this file. A higher mark there means that the
 * file is an older copy. Known across processes: the file says whether any shipped from it since.
 */
int64_t spool_sent_through(struct spool *spool);

/* Notes on disk, once, that from now on records are sent. Blocks on the disk: not on the loop. */
int spool_will_send(struct spool *spool, struct error *err) MUST_CHECK;

/* Notes, in memory, that COMMIT of records up to seq is about to be sent. After spool_will_send. */
void spool_sending(struct spool *spool, int64_t seq);

/* Takes one record, NULL where the row is damaged; returning false ends the reading (this one is taken). */
typedef bool spool_take(void *context, int64_t seq, const struct record *record);

/*
 * Reads committed records and gaps with seq > after, rising, at most limit of them; every number after it is that of a
 * record or within a gap (whose seq is its last number). What was deleted after a number above 0 is a gap too: the
 * database has lost what it had confirmed. From 0 a stream begins with its first record. Blocks on the disk: not on the loop. Returns how many were
 * taken, ERROR_DATABASE, or ERROR_DATA: the file is damaged, the writer repairs it, and it is to be read again.
 */
int64_t spool_read(struct spool *spool, int64_t after, int64_t limit, spool_take *take, void *context,
                   struct error *err) MUST_CHECK;

/* Has the writer delete the records up to and with seq: they are in PostgreSQL. Returns at once. */
void spool_delete(struct spool *spool, int64_t seq);

/*
 * Sets a record aside that PostgreSQL refuses and always will (GAP_REFUSED), or that is damaged (GAP_DAMAGED), so that
 * it does not hold up the others: kept in the table "refused" with the reason, with a gap in its place. Returns when
 * done: not on the loop. Errors as spool_read.
 */
int spool_set_aside(struct spool *spool, int64_t seq, enum record_gap_reason why, const char *reason,
                    struct error *err) MUST_CHECK;

/*
 * Gives the spool a new stream id, because PostgreSQL has numbers of this stream that the spool never shipped
 * (an older copy of the file was put back). Records up to and with shipped_through are deleted, the others
 * keep their numbers and belong to the new stream. Blocks on the disk: not on the loop.
 */
int spool_renew(struct spool *spool, int64_t shipped_through, struct error *err) MUST_CHECK;

#endif
