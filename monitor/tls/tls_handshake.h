/*
 * tls_handshake: one TLS handshake of a target on a connected socket that does not block, as steps.
 *
 *     if (tls_handshake_init(&h, ctx, config, fd) < 0) …          this side's fault
 *     switch (tls_handshake_go_on(&h, &events, &verdict)) …       at once, then whenever events (EPOLLIN …) came
 *     tls_handshake_release(&h);                                  before the socket is closed
 *
 * In TLS 1.3 a client has finished before the server has looked at the client's certificate (RFC 8446 section 4.4.4). When
 * one was asked for, the handshake is done only when the server has answered to that: our close_notify makes it go
 * on, and what comes is an alert (down), or tickets, data or an orderly end. `finished` is in any case the end of the
 * handshake proper.
 */
#ifndef GOVSLA_MONITOR_TLS_HANDSHAKE_H
#define GOVSLA_MONITOR_TLS_HANDSHAKE_H

#include "base/error.h"
#include "monitor/record/moment.h"
#include "monitor/tls/tls_config.h"
#include "monitor/tls/tls_watch.h"

#include <openssl/types.h>
#include <stdbool.h>
#include <stdint.h>

enum tls_handshake_state { TLS_HANDSHAKE_WAITS, TLS_HANDSHAKE_FAILED, TLS_HANDSHAKE_DONE };

struct tls_handshake { /* all zero before tls_handshake_init(); stays where it is until release */
	SSL *ssl;
	struct tls_watch watch;
	struct moment finished; /* us 0: not yet */
	bool certificate_asked; /* of us */
};

/* Returns 0, or -1 when out of memory. */
int tls_handshake_init(struct tls_handshake *h, SSL_CTX *ctx, const struct tls_config *config,
                       int fd) MUST_CHECK;

/* Sets events when it waits, the verdict when it failed. */
enum tls_handshake_state tls_handshake_go_on(struct tls_handshake *h, uint32_t *events,
                                             struct verdict *verdict);

/* Of one that is done: whether the server chose one of the protocols offered (RFC 7301). */
bool tls_handshake_protocol_chosen(const struct tls_handshake *h);

/* Says goodbye if it was done. */
void tls_handshake_release(struct tls_handshake *h);

#endif
