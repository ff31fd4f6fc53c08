#include "monitor/config/config.h"
#include "monitor/http/http_config.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#define HEAD                                                                                                 \
	"{ \"format\": \"govsla-slamon/1\", \"vantage\": \"v1\", \"vantage_number\": 3,\n"                   \
	"  \"spool\": { \"path\": \"a.spool\" },\n"
#define HTTP(probe)                                                                                          \
	HEAD "  \"targets\": [ { \"number\": 1, \"id\": \"t1\", \"interval_s\": 60, \"timeout_s\": 5,\n"     \
	     "    \"probe\": { \"kind\": \"http\",\n      " probe " } } ] }"
#define PROBE(probe)                                                                                         \
	HEAD "  \"targets\": [ { \"number\": 1, \"id\": \"t1\", \"interval_s\": 60, \"timeout_s\": 5,\n"     \
	     "    \"probe\": {\n      \"kind\": " probe " } } ] }"
#define URL "\"url\": \"http://a/\""

static void parse(const char *text, struct config *config, struct error *err)
{
	*err = (struct error){ 0 };
	(void)!config_parse(config, "c.json", text, strlen(text), err);
}

/* The error as it is printed, without the program's name. */
static void refused(const char *text, const char *want)
{
	struct config config;
	struct error err;
	char got[1200];

	parse(text, &config, &err);
	ck_assert_msg(err.code == ERROR_DATA, "accepted: %s", text);
	snprintf(got, sizeof got, "%s:%d: %s: %s", err.file, err.line, err.field, err.text);
	ck_assert_str_eq(got, want);
	ck_assert_ptr_null(config.targets);
}

#define TARGET(number, id, more)                                                                             \
	"{ \"number\": " number ", \"id\": \"" id "\", \"interval_s\": 60, \"timeout_s\": 5" more ",\n"      \
	"\"probe\": { \"kind\": \"icmp\", \"host\": \"192.0.2.1\" } }"

START_TEST(references_are_found_by_their_ids)
{
	struct config config;
	struct error err;

	parse(
	    HEAD "\"targets\": [ " TARGET("1", "a", ", \"references\": [\"r2\", \"r1\"]") "," TARGET(
	        "2", "r1", ", \"reference\": true") "," TARGET("3", "b",
	                                                       "") "," TARGET("4", "r2",
	                                                                      ", \"reference\": true") " ] }",
	    &config, &err);
	ck_assert_msg(err.code == 0, "%s", err.text);
	ck_assert_uint_eq(config.reference_count, 2);
	ck_assert_uint_eq(config_reference(&config, "r1"), 0);
	ck_assert_uint_eq(config_reference(&config, "r2"), 1);
	ck_assert_uint_eq(config_reference(&config, "a"), 2);
	ck_assert_ptr_eq(config.references[1], &config.targets[3]);
	config_release(&config);
	refused(HEAD "\"targets\": [ " TARGET("1", "a", ", \"references\": [\"b\"]") "," TARGET("2", "b",
	                                                                                        "") " ] }",
	        "c.json:3: targets[0].references: no target 'b' with \"reference\": true");
	refused(HEAD "\"targets\": [ " TARGET("1", "a", ", \"reference\": true, \"references\": []") " ] }",
	        "c.json:3: targets[0].references: a reference has none: it speaks for itself");
}
END_TEST

START_TEST(a_host_is_an_address_or_a_name)
{
	static const struct {
		const char *host, *hint; /* NULL: accepted */
	} rows[] = {
		{ "192.0.2.1", NULL },
		{ "2001:db8::1", NULL },
		{ "www.example.jp", NULL },
		{ "www.example.jp.", NULL },
		{ "_sip-1.example.jp", NULL },
		{ "https://www.example.jp/", "the host alone; a whole URL is probed by the kind 'http'" },
		{ "192.0.2.256", "an IPv4 address is four numbers of 0 to 255" },
		{ "192.0.2", "an IPv4 address is four numbers of 0 to 255" },
		{ "www.example.jp:443", "the host alone, IPv6 without brackets; the port is the key 'port'" },
		{ "[2001:db8::1]", "the host alone, IPv6 without brackets; the port is the key 'port'" },
		{ "\xe4\xbe\x8b.jp",
		  "ASCII letters, digits, '-', '_' and '.'; other scripts in their xn-- form" },
		{ "my host", "ASCII letters, digits, '-', '_' and '.'; other scripts in their xn-- form" },
	};
	static const char *const kinds[] = { "\"icmp\", \"host\"", "\"tcp\", \"port\": 1, \"host\"",
		                             "\"tls\", \"host\"", "\"stamp\", \"host\"",
		                             "\"dns\", \"name\": \"a.jp\", \"server\"" };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0] * 5; i++) {
		struct config config;
		struct error err;
		char text[600];

		snprintf(text, sizeof text,
		         HEAD "\"targets\": [ { \"number\": 1, \"id\": \"t1\", \"interval_s\": 60, "
		              "\"timeout_s\": 5, \"probe\": { \"kind\": %s: \"%s\" } } ] }",
		         kinds[i % 5], rows[i / 5].host);
		parse(text, &config, &err);
		ck_assert_str_eq(err.hint, rows[i / 5].hint ? rows[i / 5].hint : "");
		ck_assert_msg(err.code == (rows[i / 5].hint ? ERROR_DATA : ERROR_NONE), "%s: %s", text,
		              err.text);
		config_release(&config);
	}
}
END_TEST

START_TEST(defaults_are_those_of_the_table)
{
	struct config config;
	struct error err;
	const struct http_config *http;

	parse(HTTP(URL), &config, &err);
	ck_assert_msg(err.code == 0, "%s", err.text);
	ck_assert_str_eq(config.vantage, "v1");
	ck_assert_int_eq(config.vantage_number, 3);
	ck_assert_ptr_null(config.database);
	ck_assert_str_eq(config.ca_file, "/etc/ssl/certs/ca-certificates.crt");
	ck_assert_int_eq(config.in_flight_max, 20000);
	ck_assert_int_eq(config.spool.size_mb, 1024);
	ck_assert_uint_eq(config.target_count, 1);
	ck_assert_int_eq(config.targets[0].in_flight_max, 100);
	http = config.targets[0].probe;
	ck_assert_str_eq(http->method, "GET");
	ck_assert_str_eq(http->expect_status, "200-299");
	ck_assert_int_eq(http->demand.verify_tls, true);
	ck_assert_int_eq(http->rtt_phase, HTTP_PHASE_TOTAL);
	config_release(&config);
}
END_TEST

START_TEST(everything_that_is_given_arrives)
{
	struct config config;
	struct error err;
	const struct http_config *http;

	parse(HTTP("\"url\": \"https://[::1]:8443/x\", \"method\": \"POST\", \"body\": \"b\", "
	           "\"headers\": [ \"A: b\", \"C: d\" ], \"expect_status\": \"204,300-302\", "
	           "\"expect_body\": \"ok\", \"verify_tls\": false, \"ca_file\": \"ca.pem\", "
	           "\"rtt_phase\": \"tls\", \"address_family\": \"ipv6\", \"body_limit_bytes\": 10"),
	      &config, &err);
	ck_assert_msg(err.code == 0, "%s", err.text);
	http = config.targets[0].probe;
	ck_assert_str_eq(http->method, "POST");
	ck_assert_str_eq(http->body, "b");
	ck_assert_uint_eq(http->headers.count, 2);
	ck_assert_str_eq(http->headers.at[1], "C: d");
	ck_assert_int_eq(http->demand.verify_tls, false);
	ck_assert_int_eq(http->rtt_phase, HTTP_PHASE_TLS);
	ck_assert_int_eq(http->egress.family, EGRESS_IPV6);
	ck_assert_int_eq(http->body_limit_bytes, 10);
	config_release(&config);
}
END_TEST

START_TEST(bad_files_are_refused)
{
	refused("{ \"format\": \"govsla-slamon/2\" }",
	        "c.json:1: format: 'govsla-slamon/2' is not 'govsla-slamon/1'");
	refused(HEAD "  \"targets\": [],\n  \"target\": 1 }", "c.json:4: target: unknown key 'target'");
	refused(HEAD "  \"targets\": [],\n  \"vantage\": \"v2\" }",
	        "c.json:4: : duplicate object key near '\"vantage\"'");
	refused(HEAD "  \"targets\": [] }", "c.json:3: targets: names no target");
	refused(HEAD "  \"in_flight_max\": 1.5, \"targets\": [] }",
	        "c.json:3: in_flight_max: a number must be whole; where a fraction is allowed, it is a "
	        "string like "
	        "\"99.99\"");
	refused(HEAD "  \"in_flight_max\": 0, \"targets\": [] }",
	        "c.json:3: in_flight_max: 0 is not in 1 to 60000");
	refused(HEAD "  \"ca_file\": 7, \"targets\": [] }", "c.json:3: ca_file: must be a string");
	refused(HEAD "  \"ca_file\": \"a\\u0000b\", \"targets\": [] }",
	        "c.json:3: : \\u0000 is not allowed without JSON_ALLOW_NUL near '\"a\\u0000b\"'");
}
END_TEST

START_TEST(a_database_is_one_that_ship_can_use)
{
	struct config config;
	struct error err;

	refused(HEAD "  \"in_flight_max\": 5,\n  \"database\": \"nonsense\" }",
	        "c.json:4: database: missing \"=\" after \"nonsense\" in connection info string");
	refused(HEAD "  \"database\": \"host=db service=x\" }",
	        "c.json:3: database: 'service' is not supported: its host's name would be resolved while "
	        "everything waits");
	refused(HEAD "  \"database\": \"host=a,b\" }",
	        "c.json:3: database: the list of hosts 'a,b' needs hostaddr beside it");
	parse(HEAD "\"database\": \"\", \"targets\": [ " TARGET("1", "a", "") " ] }", &config, &err);
	ck_assert_msg(err.code == 0, "%s", err.text);
	ck_assert_ptr_null(config.database);
	config_release(&config);
}
END_TEST

START_TEST(an_id_fits_into_a_line)
{
	static const char *const bad[] = { "a\\nb", "\\u001b[2J", "a\\u007f", "\\u0085" };
	char text[1000], id[CONFIG_ID_MOST + 2] = "";
	struct config config;
	struct error err;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		snprintf(text, sizeof text, HEAD "\"targets\": [\n{ \"number\": 1, \"id\": \"%s\" } ] }",
		         bad[i]);
		refused(text, "c.json:4: targets[0].id: must not hold control characters");
	}
	refused("{ \"format\": \"govsla-slamon/1\",\n \"vantage\": \"\\r\" }",
	        "c.json:2: vantage: must not hold control characters");
	memset(id, 'x', CONFIG_ID_MOST + 1);
	snprintf(text, sizeof text, HEAD "\"targets\": [ { \"number\": 1,\n\"id\": \"%s\" } ] }", id);
	refused(text, "c.json:4: targets[0].id: is longer than 200 bytes");
	id[CONFIG_ID_MOST] = '\0';
	snprintf(text, sizeof text, HEAD "\"targets\": [ " TARGET("1", "%s", "") " ] }", id);
	parse(text, &config, &err);
	ck_assert_msg(err.code == 0, "%s", err.text);
	config_release(&config);
}
END_TEST

#define BURST(timeout, packets, spacing)                                                                     \
	HEAD "\"targets\": [ { \"number\": 1, \"id\": \"a\", \"interval_s\": 1,\n\"timeout_s\": " timeout    \
	     ",\n\"probe\": { \"kind\": \"stamp\", \"host\": \"192.0.2.1\", \"packets\": " packets           \
	     ", \"spacing_ms\": " spacing " } } ] }"

START_TEST(a_probe_is_sent_before_its_timeout)
{
	static const struct {
		const char *text, *want; /* NULL: accepted */
	} rows[] = {
		{ BURST("1", "1", "60000"), NULL },  { BURST("1", "10", "111"), NULL },
		{ BURST("1", "11", "100"), "1000" }, { BURST("10", "1000", "11"), "10989" },
		{ BURST("11", "1000", "11"), NULL }, { BURST("3600", "1000", "60000"), "59940000" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct config config;
		struct error err;
		char want[200];

		if (rows[i].want) {
			snprintf(want, sizeof want,
			         "c.json:4: targets[0].timeout_s: the packets of a probe take %s ms to send",
			         rows[i].want);
			refused(rows[i].text, want);
			continue;
		}
		parse(rows[i].text, &config, &err);
		ck_assert_msg(err.code == 0, "%s: %s", rows[i].text, err.text);
		config_release(&config);
	}
}
END_TEST

START_TEST(bad_targets_are_refused)
{
	refused(HEAD "  \"targets\": [ { \"number\": 1,\n    \"id\": \"\", \"interval_s\": 60 } ] }",
	        "c.json:4: targets[0].id: must not be empty");
	refused(HEAD "  \"targets\": [ { \"number\": 1, \"id\": \"a\", \"interval_s\": 60 } ] }",
	        "c.json:3: targets[0]: the key 'timeout_s' is missing");
	refused(HEAD "  \"targets\": [ { \"number\": 1, \"id\": \"a\", \"interval_s\": 0 } ] }",
	        "c.json:3: targets[0].interval_s: 0 is not in 1 to 86400");
	refused(HEAD "  \"targets\": [ { \"number\": 1, \"id\": \"a\", \"interval_s\": 1, \"timeout_s\": 1,\n"
	             "    \"probe\": { \"kind\": \"gopher\" } } ] }",
	        "c.json:4: targets[0].probe.kind: no probe kind 'gopher'");
	refused(
	    HEAD
	    "  \"targets\": [ { \"number\": 1, \"id\": \"a\", \"interval_s\": 1, \"timeout_s\": 1,\n"
	    "    \"probe\": { \"kind\": \"icmp\", \"host\": \"::1\", \"address_family\": \"ipv4\" } } ] }",
	    "c.json:4: targets[0].probe.host: '::1' is not an IPv4 address");
	refused(HEAD "  \"targets\": [\n"
	             "  { \"number\": 1, \"id\": \"a\", \"interval_s\": 1, \"timeout_s\": 1, "
	             "\"probe\": { \"kind\": \"icmp\", \"host\": \"::1\" } },\n"
	             "  { \"number\": 2, \"id\": \"a\", \"interval_s\": 1, \"timeout_s\": 1, "
	             "\"probe\": { \"kind\": \"icmp\", \"host\": \"::1\" } } ] }",
	        "c.json:5: targets[1].id: the id 'a' is also that of targets[0]");
	refused(HEAD "  \"targets\": [\n"
	             "  { \"number\": 2, \"id\": \"a\", \"interval_s\": 1, \"timeout_s\": 1, "
	             "\"probe\": { \"kind\": \"icmp\", \"host\": \"::1\" } },\n"
	             "  { \"number\": 2, \"id\": \"b\", \"interval_s\": 1, \"timeout_s\": 1, "
	             "\"probe\": { \"kind\": \"icmp\", \"host\": \"::1\" } } ] }",
	        "c.json:5: targets[1].number: the number 2 is also that of targets[0]");
}
END_TEST

START_TEST(bad_probes_are_refused)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ HTTP("\"uri\": \"x\""), "c.json:5: targets[0].probe.uri: unknown key 'uri'" },
		{ HTTP("\"method\": \"GET\""), "c.json:4: targets[0].probe: the key 'url' is missing" },
		{ HTTP("\"url\": \"ftp://a/\""),
		  "c.json:5: targets[0].probe.url: 'ftp://a/' is neither http nor https" },
		{ HTTP("\"url\": \"http://a b/\""), "c.json:5: targets[0].probe.url: 'http://a b/' is not a "
		                                    "URL: Bad hostname" },
		{ HTTP(URL ", \"method\": \"G T\""),
		  "c.json:5: targets[0].probe.method: 'G T' is not a request method" },
		{ HTTP(URL ", \"headers\": [ \"A: b\", \"no colon\" ]"),
		  "c.json:5: targets[0].probe.headers[1]: 'no colon' is not of the form 'Name: value'" },
		{ HTTP(URL ", \"headers\": [ \"A: b\\r\\nC: d\" ]"),
		  "c.json:5: targets[0].probe.headers[0]: a header must not hold control characters" },
		{ HTTP(URL ", \"expect_status\": \"200-\""),
		  "c.json:5: targets[0].probe.expect_status: '200-' is not a list of statuses such as "
		  "\"200-299,304\"" },
		{ HTTP(URL ", \"rtt_phase\": \"tls\""),
		  "c.json:5: targets[0].probe.rtt_phase: an http URL has no tls phase" },
		{ HTTP(URL ", \"rtt_phase\": \"last\""), "c.json:5: targets[0].probe.rtt_phase: 'last' is "
		                                         "not one of: name, connect, tls, first_byte, "
		                                         "total" },
		{ HTTP(URL ", \"method\": \"HEAD\", \"expect_body\": \"x\""),
		  "c.json:5: targets[0].probe.expect_body: an answer to HEAD has no body" },
		{ HTTP(URL ", \"verify_tls\": 1"),
		  "c.json:5: targets[0].probe.verify_tls: must be true or false" },
		{ HTTP(URL ", \"dns_servers\": \"nonsense\""),
		  "c.json:5: targets[0].probe.dns_servers: 'nonsense' is not a list of name servers such as "
		  "\"192.0.2.1,192.0.2.2:5353\"" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		refused(cases[i].text, cases[i].want);
}
END_TEST

/* Each alone is right; together no sample could be up, or the probe would not show what was asked for. */
START_TEST(settings_that_contradict_each_other_are_refused)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ HTTP("\"url\": \"http://a:0/\""),
		  "c.json:5: targets[0].probe.url: 'http://a:0/' names port 0" },
		{ HTTP("\"url\": \"http://a/\", \"proxy\": \"http://b:0\""),
		  "c.json:5: targets[0].probe.proxy: 'http://b:0' names port 0" },
		{ HTTP("\"url\": \"http://a/\", \"method\": \"get\""),
		  "c.json:5: targets[0].probe.method: 'get' is not a request method, 'GET' is one" },
		{ HTTP("\"url\": \"http://a/\", \"method\": \"CONNECT\""),
		  "c.json:5: targets[0].probe.method: 'CONNECT' is not a request method" },
		{ HTTP("\"url\": \"http://a/\", \"method\": \"HEAD\", \"body\": \"x\""),
		  "c.json:5: targets[0].probe.body: a request of this method has no body" },
		{ HTTP("\"url\": \"http://a/\", \"method\": \"TRACE\", \"body_file\": \"x\""),
		  "c.json:5: targets[0].probe.body_file: a request of this method has no body" },
		{ HTTP("\"url\": \"http://a/\", \"expect_status\": \"100,102-199\""),
		  "c.json:5: targets[0].probe.expect_status: no answer ends with such a status" },
		{ HTTP("\"url\": \"http://a/\", \"expect_status\": \"101,204,304\", \"expect_body\": \"x\""),
		  "c.json:5: targets[0].probe.expect_body: an answer of the expected status has no body" },
		{ HTTP("\"url\": \"http://a/\", \"body_limit_bytes\": 2, \"expect_body\": \"xyz\""),
		  "c.json:5: targets[0].probe.expect_body: is longer than 'body_limit_bytes', 2" },
		{ HTTP("\"url\": \"http://a/\", \"redirects\": \"any\", \"expect_status\": \"200-399\""),
		  "c.json:5: targets[0].probe.redirects: none is followed: 'expect_status' has them all" },
		{ HTTP("\"url\": \"https://a/\", \"http_version\": \"2\", \"minimum_version\": \"1.0\", "
		       "\"maximum_version\": \"1.1\""),
		  "c.json:5: targets[0].probe.maximum_version: HTTP/2 needs TLS 1.2" },
		{ HTTP("\"url\": \"http://a/\", \"http_version\": \"2_prior_knowledge\", \"proxy\": "
		       "\"http://b:1\""),
		  "c.json:5: targets[0].probe.http_version: without TLS a proxy is spoken to in 1.1" },
		{ HTTP("\"url\": \"http://a/\", \"least_days\": 7"),
		  "c.json:5: targets[0].probe.least_days: an http URL shows no certificate" },
		{ HTTP("\"url\": \"http://a/\", \"client_certificate\": \"c\", \"client_key\": \"k\""),
		  "c.json:5: targets[0].probe.client_certificate: is shown to nobody: the URL is http" },
		{ HTTP("\"url\": \"https://192.0.2.1/\", \"rtt_phase\": \"name\""),
		  "c.json:5: targets[0].probe.rtt_phase: there is no name to resolve" },
		{ HTTP("\"url\": \"https://a/\", \"rtt_phase\": \"name\", \"proxy\": "
		       "\"http://192.0.2.1:8080\""),
		  "c.json:5: targets[0].probe.rtt_phase: there is no name to resolve" },
		{ HTTP("\"url\": \"https://a/\", \"charge_dns\": true, \"proxy\": \"http://b:8080\""),
		  "c.json:5: targets[0].probe.charge_dns: the proxy resolves the target's name" },
		{ HTTP("\"url\": \"https://192.0.2.1/\", \"charge_dns\": true"),
		  "c.json:5: targets[0].probe.charge_dns: '192.0.2.1' is an address: no name server is "
		  "asked" },
		{ HTTP("\"url\": \"http://[fe80::1]/\""), "c.json:5: targets[0].probe.url: 'fe80::1' is "
		                                          "link-local, and an interface cannot be named" },
		{ PROBE("\"icmp\", \"host\": \"0.0.0.0\""),
		  "c.json:5: targets[0].probe.host: '0.0.0.0' is the address of no host" },
		{ PROBE("\"icmp\", \"host\": \"::\""),
		  "c.json:5: targets[0].probe.host: '::' is the address of no host" },
		{ PROBE("\"icmp\", \"host\": \"239.1.2.3\""),
		  "c.json:5: targets[0].probe.host: '239.1.2.3' is the address of many hosts" },
		{ PROBE("\"icmp\", \"host\": \"255.255.255.255\""),
		  "c.json:5: targets[0].probe.host: '255.255.255.255' is the address of many hosts" },
		{ PROBE("\"icmp\", \"host\": \"ff02::1\""),
		  "c.json:5: targets[0].probe.host: 'ff02::1' is the address of many hosts" },
		{ PROBE("\"icmp\", \"host\": \"fe80::1\""), "c.json:5: targets[0].probe.host: 'fe80::1' is "
		                                            "link-local, and an interface cannot be named" },
		{ PROBE("\"icmp\", \"host\": \"::ffff:192.0.2.1\""),
		  "c.json:5: targets[0].probe.host: '::ffff:192.0.2.1' is an IPv4 address, to be written as "
		  "one" },
		{ PROBE("\"stamp\", \"host\": \"a\", \"source_address\": \"0.0.0.0\""),
		  "c.json:5: targets[0].probe.source_address: '0.0.0.0' is the address of no host" },
		{ PROBE("\"icmp\", \"host\": \"192.0.2.1\", \"dns_servers\": \"192.0.2.2\""),
		  "c.json:5: targets[0].probe.dns_servers: '192.0.2.1' is an address: no name server is "
		  "asked" },
		{ PROBE("\"tcp\", \"host\": \"a\", \"port\": 1, \"expect\": \"abc\", \"expect_limit_bytes\": "
		        "2"),
		  "c.json:5: targets[0].probe.expect: is longer than 'expect_limit_bytes', 2" },
		{ PROBE("\"dns\", \"server\": \"a\", \"name\": \"b\", \"expect_match\": \"any\""),
		  "c.json:5: targets[0].probe.expect_match: 'any' needs something in 'expect_answer'" },
		{ PROBE("\"dns\", \"server\": \"a\", \"name\": \"b\", \"expect_answer\": []"),
		  "c.json:5: targets[0].probe.expect_answer: is empty, which only 'expect_match' \"exact\" "
		  "gives a meaning" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		refused(cases[i].text, cases[i].want);
}
END_TEST

START_TEST(settings_that_only_look_so_are_accepted)
{
	static const char *const cases[] = {
		PROBE("\"http\", \"url\": \"http://a/\", \"redirects\": \"any\", \"least_days\": 7, "
		      "\"client_certificate\": \"c\", \"client_key\": \"k\""),
		PROBE("\"http\", \"url\": \"http://192.0.2.1/\", \"redirects\": \"any\", \"charge_dns\": "
		      "true, \"rtt_phase\": \"name\""),
		PROBE("\"http\", \"url\": \"http://a/\", \"expect_status\": \"101\", \"method\": \"PURGE\", "
		      "\"headers\": [\"Upgrade: websocket\", \"A:\\tb\"]"),
		PROBE("\"http\", \"url\": \"http://a/\", \"redirects\": \"any\", \"expect_status\": "
		      "\"200-307\", \"expect_body\": \"x\", \"body_limit_bytes\": 1"),
		PROBE("\"http\", \"url\": \"http://a/\", \"expect_status\": \"204,205-206\", "
		      "\"expect_body\": \"x\""),
		PROBE("\"http\", \"url\": \"https://a/\", \"http_version\": \"2\", \"maximum_version\": "
		      "\"1.2\", \"proxy\": \"http://b:1\""),
		PROBE("\"http\", \"url\": \"http://a/\", \"http_version\": \"2_prior_knowledge\", "
		      "\"maximum_version\": \"1.1\", \"minimum_version\": \"1.0\""),
		PROBE("\"http\", \"url\": \"http://192.0.2.1/\", \"proxy\": \"http://b:1\", \"dns_servers\": "
		      "\"192.0.2.2\", \"rtt_phase\": \"name\""),
		PROBE(
		    "\"tcp\", \"host\": \"a\", \"port\": 1, \"expect\": \"abc\", \"expect_limit_bytes\": 3"),
		PROBE("\"dns\", \"server\": \"a\", \"name\": \"b\", \"expect_answer\": [], \"expect_match\": "
		      "\"exact\""),
		PROBE("\"stamp\", \"host\": \"127.0.0.1\", \"charge_dns\": false, \"source_address\": "
		      "\"127.0.0.2\""),
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct config config;
		struct error err;

		parse(cases[i], &config, &err);
		ck_assert_msg(err.code == 0, "%s: %s", cases[i], err.text);
		config_release(&config);
	}
}
END_TEST

START_TEST(status_lists)
{
	static const struct {
		const char *list;
		int status;
		bool want;
	} cases[] = {
		{ "200", 200, true },
		{ "200", 201, false },
		{ "200-299", 299, true },
		{ "200-299", 300, false },
		{ "200-299,404", 404, true },
		{ "100-199,301,400-599", 301, true },
		{ "100-199,301,400-599", 302, false },
		{ "200-299", 0, false },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		ck_assert_msg(http_status_expected(cases[i].list, cases[i].status) == cases[i].want, "%s %d",
		              cases[i].list, cases[i].status);
}
END_TEST

START_TEST(bad_status_lists)
{
	static const char *const lists[] = { "",        "2xx", "20",  "2000",        "200,", ",200",
		                             "299-200", "99",  "600", "200-299-300", "200 ", "-200" };

	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		char text[1024];
		struct config config;
		struct error err;

		snprintf(text, sizeof text, HTTP(URL ", \"expect_status\": \"%s\""), lists[i]);
		parse(text, &config, &err);
		ck_assert_msg(err.code == ERROR_DATA, "accepted '%s'", lists[i]);
	}
}
END_TEST

/* Every default of the tables is itself a value that the tables accept. */
START_TEST(described_defaults_are_valid)
{
	struct text text = { 0 };

	config_describe(&text);
	ck_assert(!text_failed(&text));
	ck_assert_ptr_nonnull(
	    strstr(text_string(&text), "  expect_status: string; default 200-299; reloadable\n"));
	ck_assert_ptr_nonnull(
	    strstr(text_string(&text), "  timeout_s: whole number, 1 to 3600 s; required; reloadable\n"));
	text_release(&text);
}
END_TEST

int main(void)
{
	return run_suite(
	    "monitor/config",
	    (const TTest *const[]){
	        references_are_found_by_their_ids, defaults_are_those_of_the_table,
	        everything_that_is_given_arrives, bad_files_are_refused, a_database_is_one_that_ship_can_use,
	        an_id_fits_into_a_line, a_probe_is_sent_before_its_timeout, bad_targets_are_refused,
	        bad_probes_are_refused, settings_that_contradict_each_other_are_refused,
	        settings_that_only_look_so_are_accepted, status_lists, a_host_is_an_address_or_a_name,
	        bad_status_lists, described_defaults_are_valid, NULL });
}
