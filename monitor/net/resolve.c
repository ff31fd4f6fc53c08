#include "monitor/net/resolve.h"

#include "base/instant.h"
#include "base/log.h"
#include "monitor/net/egress.h"
#include "monitor/net/resolve_sockets.h"
#include "monitor/record/moment.h"

#include <ares.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SYSTEM_FILE  "/etc/resolv.conf"
#define WAKE_MS      10 /* timeouts of many queries are handled together */
#define LOG_EVERY_US US_PER_MINUTE
#define ALIVE_US     (100 * US_PER_MS) /* who has said something so long ago is taken to be alive */
#define CLASS_IN     1
#define TYPE_NS      2

/* A channel asks one list of servers; targets that name their own servers get one channel a list. */
struct channel {
	struct channel *next;
	char *servers; /* NULL: the system's */
	struct resolve_sockets sockets;
	bool asking_root;   /* whether the servers are alive */
	int64_t unanswered; /* names, since the last line in the log */
	struct moment logged;
};

struct resolver {
	uv_loop_t *loop;
	uv_timer_t timer;
	struct channel *channels;
	int timeout_ms;
};

struct resolve_pending { /* outlives the query when that is forgotten */
	struct resolve_query *query;
	struct channel *channel;
	struct moment begun;
	int64_t shortages_before;
	bool *over; /* set when it ends while it is begun */
	char name[];
};

/* ---- deadlines ---- */

static void timer_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void on_timer(uv_timer_t *timer);

/* A query's deadline is never before those of the earlier ones: an armed timer needs no look at all of them. */
static void arm(void *arg)
{
	struct resolver *resolver = arg;
	int64_t wait_ms = INT64_MAX;

	if (uv_is_active((uv_handle_t *)&resolver->timer))
		return;
	for (struct channel *c = resolver->channels; c; c = c->next) {
		struct timeval room;
		const struct timeval *wait = ares_timeout(c->sockets.ares, NULL, &room);

		if (wait && wait->tv_sec * 1000 + wait->tv_usec / 1000 < wait_ms)
			wait_ms = wait->tv_sec * 1000 + wait->tv_usec / 1000;
	}
	if (wait_ms != INT64_MAX)
		uv_timer_start(&resolver->timer, on_timer,
		               wait_ms < WAKE_MS ? WAKE_MS : (uint64_t)wait_ms + 1, 0);
}

static void on_timer(uv_timer_t *timer)
{
	struct resolver *resolver = timer->data;

	for (struct channel *c = resolver->channels; c; c = c->next)
		resolve_sockets_catch_up(&c->sockets);
	arm(resolver);
}

/* ---- channels ---- */

static void channel_close(struct channel *channel)
{
	resolve_sockets_close(&channel->sockets);
	free(channel->servers);
	free(channel);
}

static int channel_open(struct resolver *resolver, const char *servers, struct channel **out)
{
	struct channel *channel = calloc(1, sizeof *channel);
	int status = ARES_ENOMEM;

	if (channel)
		status = resolve_sockets_open(&channel->sockets, resolver->loop, resolver->timeout_ms, arm,
		                              resolver);
	if (status != ARES_SUCCESS) {
		free(channel);
		return status;
	}
	channel->servers = servers ? strdup(servers) : NULL;
	if (servers)
		status = channel->servers ? ares_set_servers_ports_csv(channel->sockets.ares, servers)
		                          : ARES_ENOMEM;
	if (status != ARES_SUCCESS) {
		channel_close(channel);
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
	*out = resolver;
	return 0;
}

void resolver_close(struct resolver *resolver)
{
	while (resolver->channels) {
		struct channel *channel = resolver->channels;

		resolver->channels = channel->next;
		channel_close(channel);
	}
	uv_close((uv_handle_t *)&resolver->timer, timer_closed);
}

/* ---- queries ---- */

/* The next address that a host can have, from this node on; NULL: none is left. */
static const struct ares_addrinfo_node *next_host(const struct ares_addrinfo_node *node, union address *out)
{
	for (; node; node = node->ai_next) {
		*out = (union address){ 0 };
		memcpy(out, node->ai_addr, node->ai_addrlen);
		if (address_of_host(out))
			break;
	}
	return node;
}

/* When there are both IPv4 and IPv6, half of the room is for either. */
static void take_answer(struct resolve_query *query, const struct ares_addrinfo *answer)
{
	const struct ares_addrinfo_node *node;
	bool seen[2] = { false }; /* IPv4, IPv6 */
	size_t taken[2] = { 0 }, most;
	union address host;

	for (node = answer->nodes; (node = next_host(node, &host)); node = node->ai_next)
		seen[node->ai_family == AF_INET6] = true;
	most = seen[0] && seen[1] ? RESOLVE_ADDRESSES_MOST / 2 : RESOLVE_ADDRESSES_MOST;
	for (node = answer->nodes; (node = next_host(node, &host)); node = node->ai_next)
		if (taken[node->ai_family == AF_INET6]++ < most)
			query->addresses[query->address_count++] = host;
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
	return moment_between(pending->channel->sockets.heard, pending->begun) > before_us;
}

/* Of one of the queries that a name takes, for each family and server, c-ares tells nothing when another was answered. */
static bool lacked_a_socket(const struct resolve_pending *pending)
{
	return pending->channel->sockets.shortages != pending->shortages_before;
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
	if (pending->query->charged && !pending->channel->sockets.own_errno)
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
		return pending->channel->sockets.shortage;
	return pending->channel->sockets.own_errno ? pending->channel->sockets.own_errno : errno_of(status);
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
		               channel->sockets.own_errno ? strerror(channel->sockets.own_errno)
		                                          : ares_strerror(status));
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

	(void)status, (void)timeouts, (void)answer, (void)length; /* that it came was seen by its socket */
	channel->asking_root = false;
}

/* Asks a question that every living name server answers at once, when nothing else tells that one lives. */
static void ask_root(struct channel *channel, struct moment now)
{
	if (channel->asking_root || moment_between(channel->sockets.heard, now) <= ALIVE_US)
		return;
	channel->asking_root = true;
	ares_query(channel->sockets.ares, ".", CLASS_IN, TYPE_NS, root_answered, channel);
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
	pending->shortages_before = channel->sockets.shortages;
	memcpy(pending->name, name, size);
	query->pending = pending;
	channel->sockets.own_errno = 0;
	pending->over = &over;
	ares_getaddrinfo(channel->sockets.ares, name, NULL, &hints, answered, pending);
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
		cause = pending->channel->sockets.shortage;
	else if (pending && !query->charged && silent(pending, ALIVE_US))
		cause = ETIMEDOUT;
	resolve_forget(query);
	return cause ? verdict_not_sent(cause) : verdict_of(FAILURE_DNS);
}
