/*
 * spool_file_part: what the two files that are spool_file share: spool_file.c (statements, state, changes, reading) and
 * spool_file_open.c. No other file includes it.
 */
#ifndef GOVSLA_MONITOR_SPOOL_FILE_PART_H
#define GOVSLA_MONITOR_SPOOL_FILE_PART_H

#include "monitor/spool/spool_file.h"

#define FORMAT     2
#define PAGE_BYTES 4096

/* Says what SQLite's last error is, and what to do about it. doing: "cannot be written". Returns the code. */
int spool_file_fail(struct spool_file *f, const char *doing, struct error *err);

/* Says that the file contradicts itself. Returns ERROR_DATA. */
int spool_file_damaged(struct spool_file *f, const char *what, struct error *err);

/* Ends a transaction that failed; err may hold why already. Returns the code. */
int spool_file_give_up(struct spool_file *f, const char *doing, struct error *err);

/* Binds the state, with its checksum, to the parameters 1 to 8. */
void spool_file_bind_state(sqlite3_stmt *s, const struct spool_state *state);

/* Looks what lies there now, for whoever asks how deep the spool is; an error leaves what was known. */
void spool_file_look(struct spool_file *f);

#endif
