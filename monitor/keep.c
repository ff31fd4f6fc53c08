#include "monitor/keep.h"

#include "base/log.h"

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

int keep_open_spool(struct spool **out, const struct config *config, struct error *err)
{
	struct spool_options options = { .path = config->spool.path,
		                         .vantage = (int32_t)config->vantage_number,
		                         .size_limit_bytes = config->spool.size_mb * 1000000,
		                         .report = report_spool };

	return spool_open(out, &options, err);
}

struct ship_options keep_ship_options(const struct config *config, struct spool *spool)
{
	return (struct ship_options){ .spool = spool, .database = config->database, .report = report_ship };
}

int keep_finish(const struct config *config, struct spool *spool, int64_t wait_s, struct error *err)
{
	struct ship_options options = keep_ship_options(config, spool);
	struct error away = { 0 };

	if (spool_flush(spool, FLUSH_MS, err) < 0)
		return err->code;
	if (config->database && wait_s > 0 && ship_drain(&options, wait_s * 1000, NULL, &away) < 0)
		log_error("ship", &away);
	return 0;
}
