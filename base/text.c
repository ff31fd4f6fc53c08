#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool reserve(struct text *t, size_t more)
{
	size_t size = t->size ? t->size : 256;
	char *bytes;

	if (t->failed)
		return false;
	if (t->size - t->length > more)
		return true;
	while (size - t->length <= more) {
		if (size > (size_t)1 << 46) {
			t->failed = true;
			return false;
		}
		size *= 2;
	}
	bytes = realloc(t->bytes, size);
	if (!bytes) {
		t->failed = true;
		return false;
	}
	t->bytes = bytes;
	t->size = size;
	return true;
}

void text_append(struct text *t, const void *bytes, size_t length)
{
	if (!length || !reserve(t, length))
		return;
	memcpy(t->bytes + t->length, bytes, length);
	t->length += length;
	t->bytes[t->length] = '\0';
}

void text_add(struct text *t, const char *string)
{
	text_append(t, string, strlen(string));
}

void text_printf(struct text *t, const char *format, ...)
{
	va_list args, again;
	int length;

	va_start(args, format);
	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (length < 0)
		t->failed = true;
	else if (reserve(t, (size_t)length)) {
		vsnprintf(t->bytes + t->length, (size_t)length + 1, format, again);
		t->length += (size_t)length;
	}
	va_end(again);
}

const char *text_string(const struct text *t)
{
	return t->bytes ? t->bytes : "";
}

bool text_has_control(const char *string)
{
	for (const unsigned char *at = (const unsigned char *)string; *at; at++)
		if (*at < 0x20 || *at == 0x7f || (at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0))
			return true;
	return false;
}

void text_cut(struct text *t, size_t length)
{
	if (length >= t->length)
		return;
	t->length = length;
	t->bytes[length] = '\0';
}

void text_clear(struct text *t)
{
	t->length = 0;
	t->failed = false;
	if (t->bytes)
		t->bytes[0] = '\0';
}

void text_release(struct text *t)
{
	free(t->bytes);
	memset(t, 0, sizeof *t);
}

static int write_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t n = write(fd, bytes, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		bytes += n;
		length -= (size_t)n;
	}
	return 0;
}

static int io_error(struct error *err, const char *doing, const char *path)
{
	error_set(err, ERROR_IO, "cannot %s: %s", doing, strerror(errno));
	return error_at(err, path, 0, NULL);
}

/* Creates path with the text; on disk when it returns, if flush. */
static int write_whole(const struct text *t, const char *temporary, const char *path, bool flush,
                       struct error *err)
{
	int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666), rc = 0;

	if (fd < 0)
		return io_error(err, "create", path);
	if (write_all(fd, text_string(t), t->length) < 0 || (flush && fsync(fd) < 0))
		rc = io_error(err, "write", path);
	if (close(fd) < 0 && rc == 0)
		rc = io_error(err, "close", path);
	return rc;
}

int text_write_file(const struct text *t, const char *path, struct error *err)
{
	char temporary[4096];
	int rc;

	if (t->failed)
		return error_set(err, ERROR_MEMORY, "out of memory while writing '%s'", path);
	if ((size_t)snprintf(temporary, sizeof temporary, "%s.part-%ld", path, (long)getpid()) >=
	    sizeof temporary)
		return error_set(err, ERROR_IO, "the path '%.200s...' is too long", path);
	rc = write_whole(t, temporary, path, true, err);
	if (rc == 0 && rename(temporary, path) < 0)
		rc = io_error(err, "rename into place", path);
	if (rc < 0)
		unlink(temporary);
	return rc;
}

int text_write_part(const struct text *t, const char *path, struct error *err)
{
	int rc;

	if (t->failed)
		return error_set(err, ERROR_MEMORY, "out of memory while writing '%s'", path);
	rc = write_whole(t, path, path, false, err);
	if (rc < 0)
		unlink(path);
	return rc;
}

int text_open_file(const char *path, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat about;

	if (fd < 0)
		return io_error(err, "open", path);
	if (fstat(fd, &about) == 0 && S_ISREG(about.st_mode))
		return fd;
	close(fd);
	return error_set(err, ERROR_IO, "cannot read '%s': it is not a regular file", path);
}

int text_read_file(struct text *t, const char *path, struct error *err)
{
	char buffer[65536];
	int fd = text_open_file(path, err), rc = 0;
	ssize_t n;

	if (fd < 0)
		return err->code;
	do {
		n = read(fd, buffer, sizeof buffer);
		if (n > 0)
			text_append(t, buffer, (size_t)n);
		else if (n < 0 && errno != EINTR)
			rc = io_error(err, "read", path);
	} while (rc == 0 && n != 0);
	close(fd);
	if (rc == 0 && t->failed)
		rc = error_set(err, ERROR_MEMORY, "out of memory while reading '%s'", path);
	return rc;
}
