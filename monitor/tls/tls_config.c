#include "monitor/tls/tls_config.h"

#include <string.h>

#define ALPN_MOST 255 /* RFC 7301, 3.1 */

static const char *const kind_words[] = { "tls", NULL };
static const char *const version_words[] = { "1.0", "1.1", "1.2", "1.3", NULL };

static int check_name(const char *value, struct error *err)
{
	size_t length = strlen(value);

	return length >= 1 && length <= TLS_NAME_MOST
	           ? 0
	           : error_set(err, ERROR_DATA, "must be a name of 1 to %d bytes", TLS_NAME_MOST);
}

static int check_path(const char *value, struct error *err)
{
	return *value ? 0 : error_set(err, ERROR_DATA, "must not be empty");
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
	{ .key = "kind",
	  .reload = true,
	  .type = SETTING_WORD,
	  .required = true,
	  .words = kind_words,
	  PLACE(kind),
	  .help = "TLS handshake; the round trip ends with it and begins with the name's resolution" },
	{ .key = "host",
	  .reload = true,
	  .type = SETTING_STRING,
	  .required = true,
	  .check = check_name,
	  PLACE(host),
	  .help = "address or name; of a name's addresses the next is tried when one fails or is silent" },
	{ .key = "port",
	  .reload = true,
	  .type = SETTING_INTEGER,
	  .standard = "443",
	  .least = 1,
	  .most = 65535,
	  PLACE(port),
	  .help = "TCP port" },
	{ .key = "server_name",
	  .reload = true,
	  .type = SETTING_STRING,
	  .check = check_name,
	  PLACE(server_name),
	  .help = "name asked for (SNI) and looked for in the certificate; absent: the host" },
	{ .key = "verify_tls",
	  .reload = true,
	  .type = SETTING_BOOLEAN,
	  .standard = "true",
	  PLACE(verify_tls),
	  .help =
	      "whether certificate and name must be valid; the expiry is recorded in any case, revocation "
	      "is not looked at" },
	{ .key = "ca_file",
	  .reload = true,
	  .type = SETTING_STRING,
	  .check = check_path,
	  PLACE(ca_file),
	  .help = "trusted certificates (PEM) for this target instead of the file's ca_file" },
	{ .key = "minimum_version",
	  .reload = true,
	  .type = SETTING_WORD,
	  .standard = "1.2",
	  .words = version_words,
	  PLACE(minimum_version),
	  .help = "lowest TLS version offered; a server that has none in common is down (tls version). Below "
	          "1.2 old ciphers and weak keys are accepted too" },
	{ .key = "maximum_version",
	  .reload = true,
	  .type = SETTING_WORD,
	  .standard = "1.3",
	  .words = version_words,
	  PLACE(maximum_version),
	  .help = "highest TLS version offered" },
	{ .key = "client_certificate",
	  .reload = true,
	  .type = SETTING_STRING,
	  .check = check_path,
	  PLACE(client_certificate),
	  .help = "certificate and its chain (PEM) to show a server that asks" },
	{ .key = "client_key",
	  .reload = true,
	  .type = SETTING_STRING,
	  .check = check_path,
	  PLACE(client_key),
	  .help = "its private key (PEM, not encrypted)" },
	{ .key = "alpn",
	  .reload = true,
	  .type = SETTING_STRINGS,
	  .check = check_protocol,
	  PLACE(alpn),
	  .help = "protocols offered, such as \"h2\"; a server that chooses none is down (answer mismatch)" },
	{ .key = "least_days",
	  .reload = true,
	  .type = SETTING_INTEGER,
	  .unit = "days",
	  .standard = "0",
	  .most = 3650,
	  PLACE(least_days),
	  .help = "a certificate that is valid for less is down (tls expired)" },
	{ .key = "", .type = SETTING_SHARED, .shared = egress_settings, PLACE(egress) },
	{ .key = NULL },
};

int tls_config_check(const struct node *probe, const void *pointer, struct error *err)
{
	const struct tls_config *config = pointer;
	struct node maximum = node_member(probe, "maximum_version"),
	            certificate = node_member(probe, "client_certificate"),
	            key = node_member(probe, "client_key");

	if (config->maximum_version < config->minimum_version)
		return node_fail(&maximum, err, "the highest version is below the lowest, %s",
		                 version_words[config->minimum_version]);
	if (config->client_certificate && !config->client_key)
		return node_fail(&certificate, err, "needs the key 'client_key'");
	if (config->client_key && !config->client_certificate)
		return node_fail(&key, err, "needs the key 'client_certificate'");
	return egress_check(probe, &config->egress, config->host, "host", err);
}

const char *tls_config_name(const struct tls_config *config)
{
	return config->server_name ? config->server_name : config->host;
}
