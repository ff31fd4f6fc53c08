/*
 * ship_connect: with which parameters to connect, so that connecting never blocks. Part of ship.
 *
 * PQconnectStart resolves a host's name by a blocking getaddrinfo, whatever its time limit. So the parameters of
 * the connection string and of libpq's environment are laid open, ship resolves the name itself (libuv's
 * thread pool), and hands over addresses. Not for lists of hosts and service files: those are refused, or
 * need hostaddr beside them.
 */
#ifndef GOVSLA_MONITOR_SHIP_CONNECT_H
#define GOVSLA_MONITOR_SHIP_CONNECT_H

#include "base/error.h"

#include <libpq-fe.h>
#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHIP_PARAMETERS 64

struct ship_connect { /* all zero is valid for release */
	PQconninfoOption *given, *defaults;
	/* a name to be resolved; NULL: address known, or a Unix socket. Borrowed from given or defaults */
	const char *host;
	const char *port;        /* "5432" when none is given */
	char *hosts, *addresses; /* equally long lists after ship_connect_resolved */
	char role[40];
};

/*
 * Reads a connection string or URI ("" or NULL: environment only). Does no input or output. Returns 0,
 * ERROR_DATA with libpq's message, ERROR_MEMORY.
 */
int ship_connect_init(struct ship_connect *c, const char *database, int32_t vantage,
                      struct error *err) MUST_CHECK;

/* Takes the addresses of host. Returns whether there was memory. */
bool ship_connect_resolved(struct ship_connect *c, const struct addrinfo *found);

/* Begins to connect (PQconnectStartParams); application names the session. NULL when out of memory. */
PGconn *ship_connect_start(const struct ship_connect *c, const char *application);

void ship_connect_release(struct ship_connect *c);

#endif
