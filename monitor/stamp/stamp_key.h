/*
 * stamp_key: the key of authenticated STAMP from a file, the same file on both sides.
 *
 * The file holds one key as hexadecimal digits, 16 to 64 bytes of it; blanks and line ends are skipped:
 *     openssl rand -hex 32 >stamp.key; chmod 600 stamp.key
 * A file that everybody may read or write is refused.
 */
#ifndef GOVSLA_MONITOR_STAMP_KEY_H
#define GOVSLA_MONITOR_STAMP_KEY_H

#include "base/error.h"
#include "monitor/stamp/stamp.h"

/* Returns 0, ERROR_IO or ERROR_DATA; messages never quote what is in the file. */
int stamp_key_load(struct stamp_key *key, const char *path, struct error *err) MUST_CHECK;

#endif
