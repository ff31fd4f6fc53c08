/* http: where URLs and redirects lead, and what the keys of an http probe may say to each other. */
#include "monitor/config/config.h"
#include "monitor/http/http_config.h"
#include "monitor/http/http_judge.h"
#include "monitor/http/http_place.h"
#include "monitor/http/http_transfer.h"
#include "suite.h"

START_TEST(urls_are_taken_apart)
{
	static const struct {
		const char *url, *host;
		unsigned port;
		bool tls;
	} rows[] = {
		{ "http://a.example/", "a.example", 80, false },
		{ "https://a.example", "a.example", 443, true },
		{ "HTTPS://a.example:8443/x?y#z", "a.example", 8443, true },
		{ "http://[2001:db8::1]:81/", "2001:db8::1", 81, false },
		{ "http://u:p@192.0.2.1/", "192.0.2.1", 80, false },
		{ "http://a.example:65535/", "a.example", 65535, false },
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct http_place place;
		struct error err = { 0 };

		ck_assert_msg(http_place_of(rows[i].url, &place, &err) == 0, "%s: %s", rows[i].url, err.text);
		ck_assert_str_eq(place.host, rows[i].host);
		ck_assert_msg(place.port == rows[i].port && place.tls == rows[i].tls, "%s", rows[i].url);
		http_place_release(&place);
	}
}
END_TEST

START_TEST(what_is_no_url_of_ours_is_refused)
{
	static const struct {
		const char *url, *want;
	} rows[] = {
		{ "ftp://a/", "'ftp://a/' is neither http nor https" },
		{ "file:///etc/passwd", "'file:///etc/passwd' is not a URL: No host part in the URL" },
		{ "gopher://a/", "'gopher://a/' is neither http nor https" },
		{ "made-up://a/", "'made-up://a/' is neither http nor https" },
		{ "javascript:alert(1)", NULL },
		{ "", NULL },
		{ "/only/a/path", NULL },
		{ "a.example/", NULL },
		{ "http://", NULL },
		{ "http://a:65536/", NULL },
		{ "http://a b/", NULL },
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct http_place place;
		struct error err = { 0 };

		ck_assert_msg(http_place_of(rows[i].url, &place, &err) == ERROR_DATA, "accepted %s",
		              rows[i].url);
		ck_assert_ptr_null(place.host);
		if (rows[i].want)
			ck_assert_str_eq(err.text, rows[i].want);
	}
}
END_TEST

static struct http_place place(const char *url)
{
	struct http_place place;
	struct error err = { 0 };

	ck_assert_msg(http_place_of(url, &place, &err) == 0, "%s", err.text);
	return place;
}

START_TEST(redirects_by_policy)
{
	static const struct {
		const char *from, *to;
		bool same_host, any, trusted;
	} rows[] = {
		{ "http://a/", "http://a/x", true, true, true },
		{ "http://a/", "http://A/x", true, true, true },
		{ "http://a/", "http://a:8080/", true, true, false },
		{ "http://a/", "https://a/", true, true, true },
		{ "http://a:8080/", "https://a:8443/", true, true, false },
		{ "http://a:8080/", "https://a/", true, true, false },
		{ "https://a/", "https://a/x", true, true, true },
		{ "https://a/", "http://a/", false, false, false },
		{ "https://a/", "http://b/", false, false, false },
		{ "https://a:80/", "http://a/", false, false, false },
		{ "http://a/", "http://b/", false, true, false },
		{ "http://a/", "https://b/", false, true, false },
		{ "http://a.example/", "http://example/", false, true, false },
		{ "http://a/", "http://a.evil/", false, true, false },
		{ "http://[::1]/", "http://[::1]:80/", true, true, true },
		{ "http://a/", "http://somebody@a/", false, false, true },
		{ "http://a/", "https://somebody:secret@b/", false, false, false },
		{ "http://somebody:secret@a/", "http://a/x", true, true, true },
		{ "http://a/", "http://223.255.255.255/", false, true, false },
		{ "http://a/", "http://224.0.0.1/", false, false, false },
		{ "http://a/", "http://0/", false, false, false },
		{ "http://a/", "http://[fe80::1]/", false, false, false },
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct http_place from = place(rows[i].from), to = place(rows[i].to);

		ck_assert_msg(!http_redirect_allowed(HTTP_REDIRECTS_NONE, &from, &to), "row %zu", i);
		ck_assert_msg(http_redirect_allowed(HTTP_REDIRECTS_SAME_HOST, &from, &to) ==
		                  rows[i].same_host,
		              "row %zu", i);
		ck_assert_msg(http_redirect_allowed(HTTP_REDIRECTS_ANY, &from, &to) == rows[i].any, "row %zu",
		              i);
		ck_assert_msg(http_place_trusts(&from, &to) == rows[i].trusted, "row %zu", i);
		http_place_release(&from);
		http_place_release(&to);
	}
}
END_TEST

START_TEST(methods_after_redirects)
{
	static const struct {
		const char *method;
		int status;
		const char *want;
	} rows[] = {
		{ "GET", 301, "GET" },    { "POST", 301, "GET" },  { "POST", 302, "GET" },
		{ "POST", 303, "GET" },   { "POST", 307, "POST" }, { "POST", 308, "POST" },
		{ "PUT", 301, "PUT" },    { "PUT", 302, "PUT" },   { "PUT", 303, "GET" },
		{ "PUT", 307, "PUT" },    { "HEAD", 301, "HEAD" }, { "HEAD", 303, "HEAD" },
		{ "DELETE", 303, "GET" },
	};

	for (size_t i = 0; i < ROWS(rows); i++)
		ck_assert_str_eq(http_redirect_method(rows[i].method, rows[i].status), rows[i].want);
	for (int status = 0; status < 600; status++)
		ck_assert_int_eq(http_status_redirects(status), status == 301 || status == 302 ||
		                                                    status == 303 || status == 307 ||
		                                                    status == 308);
}
END_TEST

#define PROBE(more)                                                                                          \
	"{ \"format\": \"govsla-slamon/1\", \"vantage\": \"v\", \"vantage_number\": 1, \"spool\": { "        \
	"\"path\": \"s\" }, \"targets\": [ { \"number\": 1, \"id\": \"t\", \"interval_s\": 60, "             \
	"\"timeout_s\": 5, \"probe\": { \"kind\": \"http\", " more " } } ] }"
#define PLAIN  "\"url\": \"http://a/\""
#define SECURE "\"url\": \"https://a/\""

START_TEST(keys_that_contradict_each_other_are_refused)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ PROBE(PLAIN ", \"body\": \"a\", \"body_file\": \"b\""),
		  "body_file: there is a 'body' too" },
		{ PROBE(PLAIN ", \"http_version\": \"2\""),
		  "http_version: without TLS only '2_prior_knowledge'" },
		{ PROBE(PLAIN ", \"http_version\": \"3\""),
		  "http_version: '3' is not one of: 1.1, 2, 2_prior_knowledge" },
		{ PROBE(SECURE ", \"client_key\": \"k\""), "client_key: needs the key 'client_certificate'" },
		{ PROBE(SECURE ", \"client_certificate\": \"k\""),
		  "client_certificate: needs the key 'client_key'" },
		{ PROBE(PLAIN ", \"proxy_user_file\": \"k\""), "proxy_user_file: needs the key 'proxy'" },
		{ PROBE(PLAIN ", \"proxy\": \"https://p:1\""),
		  "proxy: 'https://p:1' is not of the form 'http://HOST:PORT'" },
		{ PROBE(PLAIN ", \"proxy\": \"socks5://p:1\""),
		  "proxy: 'socks5://p:1' is not of the form 'http://HOST:PORT'" },
		{ PROBE(PLAIN ", \"proxy\": \"http://p:65536\""),
		  "proxy: 'http://p:65536' is not a URL: Port number was not a decimal number between 0 and "
		  "65535" },
		{ PROBE(PLAIN ", \"proxy\": \"http://p\""),
		  "proxy: 'http://p' is not of the form 'http://HOST:PORT'" },
		{ PROBE(PLAIN ", \"proxy\": \"http://u:p@p:1\""),
		  "proxy: 'http://u:p@p:1' is not of the form 'http://HOST:PORT'" },
		{ PROBE(PLAIN ", \"proxy\": \"http://p:1/x\""),
		  "proxy: 'http://p:1/x' is not of the form 'http://HOST:PORT'" },
		{ PROBE("\"url\": \"https://r\u00f6d.test/\", \"proxy\": \"http://p:1\""),
		  "url: 'r\u00f6d.test' is neither an address nor a host name" },
		{ PROBE(PLAIN ", \"proxy\": \"http://192.0.2.1:1\", \"address_family\": \"ipv6\""),
		  "proxy: '192.0.2.1' is not an IPv6 address" },
		{ PROBE("\"url\": \"http://192.0.2.1/\", \"address_family\": \"ipv6\""),
		  "url: '192.0.2.1' is not an IPv6 address" },
		{ PROBE(PLAIN ", \"redirects\": \"all\""),
		  "redirects: 'all' is not one of: none, same_host, any" },
		{ PROBE(PLAIN ", \"redirects_most\": 0"), "redirects_most: 0 is not in 1 to 20" },
		{ PROBE(PLAIN ", \"body_file\": \"\""), "body_file: must not be empty" },
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct config config;
		struct error err = { 0 };
		char got[1200], want[1200];

		ck_assert_msg(config_parse(&config, "c", rows[i].text, strlen(rows[i].text), &err) ==
		                  ERROR_DATA,
		              "accepted: %s", rows[i].text);
		snprintf(got, sizeof got, "%s: %s", err.field, err.text);
		snprintf(want, sizeof want, "targets[0].probe.%s", rows[i].want);
		ck_assert_str_eq(got, want);
	}
}
END_TEST

START_TEST(all_keys_arrive)
{
	static const char text[] = PROBE(
	    SECURE
	    ", \"body_file\": \"b\", \"headers_file\": \"h\", \"http_version\": \"2\", \"redirects\": "
	    "\"any\", "
	    "\"redirects_most\": 3, \"proxy\": \"http://[2001:db8::1]:3128\", \"proxy_user_file\": \"u\", "
	    "\"client_certificate\": \"c\", \"client_key\": \"k\", \"minimum_version\": \"1.3\", "
	    "\"least_days\": 14, \"source_address\": \"2001:db8::2\"");
	struct config config;
	struct error err = { 0 };
	const struct http_config *http;

	ck_assert_msg(config_parse(&config, "c", text, strlen(text), &err) == 0, "%s: %s", err.field,
	              err.text);
	http = config.targets[0].probe;
	ck_assert_str_eq(http->body_file, "b");
	ck_assert_str_eq(http->headers_file, "h");
	ck_assert_int_eq(http->http_version, HTTP_VERSION_2);
	ck_assert_int_eq(http->redirects, HTTP_REDIRECTS_ANY);
	ck_assert_int_eq(http->redirects_most, 3);
	ck_assert_str_eq(http->proxy, "http://[2001:db8::1]:3128");
	ck_assert_str_eq(http->proxy_user_file, "u");
	ck_assert_str_eq(http->demand.client_certificate, "c");
	ck_assert_str_eq(http->demand.client_key, "k");
	ck_assert_int_eq(http->demand.minimum_version, 3);
	ck_assert_int_eq(http->demand.least_days, 14);
	config_release(&config);
}
END_TEST

/* One that libcurl gave up because a socket of another could not be watched says nothing about its target. */
START_TEST(what_this_machine_could_not_do_is_not_down)
{
	static const struct {
		CURLcode code;
		int socket_errno;
		struct verdict want;
	} rows[] = {
		{ CURLE_ABORTED_BY_CALLBACK, ENOSPC, { FAILURE_SEND, ENOSPC } },
		{ CURLE_ABORTED_BY_CALLBACK, 0, { FAILURE_SEND, VERDICT_INSIDE } },
		{ CURLE_COULDNT_CONNECT, EMFILE, { FAILURE_SEND, EMFILE } },
		{ CURLE_COULDNT_CONNECT, 0, { FAILURE_SEND, ENETUNREACH } }, /* nowhere: no route */
		{ CURLE_OUT_OF_MEMORY, 0, { FAILURE_SEND, ENOMEM } },
		{ CURLE_FAILED_INIT, 0, { FAILURE_SEND, VERDICT_INSIDE } },
		{ CURLE_OPERATION_TIMEDOUT, 0, { FAILURE_TIMEOUT, 0 } },
		{ CURLE_PARTIAL_FILE, 0, { FAILURE_RESET, 0 } },
		{ CURLE_WEIRD_SERVER_REPLY, 0, { FAILURE_PROTOCOL, 0 } },
	};
	struct http_config config = { 0 };
	struct http_plan plan = { .config = &config };
	struct http_transfer transfer = { .plan = &plan, .at = &plan.place, .easy = curl_easy_init() };

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct verdict verdict;

		transfer.socket_errno = rows[i].socket_errno;
		verdict = http_judge_transfer(&transfer, rows[i].code, 0);
		ck_assert_msg(verdict.failure == rows[i].want.failure && verdict.cause == rows[i].want.cause,
		              "code %d: %s", (int)rows[i].code, strerror(verdict.cause));
	}
	curl_easy_cleanup(transfer.easy);
}
END_TEST

int main(void)
{
	return run_suite("http",
	                 (const TTest *const[]){ urls_are_taken_apart, what_is_no_url_of_ours_is_refused,
	                                         redirects_by_policy, methods_after_redirects,
	                                         keys_that_contradict_each_other_are_refused, all_keys_arrive,
	                                         what_this_machine_could_not_do_is_not_down, NULL });
}
