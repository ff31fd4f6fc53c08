#include "monitor/icmp/probe_icmp.h"

#include "monitor/net/drops.h"
#include "monitor/net/egress.h"
#include "monitor/icmp/icmp_socket.h"
#include "monitor/net/resolve.h"
#include "monitor/net/round_trip.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define SEQUENCES    65536
#define RANDOM_WORDS 512
#define FEW          128 /* echoes whose answers, of any size, fit in any receive buffer */
#define FEW_TURN_US  (4 * PROBE_TURN_US)
#define AGAIN_MOST   4  /* narrower and narrower links of a path that an echo learns of */
#define SEND_TRIES   16 /* whoever floods a socket with ICMP errors does not keep echoes from being sent */

struct icmp_config {
	const char *host;
	int64_t payload_bytes;
	struct egress egress;
};

static const struct setting settings[] = {
	{ .key = "host",
	  .type = SETTING_STRING,
	  .required = true,
	  .place = offsetof(struct icmp_config, host),
	  .help =
	      "address or name; a name is resolved before each echo, which is not part of the round trip" },
	{ .key = "payload_bytes",
	  .type = SETTING_INTEGER,
	  .unit = "bytes",
	  .standard = "56",
	  .least = ICMP_NONCE_SIZE,
	  .most = ICMP_PAYLOAD_MOST,
	  .place = offsetof(struct icmp_config, payload_bytes),
	  .help = "data behind the ICMP header; the first 8 bytes are random and must come back" },
	{ .key = "",
	  .type = SETTING_SHARED,
	  .shared = egress_settings,
	  .place = offsetof(struct icmp_config, egress) },
	{ .key = NULL },
};

/* An echo on its way; its place in the table is its sequence number. */
struct echo {
	struct probe_run *run; /* NULL: free */
	uint64_t nonce;
	struct round_trip trip;
	const union address *to; /* of the plan or the lookup; what replies must come from */
	uint8_t again;           /* times it was sent again, in pieces */
};

struct route { /* one address family */
	struct service *service;
	struct icmp_socket socket;
	struct echo *echoes; /* room for SEQUENCES: none takes memory before its turn comes */
	uint32_t begun;      /* how many, from the first on, ever had theirs */
	uint16_t next;       /* at most begun */
	int64_t in_use;
	struct drops drops;
};

struct service {
	const struct probe_context *context;
	struct route routes[2]; /* IPv4, IPv6 */
	struct icmp_receiver *receiver;
	struct drops_log drops_log;
	uint64_t random[RANDOM_WORDS];
	size_t random_used;
};

struct plan {
	struct probe_plan common;
	const struct icmp_config *config;
	union address address; /* none: a name, to be resolved */
};

/* Of a run whose target is a name, or which has been sent. */
struct flight {
	struct resolve_query query;
	struct echo *echo;
};

/* ---- receiving ---- */

static bool is_destination(const union address *a, const uint8_t *bytes)
{
	return memcmp(address_bytes(a), bytes, a->any.sa_family == AF_INET6 ? 16 : 4) == 0;
}

/* The echo that a message answers; NULL for strangers', late, repeated and forged ones. */
static struct echo *find_echo(struct route *route, const struct icmp_arrival *arrival)
{
	const struct icmp_message *message = &arrival->message;
	struct echo *echo = &route->echoes[message->sequence];

	if (message->sequence >= route->begun || !echo->run || message->id != route->socket.id)
		return NULL;
	if (message->meaning == ICMP_MEANS_REPLY)
		return message->has_nonce && message->nonce == echo->nonce &&
		               address_same_host(&arrival->from, echo->to)
		           ? echo
		           : NULL;
	if (message->has_nonce && message->nonce != echo->nonce)
		return NULL;
	return message->has_destination && is_destination(echo->to, message->destination) ? echo : NULL;
}

static void release_run(struct route *route, struct echo *echo)
{
	struct probe_run *run = echo->run;
	struct plan *plan = run->plan;

	echo->run = NULL;
	route->in_use--;
	if (plan->address.any.sa_family == AF_UNSPEC)
		free(run->state);
	run->state = NULL;
}

static bool send_again(struct route *route, struct echo *echo);

static void take(void *arg, const struct icmp_arrival *arrival)
{
	struct route *route = arg;
	struct echo *echo = find_echo(route, arrival);
	struct probe_run *run;
	int64_t rtt_us;

	if (!echo || (arrival->message.meaning == ICMP_MEANS_TOO_BIG && send_again(route, echo)))
		return;
	run = echo->run;
	rtt_us = (round_trip_ns(&echo->trip, arrival->stamp_ns, &run->kernel_timed) + 500) / 1000;
	release_run(route, echo);
	if (arrival->message.meaning == ICMP_MEANS_REFUSED)
		probe_down(run, FAILURE_REFUSED);
	else if (arrival->message.meaning != ICMP_MEANS_REPLY)
		probe_down(run, FAILURE_UNREACHABLE);
	else if (rtt_us > run->timeout_us) /* waited in the socket until now */
		probe_down(run, FAILURE_TIMEOUT);
	else
		probe_up(run, rtt_us);
}

static void receive(struct route *route)
{
	icmp_socket_receive(&route->socket, route->service->receiver, take, route);
	drops_look(&route->drops, route->socket.fd, &route->service->drops_log);
}

/* Answers wait in the socket with the kernel's stamps: reading batches saves wake-ups and changes nothing. */
static int64_t turn(void *service_pointer)
{
	struct service *service = service_pointer;
	int64_t in_use;

	for (int i = 0; i < 2; i++)
		if (service->routes[i].in_use > 0)
			receive(&service->routes[i]);
	in_use = service->routes[0].in_use + service->routes[1].in_use;
	if (in_use > FEW)
		return PROBE_TURN_US;
	return in_use > 0 ? FEW_TURN_US : PROBE_NO_TURN;
}

/* ---- sending ---- */

static uint64_t next_nonce(struct service *service)
{
	if (service->random_used == RANDOM_WORDS) {
		size_t filled = 0;

		while (filled < sizeof service->random) {
			ssize_t n =
			    getrandom((char *)service->random + filled, sizeof service->random - filled, 0);

			if (n > 0)
				filled += (size_t)n;
		}
		service->random_used = 0;
	}
	return service->random[service->random_used++];
}

/* A free sequence number, or NULL when all are in flight. */
static struct echo *take_echo(struct route *route)
{
	if (route->in_use >= SEQUENCES - 1)
		return NULL;
	if (!route->in_use) /* others' replies may have filled the socket meanwhile */
		receive(route);
	while (route->next < route->begun && route->echoes[route->next].run)
		route->next++;
	if (route->next == route->begun)
		route->begun++;
	route->in_use++;
	return &route->echoes[route->next++];
}

/* sendto() costs less than sendmsg(), and few targets ask for more. */
static ssize_t send_with(const struct egress *egress, const struct route *route, const struct echo *echo,
                         uint8_t *packet, size_t length)
{
	socklen_t size = address_size(echo->to);
	_Alignas(struct cmsghdr) uint8_t control[EGRESS_CONTROL_SIZE];
	struct iovec vector = { packet, length };
	struct msghdr header = { .msg_name = (void *)echo->to,
		                 .msg_namelen = size,
		                 .msg_iov = &vector,
		                 .msg_iovlen = 1,
		                 .msg_control = control };

	if (!egress->source_address && !egress->dscp)
		return sendto(route->socket.fd, packet, length, MSG_DONTWAIT, &echo->to->any, size);
	header.msg_controllen = egress_control(egress, echo->to->any.sa_family, control);
	return sendmsg(route->socket.fd, &header, MSG_DONTWAIT);
}

static int transmit(struct route *route, struct echo *echo, uint8_t *packet, size_t length)
{
	const struct plan *plan = echo->run->plan;
	const struct egress *egress = &plan->config->egress;

	round_trip_start(&echo->trip);
	if (send_with(egress, route, echo, packet, length) >= 0)
		return 0;
	return errno == EINVAL && egress->source_address ? EADDRNOTAVAIL : errno;
}

static size_t build(const struct route *route, const struct echo *echo, uint8_t *packet)
{
	const struct plan *plan = echo->run->plan;

	return icmp_build(route->socket.v6, route->socket.id, (uint16_t)(echo - route->echoes), echo->nonce,
	                  (size_t)plan->config->payload_bytes, packet);
}

static void not_sent(struct route *route, struct echo *echo, int cause)
{
	struct probe_run *run = echo->run;

	release_run(route, echo);
	probe_not_sent(run, cause);
}

/*
 * Whether the echo is seen to. It was too big for a link of the path: no fault of the target's, but what sending it
 * whole is there to find out (RFC 1191 section 3, RFC 8201 section 4). The kernel has learned from the same error and now
 * sends it in pieces; only where it reads the error later than we do, or a narrower link follows, that is not the end of it.
 */
static bool send_again(struct route *route, struct echo *echo)
{
	uint8_t packet[ICMP_PACKET_MOST];
	size_t length;
	int cause = -1;

	if (echo->again >= AGAIN_MOST)
		return false;
	echo->again++;
	echo->nonce = next_nonce(route->service); /* no answer to an earlier send is taken for this one's */
	length = build(route, echo, packet);
	for (int tries = 0; cause && tries < SEND_TRIES;
	     tries++) /* an earlier echo's error is reported here */
		cause = transmit(route, echo, packet, length);
	if (cause)
		not_sent(route, echo, cause);
	return true;
}

/* On failure errno says why, as when a socket is opened. */
static int open_route(struct route *route, bool v6, struct error *err)
{
	if (!route->echoes)
		route->echoes = malloc(SEQUENCES * sizeof *route->echoes);
	if (!route->echoes)
		return error_set(err, ERROR_MEMORY, "out of memory");
	return icmp_socket_open(&route->socket, v6, err);
}

/*
 * The route to an address. What it lacked when the service was opened, memory or a descriptor, may be there now; NULL and
 * the cause in errno while it is not, or this machine does not have the family at all.
 */
static struct route *route_to(struct service *service, const union address *to)
{
	bool v6 = to->any.sa_family == AF_INET6;
	struct route *route = &service->routes[v6];
	struct error why = { 0 };

	return route->socket.fd >= 0 || open_route(route, v6, &why) == 0 ? route : NULL;
}

/* state: the echo, or NULL while a name is being resolved (the flight is in run->state then). */
static void send_echo(struct probe_run *run, const union address *to)
{
	struct service *service = run->service;
	struct route *route = route_to(service, to);
	int cause = route ? ENOBUFS : errno;
	const struct plan *plan = run->plan;
	struct echo *echo = route ? take_echo(route) : NULL;
	uint8_t packet[ICMP_PACKET_MOST];
	size_t length;

	if (!echo) {
		if (plan->address.any.sa_family == AF_UNSPEC)
			free(run->state);
		probe_not_sent(run, cause);
		return;
	}
	*echo = (struct echo){ .run = run, .nonce = next_nonce(service), .to = to };
	length = build(route, echo, packet);
	if (plan->address.any.sa_family == AF_UNSPEC)
		((struct flight *)run->state)->echo = echo;
	else
		run->state = echo;
	cause = transmit(route, echo, packet, length);
	for (int tries = 1; cause && cause != ENOBUFS && tries < SEND_TRIES; tries++) {
		receive(route); /* an earlier echo's error is reported here: not this one's */
		if (!echo->run)
			return;
		cause = transmit(route, echo, packet, length);
	}
	run->record.sent_us = echo->trip.sent_wall_ns / 1000;
	if (cause)
		not_sent(route, echo, cause);
}

static void resolved(struct resolve_query *query)
{
	struct probe_run *run = query->owner;
	struct flight *flight = run->state;

	if (query->address_count > 0) {
		send_echo(run, &query->addresses[0]);
		return;
	}
	run->state = NULL;
	probe_end(run, query->verdict, -1);
	free(flight);
}

static void start(struct probe_run *run)
{
	struct service *service = run->service;
	struct plan *plan = run->plan;
	struct flight *flight;

	if (plan->address.any.sa_family != AF_UNSPEC) {
		send_echo(run, &plan->address);
		return;
	}
	flight = calloc(1, sizeof *flight);
	if (!flight) {
		probe_not_sent(run, ENOMEM);
		return;
	}
	flight->query = (struct resolve_query){ .done = resolved, .owner = run };
	run->state = flight;
	run->record.sent_us = moment_wall_us();
	resolve_start(service->context->resolver, plan->config->host, &plan->config->egress, &flight->query);
}

/* The answer may be waiting in the socket, if this process could not run: read before judging. */
static void expire(struct probe_run *run)
{
	struct service *service = run->service;
	struct plan *plan = run->plan;
	struct flight *flight = plan->address.any.sa_family == AF_UNSPEC ? run->state : NULL;
	struct echo *echo = flight ? flight->echo : run->state;
	struct route *route;
	bool dropped;

	if (!echo) {
		struct verdict verdict = resolve_expire(&flight->query);

		free(flight);
		probe_end(run, verdict, -1);
		return;
	}
	route = &service->routes[echo->to->any.sa_family == AF_INET6];
	receive(route);
	if (echo->run != run)
		return;
	release_run(route, echo);
	dropped = drops_since(&route->drops, (struct moment){ echo->trip.sent_ns / 1000 });
	probe_end(run, verdict_of(dropped ? FAILURE_NOT_RUNNING : FAILURE_TIMEOUT), -1);
}

/* ---- life cycle ---- */

static void free_service(struct service *service)
{
	for (int i = 0; i < 2; i++) {
		icmp_socket_close(&service->routes[i].socket);
		free(service->routes[i].echoes);
	}
	icmp_receiver_free(service->receiver);
	free(service);
}

/* One family is enough: what goes to an address of the other is missed (send), while it cannot be opened. */
static int open_service(const struct probe_context *context, void **out, struct error *err)
{
	struct service *service = calloc(1, sizeof *service);
	struct error other = { 0 };
	bool v6;

	if (!service)
		return error_set(err, ERROR_MEMORY, "out of memory");
	service->context = context;
	service->drops_log.who = probe_icmp.name;
	service->random_used = RANDOM_WORDS;
	for (int i = 0; i < 2; i++) {
		service->routes[i].service = service;
		service->routes[i].socket.fd = -1;
	}
	service->receiver = icmp_receiver_new();
	if (!service->receiver) {
		free_service(service);
		return error_set(err, ERROR_MEMORY, "out of memory");
	}
	v6 = open_route(&service->routes[1], true, &other) == 0;
	if (open_route(&service->routes[0], false, v6 ? &other : err) < 0 && !v6) {
		free_service(service);
		return err->code;
	}
	*out = service;
	return 0;
}

static int check(const struct node *probe, const void *config_pointer, struct error *err)
{
	const struct icmp_config *config = config_pointer;

	return egress_check(probe, &config->egress, config->host, "host", false, err);
}

static int prepare(void *service, const void *config_pointer, struct probe_plan **out, struct error *err)
{
	const struct icmp_config *config = config_pointer;
	struct plan *plan = calloc(1, sizeof *plan);

	(void)service;
	if (!plan)
		return error_set(err, ERROR_MEMORY, "out of memory");
	plan->config = config;
	plan->common.destination = config->host;
	*out = &plan->common;
	(void)address_literal(config->host, egress_family_number(&config->egress), &plan->address);
	return 0;
}

static void close_service(void *service_pointer)
{
	free_service(service_pointer);
}

const struct probe_kind probe_icmp = {
	.name = "icmp",
	.help = "ICMP echo over IPv4 or IPv6",
	.settings = settings,
	.config_size = sizeof(struct icmp_config),
	.shares_socket = true,
	.gathered = true,
	.check = check,
	.open = open_service,
	.prepare = prepare,
	.start = start,
	.expire = expire,
	.turn = turn,
	.unprepare = free,
	.close = close_service,
};
