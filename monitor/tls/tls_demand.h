/*
 * tls_demand: what a target asks of TLS: trust, versions, a client certificate, days that must be left. The same keys
 * for every kind of probe that speaks it (tls, http).
 *
 * A kind has a `struct tls_demand` in its configuration, a row of type SETTING_SHARED with tls_demand_settings in its
 * table, calls tls_demand_check() from its own check and tls_demand_context() when it prepares a target.
 * Not here: the handshake (tls_handshake.h, or libcurl's), what was seen of it (tls_watch.h).
 */
#ifndef GOVSLA_MONITOR_TLS_DEMAND_H
#define GOVSLA_MONITOR_TLS_DEMAND_H

#include "base/document.h"
#include "base/sample.h"
#include "monitor/probe/setting.h"
#include "monitor/tls/tls_contexts.h"

#include <stdbool.h>
#include <stdint.h>

#define TLS_DEMAND_1_2 2 /* of the versions */

struct tls_demand {
	bool verify_tls;
	const char *ca_file;                         /* NULL: that of the file */
	const char *client_certificate, *client_key; /* both or neither */
	int minimum_version, maximum_version;        /* 0 … 3: TLS 1.0 … 1.3 */
	int64_t least_days;                          /* that the certificate must still be valid */
};

extern const struct setting tls_demand_settings[];

/* Rules between the keys. Returns 0 or ERROR_DATA. */
int tls_demand_check(const struct node *probe, const struct tls_demand *demand, struct error *err) MUST_CHECK;

/*
 * The context for the demand, which must outlive it. ca_file: for targets that name none, NULL none. server: for the
 * message. Returns 0 or as tls_contexts_find().
 */
int tls_demand_context(const struct tls_demand *demand, const char *ca_file, const char *server,
                       struct tls_contexts *contexts, SSL_CTX **out, struct error *err) MUST_CHECK;

/*
 * What the demand says of a certificate that ends then (UTC µs; 0: none was seen): FAILURE_TLS_EXPIRED when it is not valid
 * for as long as demanded, FAILURE_OWN_SIDE when that is so by a clock that cannot tell (clock_state_tells()).
 */
enum sample_failure tls_demand_judge(const struct tls_demand *demand, int64_t expiry_us);

#endif
