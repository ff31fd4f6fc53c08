#include "monitor/http/http_config.h"

#include <string.h>

static const char *const version_words[] = { "1.1", "2", "2_prior_knowledge", NULL };
static const char *const redirect_words[] = { "none", "same_host", "any", NULL };
static const char *const phase_words[] = { "name", "connect", "tls", "first_byte", "total", NULL };

/* ---- single values ---- */

static int check_url(const char *value, struct error *err)
{
	struct http_place place;

	if (http_place_of(value, &place, err) == 0)
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
	return is_token(value, strlen(value))
	           ? 0
	           : error_set(err, ERROR_DATA, "'%.64s' is not a request method", value);
}

int http_config_check_header(const char *value, struct error *err)
{
	const char *colon = strchr(value, ':');

	if (!colon || !is_token(value, (size_t)(colon - value)))
		return error_set(err, ERROR_DATA, "'%.64s' is not of the form 'Name: value'", value);
	if (strpbrk(value, "\r\n"))
		return error_set(err, ERROR_DATA, "a header must not contain a line break");
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

static int check_keys(const struct node *probe, const struct http_config *config,
                      const struct http_place *place, struct error *err)
{
	struct node phase = node_member(probe, "rtt_phase"), expected = node_member(probe, "expect_body"),
	            body = node_member(probe, "body_file"), version = node_member(probe, "http_version"),
	            user = node_member(probe, "proxy_user_file");

	if (config->rtt_phase == HTTP_PHASE_TLS && !place->tls)
		return node_fail(&phase, err, "an http URL has no tls phase");
	if (config->expect_body && strcmp(config->method, "HEAD") == 0)
		return node_fail(&expected, err, "an answer to HEAD has no body");
	if (config->body && config->body_file)
		return node_fail(&body, err, "there is a 'body' too");
	if (config->http_version == HTTP_VERSION_2 && !place->tls)
		return node_fail(&version, err, "without TLS only '2_prior_knowledge'");
	if (config->proxy_user_file && !config->proxy)
		return node_fail(&user, err, "needs the key 'proxy'");
	return tls_demand_check(probe, &config->demand, err);
}

/* What this machine connects to is of the address family: the proxy, if there is one. Certificates are for the host. */
static int check_egress(const struct node *probe, const struct http_config *config,
                        const struct http_place *place, struct error *err)
{
	struct http_place proxy = { 0 };

	if (config->proxy && http_place_of(config->proxy, &proxy, err) < 0)
		return err->code;
	if (egress_check(probe, &config->egress, proxy.host ? proxy.host : place->host,
	                 proxy.host ? "proxy" : "url", err) == 0)
		(void)!egress_check_host(probe, place->host, "url", err);
	http_place_release(&proxy);
	return err->code;
}

int http_config_check(const struct node *probe, const void *pointer, struct error *err)
{
	const struct http_config *config = pointer;
	struct http_place place;

	if (http_place_of(config->url, &place, err) < 0)
		return err->code;
	if (check_egress(probe, config, &place, err) == 0)
		(void)!check_keys(probe, config, &place, err);
	http_place_release(&place);
	return err->code;
}
