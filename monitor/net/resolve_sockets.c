#include "monitor/net/resolve_sockets.h"

#include "base/big_endian.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define ANSWER_MOST   16384 /* bytes over TCP; over UDP c-ares asks for 512 */
#define LENGTH_PREFIX 2

struct resolve_socket {
	uv_poll_t poll;
	struct resolve_sockets *sockets; /* not valid any more once closing */
	ares_socket_t fd;
	struct resolve_socket *next;
};

/* ---- watched by the loop ---- */

static void work(struct resolve_sockets *sockets, ares_socket_t readable, ares_socket_t writable)
{
	sockets->own_errno = 0;
	ares_process_fd(sockets->ares, readable, writable);
}

void resolve_sockets_catch_up(struct resolve_sockets *sockets)
{
	/* closed ones stay until the loop's next turn */
	for (struct resolve_socket *s = sockets->first; s; s = s->next)
		work(sockets, s->fd, ARES_SOCKET_BAD);
	work(sockets, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

static void on_socket(uv_poll_t *poll, int status, int events)
{
	struct resolve_socket *s = poll->data;
	struct resolve_sockets *sockets = s->sockets;
	bool any = status < 0; /* let c-ares find the error */

	work(sockets, any || (events & UV_READABLE) ? s->fd : ARES_SOCKET_BAD,
	     any || (events & UV_WRITABLE) ? s->fd : ARES_SOCKET_BAD);
	sockets->worked(sockets->owner);
}

static int watch(struct resolve_sockets *sockets, ares_socket_t fd)
{
	struct resolve_socket *s = calloc(1, sizeof *s);

	if (!s)
		return -1;
	if (uv_poll_init(sockets->loop, &s->poll, fd) < 0) {
		free(s);
		return -1;
	}
	s->poll.data = s;
	s->sockets = sockets;
	s->fd = fd;
	s->next = sockets->first;
	sockets->first = s;
	return 0;
}

static struct resolve_socket **find(struct resolve_sockets *sockets, ares_socket_t fd)
{
	struct resolve_socket **link = &sockets->first;

	while (*link && (*link)->fd != fd)
		link = &(*link)->next;
	return link;
}

static void closed(uv_handle_t *handle)
{
	free(handle->data);
}

/* c-ares says what it waits for on a socket; nothing means that it closes the socket now. */
static void on_state(void *data, ares_socket_t fd, int readable, int writable)
{
	struct resolve_socket *s = *find(data, fd);

	if (s && (readable || writable))
		uv_poll_start(&s->poll, (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0),
		              on_socket);
}

/* ---- what c-ares would do by itself ---- */

static int refuse(struct resolve_sockets *sockets, int cause)
{
	if (cause == ENOMEM || cause == ENOBUFS || cause == EMFILE || cause == ENFILE) {
		sockets->shortages++;
		sockets->shortage = cause;
	}
	errno = sockets->own_errno = cause;
	return -1;
}

static ares_socket_t open_socket(int family, int type, int protocol, void *data)
{
	struct resolve_sockets *sockets = data;
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		return refuse(sockets, errno);
	if (watch(sockets, fd) == 0)
		return fd;
	close(fd); /* c-ares would use it for all later queries, and nobody would read it */
	return refuse(sockets, ENOMEM);
}

static int close_socket(ares_socket_t fd, void *data)
{
	struct resolve_socket **link = find(data, fd), *s = *link;

	if (s) {
		*link = s->next;
		uv_close((uv_handle_t *)&s->poll, closed);
	}
	return close(fd);
}

static int connect_socket(ares_socket_t fd, const struct sockaddr *to, ares_socklen_t length, void *data)
{
	struct resolve_sockets *sockets = data;
	int rc = connect(fd, to, length);

	if (rc < 0 && errno != EINPROGRESS)
		sockets->own_errno = errno;
	return rc;
}

/* Over TCP c-ares reads the length of the answer by itself, which is where one that is too long is refused. */
static ares_ssize_t receive(ares_socket_t fd, void *bytes, size_t size, int flags, struct sockaddr *from,
                            ares_socklen_t *from_length, void *data)
{
	ares_ssize_t n = recvfrom(fd, bytes, size, flags, from, from_length);
	struct resolve_sockets *sockets = data;

	if (n > 0)
		sockets->heard = moment_now();
	if (n <= 0 || size > LENGTH_PREFIX)
		return n;
	if (n == LENGTH_PREFIX && big_get16(bytes) <= ANSWER_MOST)
		return n;
	errno = EMSGSIZE;
	return -1;
}

/* The refusal of an earlier query may be reported here: taken as this one's, that one would wait in vain. */
static ares_ssize_t send_query(ares_socket_t fd, const struct iovec *parts, int count, void *data)
{
	struct msghdr header = { .msg_iov = (struct iovec *)parts, .msg_iovlen = (size_t)count };
	ssize_t n = sendmsg(fd, &header, MSG_NOSIGNAL);

	(void)data;
	return n < 0 && errno == ECONNREFUSED ? sendmsg(fd, &header, MSG_NOSIGNAL) : n;
}

static const struct ares_socket_functions functions = { open_socket, close_socket, connect_socket, receive,
	                                                send_query };

int resolve_sockets_open(struct resolve_sockets *sockets, uv_loop_t *loop, int timeout_ms,
                         void (*worked)(void *owner), void *owner)
{
	struct ares_options options = {
		.timeout = timeout_ms, .tries = 1, .sock_state_cb = on_state, .sock_state_cb_data = sockets
	}; /* no domains: no search list */
	int what = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB | ARES_OPT_DOMAINS;
	int status;

	*sockets = (struct resolve_sockets){ .loop = loop, .worked = worked, .owner = owner };
	status = ares_init_options(&sockets->ares, &options, what);
	if (status == ARES_SUCCESS)
		ares_set_socket_functions(sockets->ares, &functions, sockets);
	return status;
}

void resolve_sockets_close(struct resolve_sockets *sockets)
{
	ares_destroy(sockets->ares);
}
