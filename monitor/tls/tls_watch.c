#include "monitor/tls/tls_watch.h"

#include "base/instant.h"
#include "monitor/record/clock.h"
#include "monitor/record/moment.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <time.h>

/* ---- what is seen ---- */

static int64_t time_us(const ASN1_TIME *time)
{
	struct tm tm;

	return ASN1_TIME_to_tm(time, &tm) == 1 ? (int64_t)timegm(&tm) * US_PER_S : 0;
}

/* Of a certificate that is not valid now: whether that may be because of our clock, or of our own ca_file. */
static bool may_be_ours(X509_STORE_CTX *store, int error)
{
	const X509 *certificate = X509_STORE_CTX_get_current_cert(store);
	int depth = X509_STORE_CTX_get_error_depth(store);
	bool over = error == X509_V_ERR_CERT_HAS_EXPIRED;

	if (!certificate || (!over && error != X509_V_ERR_CERT_NOT_YET_VALID))
		return false;
	if (depth > 0 && depth >= X509_STORE_CTX_get_num_untrusted(store))
		return true;
	return !clock_state_tells(
	    clock_state_read(), moment_wall_us(),
	    time_us(over ? X509_get0_notAfter(certificate) : X509_get0_notBefore(certificate)));
}

static int see_verify(struct tls_watch *watch, int verified, X509_STORE_CTX *store)
{
	const X509 *leaf = X509_STORE_CTX_get0_cert(store);

	if (leaf)
		watch->expiry_us = time_us(X509_get0_notAfter(leaf));
	if (!verified && !watch->certificate_error) {
		watch->certificate_error = X509_STORE_CTX_get_error(store);
		watch->ours = may_be_ours(store, watch->certificate_error);
	}
	return verified;
}

static bool is_of_a_certificate(int alert)
{
	return alert >= SSL_AD_BAD_CERTIFICATE && alert <= SSL_AD_CERTIFICATE_UNKNOWN;
}

static bool is_valid_now(const X509 *certificate)
{
	return X509_cmp_current_time(X509_get0_notBefore(certificate)) < 0 &&
	       X509_cmp_current_time(X509_get0_notAfter(certificate)) > 0;
}

static void see_state(struct tls_watch *watch, const SSL *ssl, int where, int value)
{
	int *first = where & SSL_CB_READ ? &watch->alert_received : &watch->alert_sent;
	int reason = where == SSL_CB_CONNECT_EXIT && value <= 0 ? ERR_GET_REASON(ERR_peek_last_error()) : 0;
	const X509 *shown = SSL_get_certificate(ssl);

	if (where & SSL_CB_ALERT && value >> 8 == SSL3_AL_FATAL && !*first) {
		*first = value & 0xff;
		if (where & SSL_CB_READ && is_of_a_certificate(*first) && shown && !is_valid_now(shown))
			watch->ours = true;
	}
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
	see_state(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)), ssl, where, value);
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
	see_state(SSL_get_app_data(ssl), ssl, where, value);
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
	if (watch->ours)
		return verdict_of(FAILURE_OWN_SIDE);
	if (watch->certificate_error)
		return certificate_verdict(watch->certificate_error);
	if (watch->alert_sent == SSL_AD_PROTOCOL_VERSION || watch->alert_received == SSL_AD_PROTOCOL_VERSION)
		return verdict_of(FAILURE_TLS_VERSION);
	return watch->alert_sent == SSL_AD_INTERNAL_ERROR ? inside(watch) : verdict_of(FAILURE_TLS);
}
