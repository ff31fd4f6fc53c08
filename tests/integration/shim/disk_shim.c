/*
 * disk_shim: a disk that refuses, for a program that this is preloaded into: while the file named by the environment
 * variable DISK_FAULT is there, what changes a file or brings it to disk fails with the errno that it holds.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

static int refuses(void)
{
	const char *path = getenv("DISK_FAULT");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	char digits[16] = "";

	if (fd < 0)
		return 0;
	(void)!read(fd, digits, sizeof digits - 1);
	close(fd);
	return errno = atoi(digits);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at)
{
	return refuses() ? -1 : NEXT(pwrite)(fd, bytes, size, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at)
{
	return refuses() ? -1 : NEXT(pwrite64)(fd, bytes, size, at);
}

int fsync(int fd)
{
	return refuses() ? -1 : NEXT(fsync)(fd);
}

int fdatasync(int fd)
{
	return refuses() ? -1 : NEXT(fdatasync)(fd);
}

int ftruncate64(int fd, off64_t size)
{
	return refuses() ? -1 : NEXT(ftruncate64)(fd, size);
}
