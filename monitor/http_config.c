#include "monitor/http_config.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_words[] = { "http", NULL };
static const char *const phase_words[] = { "name", "connect", "tls", "first_byte", "total", NULL };

/* ---- single values ---- */

static int check_url(const char *value, struct error *err)
{
	CURLU *url = curl_url();
	char *scheme = NULL, *host = NULL;
	CURLUcode code = url ? curl_url_set(url, CURLUPART_URL, value, 0) : CURLUE_OUT_OF_MEMORY;

	if (code == CURLUE_OK)
		code = curl_url_get(url, CURLUPART_SCHEME, &scheme, 0);
	if (code == CURLUE_OK)
		code = curl_url_get(url, CURLUPART_HOST, &host, 0);
	if (code != CURLUE_OK)
		error_set(err, ERROR_DATA, "'%.200s' is not a URL: %s", value, curl_url_strerror(code));
	else if (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0)
		error_set(err, ERROR_DATA, "'%.200s' is neither http nor https", value);
	curl_free(scheme);
	curl_free(host);
	curl_url_cleanup(url);
	return err->code;
}

static bool is_token(const char *text, size_t length)
{
	static const char extra[] = "!#$%&'*+-.^_`|~"; /* RFC 9110, 5.6.2 */

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

static int check_header(const char *value, struct error *err)
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

static int check_text(const char *value, struct error *err)
{
	return *value ? 0 : error_set(err, ERROR_DATA, "must not be empty");
}

/* ---- the table ---- */

#define PLACE(member) .place = offsetof(struct http_config, member)

const struct setting http_settings[] = {
	{ .key = "kind",
	  .reload = true,
	  .type = SETTING_WORD,
	  .required = true,
	  .words = kind_words,
	  PLACE(kind),
	  .help = "HTTP or HTTPS request, on a connection of its own" },
	{ .key = "url",
	  .reload = true,
	  .type = SETTING_STRING,
	  .required = true,
	  .check = check_url,
	  PLACE(url),
	  .help = "http://… or https://…; redirects are not followed" },
	{ .key = "method",
	  .reload = true,
	  .type = SETTING_STRING,
	  .standard = "GET",
	  .check = check_method,
	  PLACE(method),
	  .help = "request method" },
	{ .key = "headers",
	  .reload = true,
	  .type = SETTING_STRINGS,
	  .check = check_header,
	  PLACE(headers),
	  .help = "request headers, each \"Name: value\"" },
	{ .key = "body", .reload = true, .type = SETTING_STRING, PLACE(body), .help = "request body" },
	{ .key = "expect_status",
	  .reload = true,
	  .type = SETTING_STRING,
	  .standard = "200-299",
	  .check = check_status,
	  PLACE(expect_status),
	  .help = "statuses and ranges that are up; any other is down (http status)" },
	{ .key = "expect_body",
	  .reload = true,
	  .type = SETTING_STRING,
	  .check = check_text,
	  PLACE(expect_body),
	  .help = "text that the body must contain, compared byte by byte; otherwise down (body mismatch)" },
	{ .key = "body_limit_bytes",
	  .reload = true,
	  .type = SETTING_INTEGER,
	  .unit = "bytes",
	  .standard = "1048576",
	  .least = 0,
	  .most = 67108864,
	  PLACE(body_limit_bytes),
	  .help = "a longer body is down (protocol)" },
	{ .key = "verify_tls",
	  .reload = true,
	  .type = SETTING_BOOLEAN,
	  .standard = "true",
	  PLACE(verify_tls),
	  .help = "whether certificate and host name must be valid; the expiry is recorded in any case" },
	{ .key = "ca_file",
	  .reload = true,
	  .type = SETTING_STRING,
	  PLACE(ca_file),
	  .help = "trusted certificates (PEM) for this target instead of the file's ca_file" },
	{ .key = "rtt_phase",
	  .reload = true,
	  .type = SETTING_WORD,
	  .standard = "total",
	  .words = phase_words,
	  PLACE(rtt_phase),
	  .help = "the end of the round trip that counts, from the start of the probe; all phases are kept" },
	{ .key = "", .type = SETTING_SHARED, .shared = egress_settings, PLACE(egress) },
	{ .key = NULL },
};

/* ---- rules between keys ---- */

int http_place_of(const char *url, struct http_place *out, struct error *err)
{
	CURLU *parts = curl_url();
	char *host = NULL, *scheme = NULL;

	*out = (struct http_place){ 0 };
	if (parts && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
	    curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK) {
		size_t length = strlen(host);

		out->tls = strcmp(scheme, "https") == 0;
		out->host = host[0] == '[' && length > 2 ? strndup(host + 1, length - 2) : strdup(host);
	}
	curl_free(host);
	curl_free(scheme);
	curl_url_cleanup(parts);
	return out->host ? 0 : error_set(err, ERROR_MEMORY, "out of memory");
}

int http_config_check(const struct node *probe, const void *pointer, struct error *err)
{
	const struct http_config *config = pointer;
	struct node phase = node_member(probe, "rtt_phase"), body = node_member(probe, "expect_body");
	struct http_place place;

	if (http_place_of(config->url, &place, err) < 0)
		return err->code;
	if (egress_check(probe, &config->egress, place.host, "url", err) < 0) {
		free(place.host);
		return err->code;
	}
	if (config->rtt_phase == HTTP_PHASE_TLS && !place.tls)
		node_fail(&phase, err, "an http URL has no tls phase");
	if (config->expect_body && strcmp(config->method, "HEAD") == 0)
		node_fail(&body, err, "an answer to HEAD has no body");
	free(place.host);
	return err->code;
}
