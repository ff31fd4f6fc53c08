#include "monitor/http/http_plan.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- headers ---- */

static int append(struct curl_slist **list, const char *header, struct error *err)
{
	struct curl_slist *more = curl_slist_append(*list, header);

	if (!more)
		return error_set(err, ERROR_MEMORY, "out of memory");
	*list = more;
	return 0;
}

/* Those that go with the body when a redirect makes GET of a method (RFC 9110 section 15.4). */
static bool is_about_a_body(const char *header)
{
	static const char *const names[] = { "Content-Encoding:", "Content-Language:", "Content-Length:",
		                             "Content-Location:", "Content-Type:",     "Digest:",
		                             "Content-Digest:",   "Last-Modified:",    "Transfer-Encoding:" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strncasecmp(header, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static int add_header(struct http_plan *plan, const char *header, struct error *err)
{
	if (append(&plan->headers, header, err) < 0)
		return err->code;
	return is_about_a_body(header) ? 0 : append(&plan->bodiless_headers, header, err);
}

static int read_headers_file(struct http_plan *plan, struct error *err)
{
	struct text text = { 0 };
	char *rest, *line;

	if (text_read_file(&text, plan->config->headers_file, err) < 0)
		goto out;
	rest = text.bytes;
	while (rest && (line = strsep(&rest, "\r\n")))
		if (*line && http_config_check_header(line, err) < 0) { /* the text may be a secret */
			*err = (struct error){ 0 };
			error_set(err, ERROR_DATA, "headers_file '%s' has a line that is not 'Name: value'",
			          plan->config->headers_file);
			break;
		} else if (*line && add_header(plan, line, err) < 0) {
			break;
		}
out:
	text_release(&text);
	return err->code;
}

static int make_headers(struct http_plan *plan, struct error *err)
{
	for (size_t i = 0; i < plan->config->headers.count; i++)
		if (add_header(plan, plan->config->headers.at[i], err) < 0)
			return err->code;
	if (plan->config->headers_file && read_headers_file(plan, err) < 0)
		return err->code;
	/* no waiting for a 100 before the body: it would be time that the server does not take */
	if (add_header(plan, "Expect:", err) < 0)
		return err->code;
	plan->bare_headers = plan->headers;
	while (plan->bare_headers->next)
		plan->bare_headers = plan->bare_headers->next;
	return 0;
}

/* ---- files ---- */

static int read_body(struct http_plan *plan, struct error *err)
{
	if (plan->config->body)
		text_add(&plan->body, plan->config->body);
	else if (plan->config->body_file && text_read_file(&plan->body, plan->config->body_file, err) < 0)
		return err->code;
	return text_failed(&plan->body) ? error_set(err, ERROR_MEMORY, "out of memory") : 0;
}

static int read_proxy_user(struct http_plan *plan, struct error *err)
{
	struct text text = { 0 };

	if (!plan->config->proxy_user_file)
		return 0;
	if (text_read_file(&text, plan->config->proxy_user_file, err) == 0) {
		plan->proxy_user = strdup(text_string(&text));
		if (!plan->proxy_user)
			error_set(err, ERROR_MEMORY, "out of memory");
		else
			plan->proxy_user[strcspn(plan->proxy_user, "\r\n")] = '\0';
	}
	text_release(&text);
	if (plan->proxy_user && !strchr(plan->proxy_user, ':'))
		return error_set(err, ERROR_DATA, "proxy_user_file '%s' does not hold NAME:PASSWORD",
		                 plan->config->proxy_user_file);
	return err->code;
}

/* Also for an http URL that may redirect to https. */
static int find_context(struct http_plan *plan, const struct http_trust *trust, struct error *err)
{
	if (!http_plan_tls(plan))
		return 0;
	return tls_demand_context(&plan->config->demand, trust->ca_file, plan->config->url, trust->contexts,
	                          &plan->ctx, err);
}

static int fill(struct http_plan *plan, const struct http_trust *trust, struct error *err)
{
	if (http_place_of(plan->config->url, &plan->place, err) < 0)
		return err->code;
	if (plan->config->proxy && http_place_of(plan->config->proxy, &plan->proxy, err) < 0)
		return err->code;
	plan->common.destination = plan->place.host;
	plan->literal = address_literal(plan->proxy.host ? plan->proxy.host : plan->place.host, AF_UNSPEC,
	                                &plan->address);
	if (make_headers(plan, err) < 0 || read_body(plan, err) < 0 || read_proxy_user(plan, err) < 0)
		return err->code;
	return find_context(plan, trust, err);
}

int http_plan_make(const struct http_config *config, const struct http_trust *trust, struct http_plan **out,
                   struct error *err)
{
	struct http_plan *plan = calloc(1, sizeof *plan);

	if (!plan)
		return error_set(err, ERROR_MEMORY, "out of memory");
	plan->config = config;
	if (fill(plan, trust, err) < 0) {
		http_plan_free(plan);
		return err->code;
	}
	*out = plan;
	return 0;
}

void http_plan_free(struct http_plan *plan)
{
	http_place_release(&plan->place);
	http_place_release(&plan->proxy);
	curl_slist_free_all(plan->headers);
	curl_slist_free_all(plan->bodiless_headers);
	text_release(&plan->body);
	free(plan->proxy_user);
	free(plan);
}
