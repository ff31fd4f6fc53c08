/*
 * log: lines for people on standard error, each prefixed by the object it is about.
 *
 *     log_line("ship", "connected to '%s'", host);     → "slamon: ship: connected to 'db'"
 *
 * Not for records or results, and without levels: what is worth a line is an event (started, a target went
 * down, the database was lost), never a sample. Priority prefixes and time stamps are added by journald. One
 * write per line, so lines of several threads do not mix. No state.
 */
#ifndef GOVSLA_BASE_LOG_H
#define GOVSLA_BASE_LOG_H

#include "base/error.h"

/* Writes "PROGRAM: OBJECT: TEXT\n"; cut at 1,000 bytes, control characters replaced by '?'. */
void log_line(const char *object, const char *format, ...) PRINTF_LIKE(2, 3);

/* Writes an error the same way, with its hint on a second line. */
void log_error(const char *object, const struct error *err);

#endif
