/*
 * connect, sockets: what an errno means, what the kernel measured while the loop was late, that nothing is left behind
 * by those who give up, and that a watch may go while another has its turn.
 */
#include "monitor/net/connect.h"
#include "base/big_endian.h"
#include "dns_bytes.h"
#include "suite.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#define LONG_US INT64_C(200000000) /* a test may be stopped meanwhile */

struct world {
	uv_loop_t loop;
	struct resolver *resolver;
	struct connector *connector;
	int listener;
	uint16_t port;
};

/* The name servers are at that port of the loopback; 0: none are asked. */
static void open_world_with(struct world *w, uint16_t name_server)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof at;
	struct error err = { 0 };

	char servers[32];

	snprintf(servers, sizeof servers, "127.0.0.1:%u", name_server);
	*w = (struct world){ 0 };
	ck_assert_int_eq(uv_loop_init(&w->loop), 0);
	if (name_server)
		ck_assert_int_eq(resolver_open(&w->resolver, &w->loop, servers, 60000, &err), 0);
	ck_assert_int_eq(connector_open(&w->connector, &w->loop, w->resolver, &err), 0);
	w->listener = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(w->listener, (struct sockaddr *)&at, sizeof at), 0);
	ck_assert_int_eq(listen(w->listener, 10), 0);
	ck_assert_int_eq(getsockname(w->listener, (struct sockaddr *)&at, &length), 0);
	w->port = ntohs(at.sin_port);
}

static void open_world(struct world *w)
{
	open_world_with(w, 0);
}

static void close_world(struct world *w)
{
	connector_close(w->connector);
	if (w->resolver)
		resolver_close(w->resolver);
	close(w->listener);
	uv_run(&w->loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&w->loop), 0);
}

static void count(struct connect_attempt *attempt)
{
	++*(int *)attempt->owner;
}

static void run_until(struct world *w, const int *done)
{
	while (!*done)
		uv_run(&w->loop, UV_RUN_ONCE);
}

static int descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

START_TEST(the_kernel_measures_while_the_loop_is_late)
{
	struct world w;
	int done = 0;

	open_world(&w);
	struct connect_place place = { "127.0.0.1", w.port, { 0 } };
	struct connect_attempt a = { .done = count, .owner = &done };
	struct moment answered;
	int other;

	connect_start(w.connector, &place, moment_after(moment_now(), LONG_US), &a);
	other = accept(w.listener, NULL, NULL);
	answered = moment_now();
	usleep(100000);
	run_until(&w, &done);
	ck_assert_int_eq(a.verdict.failure, FAILURE_NONE);
	ck_assert(a.kernel_timed);
	ck_assert_int_gt(a.round_trip_us, 0);
	ck_assert_int_ge(moment_between(a.connected, answered), 0);
	connect_end(&a);
	close(other);
	close_world(&w);
}
END_TEST

/* Answers what is asked for an A record: so many times 127.0.0.1. */
static void answer_queries(int server, int addresses)
{
	struct sockaddr_in from;
	socklen_t length = sizeof from;
	struct bytes b = { 0 };
	uint8_t query[512];
	ssize_t n = recvfrom(server, query, sizeof query, MSG_DONTWAIT, (struct sockaddr *)&from, &length);

	if (n < 12 + 8 || query[12] == 0) /* the root's servers: silence */
		return;
	add_header(&b, big_get16(query), 0x8180, 1, (uint16_t)addresses, 0, 0);
	ADD(&b, "\1b\4test\0\0\1\0\1");
	for (int i = 0; i < addresses; i++)
		ADD(&b, "\xc0\x0c\0\1\0\1\0\0\0\0\0\4\x7f\0\0\1");
	(void)sendto(server, b.at, b.length, 0, (struct sockaddr *)&from, length);
}

/* A world with a name server of its own, whose socket is returned. */
static int open_world_with_names(struct world *w)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof at;
	int server = socket(AF_INET, SOCK_DGRAM, 0);

	ck_assert_int_eq(bind(server, (struct sockaddr *)&at, sizeof at), 0);
	ck_assert_int_eq(getsockname(server, (struct sockaddr *)&at, &length), 0);
	open_world_with(w, ntohs(at.sin_port));
	return server;
}

/* Connects to a name until the first of its so many addresses is tried. */
static void connect_to_first(struct world *w, int server, int addresses, const struct connect_place *place,
                             struct moment deadline, struct connect_attempt *a)
{
	connect_start(w->connector, place, deadline, a);
	while (!a->next) {
		answer_queries(server, addresses);
		uv_run(&w->loop, UV_RUN_NOWAIT);
	}
	ck_assert_uint_eq(a->query.address_count, (size_t)addresses);
}

/* If this process could not run for so long, the answer of the first address may wait in its socket. */
START_TEST(no_address_loses_its_turn_before_its_socket_was_looked_at)
{
	struct world w;
	int server = open_world_with_names(&w), done = 0;
	struct connect_place place = { "b.test", w.port, { .family = EGRESS_IPV4 } };
	struct connect_attempt a = { .done = count, .owner = &done };
	struct moment deadline = moment_after(moment_now(), LONG_US);

	connect_to_first(&w, server, 2, &place, deadline, &a);
	ck_assert_int_eq(connector_turn(w.connector), !done);
	if (!done) {
		ck_assert_int_gt(moment_between(a.patience, deadline),
		                 0); /* there is time for the other one */
		a.patience = moment_after(moment_now(), 1);
		usleep(1000);
		ck_assert(connector_turn(w.connector));
		ck_assert_uint_eq(a.next, 1);
		ck_assert(!connector_turn(w.connector)); /* it was looked at meanwhile: the last one's turn */
		ck_assert_uint_eq(a.next, 2);
	}
	run_until(&w, &done);
	ck_assert_int_eq(a.verdict.failure, FAILURE_NONE);
	connect_end(&a);
	close(server);
	close_world(&w);
}
END_TEST

/* The deadline is one of running time, the connector's is not: what a stall took is not taken from those that follow. */
START_TEST(no_address_loses_its_share_to_a_stall)
{
	struct world w;
	int server = open_world_with_names(&w), done = 0;
	struct connect_place place = { "b.test", w.port, { .family = EGRESS_IPV4 } };
	struct connect_attempt a = { .done = count, .owner = &done };

	connect_to_first(&w, server, 3, &place, moment_after(moment_now(), 3600000000), &a);
	if (!done) {
		a.patience = a.deadline = moment_after(moment_now(), -1000000); /* a long stall */
		ck_assert(connector_turn(w.connector));
		ck_assert(connector_turn(w.connector));
		ck_assert_uint_eq(a.next, 2);
		ck_assert(connector_turn(w.connector));
		ck_assert(connector_turn(w.connector));
		ck_assert_uint_eq(a.next, 2); /* has a sixth of an hour */
	}
	run_until(&w, &done);
	ck_assert_int_eq(a.verdict.failure, FAILURE_NONE);
	connect_end(&a);
	close(server);
	close_world(&w);
}
END_TEST

static void check_verdict(struct verdict is, struct verdict want)
{
	ck_assert_msg(is.failure == want.failure && is.cause == want.cause, "%s: %s",
	              sample_failure_name(is.failure), strerror(is.cause));
}

START_TEST(failures_of_either_side)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof at;
	struct world w;

	open_world(&w);
	ck_assert_int_eq(shutdown(w.listener, SHUT_RDWR), 0); /* nobody listens there any more … */
	ck_assert_int_eq(bind(w.listener, (struct sockaddr *)&at, sizeof at), 0);
	ck_assert_int_eq(getsockname(w.listener, (struct sockaddr *)&at, &length), 0);
	w.port = ntohs(at.sin_port); /* … nor does anybody take the place */
	const struct {
		struct connect_place place;
		struct verdict want;
	} rows[] = {
		{ { "127.0.0.1", w.port, { 0 } }, { FAILURE_REFUSED, 0 } },
		{ { "127.0.0.1", w.port, { .source_address = "192.0.2.77" } },
		  { FAILURE_SEND, EADDRNOTAVAIL } },
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		int done = 0, before = descriptors();
		struct connect_attempt a = { .done = count, .owner = &done };

		connect_start(w.connector, &rows[i].place, moment_after(moment_now(), LONG_US), &a);
		run_until(&w, &done);
		check_verdict(a.verdict, rows[i].want);
		ck_assert_int_eq(a.connected.us, 0);
		ck_assert_int_eq(descriptors(), before);
		connect_end(&a);
		connect_end(&a); /* harmless */
	}
	close_world(&w);
}
END_TEST

START_TEST(who_gives_up_leaves_nothing_behind)
{
	struct connect_attempt never = { 0 };
	struct world w;
	int done = 0, before;

	open_world(&w);
	before = descriptors();
	struct connect_place place = { "127.0.0.1", w.port, { 0 } };
	struct connect_attempt a = { .done = count, .owner = &done };

	connect_start(w.connector, &place, moment_after(moment_now(), LONG_US), &a);
	ck_assert_int_eq(connect_expired(&a).failure, FAILURE_TIMEOUT);
	connect_end(&a);
	connect_end(&never);
	ck_assert_int_eq(descriptors(), before);
	uv_run(&w.loop, UV_RUN_NOWAIT);
	ck_assert_int_eq(done, 0);
	close_world(&w);
}
END_TEST

START_TEST(phases_that_were_not_reached_are_unknown)
{
	struct connect_attempt a = { 0 };
	struct moment from = { 1000 };
	struct record record = { .name_us = 5, .connect_us = 5 };

	connect_keep_phases(&a, from, &record);
	ck_assert_int_eq(record.name_us, -1);
	ck_assert_int_eq(record.connect_us, -1);
	a.resolved.us = 1500; /* but to nothing */
	connect_keep_phases(&a, from, &record);
	ck_assert_int_eq(record.name_us, -1);
	a.query.address_count = 1;
	connect_keep_phases(&a, from, &record);
	ck_assert_int_eq(record.name_us, 500);
	ck_assert_int_eq(record.connect_us, -1);
	a.connected.us = 1000 + ((int64_t)1 << 40);
	connect_keep_phases(&a, from, &record);
	ck_assert_int_eq(record.connect_us, INT32_MAX);
}
END_TEST

START_TEST(what_an_errno_means)
{
	static const struct {
		int cause;
		enum sample_failure want;
	} rows[] = {
		{ ECONNREFUSED, FAILURE_REFUSED },
		{ ETIMEDOUT, FAILURE_TIMEOUT },
		{ ECONNRESET, FAILURE_RESET },
		{ EHOSTUNREACH, FAILURE_UNREACHABLE },
		{ ENETUNREACH, FAILURE_UNREACHABLE }, /* to the loopback there is a route */
		{ EADDRNOTAVAIL, FAILURE_SEND },
		{ EAFNOSUPPORT, FAILURE_SEND },
		{ EMFILE, FAILURE_SEND },
		{ ENFILE, FAILURE_SEND },
		{ ENOBUFS, FAILURE_SEND },
		{ ENOMEM, FAILURE_SEND },
		{ EPERM, FAILURE_SEND },
		{ EACCES, FAILURE_SEND },
		{ EINVAL, FAILURE_SEND }, /* from the loopback to another host */
		{ EADDRINUSE, FAILURE_SEND },
	};
	union address to;

	ck_assert(address_literal("127.0.0.1", AF_UNSPEC, &to));
	for (size_t i = 0; i < ROWS(rows); i++)
		check_verdict(
		    connect_verdict(rows[i].cause, &to),
		    (struct verdict){ rows[i].want, rows[i].want == FAILURE_SEND ? rows[i].cause : 0 });
	ck_assert(address_literal("::1", AF_UNSPEC, &to));
	ck_assert_int_eq(connect_verdict(EACCES, &to).failure,
	                 FAILURE_UNREACHABLE); /* prohibited on the way */
	to.any.sa_family = AF_UNIX;            /* a family without routes */
	check_verdict(connect_verdict(EHOSTUNREACH, &to), (struct verdict){ FAILURE_SEND, EHOSTUNREACH });
	check_verdict(connect_verdict(0, &to), (struct verdict){ FAILURE_SEND, ENETUNREACH });
}
END_TEST

struct pair {
	struct socket_watch watch;
	struct sockets *sockets;
	struct pair *other;
	struct pair **survivor;
	int *turns, writer;
};

/* Whichever comes first ends the other, whose event is in the same batch. */
static void end_other(struct socket_watch *watch, uint32_t events)
{
	struct pair *self = watch->owner;

	ck_assert(events & EPOLLIN);
	++*self->turns;
	for (struct pair *p = self; p; p = p == self ? self->other : NULL) {
		sockets_forget(p->sockets, &p->watch);
		close(p->watch.fd);
		close(p->writer);
	}
	free(self->other);
	*self->survivor = self;
}

START_TEST(a_watch_may_go_while_another_has_its_turn)
{
	struct error err = { 0 };
	struct sockets *sockets;
	struct pair *pairs[2], *survivor = NULL;
	uv_loop_t loop;
	int turns = 0;

	ck_assert_int_eq(uv_loop_init(&loop), 0);
	ck_assert_int_eq(sockets_open(&sockets, &loop, &err), 0);
	for (int i = 0; i < 2; i++) {
		int ends[2];

		ck_assert_int_eq(pipe(ends), 0);
		pairs[i] = calloc(1, sizeof *pairs[i]);
		*pairs[i] = (struct pair){ .watch = { .fd = ends[0], .ready = end_other, .owner = pairs[i] },
			                   .sockets = sockets,
			                   .survivor = &survivor,
			                   .turns = &turns,
			                   .writer = ends[1] };
		ck_assert_int_eq(sockets_watch(sockets, &pairs[i]->watch, EPOLLIN), 0);
		ck_assert_int_eq(sockets_watch(sockets, &pairs[i]->watch, EPOLLIN), 0); /* again */
		ck_assert_int_eq(write(ends[1], "x", 1), 1);
	}
	pairs[0]->other = pairs[1];
	pairs[1]->other = pairs[0];
	uv_run(&loop, UV_RUN_ONCE);
	ck_assert_int_eq(turns, 1);
	uv_run(&loop, UV_RUN_NOWAIT);
	ck_assert_int_eq(turns, 1);
	sockets_close(sockets);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	free(survivor);
}
END_TEST

int main(void)
{
	return run_suite(
	    "connect", (const TTest *const[]){ the_kernel_measures_while_the_loop_is_late,
	                                       no_address_loses_its_turn_before_its_socket_was_looked_at,
	                                       no_address_loses_its_share_to_a_stall, failures_of_either_side,
	                                       who_gives_up_leaves_nothing_behind,
	                                       phases_that_were_not_reached_are_unknown, what_an_errno_means,
	                                       a_watch_may_go_while_another_has_its_turn, NULL });
}
