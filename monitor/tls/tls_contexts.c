#include "monitor/tls/tls_contexts.h"

#include "base/text.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct tls_context {
	struct tls_context *next;
	const char *ca_file, *certificate, *key;
	SSL_CTX *ctx;
};

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* Why a file of PEM is of no use: what the system says of it, else what OpenSSL does. */
static int refuse(const char *what, const char *path, struct error *err)
{
	const char *reason = ERR_reason_error_string(ERR_peek_error());

	ERR_clear_error();
	if (access(path, R_OK) < 0)
		return error_set(err, ERROR_IO, "cannot read %s '%s': %s", what, path, strerror(errno));
	return error_set(err, ERROR_DATA, "cannot use %s '%s': %s", what, path,
	                 reason ? reason : "no reason given");
}

/* OpenSSL would ask the terminal for the password of an encrypted key. */
static int note_password_asked(char *buffer, int size, int writing, void *asked)
{
	(void)buffer;
	(void)size;
	(void)writing;
	*(bool *)asked = true;
	return -1;
}

static int load_key(const struct tls_context *c, struct error *err)
{
	bool encrypted = false;
	int loaded;

	SSL_CTX_set_default_passwd_cb(c->ctx, note_password_asked);
	SSL_CTX_set_default_passwd_cb_userdata(c->ctx, &encrypted);
	loaded = SSL_CTX_use_PrivateKey_file(c->ctx, c->key, SSL_FILETYPE_PEM);
	SSL_CTX_set_default_passwd_cb_userdata(c->ctx, NULL);
	if (loaded == 1)
		return 0;
	if (!encrypted)
		return refuse("client_key", c->key, err);
	ERR_clear_error();
	error_set(err, ERROR_DATA, "cannot use client_key '%s': it is encrypted", c->key);
	return error_hint(err, "`openssl pkey -in KEY -out PLAIN` writes it without a password");
}

/* Refuses what is no regular file: OpenSSL would wait at a pipe, and with it the loop. */
static int check_file(const char *what, const char *path, struct error *err)
{
	struct error cause = { 0 };
	int fd = path ? text_open_file(path, &cause) : -1;

	if (fd >= 0)
		close(fd);
	if (cause.code && access(path, R_OK) == 0) /* one that cannot be read is told of by refuse() */
		error_set(err, cause.code, "%s: %s", what, cause.text);
	return err->code;
}

/*
 * What OpenSSL finds out of a trusted certificate's extensions when it is first needed is kept with it, and so is that
 * there was no memory to: it is found out now, when that can be told.
 */
static void read_extensions(SSL_CTX *ctx)
{
	const STACK_OF(X509_OBJECT) *trusted = X509_STORE_get0_objects(SSL_CTX_get_cert_store(ctx));

	for (int i = 0; i < sk_X509_OBJECT_num(trusted); i++) {
		X509 *certificate = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(trusted, i));

		if (certificate)
			(void)X509_check_purpose(certificate, -1, 0);
	}
}

static int load_files(const struct tls_context *c, struct error *err)
{
	if (check_file("ca_file", c->ca_file, err) < 0 ||
	    check_file("client_certificate", c->certificate, err) < 0 ||
	    check_file("client_key", c->key, err) < 0)
		return err->code;
	ERR_clear_error();
	if (c->ca_file && SSL_CTX_load_verify_file(c->ctx, c->ca_file) != 1)
		return refuse("ca_file", c->ca_file, err);
	read_extensions(c->ctx);
	if (!c->certificate)
		return 0;
	if (SSL_CTX_use_certificate_chain_file(c->ctx, c->certificate) != 1)
		return refuse("client_certificate", c->certificate, err);
	return load_key(c, err);
}

static void free_context(struct tls_context *c)
{
	SSL_CTX_free(c->ctx);
	free(c);
}

int tls_contexts_find(struct tls_contexts *contexts, const char *ca_file, const char *certificate,
                      const char *key, SSL_CTX **out, struct error *err)
{
	struct tls_context *c = contexts->first;

	while (c && !(same(c->ca_file, ca_file) && same(c->certificate, certificate) && same(c->key, key)))
		c = c->next;
	if (c) {
		*out = c->ctx;
		return 0;
	}
	c = malloc(sizeof *c);
	if (!c)
		return error_set(err, ERROR_MEMORY, "out of memory");
	*c = (struct tls_context){ contexts->first, ca_file, certificate, key,
		                   SSL_CTX_new(TLS_client_method()) };
	if (!c->ctx)
		error_set(err, ERROR_MEMORY, "out of memory");
	if (!c->ctx || load_files(c, err) < 0) {
		free_context(c);
		return err->code;
	}
	SSL_CTX_set_session_cache_mode(c->ctx, SSL_SESS_CACHE_OFF); /* each handshake is a whole one */
	SSL_CTX_set_mode(c->ctx, SSL_MODE_RELEASE_BUFFERS);
	contexts->first = c;
	*out = c->ctx;
	return 0;
}

void tls_contexts_release(struct tls_contexts *contexts)
{
	while (contexts->first) {
		struct tls_context *c = contexts->first;

		contexts->first = c->next;
		free_context(c);
	}
}
