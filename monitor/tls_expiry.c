#include "monitor/tls_expiry.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <time.h>

static int on_verify(int verified, X509_STORE_CTX *store)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	X509 *leaf = X509_STORE_CTX_get0_cert(store);
	int64_t *expiry_us = ssl ? SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)) : NULL;
	struct tm tm;

	if (expiry_us && leaf && ASN1_TIME_to_tm(X509_get0_notAfter(leaf), &tm) == 1)
		*expiry_us = (int64_t)timegm(&tm) * 1000000;
	return verified;
}

void tls_expiry_watch(void *ssl_ctx, int64_t *expiry_us)
{
	SSL_CTX *ctx = ssl_ctx;

	SSL_CTX_set_app_data(ctx, expiry_us);
	SSL_CTX_set_verify(ctx, SSL_CTX_get_verify_mode(ctx), on_verify);
}
