#include "monitor/status/stats_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define SUFFIX      ".stats"
#define BACKLOG     8
#define PATIENCE_S  5
#define ANSWER_MOST ((size_t)1 << 20)

/* ---- the name: a folder and what is in it ---- */

struct place {
	int folder; /* descriptor */
	char name[sizeof(((struct sockaddr_un *)0)->sun_path)];
	struct sockaddr_un address;
};

static int open_folder(const char *path)
{
	char *copy = strdup(path);
	int fd = copy ? open(dirname(copy), O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;

	free(copy);
	return fd;
}

static int find_place(struct place *place, const char *spool_path, struct error *err)
{
	const char *slash = strrchr(spool_path, '/');
	int length;

	place->address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	length = snprintf(place->name, sizeof place->name, "%s" SUFFIX, slash ? slash + 1 : spool_path);
	place->folder = open_folder(spool_path);
	if (place->folder < 0)
		return error_set(err, ERROR_IO, "the folder of spool '%s' cannot be opened: %s", spool_path,
		                 strerror(errno));
	if (length >= 0 && (size_t)length < sizeof place->name)
		length = snprintf(place->address.sun_path, sizeof place->address.sun_path,
		                  "/proc/self/fd/%d/%s", place->folder, place->name);
	if (length >= 0 && (size_t)length < sizeof place->address.sun_path)
		return 0;
	close(place->folder);
	error_set(err, ERROR_IO, "the name of spool '%s' is too long for a socket beside it", spool_path);
	return error_hint(err, "give the spool a name of at most 80 bytes; its folders do not count");
}

/* ---- serving ---- */

struct stats_socket {
	uv_pipe_t listener;
	stats_document *document;
	void *arg;
	struct text text;
	struct place place;
};

static void free_client(uv_handle_t *handle)
{
	free(handle);
}

static void on_client(uv_stream_t *listener, int status)
{
	struct stats_socket *socket = listener->data;
	uv_pipe_t *client = status < 0 ? NULL : calloc(1, sizeof *client);
	uv_buf_t buffer;

	if (!client || uv_pipe_init(listener->loop, client, 0) < 0) {
		free(client);
		return;
	}
	if (uv_accept(listener, (uv_stream_t *)client) == 0) {
		text_clear(&socket->text);
		socket->document(socket->arg, &socket->text);
		buffer = uv_buf_init(socket->text.bytes, (unsigned)socket->text.length);
		if (!text_failed(&socket->text) && socket->text.length > 0)
			(void)uv_try_write((uv_stream_t *)client, &buffer, 1);
	}
	uv_close((uv_handle_t *)client, free_client);
}

/* Its mode is set before it has a name, so that it never is more open. */
static int bind_socket(struct place *place, const char *spool_path, struct error *err)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd >= 0 && fchmod(fd, S_IRUSR | S_IWUSR) == 0 &&
	    (unlinkat(place->folder, place->name, 0) == 0 || errno == ENOENT) &&
	    bind(fd, (const struct sockaddr *)&place->address, sizeof place->address) == 0)
		return fd;
	error_set(err, ERROR_IO, "no socket beside spool '%s': %s", spool_path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

static void free_socket(uv_handle_t *handle)
{
	struct stats_socket *socket = handle->data;

	text_release(&socket->text);
	close(socket->place.folder);
	free(socket);
}

int stats_serve(struct stats_socket **out, uv_loop_t *loop, const char *spool_path, stats_document *document,
                void *arg, struct error *err)
{
	struct stats_socket *socket = calloc(1, sizeof *socket);
	int fd = -1;

	if (!socket)
		return error_set(err, ERROR_MEMORY, "out of memory");
	socket->document = document;
	socket->arg = arg;
	if (find_place(&socket->place, spool_path, err) < 0) {
		free(socket);
		return err->code;
	}
	uv_pipe_init(loop, &socket->listener, 0);
	socket->listener.data = socket;
	fd = bind_socket(&socket->place, spool_path, err);
	if (fd >= 0 && uv_pipe_open(&socket->listener, fd) < 0) {
		close(fd);
		error_set(err, ERROR_IO, "no socket beside spool '%s'", spool_path);
	} else if (fd >= 0 && uv_listen((uv_stream_t *)&socket->listener, BACKLOG, on_client) < 0) {
		error_set(err, ERROR_IO, "nobody can be heard at the socket beside spool '%s'", spool_path);
	}
	if (err->code < 0) {
		uv_close((uv_handle_t *)&socket->listener, free_socket);
		return err->code;
	}
	*out = socket;
	return 0;
}

void stats_unserve(struct stats_socket *socket)
{
	if (!socket)
		return;
	(void)unlinkat(socket->place.folder, socket->place.name, 0);
	uv_close((uv_handle_t *)&socket->listener, free_socket);
}

/* ---- asking ---- */

static int refuse(int cause, const char *spool_path, struct error *err)
{
	if (cause == ENOENT || cause == ECONNREFUSED)
		return error_set(err, ERROR_RETRY, "no slamon runs with spool '%s'", spool_path);
	if (cause == EAGAIN) { /* of SO_RCVTIMEO, SO_SNDTIMEO */
		error_set(err, ERROR_IO, "the slamon of spool '%s' gave no answer in %d s", spool_path,
		          PATIENCE_S);
		return error_hint(err, "it may be stopped, or the machine overloaded");
	}
	error_set(err, ERROR_IO, "the slamon of spool '%s' cannot be asked: %s", spool_path, strerror(cause));
	if (cause == EACCES)
		error_hint(err, "ask as the user it runs as, or as root");
	return err->code;
}

/* Reads to the end. */
static int receive(int fd, struct text *out)
{
	char bytes[4096];
	ssize_t got;

	while ((got = recv(fd, bytes, sizeof bytes, 0)) > 0 && out->length < ANSWER_MOST)
		text_append(out, bytes, (size_t)got);
	return got < 0 ? errno : 0;
}

int stats_ask(const char *spool_path, struct text *out, struct error *err)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	struct place place;
	int fd, cause = 0;

	if (find_place(&place, spool_path, err) < 0)
		return err->code;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) < 0 ||
	    connect(fd, (const struct sockaddr *)&place.address, sizeof place.address) < 0)
		cause = errno;
	else
		cause = receive(fd, out);
	if (fd >= 0)
		close(fd);
	close(place.folder);
	if (cause)
		return refuse(cause, spool_path, err);
	return text_failed(out) ? error_set(err, ERROR_MEMORY, "out of memory") : 0;
}
