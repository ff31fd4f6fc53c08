/*
 * ship_dial: one attempt to connect, on a thread of its own. Part of ship.
 *
 * Why a thread: libpq connects asynchronously only while it waits for a socket. In between it reads password files and
 * certificates, asks Kerberos, does a handshake, and computes SCRAM with as many rounds as whoever answers asks for: 2·10⁹
 * are half an hour. Why not libuv's pool: it has one thread, which reading the spool and a reload need.
 *
 * Not a way to abandon a thread: an attempt that is given up is soon over, since its thread gets no more memory
 * (memory_obey), without which OpenSSL computes nothing; only then are its connection and its memory freed. So there is
 * never more than one, and none is left when the process ends.
 *
 *     dial = ship_dial_start(loop, &connect, application, ended, context);
 *     ship_dial_give_up(dial);            perhaps
 *     ended(context, conn, why)           on the loop, once, also when given up; then dial is gone
 */
#ifndef GOVSLA_MONITOR_SHIP_DIAL_H
#define GOVSLA_MONITOR_SHIP_DIAL_H

#include "base/error.h"
#include "monitor/ship/ship_connect.h"

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#define SHIP_MOST_BYTES (1 << 20) /* that may come from the server for one thing asked */
#define SHIP_ENDLESS    "the server sends without end: is it PostgreSQL?"

struct ship_dial;

/*
 * conn is the receiver's; NULL: out of memory. It is up (CONNECTION_OK), or else unfit for use: why says in which way, or is
 * NULL where conn itself does.
 */
typedef void ship_dial_ended(void *context, PGconn *conn, const char *why);

/* connect is borrowed until ended. Returns NULL when there is no memory or no thread. */
struct ship_dial *ship_dial_start(uv_loop_t *loop, const struct ship_connect *connect,
                                  const char *application, ship_dial_ended *ended, void *context);

/* Has the attempt fail soon. */
void ship_dial_give_up(struct ship_dial *dial);

/* Whether it computes just now, instead of waiting for the server. */
bool ship_dial_computes(const struct ship_dial *dial);

/*
 * Adds to heard what waits in the socket before libpq takes it. Returns whether it is no more than an answer can be: the
 * server is not trusted to be brief, and libpq keeps in memory whatever comes.
 */
bool ship_is_brief(const PGconn *conn, int64_t *heard);

#endif
