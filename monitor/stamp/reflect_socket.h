/*
 * reflect_socket: where a reflector listens: its address as people write it, and a UDP socket there that tells of each
 * packet what an answer needs: the kernel's time of receipt, TTL, traffic class and the address it was sent to.
 *
 *     reflect_socket_place("[2001:db8::1]:862", text, &port, &err);      "" in text: every address
 *     address_literal(text, AF_UNSPEC, &address); address_set_port(&address, port);
 *     fd = reflect_socket_open(&address);
 */
#ifndef GOVSLA_MONITOR_REFLECT_SOCKET_H
#define GOVSLA_MONITOR_REFLECT_SOCKET_H

#include "base/error.h"
#include "monitor/net/address.h"

#define REFLECT_ADDRESS_SIZE 64

/*
 * Takes "192.0.2.1", "192.0.2.1:862", "2001:db8::1", "[2001:db8::1]:862", ":862" or "" apart; without a port it is 862.
 * Whether the address is one is not looked at. Returns 0 or ERROR_USAGE.
 */
int reflect_socket_place(const char *text, char address[REFLECT_ADDRESS_SIZE], long *port,
                         struct error *err) MUST_CHECK;

/* Bound to the address, which gets the port that was chosen if it had none. Returns the socket or a negative errno. */
int reflect_socket_open(union address *address);

#endif
