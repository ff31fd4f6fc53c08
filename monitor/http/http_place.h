/*
 * http_place: where a URL leads, and where a redirect may lead. Pure: no network, no names resolved.
 */
#ifndef GOVSLA_MONITOR_HTTP_PLACE_H
#define GOVSLA_MONITOR_HTTP_PLACE_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct http_place { /* all zero: nowhere */
	char *host; /* without the brackets of an IPv6 address; free() by http_place_release() */
	uint16_t port;
	bool tls;
	bool user; /* the URL holds a user's name, NAME@HOST */
};

/* Takes an http or https URL apart. Returns 0, ERROR_DATA (the text quotes the URL) or ERROR_MEMORY. */
int http_place_of(const char *url, struct http_place *out, struct error *err) MUST_CHECK;

void http_place_release(struct http_place *place);

/* By name, letters of either case the same; ports and schemes may differ. */
bool http_place_same_host(const struct http_place *a, const struct http_place *b);

enum http_redirects { HTTP_REDIRECTS_NONE, HTTP_REDIRECTS_SAME_HOST, HTTP_REDIRECTS_ANY };

/*
 * Whether a redirect may be followed. From https to http never, nor to a URL with a user's name in it, which whoever
 * redirects has made up (RFC 9110 section 4.2.4), nor to an address that no host can have (address.h).
 */
bool http_redirect_allowed(enum http_redirects policy, const struct http_place *from,
                           const struct http_place *to);

/*
 * Whether what is meant for one place (headers, client certificate: they may be secrets) may be shown to the other:
 * the same host and port, or the same host's https in place of its http, both at their usual ports.
 */
bool http_place_trusts(const struct http_place *own, const struct http_place *other);

/* Whether a status asks for another request: 301, 302, 303, 307, 308 (RFC 9110 section 15.4). */
bool http_status_redirects(int status);

/*
 * The method after a redirect (RFC 9110 section 15.4): GET after 303, and after 301 or 302 to a POST; otherwise the same.
 * HEAD remains HEAD. When it changes, the body is left out.
 */
const char *http_redirect_method(const char *method, int status);

#endif
