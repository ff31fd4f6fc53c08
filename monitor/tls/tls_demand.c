#include "monitor/tls/tls_demand.h"

#include "base/instant.h"
#include "monitor/record/clock.h"
#include "monitor/record/moment.h"

static const char *const version_words[] = { "1.0", "1.1", "1.2", "1.3", NULL };

#define PLACE(member) .place = offsetof(struct tls_demand, member)

const struct setting tls_demand_settings[] = {
	{ .key = "verify_tls",
	  .type = SETTING_BOOLEAN,
	  .standard = "true",
	  PLACE(verify_tls),
	  .help = "whether certificate and name must be valid; the expiry is recorded in any case, "
	          "revocation is not looked at" },
	{ .key = "ca_file",
	  .type = SETTING_STRING,
	  .check = setting_check_filled,
	  PLACE(ca_file),
	  .help = "trusted certificates (PEM) for this target instead of the file's ca_file" },
	{ .key = "client_certificate",
	  .type = SETTING_STRING,
	  .check = setting_check_filled,
	  PLACE(client_certificate),
	  .help =
	      "certificate and its chain (PEM) to show a server that asks; after a redirect to nobody else" },
	{ .key = "client_key",
	  .type = SETTING_STRING,
	  .check = setting_check_filled,
	  PLACE(client_key),
	  .help = "its private key (PEM, not encrypted)" },
	{ .key = "minimum_version",
	  .type = SETTING_WORD,
	  .standard = "1.2",
	  .words = version_words,
	  PLACE(minimum_version),
	  .help = "lowest TLS version offered; a server that has none in common is down (tls version). Below "
	          "1.2 old ciphers and weak keys are accepted too" },
	{ .key = "maximum_version",
	  .type = SETTING_WORD,
	  .standard = "1.3",
	  .words = version_words,
	  PLACE(maximum_version),
	  .help = "highest TLS version offered" },
	{ .key = "least_days",
	  .type = SETTING_INTEGER,
	  .unit = "days",
	  .standard = "0",
	  .most = 3650,
	  PLACE(least_days),
	  .help = "a certificate that is valid for less is down (tls expired)" },
	{ .key = NULL },
};

int tls_demand_check(const struct node *probe, const struct tls_demand *demand, struct error *err)
{
	struct node maximum = node_member(probe, "maximum_version"),
	            certificate = node_member(probe, "client_certificate"),
	            key = node_member(probe, "client_key");

	if (demand->maximum_version < demand->minimum_version)
		return node_fail(&maximum, err, "the highest version is below the lowest, %s",
		                 version_words[demand->minimum_version]);
	if (demand->client_certificate && !demand->client_key)
		return node_fail(&certificate, err, "needs the key 'client_key'");
	if (demand->client_key && !demand->client_certificate)
		return node_fail(&key, err, "needs the key 'client_certificate'");
	return 0;
}

int tls_demand_context(const struct tls_demand *demand, const char *ca_file, const char *server,
                       struct tls_contexts *contexts, SSL_CTX **out, struct error *err)
{
	const char *trusted = demand->ca_file ? demand->ca_file : ca_file;

	if (demand->verify_tls && !trusted)
		return error_set(err, ERROR_DATA, "no ca_file to verify '%.200s' with", server);
	return tls_contexts_find(contexts, demand->verify_tls ? trusted : NULL, demand->client_certificate,
	                         demand->client_key, out, err);
}

enum sample_failure tls_demand_judge(const struct tls_demand *demand, int64_t expiry_us)
{
	int64_t now_us = moment_wall_us(), latest_us = expiry_us - demand->least_days * US_PER_DAY;

	if (demand->least_days == 0 || !expiry_us || now_us <= latest_us)
		return FAILURE_NONE;
	return clock_state_tells(clock_state_read(), now_us, latest_us) ? FAILURE_TLS_EXPIRED
	                                                                : FAILURE_OWN_SIDE;
}
