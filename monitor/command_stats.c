/* command_stats: asks the slamon that runs by a configuration; when none does, looks into its spool. */
#include "monitor/command.h"

#include "monitor/config/config.h"
#include "monitor/record/moment.h"
#include "monitor/spool/spool.h"
#include "monitor/status/stats.h"
#include "monitor/status/stats_socket.h"

#include <unistd.h>

/* Takes the document. */
static int print(json_t *document, const struct command_options *options, struct error *err)
{
	struct text text = { 0 };

	if (options->json || !document)
		return command_print_json(document, JSON_INDENT(1), "the statistics", err);
	(options->prometheus ? stats_prometheus : stats_describe)(document, &text);
	json_decref(document);
	return command_print_text(&text, err);
}

static int print_answer(const struct config *config, const struct text *answer,
                        const struct command_options *options, struct error *err)
{
	json_t *document = json_loadb(answer->bytes ? answer->bytes : "", answer->length, 0, NULL);
	bool well = json_array_size(json_object_get(document, "troubles")) == 0;

	if (!document)
		return error_set(err, ERROR_IO, "the slamon of spool '%s' gave no whole answer",
		                 config->spool.path);
	if (print(document, options, err) < 0)
		return err->code;
	return well ? 0 : COMMAND_NOT_WELL;
}

/* Nobody listens: with the spool in use that is no answer; else it is one. */
static int print_spool(const struct config *config, const struct command_options *options, struct error *err)
{
	struct spool_counters c = { 0 };
	struct error unseen = { 0 };
	int64_t age_us;
	bool in_use;
	json_t *spool = NULL, *document;

	if (spool_look(config->spool.path, (int32_t)config->vantage_number, &c, &in_use, &unseen) == 0) {
		age_us = c.oldest_us ? moment_wall_us() - c.oldest_us : 0;
		spool =
		    json_pack("{s:s, s:I, s:I, s:I, s:I}", "path", config->spool.path, "records", c.pending,
		              "bytes", c.bytes, "limit_bytes", spool_config_bytes(&config->spool),
		              "oldest_age_ms", age_us > 0 ? age_us / 1000 : 0);
	}
	if (unseen.code && access(config->spool.path, F_OK) == 0) {
		*err = unseen;
		return err->code;
	}
	if (in_use) {
		json_decref(spool);
		error_set(err, ERROR_RETRY, "spool '%s' is in use, and nobody answers beside it",
		          config->spool.path);
		return error_hint(err,
		                  "`slamon once` or `slamon ship` is at work, or run is starting or ending");
	}
	document =
	    json_pack("{s:s, s:b, s:{s:s, s:I}, s:o?}", "format", STATS_FORMAT, "running", 0, "vantage", "id",
	              config->vantage, "number", config->vantage_number, "spool", spool);
	return print(document, options, err) < 0 ? err->code : COMMAND_NOT_RUNNING;
}

static int ask(const struct config *config, const struct command_options *options, struct error *err)
{
	struct text answer = { 0 };
	struct error unheard = { 0 };
	int rc = stats_ask(config->spool.path, &answer, &unheard);

	if (rc == 0)
		rc = print_answer(config, &answer, options, err);
	else if (rc == ERROR_RETRY)
		rc = print_spool(config, options, err);
	else
		*err = unheard;
	text_release(&answer);
	return rc;
}

int command_stats(const struct command_options *options, struct error *err)
{
	struct config config;
	int rc;

	if (options->json && options->prometheus)
		return error_set(err, ERROR_USAGE, "--json and --prometheus exclude each other");
	if (config_load(&config, options->file, err) < 0)
		return err->code;
	rc = ask(&config, options, err);
	config_release(&config);
	return rc;
}
