#include "monitor/http_plan.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- headers ---- */

static int add_header(struct http_plan *plan, const char *header, struct error *err)
{
	struct curl_slist *more = curl_slist_append(plan->headers, header);

	if (!more)
		return error_set(err, ERROR_MEMORY, "out of memory");
	plan->headers = more;
	return 0;
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

static int bad_client(const struct http_config *config, const char *what, struct error *err)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = code ? ERR_reason_error_string(code) : NULL;

	error_set(err, ERROR_DATA, "client_certificate '%s': %s: %s", config->client_certificate, what,
	          reason ? reason : strerror(errno));
	ERR_clear_error();
	return err->code;
}

static int read_client(struct http_plan *plan, struct error *err)
{
	const struct http_config *config = plan->config;
	const char *key = config->client_key ? config->client_key : config->client_certificate;

	if (!config->client_certificate)
		return 0;
	ERR_clear_error();
	plan->client = SSL_CTX_new(TLS_client_method());
	if (!plan->client)
		return error_set(err, ERROR_MEMORY, "out of memory");
	if (SSL_CTX_use_certificate_chain_file(plan->client, config->client_certificate) != 1)
		return bad_client(config, "cannot be read as PEM", err);
	if (SSL_CTX_use_PrivateKey_file(plan->client, key, SSL_FILETYPE_PEM) != 1)
		return bad_client(config, "its key cannot be read or is another's", err);
	if (SSL_CTX_check_private_key(plan->client) != 1)
		return bad_client(config, "its key is another's", err);
	return 0;
}

static int find_ca(struct http_plan *plan, const char *ca_file, struct error *err)
{
	bool tls = plan->place.tls || plan->config->redirects != HTTP_REDIRECTS_NONE;

	plan->ca_file = plan->config->ca_file ? plan->config->ca_file : ca_file;
	if (!tls || !plan->config->verify_tls)
		return 0;
	if (!plan->ca_file)
		return error_set(err, ERROR_DATA, "no ca_file to verify '%.200s' with", plan->config->url);
	if (access(plan->ca_file, R_OK) < 0)
		return error_set(err, ERROR_IO, "cannot read ca_file '%s': %s", plan->ca_file,
		                 strerror(errno));
	return 0;
}

static int fill(struct http_plan *plan, const char *ca_file, struct error *err)
{
	socklen_t length;

	if (http_place_of(plan->config->url, &plan->place, err) < 0)
		return err->code;
	if (plan->config->proxy && http_place_of(plan->config->proxy, &plan->proxy, err) < 0)
		return err->code;
	plan->literal = resolve_literal(plan->proxy.host ? plan->proxy.host : plan->place.host, AF_UNSPEC,
	                                &plan->address, &length);
	if (find_ca(plan, ca_file, err) < 0 || make_headers(plan, err) < 0 || read_body(plan, err) < 0 ||
	    read_proxy_user(plan, err) < 0)
		return err->code;
	return read_client(plan, err);
}

int http_plan_make(const struct http_config *config, const char *ca_file, struct http_plan **out,
                   struct error *err)
{
	struct http_plan *plan = calloc(1, sizeof *plan);

	if (!plan)
		return error_set(err, ERROR_MEMORY, "out of memory");
	plan->config = config;
	if (fill(plan, ca_file, err) < 0) {
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
	text_release(&plan->body);
	free(plan->proxy_user);
	SSL_CTX_free(plan->client);
	free(plan);
}
