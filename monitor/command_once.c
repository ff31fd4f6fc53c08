#include "monitor/command.h"

#include "base/instant.h"
#include "monitor/record/clock.h"
#include "monitor/config/config.h"
#include "monitor/keep.h"
#include "monitor/observe/observe.h"
#include "monitor/record_json.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

struct once {
	uv_loop_t loop;
	struct config config;
	struct spool *spool; /* NULL with --no-spool */
	struct observer *observer;
	struct record *records; /* in the order of the targets */
	struct progress progress;
	int64_t ended; /* probes */
};

static void keep_record(void *arg, const struct target_config *target, const struct record *record)
{
	struct once *once = arg;

	once->records[target - once->config.targets] = *record;
	if (once->spool)
		(void)spool_put(once->spool, record);
	progress_show(&once->progress, ++once->ended, (int64_t)once->config.target_count);
}

static void on_drained(void *arg)
{
	struct once *once = arg;

	observer_close(once->observer, NULL);
}

/* ---- printing ---- */

static int print_json(const struct once *once, struct error *err)
{
	json_t *samples = json_array(), *root;

	for (size_t i = 0; i < once->config.target_count; i++)
		json_array_append_new(samples, record_json(&once->config.targets[i], &once->records[i]));
	root = json_pack("{s:s, s:s, s:o}", "format", "govsla-slamon-once/1", "vantage", once->config.vantage,
	                 "samples", samples);
	return command_print_json(root, JSON_INDENT(1), "the samples", err);
}

static void print_row(const struct target_config *target, const struct record *r, int width)
{
	char rtt[32] = "-", expiry[INSTANT_TEXT_SIZE];

	if (r->rtt_us >= 0)
		snprintf(rtt, sizeof rtt, "%d.%03d ms", r->rtt_us / 1000, r->rtt_us % 1000);
	printf("%-*s  %-5s  %-6s  %12s", width, target->id, target->kind->name,
	       sample_outcome_name(r->outcome), rtt);
	if (r->failure != FAILURE_NONE)
		printf("  %s", sample_failure_name(r->failure));
	if (r->http_status)
		printf("  status %d", r->http_status);
	if (r->stamp.packets > 1)
		printf("  %d of %d packets answered", r->stamp.packets - r->stamp.lost, r->stamp.packets);
	if (r->certificate_expiry_us)
		printf("  certificate until %.10s", instant_format(r->certificate_expiry_us, expiry));
	putchar('\n');
}

static int print(const struct once *once, bool json, struct error *err)
{
	size_t width = strlen("target");

	if (json)
		return print_json(once, err);
	for (size_t i = 0; i < once->config.target_count; i++)
		if (strlen(once->config.targets[i].id) > width)
			width = strlen(once->config.targets[i].id);
	printf("%-*s  %-5s  %-6s  %12s  %s\n", (int)width, "target", "kind", "state", "round trip", "detail");
	for (size_t i = 0; i < once->config.target_count; i++)
		print_row(&once->config.targets[i], &once->records[i], (int)width);
	return 0;
}

/* ---- the command ---- */

/* What the samples' times are worth; each run on its own, since the last one's state is not known here. */
static void keep_clock(struct once *once)
{
	struct clock_watch watch = { 0 };
	struct record record;

	if (once->spool && clock_watch_read(&watch, &record))
		(void)spool_put(once->spool, &record);
}

static int probe_all(struct once *once, bool show, struct error *err)
{
	once->progress = progress_begin("targets probed", show);
	once->records = calloc(once->config.target_count, sizeof *once->records);
	if (!once->records || uv_loop_init(&once->loop) < 0)
		return error_set(err, ERROR_MEMORY, "out of memory");
	if (observer_open(&once->observer, &once->loop, &once->config, keep_record, once, err) == 0) {
		keep_clock(once);
		observer_once(once->observer, on_drained);
	}
	uv_run(&once->loop, UV_RUN_DEFAULT);
	progress_end(&once->progress);
	uv_loop_close(&once->loop);
	return err->code;
}

int command_once(const struct command_options *options, struct error *err)
{
	struct once once = { 0 };

	if (config_load(&once.config, options->file, err) < 0)
		return err->code;
	if (keep_privileges(&once.config, options->file, err) < 0)
		goto out;
	if (!options->no_spool && keep_open_spool(&once.spool, &once.config, !options->json, err) < 0)
		goto out;
	if (probe_all(&once, !options->json, err) < 0 || print(&once, options->json, err) < 0)
		goto out;
	if (once.spool &&
	    keep_finish(&once.config, once.spool, once.config.ship_wait_s, !options->json, err) < 0)
		goto out;
out:
	spool_close(once.spool);
	free(once.records);
	config_release(&once.config);
	return err->code;
}
