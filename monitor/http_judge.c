#include "monitor/http_judge.h"

#include "monitor/connect.h"

#include <string.h>

/* FAILURE_SEND: not the target's fault. */
static enum sample_failure connect_failure(const struct http_transfer *t)
{
	long cause = 0;

	curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &cause);
	return t->socket_errno ? FAILURE_SEND : connect_failure_of((int)cause, &t->address);
}

static enum sample_failure transfer_failure(const struct http_transfer *t, CURLcode code)
{
	enum sample_failure failure;

	switch (code) {
	case CURLE_COULDNT_CONNECT:
		return connect_failure(t);
	case CURLE_COULDNT_RESOLVE_HOST:
		return FAILURE_DNS;
	case CURLE_OPERATION_TIMEDOUT:
		return FAILURE_TIMEOUT;
	case CURLE_PEER_FAILED_VERIFICATION: /* libcurl itself compares the host name */
		failure = tls_watch_verdict(&t->tls);
		return failure == FAILURE_TLS ? FAILURE_TLS_CERTIFICATE : failure;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
		return tls_watch_verdict(&t->tls);
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_PARTIAL_FILE:
		return FAILURE_RESET;
	case CURLE_OUT_OF_MEMORY:
	case CURLE_FAILED_INIT:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ENGINE_NOTFOUND:
		return FAILURE_SEND;
	default: /* not HTTP, too long, a header without end … */
		return FAILURE_PROTOCOL;
	}
}

/* A cumulative phase, -1 when it was not reached. */
static int32_t phase_us(const struct http_transfer *t, CURLINFO info)
{
	curl_off_t us = 0;

	curl_easy_getinfo(t->easy, info, &us);
	if (us <= 0)
		return -1;
	us += t->name_us;
	return us < INT32_MAX ? (int32_t)us : INT32_MAX;
}

void http_keep_phases(const struct http_transfer *t, struct record *record)
{
	long status = 0;

	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	record->http_status = (int16_t)status;
	record->name_us = t->name_us < INT32_MAX ? (int32_t)t->name_us : INT32_MAX;
	record->connect_us = phase_us(t, CURLINFO_CONNECT_TIME_T);
	record->tls_us = t->plan->place.tls ? phase_us(t, CURLINFO_APPCONNECT_TIME_T) : -1;
	record->first_byte_us = phase_us(t, CURLINFO_STARTTRANSFER_TIME_T);
	record->total_us = phase_us(t, CURLINFO_TOTAL_TIME_T);
	record->certificate_expiry_us = t->tls.expiry_us;
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

enum sample_failure http_judge(const struct http_transfer *t, CURLcode code, int status)
{
	const struct http_config *config = t->plan->config;

	if (t->too_long)
		return FAILURE_PROTOCOL;
	if (code != CURLE_OK)
		return transfer_failure(t, code);
	if (!http_status_expected(config->expect_status, status))
		return FAILURE_HTTP_STATUS;
	if (text_failed(&t->body))
		return FAILURE_SEND;
	if (config->expect_body &&
	    !memmem(text_string(&t->body), t->body.length, config->expect_body, strlen(config->expect_body)))
		return FAILURE_BODY_MISMATCH;
	return FAILURE_NONE;
}
