/* spool_look: what a spool holds that may be another process's. */
#include "monitor/spool/spool.h"
#include "monitor/spool/spool_file.h"
#include "monitor/spool/spool_queue.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

int spool_look(const char *path, int32_t vantage, struct spool_counters *out, bool *in_use, struct error *err)
{
	struct spool_file file = { 0 };

	*in_use = spool_queue_in_use(path);
	if (access(path, R_OK | W_OK) < 0)
		return error_set(err, ERROR_IO, "spool '%s' cannot be opened: %s", path, strerror(errno));
	if (spool_file_peek(&file, path, vantage, err) == 0)
		*out = (struct spool_counters){ .pending = file.state.pending,
			                        .bytes = file.bytes,
			                        .oldest_us = file.oldest_us,
			                        .last_seq = file.state.last_seq };
	spool_file_close(&file);
	if (err->code == ERROR_UNSUPPORTED || err->code == ERROR_USAGE)
		err->code = ERROR_DATA;
	return err->code;
}
