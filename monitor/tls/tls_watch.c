#include "monitor/tls/tls_watch.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <time.h>

/* ---- what is seen ---- */

static int see_verify(struct tls_watch *watch, int verified, X509_STORE_CTX *store)
{
	const X509 *leaf = X509_STORE_CTX_get0_cert(store);
	struct tm tm;

	if (leaf && ASN1_TIME_to_tm(X509_get0_notAfter(leaf), &tm) == 1)
		watch->expiry_us = (int64_t)timegm(&tm) * 1000000;
	if (!verified && !watch->certificate_error)
		watch->certificate_error = X509_STORE_CTX_get_error(store);
	return verified;
}

static void see_state(struct tls_watch *watch, int where, int value)
{
	int *first = where & SSL_CB_READ ? &watch->alert_received : &watch->alert_sent;
	int reason = where == SSL_CB_CONNECT_EXIT && value <= 0 ? ERR_GET_REASON(ERR_peek_last_error()) : 0;

	if (where & SSL_CB_ALERT && value >> 8 == SSL3_AL_FATAL && !*first)
		*first = value & 0xff;
	if (reason != SSL_R_UNEXPECTED_EOF_WHILE_READING)
		watch->fault = reason;
}

static SSL *connection_of(X509_STORE_CTX *store)
{
	return X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
}

/* ---- an SSL_CTX of one connection: the app data of its SSL is libcurl's ---- */

static int on_context_verify(int verified, X509_STORE_CTX *store)
{
	return see_verify(SSL_CTX_get_app_data(SSL_get_SSL_CTX(connection_of(store))), verified, store);
}

static void on_context_info(const SSL *ssl, int where, int value)
{
	see_state(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)), where, value);
}

void tls_watch_context(void *ssl_ctx, struct tls_watch *watch)
{
	SSL_CTX *ctx = ssl_ctx;

	SSL_CTX_set_app_data(ctx, watch);
	SSL_CTX_set_verify(ctx, SSL_CTX_get_verify_mode(ctx), on_context_verify);
	SSL_CTX_set_info_callback(ctx, on_context_info);
}

/* ---- one connection of a shared SSL_CTX ---- */

static int on_verify(int verified, X509_STORE_CTX *store)
{
	return see_verify(SSL_get_app_data(connection_of(store)), verified, store);
}

static void on_info(const SSL *ssl, int where, int value)
{
	see_state(SSL_get_app_data(ssl), where, value);
}

void tls_watch_connection(void *ssl_pointer, struct tls_watch *watch)
{
	SSL *ssl = ssl_pointer;

	SSL_set_app_data(ssl, watch);
	SSL_set_verify(ssl, SSL_get_verify_mode(ssl), on_verify);
	SSL_set_info_callback(ssl, on_info);
}

/* ---- what it means ---- */

static struct verdict certificate_verdict(int error)
{
	switch (error) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return verdict_of(FAILURE_TLS_EXPIRED);
	case X509_V_ERR_OUT_OF_MEM:
		return verdict_not_sent(ENOMEM);
	case X509_V_ERR_STORE_LOOKUP:
	case X509_V_ERR_UNSPECIFIED:
	case X509_V_ERR_INVALID_CALL:
		return verdict_not_sent(VERDICT_INSIDE);
	default:
		return verdict_of(FAILURE_TLS_CERTIFICATE);
	}
}

/* Our own alert "internal error" is mostly memory; only then OpenSSL says why. */
static struct verdict inside(const struct tls_watch *watch)
{
	return verdict_not_sent(watch->fault == ERR_R_MALLOC_FAILURE ? ENOMEM : VERDICT_INSIDE);
}

struct verdict tls_watch_verdict(const struct tls_watch *watch)
{
	if (watch->certificate_error)
		return certificate_verdict(watch->certificate_error);
	if (watch->alert_sent == SSL_AD_PROTOCOL_VERSION || watch->alert_received == SSL_AD_PROTOCOL_VERSION)
		return verdict_of(FAILURE_TLS_VERSION);
	return watch->alert_sent == SSL_AD_INTERNAL_ERROR ? inside(watch) : verdict_of(FAILURE_TLS);
}
