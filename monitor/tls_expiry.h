/*
 * tls_expiry: when the server's certificate ends, also of a certificate that is refused because it has ended.
 *
 * libcurl's CURLOPT_CERTINFO tells nothing once verification has failed; OpenSSL's verify callback sees the
 * certificate in any case. What verification decides is not changed.
 */
#ifndef GOVSLA_MONITOR_TLS_EXPIRY_H
#define GOVSLA_MONITOR_TLS_EXPIRY_H

#include <stdint.h>

/*
 * To be called from CURLOPT_SSL_CTX_FUNCTION. During handshakes of that SSL_CTX *expiry_us gets the server
 * certificate's notAfter (UTC µs); it must live as long as the SSL_CTX.
 */
void tls_expiry_watch(void *ssl_ctx, int64_t *expiry_us);

#endif
