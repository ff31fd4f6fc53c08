/*
 * tls_watch: what is to be known of a TLS handshake afterwards, whoever makes it: when the server's certificate ends
 * (also of one that is refused), and which failure class a failed handshake is.
 *
 * libcurl keeps neither after a failure; OpenSSL's callbacks see both. They only look: what verification decides is
 * not changed. Revocation is not looked at by anyone here: no CRL, no OCSP, no stapled answer.
 *
 *     struct tls_watch watch = { 0 };
 *     tls_watch_context(ctx, &watch);    an SSL_CTX of one connection (CURLOPT_SSL_CTX_FUNCTION)
 *     tls_watch_connection(ssl, &watch); or one connection of a shared SSL_CTX
 *     … handshake …
 *     if (failed) class = tls_watch_verdict(&watch);
 *
 * The watch is the caller's memory, all zero before each handshake, and must live as long as the SSL_CTX or SSL.
 */
#ifndef GOVSLA_MONITOR_TLS_WATCH_H
#define GOVSLA_MONITOR_TLS_WATCH_H

#include "monitor/record/verdict.h"

#include <stdbool.h>
#include <stdint.h>

struct tls_watch {
	int64_t expiry_us;     /* the server certificate's notAfter, UTC µs; 0 none was seen */
	int certificate_error; /* X509_V_ERR_…: the first that verification complained of; 0 nothing */
	bool
	    ours; /* what it complained of, or the server, may be this side's doing: see tls_watch_verdict() */
	int alert_sent; /* the first fatal alert (RFC 8446 section 6.2) of either side; 0 none */
	int alert_received;
	int fault; /* what OpenSSL last found wrong (SSL_R_…) with what came; 0 nothing, as when nothing came any more */
};

/* ssl_ctx: SSL_CTX. Keeps its verify mode; replaces its app data, verify and info callbacks. */
void tls_watch_context(void *ssl_ctx, struct tls_watch *watch);

/* ssl: SSL. The same for one connection; replaces its app data. */
void tls_watch_connection(void *ssl, struct tls_watch *watch);

/*
 * The class of a handshake that the two sides did not finish:
 *     own side           a certificate is not valid at this time, but this time is that of a clock that cannot tell
 *                        (clock_state_tells()), or the certificate is one of our own ca_file; or the server refused our
 *                        client certificate, which is not valid now: missed
 *     tls expired        the certificate is not valid at this time: too late, or too early
 *     tls certificate    verification complained of anything else first: chain, purpose, host name (OpenSSL's own check
 *                        of it; libcurl makes that itself: CURLE_PEER_FAILED_VERIFICATION without certificate_error)
 *     tls version        either side said so
 *     tls                anything else
 * FAILURE_SEND: this side was out of memory or failed inside, the sample is missed. Whether the connection was lost
 * instead (reset, timeout) the caller knows and says first.
 */
struct verdict tls_watch_verdict(const struct tls_watch *watch);

#endif
