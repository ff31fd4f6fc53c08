#include "monitor/http_transfer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define RECEIVE_BUFFER 4096
#define BODY_KEPT      65536 /* memory for bodies that an idle transfer keeps */

static size_t keep_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct http_transfer *t = arg;
	size_t length = size * count;

	t->body_length += (int64_t)length;
	if (t->body_length > t->plan->config->body_limit_bytes) {
		t->too_long = true;
		return 0;
	}
	if (t->plan->config->expect_body)
		text_append(&t->body, bytes, length);
	return length;
}

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct http_transfer *t = arg;
	int fd = socket(address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address->protocol);

	(void)purpose;
	t->socket_errno = fd < 0 ? errno : egress_apply(&t->plan->config->egress, fd, address->family);
	if (fd >= 0 && t->socket_errno)
		close(fd);
	return t->socket_errno ? CURL_SOCKET_BAD : fd;
}

static CURLcode set_up_tls(CURL *easy, void *ssl_ctx, void *arg)
{
	struct http_transfer *t = arg;

	(void)easy;
	tls_watch_context(ssl_ctx, &t->tls);
	return CURLE_OK;
}

static void set_tls_options(struct http_transfer *t)
{
	const struct http_config *config = t->plan->config;

	curl_easy_setopt(t->easy, CURLOPT_SSL_VERIFYPEER, config->verify_tls ? 1L : 0L);
	curl_easy_setopt(t->easy, CURLOPT_SSL_VERIFYHOST, config->verify_tls ? 2L : 0L);
	/* a CA directory, Debian's default, keeps libcurl from sharing the parsed CA file */
	curl_easy_setopt(t->easy, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(t->easy, CURLOPT_CAINFO, t->plan->ca_file);
	curl_easy_setopt(t->easy, CURLOPT_CA_CACHE_TIMEOUT, 3600L);
	curl_easy_setopt(t->easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	curl_easy_setopt(t->easy, CURLOPT_SSL_CTX_FUNCTION, set_up_tls);
	curl_easy_setopt(t->easy, CURLOPT_SSL_CTX_DATA, t);
}

static void set_request_options(struct http_transfer *t)
{
	const struct http_config *config = t->plan->config;

	if (config->body) {
		curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE, (long)strlen(config->body));
		curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, config->body);
	}
	if (strcmp(config->method, "HEAD") == 0)
		curl_easy_setopt(t->easy, CURLOPT_NOBODY, 1L);
	else if (strcmp(config->method, "GET") != 0 || config->body)
		curl_easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST, config->method);
	curl_easy_setopt(t->easy, CURLOPT_USERAGENT, "govsla-slamon/" GOVSLA_VERSION);
	curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->plan->headers);
	curl_easy_setopt(t->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
}

static void set_options(struct http_transfer *t)
{
	curl_easy_setopt(t->easy, CURLOPT_URL, t->plan->config->url);
	curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
	curl_easy_setopt(t->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(t->easy, CURLOPT_NOPROGRESS, 1L);
	curl_easy_setopt(t->easy, CURLOPT_PROXY, ""); /* not that of the environment */
	curl_easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(t->easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(t->easy, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT, 4000L); /* the observer keeps the time */
	curl_easy_setopt(t->easy, CURLOPT_BUFFERSIZE, (long)RECEIVE_BUFFER);
	curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, keep_body);
	curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETDATA, t);
	set_request_options(t);
	if (t->plan->place.tls)
		set_tls_options(t);
}

static struct http_transfer *new_transfer(struct http_plan *plan)
{
	struct http_transfer *t = calloc(1, sizeof *t);

	if (!t)
		return NULL;
	t->plan = plan;
	t->easy = curl_easy_init();
	if (!t->easy) {
		free(t);
		return NULL;
	}
	set_options(t);
	return t;
}

struct http_transfer *http_transfer_take(struct http_plan *plan)
{
	struct http_transfer *t = plan->spare ? plan->spare : new_transfer(plan);

	plan->spare = NULL;
	if (!t)
		return NULL;
	t->name_us = t->body_length = 0;
	t->tls = (struct tls_watch){ 0 };
	t->socket_errno = 0;
	t->too_long = false;
	text_clear(&t->body);
	return t;
}

void http_transfer_free(struct http_transfer *t)
{
	if (t->easy)
		curl_easy_cleanup(t->easy);
	text_release(&t->body);
	free(t);
}

void http_transfer_put_back(struct http_transfer *t)
{
	t->run = NULL;
	if (t->plan->spare) {
		http_transfer_free(t);
		return;
	}
	if (t->body.size > BODY_KEPT)
		text_release(&t->body);
	t->plan->spare = t;
}
