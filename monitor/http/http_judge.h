/* http_judge: what the end of a transfer says about the target, and which times are kept of it. */
#ifndef GOVSLA_MONITOR_HTTP_JUDGE_H
#define GOVSLA_MONITOR_HTTP_JUDGE_H

#include "monitor/http/http_transfer.h"

/*
 * Whether the request got an answer at all. code: libcurl's result, CURLE_OPERATION_TIMEDOUT when the time was over;
 * status: of the answer, 0 none. FAILURE_NONE: it did. FAILURE_SEND and FAILURE_PROXY: not the target's fault, the
 * sample is missed.
 *
 * Of a proxy: until an answer (of a plain proxy) or a tunnel has come through it, whatever goes wrong is the proxy's,
 * but for two things that it says of the target: a CONNECT answered by 502, 503 or 504 is `unreachable`, and silence
 * after it was connected to is `timeout`.
 */
struct verdict http_judge_transfer(const struct http_transfer *t, CURLcode code, int status);

/* Whether the answer is what the target's configuration expects. */
struct verdict http_judge_answer(const struct http_transfer *t, int status);

/*
 * Where the answer sends the client, by libcurl's reading of Location; borrowed from the transfer. NULL: nowhere, or
 * the status is itself expected, or redirects are not followed at all.
 */
const char *http_judge_redirect(const struct http_transfer *t, int status);

/* Fills phases, status and certificate expiry of the record, all of them of the request under way. */
void http_keep_phases(const struct http_transfer *t, struct record *record);

/* Back to what they are before a request: none of its phases reached. */
void http_forget_phases(struct record *record);

/* The phase that counts as the round trip, in µs; -1 when it was not reached. */
int32_t http_counted_us(const struct http_config *config, const struct record *record);

#endif
