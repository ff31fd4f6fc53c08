#include "monitor/http/http_judge.h"

#include "monitor/net/connect.h"

#include <openssl/ssl.h>

/* ---- failures below HTTP ---- */

/* Of several addresses this machine is at fault only when it is so of each. */
static struct verdict connect_failure(const struct http_transfer *t)
{
	struct verdict verdict;
	long cause = 0;

	curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &cause);
	if (t->socket_errno)
		return verdict_not_sent(t->socket_errno);
	verdict = connect_verdict((int)cause, &t->plan->address);
	for (size_t i = 0; i < t->query.address_count && (!i || verdict.failure == FAILURE_SEND); i++)
		verdict = connect_verdict((int)cause, &t->query.addresses[i]);
	return verdict;
}

/*
 * libcurl gives one code to what the two sides did not agree on and to a connection that was lost meanwhile. Of our own
 * alerts only the version's counts: OpenSSL sends one even to a connection that has ended.
 */
static struct verdict handshake_failure(const struct http_transfer *t)
{
	const struct tls_watch *tls = &t->tls;
	bool said = tls->certificate_error || tls->alert_received || tls->fault ||
	            tls->alert_sent == SSL_AD_PROTOCOL_VERSION;

	return said ? tls_watch_verdict(tls) : verdict_of(FAILURE_RESET);
}

/* What it is that libcurl does not trust is seen by the watch, unless libcurl alone minds. */
static struct verdict trust_failure(const struct http_transfer *t)
{
	struct verdict verdict = tls_watch_verdict(&t->tls);

	return verdict.failure == FAILURE_TLS ? verdict_of(FAILURE_TLS_CERTIFICATE) : verdict;
}

static bool anything_came(const struct http_transfer *t)
{
	curl_off_t us = 0;

	curl_easy_getinfo(t->easy, CURLINFO_STARTTRANSFER_TIME_T, &us);
	return us > 0;
}

/*
 * Of a body that cannot be read libcurl says the same as of a lost connection, but then the system said nothing. A
 * server that does not like the client's certificate says so only after the handshake (TLS 1.3).
 */
static struct verdict receive_failure(const struct http_transfer *t)
{
	long cause = 0;

	curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &cause);
	if (t->at->tls && t->tls.alert_received)
		return tls_watch_verdict(&t->tls);
	return verdict_of(t->at->tls || cause ? FAILURE_RESET : FAILURE_PROTOCOL);
}

/* HTTP/2 may have been spoken to a server that does not: it said something, but nothing of an answer. */
static bool spoke_otherwise(const struct http_transfer *t)
{
	return t->plan->config->http_version != HTTP_VERSION_1_1 && anything_came(t);
}

static struct verdict transfer_failure(const struct http_transfer *t, CURLcode code)
{
	switch (code) {
	case CURLE_COULDNT_CONNECT:
		return connect_failure(t);
	case CURLE_COULDNT_RESOLVE_HOST:
		return verdict_of(FAILURE_DNS);
	case CURLE_OPERATION_TIMEDOUT:
		return verdict_of(FAILURE_TIMEOUT);
	case CURLE_PEER_FAILED_VERIFICATION:
		return trust_failure(t);
	case CURLE_SSL_CONNECT_ERROR:
		return handshake_failure(t);
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
		return tls_watch_verdict(&t->tls);
	case CURLE_RECV_ERROR:
		return receive_failure(t);
	case CURLE_GOT_NOTHING:
		return verdict_of(spoke_otherwise(t) ? FAILURE_PROTOCOL : FAILURE_RESET);
	case CURLE_SEND_ERROR:
	case CURLE_PARTIAL_FILE:
	case CURLE_HTTP2_STREAM:
		return verdict_of(FAILURE_RESET);
	case CURLE_OUT_OF_MEMORY: /* also a header without end */
		return anything_came(t) && !t->headers_ended ? verdict_of(FAILURE_PROTOCOL)
		                                             : verdict_not_sent(ENOMEM);
	case CURLE_ABORTED_BY_CALLBACK: /* a socket that could not be watched ends all of them: http_loop.h */
		return verdict_not_sent(t->socket_errno ? t->socket_errno : VERDICT_INSIDE);
	case CURLE_FAILED_INIT:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ENGINE_NOTFOUND:
		return verdict_not_sent(VERDICT_INSIDE);
	default: /* not HTTP, too long, a header without end … */
		return verdict_of(FAILURE_PROTOCOL);
	}
}

/* ---- the proxy ---- */

static int tunnel_status(const struct http_transfer *t)
{
	long status = 0;

	curl_easy_getinfo(t->easy, CURLINFO_HTTP_CONNECTCODE, &status);
	return (int)status;
}

static bool tunnel_refused(const struct http_transfer *t)
{
	return t->plan->proxy.host && t->at->tls && tunnel_status(t) / 100 != 2;
}

/* Why nothing came through the proxy. */
static struct verdict silent_proxy(const struct http_transfer *t, CURLcode code)
{
	if (t->socket_errno)
		return verdict_not_sent(t->socket_errno);
	if (code == CURLE_OUT_OF_MEMORY && t->fd < 0) /* later it may be an answer without end */
		return verdict_not_sent(ENOMEM);
	return verdict_of(code == CURLE_OPERATION_TIMEDOUT && t->connected ? FAILURE_TIMEOUT : FAILURE_PROXY);
}

static struct verdict proxy_failure(const struct http_transfer *t, CURLcode code, int status)
{
	int said = t->at->tls ? tunnel_status(t) : status;

	if (said == 407)
		return verdict_of(FAILURE_PROXY);
	if (!said)
		return silent_proxy(t, code);
	if (!t->at->tls || said / 100 == 2)
		return verdict_of(FAILURE_NONE);
	return verdict_of(said >= 502 && said <= 504 ? FAILURE_UNREACHABLE : FAILURE_PROXY);
}

/* ---- what is kept ---- */

/* A cumulative phase, -1 when it was not reached. */
static int32_t phase_us(const struct http_transfer *t, CURLINFO info)
{
	curl_off_t us = 0;

	curl_easy_getinfo(t->easy, info, &us);
	if (us <= 0)
		return -1;
	return record_fit32(us + t->begun_us);
}

void http_keep_phases(const struct http_transfer *t, struct record *record)
{
	long status = 0;

	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	record->http_status = tunnel_refused(t) ? 0 : (int16_t)status;
	record->name_us = record_fit32(t->name_us);
	record->connect_us = phase_us(t, CURLINFO_CONNECT_TIME_T);
	if (record->connect_us < 0) /* libcurl tells none of its times before the handshake has succeeded */
		record->connect_us = t->connect_us;
	record->tls_us = t->at->tls ? phase_us(t, CURLINFO_APPCONNECT_TIME_T) : -1;
	record->first_byte_us = phase_us(t, CURLINFO_STARTTRANSFER_TIME_T);
	record->total_us = phase_us(t, CURLINFO_TOTAL_TIME_T);
	record->certificate_expiry_us = t->tls.expiry_us;
}

void http_forget_phases(struct record *record)
{
	record->http_status = 0;
	record->name_us = record->connect_us = record->tls_us = record->first_byte_us = record->total_us = -1;
	record->certificate_expiry_us = 0;
}

int32_t http_counted_us(const struct http_config *config, const struct record *record)
{
	switch ((enum http_phase)config->rtt_phase) {
	case HTTP_PHASE_NAME:
		return record->name_us;
	case HTTP_PHASE_CONNECT:
		return record->connect_us;
	case HTTP_PHASE_TLS:
		return record->tls_us;
	case HTTP_PHASE_FIRST_BYTE:
		return record->first_byte_us;
	case HTTP_PHASE_TOTAL:
		break;
	}
	return record->total_us;
}

/* ---- the verdict ---- */

static enum sample_failure certificate_failure(const struct http_transfer *t)
{
	return t->at->tls ? tls_demand_judge(&t->plan->config->demand, t->tls.expiry_us) : FAILURE_NONE;
}

static bool wrong_version(const struct http_transfer *t)
{
	long version = 0;

	if (t->plan->config->http_version == HTTP_VERSION_1_1)
		return false;
	curl_easy_getinfo(t->easy, CURLINFO_HTTP_VERSION, &version);
	return version != CURL_HTTP_VERSION_2_0;
}

struct verdict http_judge_transfer(const struct http_transfer *t, CURLcode code, int status)
{
	enum sample_failure failure;

	if (t->plan->proxy.host) {
		struct verdict verdict = proxy_failure(t, code, status);

		if (verdict.failure != FAILURE_NONE)
			return verdict;
	}
	if (t->too_long)
		return verdict_of(FAILURE_PROTOCOL);
	if (code != CURLE_OK)
		return transfer_failure(t, code);
	if (!t->headers_ended)
		return verdict_of(FAILURE_RESET);
	failure = certificate_failure(t);
	if (failure == FAILURE_NONE && wrong_version(t))
		failure = FAILURE_PROTOCOL;
	return verdict_of(failure);
}

const char *http_judge_redirect(const struct http_transfer *t, int status)
{
	const struct http_config *config = t->plan->config;
	char *url = NULL;

	if (config->redirects == HTTP_REDIRECTS_NONE || !http_status_redirects(status) ||
	    http_status_expected(config->expect_status, status))
		return NULL;
	curl_easy_getinfo(t->easy, CURLINFO_REDIRECT_URL, &url);
	return url;
}

struct verdict http_judge_answer(const struct http_transfer *t, int status)
{
	const struct http_config *config = t->plan->config;

	if (!http_status_expected(config->expect_status, status))
		return verdict_of(FAILURE_HTTP_STATUS);
	if (text_failed(&t->window))
		return verdict_not_sent(ENOMEM);
	return verdict_of(config->expect_body && !t->found ? FAILURE_BODY_MISMATCH : FAILURE_NONE);
}
