/*
 * spool_place: whether a spool can be kept at a path, by what the kernel says of the place now. For `slamon check`.
 *
 * Nothing is opened, made or changed; so nothing is said of what is in a file that is there already. What is said holds for
 * the user this process is.
 */
#ifndef GOVSLA_MONITOR_SPOOL_PLACE_H
#define GOVSLA_MONITOR_SPOOL_PLACE_H

#include "base/error.h"

#include <stdint.h>

/* Its folder is there and can be written in, and so can the files that are there already. Returns 0 or ERROR_IO. */
int spool_place_usable(const char *path, struct error *err) MUST_CHECK;

/* It is on a disk of this machine: neither in memory nor on a network file system. Returns 0 or ERROR_IO. */
int spool_place_lasts(const char *path, struct error *err) MUST_CHECK;

/* There is room for so many bytes, with what it takes already. Returns 0 or ERROR_IO. */
int spool_place_has_room(const char *path, int64_t bytes, struct error *err) MUST_CHECK;

#endif
