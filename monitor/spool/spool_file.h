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
#include "monitor/spool/spool.h"
#include "monitor/spool/spool_row.h"

#include <sqlite3.h>
#include <stdint.h>

enum spool_statement {
	SPOOL_BEGIN,
	SPOOL_COMMIT,
	SPOOL_ROLLBACK,
	SPOOL_APPEND,
	SPOOL_WRITE_STATE,
	SPOOL_READ_STATE,
	SPOOL_DELETE,
	SPOOL_REPLACE,
	SPOOL_READ,
	SPOOL_ASIDE,
	SPOOL_PAGES,
	SPOOL_STATEMENTS,
};

/* The one row of "state", with a checksum of its own. */
struct spool_state {
	int64_t vantage, stream;
	int64_t last_seq; /* numbers up to it were given */
	int64_t pending;  /* rows */
	int64_t
	    deleted_through; /* no row has a number up to this one: they were shipped, or never of this stream */
	int64_t sent_through, sending;
};

struct spool_file {
	sqlite3 *db;
	sqlite3_stmt *statement[SPOOL_STATEMENTS]; /* prepared at first use */
	const char *path;                          /* for messages; borrowed */
	/* as committed; not of a connection that only reads */
	struct spool_state state;
	int64_t bytes;      /* that the records take, rounded up to pages */
	int64_t file_bytes; /* that the file takes: what was deleted is used again, then given back */
	int64_t oldest_us;  /* when the first of them that tells was due; 0 none */
};

/*
 * Every function returns ERROR_DATA when the file is damaged: what it holds contradicts its checksums, its numbers or
 * SQLite's own structure; ERROR_DATABASE when the disk refuses, and the same call may succeed later.
 */

/*
 * Opens for writing; makes the file with the given state when it is empty. ERROR_DATA as above; ERROR_UNSUPPORTED when
 * it is no spool, ERROR_USAGE when it is one of another format or vantage: it is then left as it is.
 */
int spool_file_open(struct spool_file *f, const char *path, const struct spool_state *fresh,
                    int64_t size_limit_bytes, struct error *err) MUST_CHECK;

/* Opens the same file for reading. */
int spool_file_open_reader(struct spool_file *f, const char *path, struct error *err) MUST_CHECK;

/* Opens a file that may be damaged, to save what can be read: nothing in it is changed, also not at the closing. */
int spool_file_open_damaged(struct spool_file *f, const char *path, struct error *err) MUST_CHECK;

/* The same, of a spool that another process may be writing: what it holds now is in the fields above. */
int spool_file_peek(struct spool_file *f, const char *path, int32_t vantage, struct error *err) MUST_CHECK;

void spool_file_close(struct spool_file *f);

/* Reads the state; ERROR_DATA when it is damaged. */
int spool_file_read_state(struct spool_file *f, struct spool_state *state, struct error *err) MUST_CHECK;

/* Writes the state in a transaction of its own. */
int spool_file_set_state(struct spool_file *f, const struct spool_state *state, struct error *err) MUST_CHECK;

/* Appends rows, whose numbers rise and follow last_seq; where they do not, a gap is put before. */
int spool_file_append(struct spool_file *f, const struct spool_slot *slots, size_t count,
                      struct error *err) MUST_CHECK;

/* Deletes the rows up to and with a number. A file that was large and is nearly empty then becomes small again. */
int spool_file_delete(struct spool_file *f, int64_t through, struct error *err) MUST_CHECK;
int spool_file_set_aside(struct spool_file *f, int64_t seq, enum record_gap_reason why, const char *reason,
                         struct error *err) MUST_CHECK;
/* Notes that from now on records are sent: at the next opening any of them may have been. */
int spool_file_will_send(struct spool_file *f, struct error *err) MUST_CHECK;

int spool_file_renew(struct spool_file *f, int64_t shipped_through, struct error *err) MUST_CHECK;
int64_t spool_file_read(struct spool_file *f, int64_t after, int64_t limit, spool_take *take, void *context,
                        struct error *err) MUST_CHECK;

/* A positive number that no other spool has. */
int spool_file_random_stream(int64_t *out, struct error *err) MUST_CHECK;

#endif
