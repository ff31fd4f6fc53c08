/*
 * spool_file: the SQLite file of a spool. Part of spool: no other module uses it.
 *
 * One struct spool_file is one connection for one thread. The writing one has the schema, the numbers and all
 * changes; the reading one only spool_file_read(). Each change is one transaction, flushed to disk
 * (synchronous=FULL): when the function has returned 0, a power cut does not undo it.
 */
#ifndef GOVSLA_MONITOR_SPOOL_FILE_H
#define GOVSLA_MONITOR_SPOOL_FILE_H

#include "base/error.h"
#include "monitor/spool.h"

#include <sqlite3.h>
#include <stdint.h>

struct spool_entry {
	struct record record;
	int64_t lost_before; /* records lost just before this one: their numbers are left out */
};

enum spool_statement {
	SPOOL_BEGIN,
	SPOOL_COMMIT,
	SPOOL_ROLLBACK,
	SPOOL_APPEND,
	SPOOL_STATE,
	SPOOL_DELETE,
	SPOOL_READ,
	SPOOL_ASIDE,
	SPOOL_RENEW,
	SPOOL_SEND,
	SPOOL_PAGES,
	SPOOL_STATEMENTS,
};

struct spool_file {
	sqlite3 *db;
	sqlite3_stmt *statement[SPOOL_STATEMENTS]; /* prepared at first use */
	const char *path;                          /* for messages; borrowed */
	/* as committed; of the writing connection only */
	int64_t stream, last_seq, pending, sent_through;
	int64_t bytes;     /* that the records take, rounded up to pages */
	int64_t oldest_us; /* when the first of them was due; 0 none, or it is damaged */
};

/* Opens for writing; makes the file and its schema when it is empty. Errors as spool_open. */
int spool_file_open(struct spool_file *f, const char *path, int32_t vantage, int64_t size_limit_bytes,
                    struct error *err) MUST_CHECK;

/* Opens the same file for reading. */
int spool_file_open_reader(struct spool_file *f, const char *path, struct error *err) MUST_CHECK;

void spool_file_close(struct spool_file *f);

/* Appends entries under the next numbers, then leaves out lost_after more. ERROR_DATABASE: nothing was
 * changed. */
int spool_file_append(struct spool_file *f, const struct spool_entry *entries, size_t count,
                      int64_t lost_after, struct error *err) MUST_CHECK;

int spool_file_delete(struct spool_file *f, int64_t through, struct error *err) MUST_CHECK;
int spool_file_set_aside(struct spool_file *f, int64_t seq, const char *reason, struct error *err) MUST_CHECK;
/* Notes that from now on records are sent: at the next opening any of them may have been. */
int spool_file_will_send(struct spool_file *f, struct error *err) MUST_CHECK;

int spool_file_renew(struct spool_file *f, int64_t shipped_through, struct error *err) MUST_CHECK;
int64_t spool_file_read(struct spool_file *f, int64_t after, int64_t limit, spool_take *take, void *context,
                        struct error *err) MUST_CHECK;

#endif
