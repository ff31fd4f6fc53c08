#include "monitor/ship/ship_dial.h"

#include "monitor/probe/memory.h"
#include "monitor/ship/ship_sql.h"

#include <assert.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#define LOOK_MS 50 /* how often a thread that waits for the server looks whether it is given up */

struct ship_dial {
	uv_async_t done;
	pthread_t thread;
	atomic_bool given_up, computes;
	const struct ship_connect *connect;
	char application[SHIP_APPLICATION_SIZE];
	PGconn *conn;    /* the thread's until it is done */
	const char *why; /* the same; static storage */
	ship_dial_ended *ended;
	void *context;
};

bool ship_is_brief(const PGconn *conn, int64_t *heard)
{
	int waiting = 0;

	if (ioctl(PQsocket(conn), FIONREAD, &waiting) == 0)
		*heard += waiting;
	return *heard <= SHIP_MOST_BYTES;
}

/* ---- the thread ---- */

static void drop_notice(void *context, const PGresult *notice)
{
	(void)context, (void)notice;
}

/* Waits until the server says something, or the socket takes something. Returns false once the attempt is given up. */
static bool await(const struct ship_dial *dial, PostgresPollingStatusType next)
{
	struct pollfd socket = { .fd = PQsocket(dial->conn),
		                 .events = next == PGRES_POLLING_READING ? POLLIN : POLLOUT };

	while (!atomic_load(&dial->given_up))
		if (poll(&socket, 1, LOOK_MS) > 0)
			return true;
	return false;
}

static void connect_it(struct ship_dial *dial)
{
	PostgresPollingStatusType next = PGRES_POLLING_WRITING; /* documented: as if it had been returned */
	int64_t heard = 0;

	dial->conn = ship_connect_start(dial->connect, dial->application);
	if (PQstatus(dial->conn) == CONNECTION_BAD)
		return;
	PQsetErrorVerbosity(dial->conn, PQERRORS_VERBOSE); /* the only way to learn why it was refused */
	PQsetNoticeReceiver(dial->conn, drop_notice, NULL);
	while (next != PGRES_POLLING_OK && next != PGRES_POLLING_FAILED) {
		atomic_store(&dial->computes, false);
		if (!await(dial, next))
			return;
		if (!ship_is_brief(dial->conn, &heard)) {
			dial->why = SHIP_ENDLESS;
			return;
		}
		atomic_store(&dial->computes, true);
		next = PQconnectPoll(dial->conn);
	}
}

static void *thread_main(void *arg)
{
	struct ship_dial *dial = arg;

	memory_obey(&dial->given_up);
	connect_it(dial);
	uv_async_send(&dial->done);
	return NULL;
}

/* ---- the loop ---- */

static void on_closed(uv_handle_t *handle)
{
	struct ship_dial *dial = handle->data;

	dial->ended(dial->context, dial->conn, dial->why);
	free(dial);
}

static void on_done(uv_async_t *done)
{
	struct ship_dial *dial = done->data;

	pthread_join(dial->thread, NULL); /* telling was the last it did */
	uv_close((uv_handle_t *)done, on_closed);
}

/* Signals are the loop's. */
static int start_thread(struct ship_dial *dial)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&dial->thread, NULL, thread_main, dial);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

static void free_unstarted(uv_handle_t *handle)
{
	free(handle->data);
}

struct ship_dial *ship_dial_start(uv_loop_t *loop, const struct ship_connect *connect,
                                  const char *application, ship_dial_ended *ended, void *context)
{
	struct ship_dial *dial = calloc(1, sizeof(*dial));

	if (!dial || uv_async_init(loop, &dial->done, on_done) < 0) {
		free(dial);
		return NULL;
	}
	dial->done.data = dial;
	dial->connect = connect;
	memcpy(dial->application, application, strlen(application) + 1);
	dial->ended = ended;
	dial->context = context;
	if (start_thread(dial) == 0)
		return dial;
	uv_close((uv_handle_t *)&dial->done, free_unstarted);
	return NULL;
}

void ship_dial_give_up(struct ship_dial *dial)
{
	atomic_store(&dial->given_up, true);
}

bool ship_dial_computes(const struct ship_dial *dial)
{
	return atomic_load(&dial->computes);
}
