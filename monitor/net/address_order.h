/*
 * address_order: which of a name's addresses is tried first (RFC 6724): those that this machine has a route to, then
 * those whose source address is of the same kind as they are (rule 5), then by precedence (rule 6); otherwise as the
 * name server gave them.
 *
 * Why not c-ares' own sorting: it opens a socket for each address, 30 ms for an answer of 1,000.
 */
#ifndef GOVSLA_MONITOR_ADDRESS_ORDER_H
#define GOVSLA_MONITOR_ADDRESS_ORDER_H

#include "monitor/net/address.h"

#include <stdbool.h>
#include <stddef.h>

#define RESOLVE_ADDRESSES_MOST 8

/* Rank of a destination: the higher, the sooner. source: what this machine would send from; NULL: no route. */
int address_rank(const union address *destination, const union address *source);

/* What this machine would send from to a destination, asked of the kernel. False: it has no route, or no descriptor. */
bool address_source(const union address *destination, union address *source);

/*
 * Sorts at most RESOLVE_ADDRESSES_MOST; asks the kernel for routes, only when there is a choice between IPv4 and IPv6.
 * Returns how many are left: those without a route are left out when there are others, for what they would say of
 * this machine must not be taken for what the target says.
 */
size_t address_order(union address *addresses, size_t count);

#endif
