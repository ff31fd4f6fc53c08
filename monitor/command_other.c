#include "monitor/command.h"

#include "monitor/config/config.h"
#include "monitor/keep.h"

/* ---- ship ---- */

static int ship(const struct config *config, const struct command_options *options, struct spool *spool,
                struct error *err)
{
	struct progress progress = progress_begin("records shipped", !options->json);
	struct ship_options ship = keep_ship_options(config, spool);
	int64_t wait_s = options->timeout_s >= 0 ? options->timeout_s : config->ship_wait_s, rows = 0;

	ship.progress = &progress;
	if (ship_drain(&ship, wait_s * 1000, &rows, err) < 0)
		return err->code;
	if (options->json)
		printf("{ \"shipped\": %lld }\n", (long long)rows);
	else
		printf("%lld records shipped, the spool is empty\n", (long long)rows);
	return 0;
}

int command_ship(const struct command_options *options, struct error *err)
{
	struct config config;
	struct spool *spool = NULL;

	if (config_load(&config, options->file, err) < 0)
		return err->code;
	if (!config.database) {
		error_set(err, ERROR_DATA, "the key 'database' is missing: there is nowhere to ship to");
		error_at(err, options->file, 0, NULL);
	} else if (keep_privileges(&config, options->file, err) == 0 &&
	           keep_open_spool(&spool, &config, !options->json, err) == 0) {
		(void)ship(&config, options, spool, err);
		spool_close(spool);
	}
	config_release(&config);
	return err->code;
}

/* ---- config ---- */

int command_config(const struct command_options *options, struct error *err)
{
	struct text text = { 0 };

	if (options->json)
		return command_print_json(config_describe_json(), JSON_INDENT(1), "the keys", err);
	config_describe(&text);
	return command_print_text(&text, err);
}
