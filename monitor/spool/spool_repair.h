/*
 * spool_repair: puts a sound file where a spool is damaged, deleted or missing. Part of spool: no other module uses it.
 *
 * What can be read, and bears its checksum, goes into the new file under the stream and the numbers it had, so that the
 * database's mark keeps all of it from arriving twice. What cannot be read becomes a gap, which is shipped like a
 * record. The damaged file stays as it was, under another name. Numbers go on above all that were ever given, as far as
 * the file, its rows or the note beside it (spool_queue.h) tell; where none tells the stream, nothing may be shipped
 * from the old file: the new one has a new stream.
 *
 * Killed on the way it is done again: PATH.unfinished is thrown away, PATH.repaired takes PATH's place.
 */
#ifndef GOVSLA_MONITOR_SPOOL_REPAIR_H
#define GOVSLA_MONITOR_SPOOL_REPAIR_H

#include "base/error.h"
#include "base/text.h"
#include "monitor/spool/spool_file.h"
#include "monitor/spool/spool_queue.h"

#include <stdbool.h>
#include <stdint.h>

/* Does what a repair that was killed had left to do. Before the file is opened. */
int spool_repair_finish(const char *path, struct error *err) MUST_CHECK;

/* Whether frames of the write-ahead log follow a damaged one: SQLite would silently go back to the state before. */
bool spool_repair_log_damaged(const char *path);

/* Told the numbers that were looked at, of how many: first 0. */
typedef void spool_repair_progress(void *context, int64_t done, int64_t total);

struct spool_repair {
	const char *path;
	struct spool_file *open;       /* NULL, or a connection whose file has lost its name */
	const struct spool_note *note; /* what is known of the file */
	int64_t size_limit_bytes;
	spool_repair_progress *progress;
	void *context;
};

/*
 * Makes a new file at path out of the one that is there, which is renamed; or, where open is not NULL, out of that
 * connection. *said gets one line that tells what was done. Returns 0, ERROR_DATABASE, ERROR_IO, ERROR_MEMORY; then nothing was changed.
 */
int spool_repair(const struct spool_repair *task, struct text *said, struct error *err) MUST_CHECK;

#endif
