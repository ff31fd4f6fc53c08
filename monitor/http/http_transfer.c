#include "monitor/http/http_transfer.h"

#include "monitor/tls/tls_name.h"

#include <errno.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define RECEIVE_BUFFER 4096
#define SEND_BUFFER    16384           /* the least; libcurl has one a request over TLS */
#define OWN_NAME       "probe.invalid" /* of several addresses, for libcurl (RFC 2606) */

/* ---- what libcurl calls ---- */

/* Looks for the expected text in what has come, and keeps only what may be the beginning of it. */
static void search(struct http_transfer *t, const char *bytes, size_t length)
{
	const char *wanted = t->plan->config->expect_body;
	size_t overlap = strlen(wanted) - 1;

	text_append(&t->window, bytes, length);
	if (text_failed(&t->window))
		return;
	t->found = memmem(t->window.bytes, t->window.length, wanted, overlap + 1);
	if (t->window.length > overlap) {
		memmove(t->window.bytes, t->window.bytes + t->window.length - overlap, overlap);
		text_cut(&t->window, overlap);
	}
}

static size_t take_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct http_transfer *t = arg;
	size_t length = size * count;

	t->body_length += (int64_t)length;
	if (t->body_length > t->plan->config->body_limit_bytes) {
		t->too_long = true;
		return 0;
	}
	if (t->plan->config->expect_body && !t->found)
		search(t, bytes, length);
	return length;
}

/* An answer of 1xx announces another one, but for 101, behind which there is no HTTP (RFC 9110 section 15.2). */
static bool is_final(const struct http_transfer *t)
{
	long status = 0;

	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	return status >= 200 || status == 101;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *arg)
{
	struct http_transfer *t = arg;

	if (count > 0 && size * count <= 2 && (*bytes == '\r' || *bytes == '\n'))
		t->headers_ended = is_final(t);
	t->header_length += (int64_t)(size * count);
	if (t->header_length > HTTP_HEADERS_MOST) {
		t->too_long = true;
		return 0;
	}
	return size * count;
}

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct http_transfer *t = arg;
	int fd = socket(address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address->protocol);

	(void)purpose;
	t->socket_errno = fd < 0 ? errno : egress_apply(&t->plan->config->egress, fd, address->family);
	if (fd >= 0 && t->socket_errno)
		close(fd);
	t->fd = t->socket_errno ? -1 : fd;
	return t->fd < 0 ? CURL_SOCKET_BAD : fd;
}

static bool show_client(SSL_CTX *ctx, SSL_CTX *own)
{
	STACK_OF(X509) *chain = NULL;

	return !SSL_CTX_get0_certificate(own) ||
	       (SSL_CTX_use_certificate(ctx, SSL_CTX_get0_certificate(own)) == 1 &&
	        SSL_CTX_use_PrivateKey(ctx, SSL_CTX_get0_privatekey(own)) == 1 &&
	        SSL_CTX_get0_chain_certs(own, &chain) == 1 && SSL_CTX_set1_chain(ctx, chain) == 1);
}

/* libcurl makes an SSL_CTX for each connection; ours lends it what was read once. */
static CURLcode set_up_tls(CURL *easy, void *ssl_ctx, void *arg)
{
	struct http_transfer *t = arg;
	const struct http_plan *plan = t->plan;

	(void)easy;
	tls_watch_context(ssl_ctx, &t->tls);
	t->connect_us = record_fit32(moment_between(t->run->started, moment_now()));
	SSL_CTX_set1_cert_store(ssl_ctx, SSL_CTX_get_cert_store(plan->ctx));
	/* libcurl's own check, which comes after it, is content with the subject's common name */
	if (plan->config->demand.verify_tls && !tls_name_expect(SSL_CTX_get0_param(ssl_ctx), t->at->host))
		return CURLE_OUT_OF_MEMORY;
	if (http_place_trusts(&plan->place, t->at) && !show_client(ssl_ctx, plan->ctx))
		return CURLE_OUT_OF_MEMORY;
	return CURLE_OK;
}

static int before_request(void *arg, char *remote, char *local, int remote_port, int local_port)
{
	struct http_transfer *t = arg;

	(void)remote;
	(void)local;
	(void)remote_port;
	(void)local_port;
	t->plan->handshake_over(t);
	return CURL_PREREQFUNC_OK;
}

/* ---- options ---- */

static void set_tls_options(struct http_transfer *t)
{
	static const long least[] = { CURL_SSLVERSION_TLSv1_0, CURL_SSLVERSION_TLSv1_1,
		                      CURL_SSLVERSION_TLSv1_2, CURL_SSLVERSION_TLSv1_3 };
	static const long most[] = { CURL_SSLVERSION_MAX_TLSv1_0, CURL_SSLVERSION_MAX_TLSv1_1,
		                     CURL_SSLVERSION_MAX_TLSv1_2, CURL_SSLVERSION_MAX_TLSv1_3 };
	const struct tls_demand *demand = &t->plan->config->demand;

	curl_easy_setopt(t->easy, CURLOPT_SSL_VERIFYPEER, demand->verify_tls ? 1L : 0L);
	curl_easy_setopt(t->easy, CURLOPT_SSL_VERIFYHOST, demand->verify_tls ? 2L : 0L);
	curl_easy_setopt(t->easy, CURLOPT_SSLVERSION,
	                 least[demand->minimum_version] | most[demand->maximum_version]);
	/* neither file nor directory of libcurl's own: see set_up_tls() */
	curl_easy_setopt(t->easy, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(t->easy, CURLOPT_CAINFO, NULL);
	curl_easy_setopt(t->easy, CURLOPT_CA_CACHE_TIMEOUT, 0L); /* or one target's would be used for all */
	curl_easy_setopt(t->easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	curl_easy_setopt(t->easy, CURLOPT_SSL_CTX_FUNCTION, set_up_tls);
	curl_easy_setopt(t->easy, CURLOPT_SSL_CTX_DATA, t);
	curl_easy_setopt(t->easy, CURLOPT_PREREQFUNCTION, before_request);
	curl_easy_setopt(t->easy, CURLOPT_PREREQDATA, t);
}

static void set_body(struct http_transfer *t)
{
	const struct text *body = &t->plan->body;

	if (!t->plan->config->body && !t->plan->config->body_file)
		return;
	curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body->length);
	curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, text_string(body));
}

static void set_method(struct http_transfer *t, const char *method, bool body)
{
	if (strcmp(method, "HEAD") == 0)
		curl_easy_setopt(t->easy, CURLOPT_NOBODY, 1L);
	else if (strcmp(method, "GET") != 0 || body)
		curl_easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST, method);
	t->method = method;
}

static void set_request_options(struct http_transfer *t)
{
	static const long versions[] = { CURL_HTTP_VERSION_1_1, CURL_HTTP_VERSION_2TLS,
		                         CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE };
	const struct http_config *config = t->plan->config;

	set_body(t);
	set_method(t, config->method, config->body || config->body_file);
	curl_easy_setopt(t->easy, CURLOPT_USERAGENT, "govsla-slamon/" GOVSLA_VERSION);
	curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->plan->headers);
	curl_easy_setopt(t->easy, CURLOPT_HTTP_VERSION, versions[config->http_version]);
}

static void set_proxy_options(struct http_transfer *t)
{
	const struct http_plan *plan = t->plan;

	if (!plan->proxy.host) {
		curl_easy_setopt(t->easy, CURLOPT_PROXY, ""); /* not that of the environment */
		return;
	}
	if (plan->literal)
		curl_easy_setopt(t->easy, CURLOPT_PROXY, plan->config->proxy);
	curl_easy_setopt(t->easy, CURLOPT_NOPROXY, ""); /* nor its exceptions */
	curl_easy_setopt(t->easy, CURLOPT_PROXYUSERPWD, plan->proxy_user);
	curl_easy_setopt(t->easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

static void set_options(struct http_transfer *t)
{
	curl_easy_setopt(t->easy, CURLOPT_URL, t->plan->config->url);
	curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
	curl_easy_setopt(t->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(t->easy, CURLOPT_NOPROGRESS, 1L);
	curl_easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(t->easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(t->easy, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT, 4000L); /* the observer keeps the time */
	curl_easy_setopt(t->easy, CURLOPT_BUFFERSIZE, (long)RECEIVE_BUFFER);
	curl_easy_setopt(t->easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)SEND_BUFFER);
	curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETDATA, t);
	set_request_options(t);
	set_proxy_options(t);
	if (http_plan_tls(t->plan))
		set_tls_options(t);
}

/* ---- where it connects ---- */

/* "192.0.2.1" or "[2001:db8::1]". */
static void add_address(char *buffer, size_t size, const union address *address)
{
	char host[INET6_ADDRSTRLEN];
	bool v6 = address->any.sa_family == AF_INET6;
	size_t length = strlen(buffer);

	address_text(address, host, sizeof host);
	snprintf(buffer + length, size - length, "%s%s%s", v6 ? "[" : "", host, v6 ? "]" : "");
}

/* What libcurl is to connect to: the only address, or a name of our own that it knows all addresses of. */
static void name_addresses(struct http_transfer *t, uint16_t port, char *host, size_t size)
{
	const struct resolve_query *query = &t->query;

	*host = '\0';
	if (query->address_count == 1) {
		add_address(host, size, &query->addresses[0]);
		return;
	}
	snprintf(host, size, OWN_NAME);
	snprintf(t->resolve_text, sizeof t->resolve_text, OWN_NAME ":%u:", (unsigned)port);
	for (size_t i = 0; i < query->address_count; i++) {
		if (i > 0)
			strcat(t->resolve_text, ",");
		add_address(t->resolve_text, sizeof t->resolve_text, &query->addresses[i]);
	}
	t->resolve = (struct curl_slist){ t->resolve_text, NULL };
	curl_easy_setopt(t->easy, CURLOPT_RESOLVE, &t->resolve);
	/* libcurl divides this time among the addresses; the observer ends the whole */
	curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(t->run->timeout_us / 1000 + 1000));
}

void http_transfer_point(struct http_transfer *t)
{
	const struct http_place *proxy = &t->plan->proxy;
	char host[64];

	if (t->plan->literal && (proxy->host || t->at == &t->plan->place))
		return;
	name_addresses(t, proxy->host ? proxy->port : t->at->port, host, sizeof host);
	if (proxy->host) {
		snprintf(t->connect_text, sizeof t->connect_text, "http://%s:%u", host,
		         (unsigned)proxy->port);
		curl_easy_setopt(t->easy, CURLOPT_PROXY, t->connect_text);
		return;
	}
	snprintf(t->connect_text, sizeof t->connect_text, "::%s:", host);
	t->connect_to = (struct curl_slist){ t->connect_text, NULL };
	curl_easy_setopt(t->easy, CURLOPT_CONNECT_TO, &t->connect_to);
}

/* What was kept from one place is not shown again on the way back from there. */
static struct curl_slist *headers_for(struct http_transfer *t, const struct http_place *place)
{
	t->strangers = t->strangers || !http_place_trusts(&t->plan->place, place);
	if (t->strangers)
		return t->plan->bare_headers;
	return t->body_left_out ? t->plan->bodiless_headers : t->plan->headers;
}

void http_transfer_redirect(struct http_transfer *t, const char *url, int status, struct http_place *place)
{
	const char *method = http_redirect_method(t->method, status);

	if (strcmp(method, t->method) != 0) {
		curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, NULL);
		curl_easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST, NULL);
		curl_easy_setopt(t->easy, CURLOPT_HTTPGET, 1L);
		t->method = method;
		t->body_left_out = true;
	}
	curl_easy_setopt(t->easy, CURLOPT_URL, url);
	curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, headers_for(t, place));
	http_place_release(&t->hop);
	t->hop = *place;
	*place = (struct http_place){ 0 };
	t->at = &t->hop;
	t->tls = (struct tls_watch){ 0 };
	t->header_length = t->body_length = 0;
	t->connect_us = -1;
	t->found = t->headers_ended = false;
	t->hops++;
	text_clear(&t->window);
}

/* ---- life cycle ---- */

static void free_transfer(struct http_transfer *t)
{
	curl_easy_cleanup(t->easy);
	http_place_release(&t->hop);
	text_release(&t->window);
	free(t);
}

static struct http_transfer *new_transfer(void)
{
	struct http_transfer *t = calloc(1, sizeof *t);

	if (!t)
		return NULL;
	t->easy = curl_easy_init();
	if (t->easy)
		return t;
	free(t);
	return NULL;
}

struct http_transfer *http_transfer_take(struct http_transfers *transfers, struct http_plan *plan)
{
	struct http_transfer *t = transfers->idle;

	if (t)
		transfers->idle = t->next;
	else
		t = new_transfer();
	if (!t)
		return NULL;
	t->plan = plan;
	t->at = &plan->place;
	t->connect_us = t->fd = -1;
	set_options(t);
	return t;
}

/* What is kept is memory only; libcurl's last error of the system stays in the handle through a reset. */
void http_transfer_put_back(struct http_transfers *transfers, struct http_transfer *t)
{
	struct http_transfer kept = { .easy = t->easy, .window = t->window, .next = transfers->idle };
	long cause = 0;

	curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &cause);
	if (cause) {
		free_transfer(t);
		return;
	}
	curl_easy_reset(t->easy);
	http_place_release(&t->hop);
	text_clear(&kept.window);
	*t = kept;
	transfers->idle = t;
}

void http_transfers_release(struct http_transfers *transfers)
{
	while (transfers->idle) {
		struct http_transfer *t = transfers->idle;

		transfers->idle = t->next;
		free_transfer(t);
	}
}
