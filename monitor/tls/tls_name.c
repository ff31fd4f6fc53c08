#include "monitor/tls/tls_name.h"

#include "monitor/net/address.h"

#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

void tls_name_bare(const char *host, char name[TLS_NAME_MOST + 1])
{
	snprintf(name, TLS_NAME_MOST + 1, "%s", host);
	if (*name && name[strlen(name) - 1] == '.')
		name[strlen(name) - 1] = '\0';
}

bool tls_name_expect(X509_VERIFY_PARAM *verification, const char *host)
{
	char name[TLS_NAME_MOST + 1];
	union address address;

	tls_name_bare(host, name);
	if (address_literal(name, AF_UNSPEC, &address))
		return X509_VERIFY_PARAM_set1_ip_asc(verification, name) == 1;
	X509_VERIFY_PARAM_set_hostflags(verification, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
	                                                  X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
	return X509_VERIFY_PARAM_set1_host(verification, name, 0) == 1;
}
