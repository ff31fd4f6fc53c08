#include "monitor/tls/tls_config.h"

#include <string.h>

#define ALPN_MOST 255 /* RFC 7301 section 3.1 */

static int check_name(const char *value, struct error *err)
{
	size_t length = strlen(value);

	return length >= 1 && length <= TLS_NAME_MOST
	           ? 0
	           : error_set(err, ERROR_DATA, "must be a name of 1 to %d bytes", TLS_NAME_MOST);
}

static int check_protocol(const char *value, struct error *err)
{
	size_t length = strlen(value);

	return length >= 1 && length <= ALPN_MOST
	           ? 0
	           : error_set(err, ERROR_DATA, "a protocol's name must be of 1 to %d bytes", ALPN_MOST);
}

#define PLACE(member) .place = offsetof(struct tls_config, member)

const struct setting tls_settings[] = {
	{ .key = "host",
	  .type = SETTING_STRING,
	  .required = true,
	  .check = check_name,
	  PLACE(place.host),
	  .help = "address or name; of a name's addresses the next is tried when one fails or is silent" },
	{ .key = "port",
	  .type = SETTING_INTEGER,
	  .standard = "443",
	  .least = 1,
	  .most = 65535,
	  PLACE(place.port),
	  .help = "TCP port" },
	{ .key = "server_name",
	  .type = SETTING_STRING,
	  .check = check_name,
	  PLACE(server_name),
	  .help = "name asked for (SNI) and looked for in the certificate; absent: the host" },
	{ .key = "alpn",
	  .type = SETTING_STRINGS,
	  .check = check_protocol,
	  PLACE(alpn),
	  .help = "protocols offered, such as \"h2\"; a server that chooses none is down (answer mismatch)" },
	{ .key = "", .type = SETTING_SHARED, .shared = tls_demand_settings, PLACE(demand) },
	{ .key = "", .type = SETTING_SHARED, .shared = egress_settings, PLACE(place.egress) },
	{ .key = NULL },
};

int tls_config_check(const struct node *probe, const void *pointer, struct error *err)
{
	const struct tls_config *config = pointer;

	if (tls_demand_check(probe, &config->demand, err) < 0 ||
	    egress_check_host(probe, config->server_name, "server_name", err) < 0)
		return err->code;
	return egress_check(probe, &config->place.egress, config->place.host, "host", false, err);
}

const char *tls_config_name(const struct tls_config *config)
{
	return config->server_name ? config->server_name : config->place.host;
}
