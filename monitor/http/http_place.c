#include "monitor/http/http_place.h"

#include "monitor/net/address.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HTTP_PORT  80
#define HTTPS_PORT 443

static int fill(struct http_place *out, const char *scheme, const char *host, const char *port,
                const char *url, struct error *err)
{
	size_t length = strlen(host);

	out->tls = strcmp(scheme, "https") == 0;
	if (!out->tls && strcmp(scheme, "http") != 0)
		return error_set(err, ERROR_DATA, "'%.200s' is neither http nor https", url);
	out->port = (uint16_t)strtoul(port, NULL, 10); /* libcurl accepts 0 to 65535 */
	out->host = host[0] == '[' && length > 2 ? strndup(host + 1, length - 2) : strdup(host);
	return out->host ? 0 : error_set(err, ERROR_MEMORY, "out of memory");
}

int http_place_of(const char *url, struct http_place *out, struct error *err)
{
	CURLU *parts = curl_url();
	char *scheme = NULL, *host = NULL, *port = NULL, *user = NULL;
	CURLUcode code =
	    parts ? curl_url_set(parts, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) : CURLUE_OUT_OF_MEMORY;
	int rc;

	*out = (struct http_place){ 0 };
	if (code == CURLUE_OK)
		code = curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0);
	if (code == CURLUE_OK)
		code = curl_url_get(parts, CURLUPART_HOST, &host, 0);
	if (code == CURLUE_OK)
		(void)curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT);
	out->user = code == CURLUE_OK && curl_url_get(parts, CURLUPART_USER, &user, 0) == CURLUE_OK;
	if (code == CURLUE_OK)
		rc = fill(out, scheme, host, port ? port : "0", url, err);
	else if (code == CURLUE_OUT_OF_MEMORY)
		rc = error_set(err, ERROR_MEMORY, "out of memory");
	else
		rc = error_set(err, ERROR_DATA, "'%.200s' is not a URL: %s", url, curl_url_strerror(code));
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	curl_free(user);
	curl_url_cleanup(parts);
	return rc;
}

void http_place_release(struct http_place *place)
{
	free(place->host);
	*place = (struct http_place){ 0 };
}

bool http_place_same_host(const struct http_place *a, const struct http_place *b)
{
	return strcasecmp(a->host, b->host) == 0;
}

bool http_redirect_allowed(enum http_redirects policy, const struct http_place *from,
                           const struct http_place *to)
{
	union address address;

	if (policy == HTTP_REDIRECTS_NONE || (from->tls && !to->tls) || to->user)
		return false;
	if (address_literal(to->host, AF_UNSPEC, &address) && !address_of_host(&address))
		return false;
	return policy == HTTP_REDIRECTS_ANY || http_place_same_host(from, to);
}

bool http_place_trusts(const struct http_place *own, const struct http_place *other)
{
	if (!http_place_same_host(own, other))
		return false;
	if (own->tls == other->tls)
		return own->port == other->port;
	return other->tls && own->port == HTTP_PORT && other->port == HTTPS_PORT;
}

bool http_status_redirects(int status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

const char *http_redirect_method(const char *method, int status)
{
	bool changes = (status == 303 && strcmp(method, "HEAD") != 0) ||
	               ((status == 301 || status == 302) && strcmp(method, "POST") == 0);

	return changes ? "GET" : method;
}
