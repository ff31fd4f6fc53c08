#include "monitor/http/http_config.h"

#include "monitor/net/address.h"

#include <string.h>
#include <strings.h>

static const char *const version_words[] = { "1.1", "2", "2_prior_knowledge", NULL };
static const char *const redirect_words[] = { "none", "same_host", "any", NULL };
static const char *const phase_words[] = { "name", "connect", "tls", "first_byte", "total", NULL };

/* ---- single values ---- */

static int check_url(const char *value, struct error *err)
{
	struct http_place place;

	if (http_place_of(value, &place, err) < 0)
		return err->code;
	if (place.port == 0)
		error_set(err, ERROR_DATA, "'%.200s' names port 0", value);
	http_place_release(&place);
	return err->code;
}

static int check_proxy(const char *value, struct error *err)
{
	size_t scheme = strlen("http://");

	if (strncmp(value, "http://", scheme) != 0 || strpbrk(value + scheme, "/@?#") ||
	    !strchr(value + scheme, ':'))
		return error_set(err, ERROR_DATA, "'%.200s' is not of the form 'http://HOST:PORT'", value);
	return check_url(value, err);
}

static bool is_token(const char *text, size_t length)
{
	static const char extra[] = "!#$%&'*+-.^_`|~"; /* RFC 9110 section 5.6.2 */

	for (size_t i = 0; i < length; i++) {
		char c = text[i];

		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		      (c && strchr(extra, c))))
			return false;
	}
	return length > 0;
}

static int check_method(const char *value, struct error *err)
{
	static const char *const names[] = { "GET",   "HEAD",   "POST",    "PUT",
		                             "PATCH", "DELETE", "OPTIONS", "TRACE" };

	if (!is_token(value, strlen(value)) || strcasecmp(value, "CONNECT") == 0)
		return error_set(err, ERROR_DATA, "'%.64s' is not a request method", value);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcasecmp(value, names[i]) == 0 && strcmp(value, names[i]) != 0)
			return error_set(err, ERROR_DATA, "'%.64s' is not a request method, '%s' is one",
			                 value, names[i]);
	return 0;
}

int http_config_check_header(const char *value, struct error *err)
{
	const char *colon = strchr(value, ':');

	if (!colon || !is_token(value, (size_t)(colon - value)))
		return error_set(err, ERROR_DATA, "'%.64s' is not of the form 'Name: value'", value);
	for (const char *at = value; *at; at++)
		if (((unsigned char)*at < 0x20 && *at != '\t') || *at == 0x7f)
			return error_set(err, ERROR_DATA, "a header must not hold control characters");
	return 0;
}

/* One item, "200" or "200-299", that ends at a comma or the end. Returns what follows, NULL if malformed. */
static const char *read_range(const char *at, int *first, int *last)
{
	int digits = 0;

	for (*first = 0; *at >= '0' && *at <= '9' && digits < 3; at++, digits++)
		*first = *first * 10 + (*at - '0');
	*last = *first;
	if (digits == 3 && *at == '-') {
		digits = 0;
		at++;
		for (*last = 0; *at >= '0' && *at <= '9' && digits < 3; at++, digits++)
			*last = *last * 10 + (*at - '0');
	}
	if (digits != 3 || (*at && *at != ',') || (*at == ',' && !at[1]))
		return NULL;
	if (*first < 100 || *last > 599 || *first > *last)
		return NULL;
	return *at ? at + 1 : at;
}

static int check_status(const char *value, struct error *err)
{
	int first, last;
	const char *at = value;

	do
		at = read_range(at, &first, &last);
	while (at && *at);
	if (at)
		return 0;
	return error_set(err, ERROR_DATA, "'%.64s' is not a list of statuses such as \"200-299,304\"", value);
}

bool http_status_expected(const char *list, int status)
{
	while (list && *list) {
		int first, last;

		list = read_range(list, &first, &last);
		if (list && status >= first && status <= last)
			return true;
	}
	return false;
}

/* ---- the table ---- */

#define PLACE(member) .place = offsetof(struct http_config, member)

const struct setting http_settings[] = {
	{ .key = "url",
	  .type = SETTING_STRING,
	  .required = true,
	  .check = check_url,
	  PLACE(url),
	  .help = "http://… or https://…" },
	{ .key = "method",
	  .type = SETTING_STRING,
	  .standard = "GET",
	  .check = check_method,
	  PLACE(method),
	  .help = "request method" },
	{ .key = "headers",
	  .type = SETTING_STRINGS,
	  .check = http_config_check_header,
	  PLACE(headers),
	  .help = "request headers, each \"Name: value\"; not shown to another host or port" },
	{ .key = "headers_file",
	  .type = SETTING_STRING,
	  .check = setting_check_filled,
	  PLACE(headers_file),
	  .help = "file of further request headers, one a line, for secrets" },
	{ .key = "body",
	  .type = SETTING_STRING,
	  PLACE(body),
	  .help =
	      "request body; its type is application/x-www-form-urlencoded unless a header says otherwise" },
	{ .key = "body_file",
	  .type = SETTING_STRING,
	  .check = setting_check_filled,
	  PLACE(body_file),
	  .help = "file that holds the request body" },
	{ .key = "http_version",
	  .type = SETTING_WORD,
	  .standard = "1.1",
	  .words = version_words,
	  PLACE(http_version),
	  .help = "2: agreed on in the TLS handshake; 2_prior_knowledge: spoken at once, also without TLS; a "
	          "server that does not speak it is down (protocol)" },
	{ .key = "expect_status",
	  .type = SETTING_STRING,
	  .standard = "200-299",
	  .check = check_status,
	  PLACE(expect_status),
	  .help = "statuses and ranges that are up; any other is down (http status)" },
	{ .key = "expect_body",
	  .type = SETTING_STRING,
	  .check = setting_check_filled,
	  PLACE(expect_body),
	  .help = "text that the body must contain, compared byte by byte; otherwise down (body mismatch)" },
	{ .key = "body_limit_bytes",
	  .type = SETTING_INTEGER,
	  .unit = "bytes",
	  .standard = "1048576",
	  .least = 0,
	  .most = 67108864,
	  PLACE(body_limit_bytes),
	  .help = "a longer body is down (protocol)" },
	{ .key = "redirects",
	  .type = SETTING_WORD,
	  .standard = "none",
	  .words = redirect_words,
	  PLACE(redirects),
	  .help = "which are followed, unless their status is expected; never from https to http; one that "
	          "may not be is down (redirect), with none: judged by its status" },
	{ .key = "redirects_most",
	  .type = SETTING_INTEGER,
	  .standard = "5",
	  .least = 1,
	  .most = 20,
	  PLACE(redirects_most),
	  .help = "redirects followed; one more is down (redirect)" },
	{ .key = "proxy",
	  .type = SETTING_STRING,
	  .check = check_proxy,
	  PLACE(proxy),
	  .help = "http://HOST:PORT, which also resolves the target's name; when it fails itself, the sample "
	          "is missed (proxy)" },
	{ .key = "proxy_user_file",
	  .type = SETTING_STRING,
	  .check = setting_check_filled,
	  PLACE(proxy_user_file),
	  .help = "file that holds NAME:PASSWORD for the proxy" },
	{ .key = "rtt_phase",
	  .type = SETTING_WORD,
	  .standard = "total",
	  .words = phase_words,
	  PLACE(rtt_phase),
	  .help = "the end of the round trip that counts, from the start of the probe; all phases are kept" },
	{ .key = "", .type = SETTING_SHARED, .shared = tls_demand_settings, PLACE(demand) },
	{ .key = "", .type = SETTING_SHARED, .shared = egress_settings, PLACE(egress) },
	{ .key = NULL },
};

/* ---- rules between keys ---- */

static int refuse(const struct node *probe, const char *key, const char *why, struct error *err)
{
	struct node node = node_member(probe, key);

	return node_fail(&node, err, "%s", why);
}

static int check_request(const struct node *probe, const struct http_config *config, struct error *err)
{
	const char *body = config->body_file ? "body_file" : "body";

	if (config->body && config->body_file)
		return refuse(probe, body, "there is a 'body' too", err);
	if ((config->body || config->body_file) &&
	    (strcmp(config->method, "HEAD") == 0 || strcmp(config->method, "TRACE") == 0))
		return refuse(probe, body, "a request of this method has no body", err); /* RFC 9110, 9.3 */
	if (config->proxy_user_file && !config->proxy)
		return refuse(probe, "proxy_user_file", "needs the key 'proxy'", err);
	return 0;
}

/* What of the expected statuses could come: RFC 9110, 15. */
struct expected {
	bool last; /* after a 1xx another follows, unless the server changes protocols */
	bool with_body;
};

static struct expected expected_statuses(const char *list)
{
	struct expected of = { false, false };
	int first, last;

	while (list && *list && (list = read_range(list, &first, &last))) {
		of.last = of.last || last >= 200 || (first <= 101 && last >= 101);
		of.with_body =
		    of.with_body || (last >= 200 && !(first == last && (last == 204 || last == 304)));
	}
	return of;
}

static bool follows_some(const char *expect_status)
{
	for (int status = 301; status <= 308; status++)
		if (http_status_redirects(status) && !http_status_expected(expect_status, status))
			return true;
	return false;
}

static int check_answer(const struct node *probe, const struct http_config *config, struct error *err)
{
	struct expected expected = expected_statuses(config->expect_status);
	struct node text = node_member(probe, "expect_body");

	if (!expected.last)
		return refuse(probe, "expect_status", "no answer ends with such a status", err);
	if (config->redirects != HTTP_REDIRECTS_NONE && !follows_some(config->expect_status))
		return refuse(probe, "redirects", "none is followed: 'expect_status' has them all", err);
	if (!config->expect_body)
		return 0;
	if (strcmp(config->method, "HEAD") == 0)
		return node_fail(&text, err, "an answer to HEAD has no body");
	if (!expected.with_body)
		return node_fail(&text, err, "an answer of the expected status has no body");
	if ((int64_t)strlen(config->expect_body) > config->body_limit_bytes)
		return node_fail(&text, err, "is longer than 'body_limit_bytes', %lld",
		                 (long long)config->body_limit_bytes);
	return 0;
}

static int check_protocol(const struct node *probe, const struct http_config *config,
                          const struct http_place *place, struct error *err)
{
	bool tls = place->tls || config->redirects != HTTP_REDIRECTS_NONE;

	if (config->rtt_phase == HTTP_PHASE_TLS && !place->tls)
		return refuse(probe, "rtt_phase", "an http URL has no tls phase", err);
	if (config->http_version == HTTP_VERSION_2 && !place->tls)
		return refuse(probe, "http_version", "without TLS only '2_prior_knowledge'", err);
	if (config->http_version != HTTP_VERSION_1_1 && config->proxy && !place->tls)
		return refuse(probe, "http_version", "without TLS a proxy is spoken to in 1.1", err);
	if (config->http_version != HTTP_VERSION_1_1 && place->tls &&
	    config->demand.maximum_version < TLS_DEMAND_1_2)
		return refuse(probe, "maximum_version", "HTTP/2 needs TLS 1.2", err); /* RFC 9113, 9.2 */
	if (config->demand.least_days > 0 && !tls)
		return refuse(probe, "least_days", "an http URL shows no certificate", err);
	if (config->demand.client_certificate && !tls)
		return refuse(probe, "client_certificate", "is shown to nobody: the URL is http", err);
	return tls_demand_check(probe, &config->demand, err);
}

/* What this machine connects to is of the address family: the proxy, if there is one. Certificates are for the host. */
static int check_hosts(const struct node *probe, const struct http_config *config,
                       const struct http_place *place, const struct http_place *proxy, struct error *err)
{
	const char *host = proxy->host ? proxy->host : place->host;
	bool elsewhere = !proxy->host && config->redirects != HTTP_REDIRECTS_NONE;
	union address address;

	if (proxy->host && config->egress.charge_dns)
		return refuse(probe, "charge_dns", "the proxy resolves the target's name", err);
	if (egress_check(probe, &config->egress, host, proxy->host ? "proxy" : "url", elsewhere, err) < 0 ||
	    egress_check_host(probe, place->host, "url", err) < 0)
		return err->code;
	if (config->rtt_phase == HTTP_PHASE_NAME && !elsewhere && address_literal(host, AF_UNSPEC, &address))
		return refuse(probe, "rtt_phase", "there is no name to resolve", err);
	return 0;
}

static int check_egress(const struct node *probe, const struct http_config *config,
                        const struct http_place *place, struct error *err)
{
	struct http_place proxy = { 0 };

	if (config->proxy && http_place_of(config->proxy, &proxy, err) < 0)
		return err->code;
	(void)!check_hosts(probe, config, place, &proxy, err);
	http_place_release(&proxy);
	return err->code;
}

int http_config_check(const struct node *probe, const void *pointer, struct error *err)
{
	const struct http_config *config = pointer;
	struct http_place place;

	if (http_place_of(config->url, &place, err) < 0)
		return err->code;
	if (check_egress(probe, config, &place, err) == 0 &&
	    check_protocol(probe, config, &place, err) == 0 && check_request(probe, config, err) == 0)
		(void)!check_answer(probe, config, err);
	http_place_release(&place);
	return err->code;
}
