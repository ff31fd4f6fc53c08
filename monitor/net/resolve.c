#include "monitor/net/resolve.h"

#include "base/big_endian.h"
#include "base/instant.h"
#include "base/log.h"
#include "monitor/net/egress.h"
#include "monitor/record/moment.h"

#include <ares.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define SYSTEM_FILE   "/etc/resolv.conf"
#define ANSWER_MOST   16384 /* bytes over TCP; over UDP c-ares asks for 512 */
#define LENGTH_PREFIX 2
#define WAKE_MS       10 /* timeouts of many queries are handled together */
#define LOG_EVERY_US  US_PER_MINUTE
#define ALIVE_US      (100 * US_PER_MS) /* who has said something so long ago is taken to be alive */
#define CLASS_IN      1
#define TYPE_NS       2

struct watched { /* a socket of c-ares */
	uv_poll_t poll;
	struct channel *channel; /* not valid any more once closing */
	struct resolver *resolver;
	ares_socket_t fd;
	struct watched *next;
};

/* A channel asks one list of servers; targets that name their own servers get one channel a list. */
struct channel {
	struct channel *next;
	struct resolver *resolver;
	struct watched *watched;
	char *servers; /* NULL: the system's */
	ares_channel ares;
	int own_errno;       /* why this machine could not ask, since c-ares was last called; 0: it could */
	int64_t shortages;   /* how often this machine had no memory or descriptor for a socket */
	int shortage;        /* which, the last time */
	struct moment heard; /* when anything last came from a server */
	bool asking_root;    /* whether the servers are alive */
	int64_t unanswered;  /* names, since the last line in the log */
	struct moment logged;
};

struct resolver {
	uv_loop_t *loop;
	uv_timer_t timer;
	struct channel *channels;
	int timeout_ms;
	int handles; /* of libuv that are not closed yet */
};

struct resolve_pending { /* outlives the query when that is forgotten */
	struct resolve_query *query;
	struct channel *channel;
	struct moment begun;
	int64_t shortages_before;
	bool *over; /* set when it ends while it is begun */
	char name[];
};

/* ---- c-ares on libuv ---- */

static void handle_closed(struct resolver *resolver)
{
	if (--resolver->handles == 0)
		free(resolver);
}

static void watched_closed(uv_handle_t *handle)
{
	struct watched *watched = handle->data;

	handle_closed(watched->resolver);
	free(watched);
}

static void timer_closed(uv_handle_t *handle)
{
	handle_closed(handle->data);
}

static void on_timer(uv_timer_t *timer);

/* A query's deadline is never before those of the earlier ones: an armed timer needs no look at all of them. */
static void arm(struct resolver *resolver)
{
	int64_t wait_ms = INT64_MAX;

	if (uv_is_active((uv_handle_t *)&resolver->timer))
		return;
	for (struct channel *c = resolver->channels; c; c = c->next) {
		struct timeval room;
		const struct timeval *wait = ares_timeout(c->ares, NULL, &room);

		if (wait && wait->tv_sec * 1000 + wait->tv_usec / 1000 < wait_ms)
			wait_ms = wait->tv_sec * 1000 + wait->tv_usec / 1000;
	}
	if (wait_ms != INT64_MAX)
		uv_timer_start(&resolver->timer, on_timer,
		               wait_ms < WAKE_MS ? WAKE_MS : (uint64_t)wait_ms + 1, 0);
}

static void process(struct channel *channel, ares_socket_t readable, ares_socket_t writable)
{
	channel->own_errno = 0;
	ares_process_fd(channel->ares, readable, writable);
}

/* What came while this process could not run is read first: c-ares would find it too late. */
static void on_timer(uv_timer_t *timer)
{
	struct resolver *resolver = timer->data;

	for (struct channel *c = resolver->channels; c; c = c->next) {
		for (struct watched *w = c->watched; w;
		     w = w->next) /* closed ones stay until the loop's next turn */
			process(c, w->fd, ARES_SOCKET_BAD);
		process(c, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	}
	arm(resolver);
}

static void on_socket(uv_poll_t *poll, int status, int events)
{
	struct watched *watched = poll->data;
	struct resolver *resolver = watched->resolver;
	bool any = status < 0; /* let c-ares find the error */

	process(watched->channel, any || (events & UV_READABLE) ? watched->fd : ARES_SOCKET_BAD,
	        any || (events & UV_WRITABLE) ? watched->fd : ARES_SOCKET_BAD);
	arm(resolver);
}

static struct watched *watch(struct channel *channel, ares_socket_t fd)
{
	struct watched *watched = calloc(1, sizeof *watched);

	if (!watched)
		return NULL;
	if (uv_poll_init(channel->resolver->loop, &watched->poll, fd) < 0) {
		free(watched);
		return NULL;
	}
	watched->poll.data = watched;
	watched->channel = channel;
	watched->resolver = channel->resolver;
	watched->fd = fd;
	watched->next = channel->watched;
	channel->watched = watched;
	channel->resolver->handles++;
	return watched;
}

static struct watched **find_watched(struct channel *channel, ares_socket_t fd)
{
	struct watched **link = &channel->watched;

	while (*link && (*link)->fd != fd)
		link = &(*link)->next;
	return link;
}

/* c-ares says what it waits for on a socket; nothing means that it closes the socket now. */
static void socket_state(void *data, ares_socket_t fd, int readable, int writable)
{
	struct watched *watched = *find_watched(data, fd);

	if (watched && (readable || writable))
		uv_poll_start(&watched->poll, (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0),
		              on_socket);
}

/* ---- the sockets of c-ares: its own would not tell what this machine could not do ---- */

static int refuse_socket(struct channel *channel, int cause)
{
	if (cause == ENOMEM || cause == ENOBUFS || cause == EMFILE || cause == ENFILE) {
		channel->shortages++;
		channel->shortage = cause;
	}
	errno = channel->own_errno = cause;
	return -1;
}

static ares_socket_t open_socket(int family, int type, int protocol, void *data)
{
	struct channel *channel = data;
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		return refuse_socket(channel, errno);
	if (watch(channel, fd))
		return fd;
	close(fd); /* c-ares would use it for all later queries, and nobody would read it */
	return refuse_socket(channel, ENOMEM);
}

static int close_socket(ares_socket_t fd, void *data)
{
	struct watched **link = find_watched(data, fd), *watched = *link;

	if (watched) {
		*link = watched->next;
		uv_close((uv_handle_t *)&watched->poll, watched_closed);
	}
	return close(fd);
}

static int connect_socket(ares_socket_t fd, const struct sockaddr *to, ares_socklen_t length, void *data)
{
	struct channel *channel = data;
	int rc = connect(fd, to, length);

	if (rc < 0 && errno != EINPROGRESS)
		channel->own_errno = errno;
	return rc;
}

/* Over TCP c-ares reads the length of the answer by itself, which is where one that is too long is refused. */
static ares_ssize_t receive(ares_socket_t fd, void *bytes, size_t size, int flags, struct sockaddr *from,
                            ares_socklen_t *from_length, void *data)
{
	ares_ssize_t n = recvfrom(fd, bytes, size, flags, from, from_length);
	struct channel *channel = data;

	if (n > 0)
		channel->heard = moment_now();
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

static const struct ares_socket_functions socket_functions = { open_socket, close_socket, connect_socket,
	                                                       receive, send_query };

/* ---- channels ---- */

static int channel_open(struct resolver *resolver, const char *servers, struct channel **out)
{
	struct channel *channel = calloc(1, sizeof *channel);
	struct ares_options options = { .timeout = resolver->timeout_ms,
		                        .tries = 1,
		                        .sock_state_cb = socket_state,
		                        .sock_state_cb_data = channel }; /* no domains: no search list */
	int what = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB | ARES_OPT_DOMAINS;
	int status = channel ? ares_init_options(&channel->ares, &options, what) : ARES_ENOMEM;

	if (status != ARES_SUCCESS) {
		free(channel);
		return status;
	}
	ares_set_socket_functions(channel->ares, &socket_functions, channel);
	channel->resolver = resolver;
	channel->servers = servers ? strdup(servers) : NULL;
	if (servers)
		status = channel->servers ? ares_set_servers_ports_csv(channel->ares, servers) : ARES_ENOMEM;
	if (status != ARES_SUCCESS) {
		ares_destroy(channel->ares);
		free(channel->servers);
		free(channel);
		return status;
	}
	channel->next = resolver->channels;
	resolver->channels = channel;
	*out = channel;
	return ARES_SUCCESS;
}

/* The last of the list is the one opened first: the resolver's own. */
static int find_channel(struct resolver *resolver, const char *servers, struct channel **out)
{
	struct channel *channel = resolver->channels;

	while (channel->next && (!servers || !channel->servers || strcmp(channel->servers, servers) != 0))
		channel = channel->next;
	*out = channel;
	if (!servers || (channel->servers && strcmp(channel->servers, servers) == 0))
		return ARES_SUCCESS;
	return channel_open(resolver, servers, out);
}

int resolver_open(struct resolver **out, uv_loop_t *loop, const char *servers, int64_t timeout_ms,
                  struct error *err)
{
	struct resolver *resolver = calloc(1, sizeof *resolver);
	struct channel *channel;
	int status;

	if (!resolver || ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS) {
		free(resolver);
		return error_set(err, ERROR_MEMORY, "out of memory");
	}
	resolver->loop = loop;
	resolver->timeout_ms = (int)timeout_ms;
	status = channel_open(resolver, servers, &channel);
	if (status != ARES_SUCCESS) {
		free(resolver);
		return error_set(err, ERROR_DATA, "name servers '%s': %s",
		                 servers ? servers : "of the system", ares_strerror(status));
	}
	uv_timer_init(loop, &resolver->timer);
	resolver->timer.data = resolver;
	resolver->handles = 1;
	*out = resolver;
	return 0;
}

void resolver_close(struct resolver *resolver)
{
	while (resolver->channels) {
		struct channel *channel = resolver->channels;

		ares_destroy(channel->ares);
		resolver->channels = channel->next;
		free(channel->servers);
		free(channel);
	}
	uv_close((uv_handle_t *)&resolver->timer, timer_closed);
}

/* ---- queries ---- */

/* When there are both IPv4 and IPv6, half of the room is for either. */
static void take_answer(struct resolve_query *query, const struct ares_addrinfo *answer)
{
	bool seen[2] = { false }; /* IPv4, IPv6 */
	size_t taken[2] = { 0 }, most;

	for (const struct ares_addrinfo_node *node = answer->nodes; node; node = node->ai_next)
		seen[node->ai_family == AF_INET6] = true;
	most = seen[0] && seen[1] ? RESOLVE_ADDRESSES_MOST / 2 : RESOLVE_ADDRESSES_MOST;
	for (const struct ares_addrinfo_node *node = answer->nodes; node; node = node->ai_next)
		if (taken[node->ai_family == AF_INET6]++ < most)
			memcpy(&query->addresses[query->address_count++], node->ai_addr, node->ai_addrlen);
	query->address_count = address_order(query->addresses, query->address_count);
}

/* Where the servers of a channel come from, and so what to change when they do not answer. */
static const char *origin(const struct channel *channel)
{
	if (channel->servers)
		return channel->servers;
	return access(SYSTEM_FILE, R_OK) == 0 ? "the servers of " SYSTEM_FILE "; when that is changed, reload"
	                                      : "127.0.0.1, because " SYSTEM_FILE
	                                        " cannot be read; make it readable or set dns_servers";
}

static void log_unanswered(struct channel *channel, const char *name, const char *cause)
{
	struct moment now = moment_now();

	channel->unanswered++;
	if (channel->logged.us && moment_between(channel->logged, now) < LOG_EVERY_US)
		return;
	log_line("resolver",
	         "no answer for '%.200s': %s (%lld such since the last line like this; asked %.300s)", name,
	         cause, (long long)channel->unanswered, origin(channel));
	channel->unanswered = 0;
	channel->logged = now;
}

/* Whether no server has said anything since so long before the name was asked for. */
static bool silent(const struct resolve_pending *pending, int64_t before_us)
{
	return moment_between(pending->channel->heard, pending->begun) > before_us;
}

/* Of one of the queries that a name takes, for each family and server, c-ares tells nothing when another was answered. */
static bool lacked_a_socket(const struct resolve_pending *pending)
{
	return pending->channel->shortages != pending->shortages_before;
}

/*
 * Whether nobody could be asked: this machine could not; or there is no name server at any place where it was told to
 * ask (port closed, ICMP unreachable), or none that lives. c-ares says the same of servers that answer with an error:
 * then the name, or the servers behind ours, may be why.
 */
static bool is_own_fault(const struct resolve_pending *pending, int status, int timeouts)
{
	if (status == ARES_SUCCESS)
		return false;
	if (status == ARES_ENOMEM || status == ARES_EFILE || lacked_a_socket(pending))
		return true;
	if (status != ARES_ECONNREFUSED && status != ARES_ETIMEOUT)
		return false;
	if (pending->query->charged && !pending->channel->own_errno)
		return false;
	return silent(pending, status == ARES_ECONNREFUSED && timeouts == 0 ? 0 : ALIVE_US);
}

/* EFILE: one that everybody may read could not be opened. */
static int errno_of(int status)
{
	switch (status) {
	case ARES_ENOMEM:
		return ENOMEM;
	case ARES_EFILE:
		return EMFILE;
	default:
		return status == ARES_ETIMEOUT ? ETIMEDOUT : ECONNREFUSED;
	}
}

static int cause_of(const struct resolve_pending *pending, int status)
{
	if (lacked_a_socket(pending))
		return pending->channel->shortage;
	return pending->channel->own_errno ? pending->channel->own_errno : errno_of(status);
}

static void answered(void *arg, int status, int timeouts, struct ares_addrinfo *answer)
{
	struct resolve_pending *pending = arg;
	struct resolve_query *query = pending->query;
	struct channel *channel = pending->channel;

	if (query && status == ARES_SUCCESS && answer)
		take_answer(query, answer);
	if (query && is_own_fault(pending, status, timeouts))
		query->verdict = verdict_not_sent(cause_of(pending, status));
	if (status == ARES_ETIMEOUT || status == ARES_ECONNREFUSED)
		log_unanswered(channel, pending->name,
		               channel->own_errno ? strerror(channel->own_errno) : ares_strerror(status));
	if (pending->over)
		*pending->over = true;
	ares_freeaddrinfo(answer);
	free(pending);
	if (!query)
		return;
	query->pending = NULL;
	query->done(query);
}

static void root_answered(void *arg, int status, int timeouts, unsigned char *answer, int length)
{
	struct channel *channel = arg;

	(void)status, (void)timeouts, (void)answer, (void)length; /* that it came was seen by receive() */
	channel->asking_root = false;
}

/* Asks a question that every living name server answers at once, when nothing else tells that one lives. */
static void ask_root(struct channel *channel, struct moment now)
{
	if (channel->asking_root || moment_between(channel->heard, now) <= ALIVE_US)
		return;
	channel->asking_root = true;
	ares_query(channel->ares, ".", CLASS_IN, TYPE_NS, root_answered, channel);
}

void resolve_start(struct resolver *resolver, const char *name, const struct egress *egress,
                   struct resolve_query *query)
{
	struct ares_addrinfo_hints hints = { .ai_flags = ARES_AI_NOSORT,
		                             .ai_family = egress_family_number(egress),
		                             .ai_socktype = SOCK_STREAM };
	size_t size = strlen(name) + 1;
	struct resolve_pending *pending = malloc(sizeof *pending + size);
	struct channel *channel = NULL;
	int status = pending ? find_channel(resolver, egress->dns_servers, &channel) : ARES_ENOMEM;
	bool over = false;

	query->address_count = 0;
	query->verdict = verdict_of(FAILURE_DNS);
	query->charged = egress->charge_dns;
	query->pending = NULL;
	if (status != ARES_SUCCESS) {
		query->verdict = verdict_not_sent(errno_of(status));
		free(pending);
		query->done(query);
		return;
	}
	pending->query = query;
	pending->channel = channel;
	pending->begun = moment_now();
	pending->shortages_before = channel->shortages;
	memcpy(pending->name, name, size);
	query->pending = pending;
	channel->own_errno = 0;
	pending->over = &over;
	ares_getaddrinfo(channel->ares, name, NULL, &hints, answered, pending);
	if (!over) { /* no address in /etc/hosts: a server was asked */
		pending->over = NULL;
		ask_root(channel, pending->begun);
	}
	arm(resolver);
}

void resolve_forget(struct resolve_query *query)
{
	if (query->pending)
		query->pending->query = NULL;
	query->pending = NULL;
}

struct verdict resolve_expire(struct resolve_query *query)
{
	const struct resolve_pending *pending = query->pending;
	int cause = 0;

	if (pending && lacked_a_socket(pending))
		cause = pending->channel->shortage;
	else if (pending && !query->charged && silent(pending, ALIVE_US))
		cause = ETIMEDOUT;
	resolve_forget(query);
	return cause ? verdict_not_sent(cause) : verdict_of(FAILURE_DNS);
}
