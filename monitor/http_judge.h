/* http_judge: what the end of a transfer says about the target, and which times are kept of it. */
#ifndef GOVSLA_MONITOR_HTTP_JUDGE_H
#define GOVSLA_MONITOR_HTTP_JUDGE_H

#include "monitor/http_transfer.h"

/*
 * The failure that code (libcurl's result) and the status of the answer (0 none) mean by the target's
 * configuration; FAILURE_NONE: up. FAILURE_SEND: not the target's fault, the sample is missed.
 */
enum sample_failure http_judge(const struct http_transfer *t, CURLcode code, int status);

/* Fills phases, status and certificate expiry of the record. */
void http_keep_phases(const struct http_transfer *t, struct record *record);

/* The phase that counts as the round trip, in µs; -1 when it was not reached. */
int32_t http_counted_us(const struct http_config *config, const struct record *record);

#endif
