/*
 * keep: the spool and the shipping of one slamon process, opened as its configuration says.
 *
 * Only what run, once and ship have in common: which options, where reports are logged, how to end.
 */
#ifndef GOVSLA_MONITOR_KEEP_H
#define GOVSLA_MONITOR_KEEP_H

#include "base/error.h"
#include "monitor/config/config.h"
#include "monitor/ship/ship.h"
#include "monitor/spool/spool.h"

/*
 * Gives up the rights that the configuration says (privilege.h): before the spool, which shall be that user's. The
 * file must be one that this user can read, as a reload will have to. Errors as privilege_drop(), and ERROR_IO.
 */
int keep_privileges(const struct config *config, const char *file, struct error *err) MUST_CHECK;

/* Opens the configured spool. show: how far a repair has come, on a terminal. Errors as spool_open(). */
int keep_open_spool(struct spool **out, const struct config *config, bool show, struct error *err) MUST_CHECK;

/* How that spool is shipped; only when config->database. */
struct ship_options keep_ship_options(const struct config *config, struct spool *spool);

/*
 * Waits for the disk, then ships for at most wait_s; show: how far it has come, on a terminal. That the database is away is logged, not an error: the
 * records are in the spool. Returns 0 or the error of the disk.
 */
int keep_finish(const struct config *config, struct spool *spool, int64_t wait_s, bool show,
                struct error *err) MUST_CHECK;

#endif
