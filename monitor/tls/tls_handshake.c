#include "monitor/tls/tls_handshake.h"

#include "monitor/net/address.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#define OLD_CIPHERS "DEFAULT:@SECLEVEL=0" /* OpenSSL 3 has TLS 1.0 and 1.1 at no higher level */

/* ---- setting up ---- */

static int version_number(int word)
{
	static const int numbers[] = { TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION };

	return numbers[word];
}

static bool set_versions(SSL *ssl, const struct tls_config *config)
{
	int least = version_number(config->demand.minimum_version),
	    most = version_number(config->demand.maximum_version);

	if (least < TLS1_2_VERSION && SSL_set_cipher_list(ssl, OLD_CIPHERS) != 1)
		return false;
	return SSL_set_min_proto_version(ssl, least) == 1 && SSL_set_max_proto_version(ssl, most) == 1;
}

/* An address is looked for in the certificate, but never asked for (RFC 6066 section 3). */
static bool set_name(SSL *ssl, const char *host)
{
	char name[TLS_NAME_MOST + 1];
	union address address;

	tls_name_bare(host, name);
	if (!tls_name_expect(SSL_get0_param(ssl), name))
		return false;
	return address_literal(name, AF_UNSPEC, &address) || SSL_set_tlsext_host_name(ssl, name) == 1;
}

static bool set_protocols(SSL *ssl, const struct setting_strings *names)
{
	unsigned char *list, *at;
	size_t size = 0;
	bool set;

	if (!names->count)
		return true;
	for (size_t i = 0; i < names->count; i++)
		size += 1 + strlen(names->at[i]);
	list = at = malloc(size);
	if (!list)
		return false;
	for (size_t i = 0; i < names->count; i++) {
		size_t length = strlen(names->at[i]);

		*at++ = (unsigned char)length;
		memcpy(at, names->at[i], length);
		at += length;
	}
	set = SSL_set_alpn_protos(ssl, list, (unsigned)size) == 0; /* not like the others */
	free(list);
	return set;
}

static int on_certificate_asked(SSL *ssl, void *arg)
{
	struct tls_handshake *h = arg;

	(void)ssl;
	h->certificate_asked = true;
	return 1;
}

int tls_handshake_init(struct tls_handshake *h, SSL_CTX *ctx, const struct tls_config *config, int fd)
{
	ERR_clear_error();
	h->ssl = SSL_new(ctx);
	if (!h->ssl || SSL_set_fd(h->ssl, fd) != 1 || !set_versions(h->ssl, config) ||
	    !set_name(h->ssl, tls_config_name(config)) || !set_protocols(h->ssl, &config->alpn))
		return -1;
	SSL_set_verify(h->ssl, config->demand.verify_tls ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, NULL);
	tls_watch_connection(h->ssl, &h->watch);
	SSL_set_cert_cb(h->ssl, on_certificate_asked, h);
	SSL_set_connect_state(h->ssl);
	return 0;
}

/* ---- its steps ---- */

/*
 * What the other side said and what its certificate lacks explain more than the end of the connection that follows. Not
 * so our own alert: OpenSSL sends one even to a connection that has ended.
 */
static struct verdict verdict_on(const struct tls_handshake *h, int kind, int cause)
{
	const struct tls_watch *watch = &h->watch;
	int reason = ERR_GET_REASON(ERR_peek_error());
	bool ended = kind == SSL_ERROR_SYSCALL || reason == SSL_R_UNEXPECTED_EOF_WHILE_READING;

	if (reason == ERR_R_MALLOC_FAILURE)
		return verdict_not_sent(ENOMEM);
	if (watch->alert_received == SSL_AD_NO_APPLICATION_PROTOCOL)
		return verdict_of(FAILURE_ANSWER_MISMATCH);
	if (ended && !watch->certificate_error && !watch->alert_received)
		return verdict_of(cause == ETIMEDOUT ? FAILURE_TIMEOUT : FAILURE_RESET);
	return tls_watch_verdict(watch);
}

/* After an operation that gave result: waits or failed. */
static enum tls_handshake_state pause_or_fail(const struct tls_handshake *h, int result, uint32_t *events,
                                              struct verdict *verdict)
{
	int cause = errno, kind = SSL_get_error(h->ssl, result);

	*events = kind == SSL_ERROR_WANT_WRITE ? EPOLLOUT : EPOLLIN;
	if (kind == SSL_ERROR_WANT_READ || kind == SSL_ERROR_WANT_WRITE)
		return TLS_HANDSHAKE_WAITS;
	*verdict = verdict_on(h, kind, cause);
	return TLS_HANDSHAKE_FAILED;
}

static bool is_orderly_end(const struct tls_handshake *h, int result)
{
	return SSL_get_error(h->ssl, result) == SSL_ERROR_ZERO_RETURN ||
	       ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
}

/* Whether the server takes the client's certificate, or its absence. */
static enum tls_handshake_state await_consent(struct tls_handshake *h, uint32_t *events,
                                              struct verdict *verdict)
{
	char byte;
	int result;

	ERR_clear_error();
	errno = 0;
	result = SSL_read(h->ssl, &byte, 1);
	if (result > 0 || is_orderly_end(h, result))
		return TLS_HANDSHAKE_DONE;
	return pause_or_fail(h, result, events, verdict);
}

enum tls_handshake_state tls_handshake_go_on(struct tls_handshake *h, uint32_t *events,
                                             struct verdict *verdict)
{
	int result;

	if (h->finished.us)
		return await_consent(h, events, verdict);
	ERR_clear_error();
	errno = 0;
	result = SSL_do_handshake(h->ssl);
	if (result != 1)
		return pause_or_fail(h, result, events, verdict);
	h->finished = moment_now();
	if (!h->certificate_asked || SSL_version(h->ssl) < TLS1_3_VERSION)
		return TLS_HANDSHAKE_DONE;
	(void)SSL_shutdown(h->ssl);
	return await_consent(h, events, verdict);
}

bool tls_handshake_protocol_chosen(const struct tls_handshake *h)
{
	const unsigned char *name;
	unsigned length;

	SSL_get0_alpn_selected(h->ssl, &name, &length);
	return length > 0;
}

void tls_handshake_release(struct tls_handshake *h)
{
	if (h->ssl && h->finished.us)
		(void)SSL_shutdown(h->ssl);
	ERR_clear_error();
	SSL_free(h->ssl);
	h->ssl = NULL;
}
