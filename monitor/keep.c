#include "monitor/keep.h"

#include "base/log.h"
#include "monitor/privilege.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define FLUSH_MS 10000

static void report_spool(void *context, const char *text)
{
	(void)context;
	log_line("spool", "%s", text);
}

static void report_ship(void *context, const char *text)
{
	(void)context;
	log_line("ship", "%s", text);
}

int keep_privileges(const struct config *config, const char *file, struct error *err)
{
	const struct privilege privilege = { .user = config->user,
		                             .keep_raw = true,
		                             .filter = config->seccomp };

	if (privilege_drop(&privilege, err) < 0 || !config->user || access(file, R_OK) == 0)
		return err->code;
	error_set(err, ERROR_IO, "the user '%.64s' cannot read it: %s", config->user, strerror(errno));
	error_at(err, file, 0, NULL);
	return error_hint(err, "give that user the file to read: a reload reads it again");
}

int keep_open_spool(struct spool **out, const struct config *config, bool show, struct error *err)
{
	struct progress progress = progress_begin("repairing the spool, numbers looked at", show);
	struct spool_options options = { .path = config->spool.path,
		                         .vantage = (int32_t)config->vantage_number,
		                         .size_limit_bytes = spool_config_bytes(&config->spool),
		                         .report = report_spool,
		                         .progress = &progress };

	return spool_open(out, &options, err);
}

struct ship_options keep_ship_options(const struct config *config, struct spool *spool)
{
	return (struct ship_options){ .spool = spool, .database = config->database, .report = report_ship };
}

int keep_finish(const struct config *config, struct spool *spool, int64_t wait_s, bool show,
                struct error *err)
{
	struct progress progress = progress_begin("records shipped", show);
	struct ship_options options = keep_ship_options(config, spool);
	struct error away = { 0 };

	options.progress = &progress;
	if (spool_flush(spool, FLUSH_MS, err) < 0)
		return err->code;
	if (config->database && wait_s > 0 && ship_drain(&options, wait_s * 1000, NULL, &away) < 0)
		log_error("ship", &away);
	return 0;
}
