#include "monitor/probe/probe.h"
#include "monitor/dns/probe_dns.h"
#include "monitor/http/probe_http.h"
#include "monitor/icmp/probe_icmp.h"
#include "monitor/stamp/probe_stamp.h"
#include "monitor/tcp/probe_tcp.h"
#include "monitor/tls/probe_tls.h"

#include <string.h>

static const struct probe_kind *const kinds[] = { &probe_http, &probe_icmp,  &probe_tcp, &probe_tls,
	                                          &probe_dns,  &probe_stamp, NULL };

const struct probe_kind *const *probe_kinds(void)
{
	return kinds;
}

const struct probe_kind *probe_kind_find(const char *name)
{
	for (size_t i = 0; kinds[i]; i++)
		if (strcmp(kinds[i]->name, name) == 0)
			return kinds[i];
	return NULL;
}
