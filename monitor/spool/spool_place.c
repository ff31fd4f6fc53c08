#include "monitor/spool/spool_place.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define MB 1000000

/* The folder of a path, to be freed; NULL: no memory. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return strdup(".");
	return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

/* ---- may it be written? ---- */

/* A relative path may be another one for who starts slamon elsewhere. */
static int refuse(const char *path, const char *what, int cause, struct error *err)
{
	char *whole = realpath(what, NULL);

	error_set(err, ERROR_IO, "spool '%s' cannot be kept: '%s': %s", path, whole ? whole : what,
	          strerror(cause));
	free(whole);
	if (path[0] != '/')
		return error_hint(err, "a relative spool.path counts from where slamon is started");
	if (cause == ENOENT)
		return error_hint(err, "make its folder, or name another in spool.path");
	return error_hint(err, "the user of slamon must own the file and be able to write in its folder");
}

static int check_folder(const char *path, const char *folder, struct error *err)
{
	if (faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) < 0)
		return refuse(path, folder, errno, err);
	return 0;
}

/* One of its files, where it is there. */
static int check_file(const char *path, const char *suffix, struct error *err)
{
	struct stat about;
	char *file = NULL;

	if (asprintf(&file, "%s%s", path, suffix) < 0)
		return error_set(err, ERROR_MEMORY, "out of memory");
	if (stat(file, &about) < 0) {
		if (errno != ENOENT)
			refuse(path, file, errno, err);
	} else if (!S_ISREG(about.st_mode)) {
		error_set(err, ERROR_IO, "spool '%s' cannot be kept: '%s' is not a regular file", path, file);
	} else if (faccessat(AT_FDCWD, file, R_OK | W_OK, AT_EACCESS) < 0) {
		refuse(path, file, errno, err);
	}
	free(file);
	return err->code;
}

int spool_place_usable(const char *path, struct error *err)
{
	static const char *const files[] = { "", "-queue", "-wal", "-shm" };
	char *folder = folder_of(path);

	if (!folder)
		return error_set(err, ERROR_MEMORY, "out of memory");
	(void)!check_folder(path, folder, err);
	for (size_t i = 0; i < sizeof files / sizeof files[0] && err->code == ERROR_NONE; i++)
		(void)!check_file(path, files[i], err);
	free(folder);
	return err->code;
}

/* ---- what is it on? ---- */

struct file_system {
	uint32_t type; /* statfs(2) */
	const char *name;
	bool memory;
};

/* NULL: a disk, as far as one can tell. */
static const struct file_system *find_file_system(const char *folder)
{
	static const struct file_system known[] = {
		{ TMPFS_MAGIC, "tmpfs", true },      { RAMFS_MAGIC, "ramfs", true },
		{ NFS_SUPER_MAGIC, "NFS", false },   { SMB_SUPER_MAGIC, "SMB", false },
		{ SMB2_SUPER_MAGIC, "SMB", false },  { CIFS_SUPER_MAGIC, "CIFS", false },
		{ CEPH_SUPER_MAGIC, "Ceph", false }, { AFS_SUPER_MAGIC, "AFS", false },
		{ CODA_SUPER_MAGIC, "Coda", false }, { V9FS_MAGIC, "9P", false },
	};
	struct statfs about;

	if (statfs(folder, &about) == 0)
		for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
			if (known[i].type == (uint32_t)about.f_type)
				return &known[i];
	return NULL;
}

int spool_place_lasts(const char *path, struct error *err)
{
	char *folder = folder_of(path);
	const struct file_system *found = folder ? find_file_system(folder) : NULL;

	if (!folder)
		return error_set(err, ERROR_MEMORY, "out of memory");
	free(folder);
	if (!found)
		return 0;
	error_set(err, ERROR_IO, "spool '%s' is on %s, %s", path, found->name,
	          found->memory ? "which is memory" : "a network file system");
	if (found->memory)
		return error_hint(err,
		                  "what is not shipped is gone when this machine starts anew: name another "
		                  "place in spool.path");
	return error_hint(err,
	                  "its locks and what a power cut leaves cannot be relied on: name a local disk in "
	                  "spool.path");
}

/* ---- is there room? ---- */

static int64_t bytes_of(const char *path)
{
	struct stat about;

	return stat(path, &about) == 0 ? (int64_t)about.st_blocks * 512 : 0;
}

int spool_place_has_room(const char *path, int64_t bytes, struct error *err)
{
	char *folder = folder_of(path);
	struct statvfs about;
	int64_t room;
	bool known;

	if (!folder)
		return error_set(err, ERROR_MEMORY, "out of memory");
	known = statvfs(folder, &about) == 0;
	free(folder);
	if (!known)
		return 0;
	room = (int64_t)about.f_bavail * (int64_t)about.f_frsize + bytes_of(path);
	if (room >= bytes)
		return 0;
	error_set(err, ERROR_IO, "spool '%s' may grow to %" PRId64 " MB, and there is room for %" PRId64,
	          path, bytes / MB, room / MB);
	return error_hint(err, "free space on its disk, or lower spool.size_mb");
}
