/*
 * tls_name: whom a server's certificate must be for, said to OpenSSL in the one way of all kinds of probes. Pure.
 *
 * A name is looked for among the certificate's names (subjectAltName dNSName), an address among its addresses, as
 * RFC 9525 section 6 and RFC 9110 section 4.3.4 have it: a wildcard stands for the whole of the first label and for no more than
 * that, and the common name of the subject counts for nothing, even where there is no other name. Names in other
 * scripts are compared in their xn-- form, which is the only one that a host may have here.
 */
#ifndef GOVSLA_MONITOR_TLS_NAME_H
#define GOVSLA_MONITOR_TLS_NAME_H

#include "base/error.h"

#include <openssl/types.h>
#include <stdbool.h>

#define TLS_NAME_MOST 254 /* with the dot of the root: RFC 1035 section 2.3.4 */

/* The host without the dot of the root, which neither certificates nor SNI have (RFC 6066 section 3). */
void tls_name_bare(const char *host, char name[TLS_NAME_MOST + 1]);

/* Makes the verification of a connection look for the host, a name or an address. False when out of memory. */
bool tls_name_expect(X509_VERIFY_PARAM *verification, const char *host) MUST_CHECK;

#endif
