/*
 * sockets: the sockets of a service, each watched for one probe, in an epoll of their own that the loop watches as one.
 *
 * Why not libuv's uv_poll_t: a socket that lives for one probe costs twice as many system calls there, and its handle
 * may not be freed before the loop's next turn. Here a watch is plain memory of its owner, free to go at once after
 * sockets_forget(), also from within another's ready().
 *
 *     sockets_open(&sockets, loop, &err);
 *     sockets_watch(sockets, &watch, EPOLLIN);    ready(&watch, events) from the loop; again to change the events
 *     sockets_forget(sockets, &watch);            before the descriptor is closed
 *     sockets_close(sockets);                     frees itself as its handle closes
 */
#ifndef GOVSLA_MONITOR_SOCKETS_H
#define GOVSLA_MONITOR_SOCKETS_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct sockets;

struct socket_watch {
	int fd;
	void (*ready)(struct socket_watch *watch,
	              uint32_t events); /* EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP */
	void *owner;
	uint32_t events; /* watched for; 0: not in the epoll */
};

/* Returns 0 or ERROR_IO, ERROR_MEMORY. */
int sockets_open(struct sockets **out, uv_loop_t *loop, struct error *err) MUST_CHECK;

/* events: EPOLLIN, EPOLLOUT. Returns 0 or the errno: this machine's own fault. */
int sockets_watch(struct sockets *sockets, struct socket_watch *watch, uint32_t events) MUST_CHECK;

/* Harmless when it is not watched. */
void sockets_forget(struct sockets *sockets, struct socket_watch *watch);

void sockets_close(struct sockets *sockets);

#endif
