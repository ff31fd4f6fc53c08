/* The keys of tcp and tls probes: defaults, and what is refused with which words. */
#include "monitor/config/config.h"
#include "monitor/tls/tls_config.h"
#include "suite.h"

static void parse(const char *probe, struct config *config, struct error *err)
{
	char text[1200];

	snprintf(text, sizeof text,
	         "{ \"format\": \"govsla-slamon/1\", \"vantage\": \"v\", \"vantage_number\": 1,\n"
	         "\"spool\": { \"path\": \"s\" },\n"
	         "\"targets\": [ { \"number\": 1, \"id\": \"t\", \"interval_s\": 60, \"timeout_s\": 5,\n"
	         "\"probe\": { %s } } ] }",
	         probe);
	*err = (struct error){ 0 };
	(void)!config_parse(config, "c", text, strlen(text), err);
}

START_TEST(defaults)
{
	struct config config;
	struct error err;
	const struct tls_config *tls;

	parse("\"kind\": \"tls\", \"host\": \"a.test\"", &config, &err);
	ck_assert_msg(err.code == 0, "%s", err.text);
	tls = config.targets[0].probe;
	ck_assert_int_eq(tls->place.port, 443);
	ck_assert_str_eq(tls_config_name(tls), "a.test");
	ck_assert_int_eq(tls->demand.verify_tls, true);
	ck_assert_int_eq(tls->demand.minimum_version, 2);
	ck_assert_int_eq(tls->demand.maximum_version, 3);
	ck_assert_int_eq(tls->demand.least_days, 0);
	ck_assert_uint_eq(tls->alpn.count, 0);
	config_release(&config);
	parse("\"kind\": \"tls\", \"host\": \"192.0.2.1\", \"server_name\": \"b.test\"", &config, &err);
	ck_assert_str_eq(tls_config_name(config.targets[0].probe), "b.test");
	config_release(&config);
}
END_TEST

#define TLS "\"kind\": \"tls\", \"host\": \"a\", "
#define TCP "\"kind\": \"tcp\", \"host\": \"a\", \"port\": 25, "

START_TEST(refusals)
{
	static const struct {
		const char *probe, *want;
	} rows[] = {
		{ TLS "\"minimum_version\": \"1.3\", \"maximum_version\": \"1.2\"",
		  "c:4: targets[0].probe.maximum_version: the highest version is below the lowest, 1.3" },
		{ TLS "\"minimum_version\": \"3.0\"",
		  "c:4: targets[0].probe.minimum_version: '3.0' is not one of: 1.0, 1.1, 1.2, 1.3" },
		{ TLS "\"client_certificate\": \"c.pem\"",
		  "c:4: targets[0].probe.client_certificate: needs the key 'client_key'" },
		{ TLS "\"client_key\": \"c.key\"",
		  "c:4: targets[0].probe.client_key: needs the key 'client_certificate'" },
		{ TLS "\"server_name\": \"\"",
		  "c:4: targets[0].probe.server_name: must be a name of 1 to 254 bytes" },
		{ TLS "\"server_name\": \"r\u00f6d.test\"",
		  "c:4: targets[0].probe.server_name: 'r\u00f6d.test' is neither an address nor a host name\n"
		  "hint: ASCII letters, digits, '-', '_' and '.'; other scripts in their xn-- form" },
		{ TLS "\"alpn\": [ \"h2\", \"\" ]",
		  "c:4: targets[0].probe.alpn[1]: a protocol's name must be of 1 to 255 bytes" },
		{ TLS "\"address_family\": \"ipv4\", \"source_address\": \"2001:db8::1\"",
		  "c:4: targets[0].probe.source_address: '2001:db8::1' is not an IPv4 address" },
		{ TCP "\"send\": \"EHLO a\"", "c:4: targets[0].probe.send: needs the key 'expect'" },
		{ TCP "\"expect\": \"\"", "c:4: targets[0].probe.expect: must not be empty" },
		{ TCP "\"expect\": \"a\", \"expect_limit_bytes\": 0",
		  "c:4: targets[0].probe.expect_limit_bytes: 0 is not in 1 to 1048576" },
		{ "\"kind\": \"tcp\", \"host\": \"a\", \"port\": 65536",
		  "c:4: targets[0].probe.port: 65536 is not in 1 to 65535" },
		{ "\"kind\": \"tcp\", \"host\": \"a\"", "c:4: targets[0].probe: the key 'port' is missing" },
		{ "\"kind\": \"tcp\", \"host\": \"2001:db8::1\", \"port\": 1, \"address_family\": \"ipv4\"",
		  "c:4: targets[0].probe.host: '2001:db8::1' is not an IPv4 address" },
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct config config;
		struct error err;

		parse(rows[i].probe, &config, &err);
		ck_assert_msg(err.code == ERROR_DATA, "accepted: %s", rows[i].probe);
		assert_error(&err, rows[i].want);
	}
}
END_TEST

START_TEST(a_certificate_that_was_not_seen_is_not_about_to_expire)
{
	struct tls_demand demand = { .least_days = 14 };

	ck_assert_int_eq(tls_demand_judge(&demand, 0), FAILURE_NONE);
	ck_assert_int_ne(tls_demand_judge(&demand, 1), FAILURE_NONE);
}
END_TEST

int main(void)
{
	return run_suite("tls_config", (const TTest *const[]){
	                                   defaults, refusals,
	                                   a_certificate_that_was_not_seen_is_not_about_to_expire, NULL });
}
