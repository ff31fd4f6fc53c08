#include "monitor/command.h"

#include "base/log.h"
#include "monitor/config/config.h"
#include "monitor/keep.h"
#include "monitor/observe/observe.h"

#include <uv.h>

/* ---- check ---- */

static size_t count_kind(const struct config *config, const struct probe_kind *kind)
{
	size_t n = 0;

	for (size_t i = 0; i < config->target_count; i++)
		n += config->targets[i].kind == kind;
	return n;
}

static int print_check_json(const char *file, const struct config *config, struct error *err)
{
	json_t *kinds = json_object(), *root;

	for (const struct probe_kind *const *kind = probe_kinds(); *kind; kind++)
		if (count_kind(config, *kind))
			json_object_set_new(kinds, (*kind)->name,
			                    json_integer((json_int_t)count_kind(config, *kind)));
	root = json_pack("{s:s, s:b, s:s, s:I, s:o}", "file", file, "accepted", 1, "vantage", config->vantage,
	                 "targets", (json_int_t)config->target_count, "kinds", kinds);
	return command_print_json(root, JSON_INDENT(1), "the result", err);
}

static void forget_record(void *arg, const struct target_config *target, const struct record *record)
{
	(void)arg;
	(void)target;
	(void)record;
}

/*
 * Opens all that a run or a reload would, sockets and files of certificates, and says what it could not: no refusal,
 * since the file may be meant for another machine.
 */
static void try_here(const struct config *config)
{
	struct error err = { 0 };
	struct observer *observer;
	uv_loop_t loop;

	if (uv_loop_init(&loop) < 0)
		return;
	if (observer_open(&observer, &loop, config, forget_record, NULL, &err) == 0)
		observer_close(observer, NULL);
	else
		log_error("would not start on this machine", &err);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
}

int command_check(const struct command_options *options, struct error *err)
{
	struct config config;

	if (config_load(&config, options->file, err) < 0)
		return err->code;
	try_here(&config);
	if (options->json) {
		(void)print_check_json(options->file, &config, err);
	} else {
		printf("%s: accepted, vantage '%s', %zu targets", options->file, config.vantage,
		       config.target_count);
		for (const struct probe_kind *const *kind = probe_kinds(); *kind; kind++)
			if (count_kind(&config, *kind))
				printf(", %zu %s", count_kind(&config, *kind), (*kind)->name);
		putchar('\n');
	}
	config_release(&config);
	return err->code;
}

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
