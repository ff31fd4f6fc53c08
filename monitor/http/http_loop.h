/*
 * http_loop: libcurl's transfers on the loop, one multi handle a service.
 *
 * Not here: what a transfer asks for (http_transfer.h) and what its end means (http_judge.h). Transfers share nothing
 * but the processor: connections are never reused.
 *
 *     http_loop_open(&http, loop, &calls, &err);
 *     http_loop_add(http, easy);       it runs; done(arg, easy, code) comes once, perhaps from within this call
 *     http_loop_remove(http, easy);    instead of waiting for done()
 *     http_loop_close(http);           when no transfer runs; frees itself as its handles close
 * done() may add and remove transfers; before it, the transfer has been removed. Not so from libcurl's callbacks:
 * what they want done is left to `after`, which is called after each of libcurl's turns.
 */
#ifndef GOVSLA_MONITOR_HTTP_LOOP_H
#define GOVSLA_MONITOR_HTTP_LOOP_H

#include "base/error.h"

#include <curl/curl.h>
#include <uv.h>

struct http_loop;

struct http_loop_calls {
	void (*done)(void *arg, CURL *easy, CURLcode code);
	void (*after)(void *arg);
	void *arg;
};

/* Returns 0 or ERROR_IO. */
int http_loop_open(struct http_loop **out, uv_loop_t *loop, const struct http_loop_calls *calls,
                   struct error *err) MUST_CHECK;

/* Starts to connect now rather than in the loop's next turn. Returns 0 or the errno: this machine's own fault. */
int http_loop_add(struct http_loop *http, CURL *easy) MUST_CHECK;

/* The errno of the last socket that could not be watched, which ends all transfers: CURLE_ABORTED_BY_CALLBACK. 0 none. */
int http_loop_fault(const struct http_loop *http);

void http_loop_remove(struct http_loop *http, CURL *easy);

void http_loop_close(struct http_loop *http);

#endif
