/*
 * tls_contexts: the SSL_CTX of all targets with the same trusted certificates and the same client certificate.
 *
 * Reading the system's trusted certificates costs 36 ms: once for each file, not for each target or probe. What differs
 * between targets (versions, name, protocols) is set on each SSL.
 *
 *     struct tls_contexts contexts = { 0 };
 *     tls_contexts_find(&contexts, ca_file, certificate, key, &ctx, &err);    borrowed until release
 *     tls_contexts_release(&contexts);
 */
#ifndef GOVSLA_MONITOR_TLS_CONTEXTS_H
#define GOVSLA_MONITOR_TLS_CONTEXTS_H

#include "base/error.h"

#include <openssl/types.h>

struct tls_contexts { /* all zero: none */
	struct tls_context *first;
};

/*
 * ca_file: PEM, NULL to trust nobody. certificate, key: PEM, both or neither. The strings must outlive the contexts.
 * Returns 0; ERROR_IO or ERROR_DATA for a file that cannot be used, ERROR_MEMORY.
 */
int tls_contexts_find(struct tls_contexts *contexts, const char *ca_file, const char *certificate,
                      const char *key, SSL_CTX **out, struct error *err) MUST_CHECK;

void tls_contexts_release(struct tls_contexts *contexts);

#endif
