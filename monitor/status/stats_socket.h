/*
 * stats_socket: where a running slamon tells its statistics to `slamon stats`.
 *
 * A Unix socket beside the spool, SPOOL.stats, of mode 600: whoever may read the spool may ask. Whoever connects gets
 * one JSON document and the end; nothing is read from him. The document fits the socket's buffer, so it is written at
 * once or not at all: a client that does not read costs nothing and holds up nothing.
 *
 * A Unix socket's path has at most 107 bytes. It is named by its folder's descriptor (/proc/self/fd/N/NAME), so only
 * the file's own name counts, however deep the folder.
 *
 * Only who has the spool open may serve: the spool's lock makes that one process, so a socket found there is a dead
 * one's and is replaced.
 *
 *     stats_serve(&socket, loop, "/var/lib/govsla/v1.spool", document, arg, &err);
 *     stats_unserve(socket);                      the loop must still run until idle
 */
#ifndef GOVSLA_MONITOR_STATS_SOCKET_H
#define GOVSLA_MONITOR_STATS_SOCKET_H

#include "base/error.h"
#include "base/text.h"

#include <uv.h>

struct stats_socket;

/* Fills the document. On the loop; must not wait. */
typedef void stats_document(void *arg, struct text *out);

/* Returns 0, ERROR_IO or ERROR_MEMORY; then nothing is served and nothing is left to free. */
int stats_serve(struct stats_socket **out, uv_loop_t *loop, const char *spool_path, stats_document *document,
                void *arg, struct error *err) MUST_CHECK;

/* Removes the socket and frees itself in the loop. NULL is fine. */
void stats_unserve(struct stats_socket *socket);

/*
 * Asks the process that has the spool open; waits up to 5 s. Returns 0 with the document; ERROR_RETRY when nobody
 * listens; ERROR_IO when the answer did not come or was not allowed.
 */
int stats_ask(const char *spool_path, struct text *out, struct error *err) MUST_CHECK;

#endif
