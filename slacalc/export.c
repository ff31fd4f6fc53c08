/* slacalc export-case: a month of the database as a case file, with its samples as CSV beside it. */
#include "base/instant.h"
#include "base/progress.h"
#include "slacalc/month.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* scheduled,outcome,rtt_us,failure: what calc sees of a sample, no less. */
static void write_csv(const struct series *series, struct text *out)
{
	text_add(out, "scheduled,outcome,rtt_us,failure\n");
	for (size_t i = 0; i < series->count; i++) {
		const struct sample *s = &series->samples[i];
		char at[INSTANT_TEXT_SIZE], rtt[16] = "";

		if (s->outcome == SAMPLE_UP && s->rtt_us >= 0)
			snprintf(rtt, sizeof rtt, "%d", s->rtt_us);
		text_printf(out, "%s,%s,%s,%s\n", instant_format(s->scheduled_us, at),
		            sample_outcome_name(s->outcome), rtt, sample_failure_name(s->failure));
	}
}

static int write_samples(struct arena *a, const struct loaded_case *loaded, const char *directory,
                         struct text *out, struct error *err)
{
	struct progress progress = progress_begin("series written", true);

	for (size_t i = 0; i < loaded->series_count && err->code == ERROR_NONE; i++) {
		json_t *observation = json_array_get(json_object_get(loaded->document, "observations"), i);
		const char *name = month_csv_name(a, &loaded->series[i]);
		const char *path = arena_printf(a, "%s/%s", directory, name);
		struct text csv = { 0 };

		json_object_set_new(observation, "samples", json_pack("{s:s}", "csv", name));
		write_csv(&loaded->series[i], &csv);
		if (text_write_file(&csv, path, err) == 0)
			text_printf(out, "wrote %s\n", path);
		text_release(&csv);
		progress_show(&progress, (int64_t)i + 1, (int64_t)loaded->series_count);
	}
	progress_end(&progress);
	return err->code;
}

/* The case comes last, and an old one goes first: where it is, all of it is. */
static int write_case(struct arena *a, const struct loaded_case *loaded, const char *directory,
                      struct text *out, struct error *err)
{
	const char *path = arena_printf(a, "%s/case.json", directory);
	struct text text = { 0 };
	char *dump;

	if (mkdir(directory, 0777) < 0 && errno != EEXIST) {
		error_set(err, ERROR_IO, "cannot make the folder: %s", strerror(errno));
		return error_at(err, directory, 0, NULL);
	}
	if (unlink(path) < 0 && errno != ENOENT) {
		error_set(err, ERROR_IO, "cannot remove: %s", strerror(errno));
		return error_at(err, path, 0, NULL);
	}
	if (write_samples(a, loaded, directory, out, err) < 0)
		return err->code;
	dump = json_dumps(loaded->document, JSON_INDENT(2));
	text_printf(&text, "%s\n", dump ? dump : "");
	if (!dump)
		error_set(err, ERROR_MEMORY, "out of memory");
	else if (text_write_file(&text, path, err) == 0)
		text_printf(out, "wrote %s\n", path);
	free(dump);
	text_release(&text);
	return err->code;
}

int command_export(int argc, char **argv, struct error *err)
{
	struct month_options o = { .url = NULL };
	const char *directory = NULL;
	const struct command_option options[] = { MONTH_OPTIONS(o),
		                                  { "output", 'o', &directory, NULL },
		                                  { NULL, 0, NULL, NULL } };
	struct loaded_case loaded = { 0 };
	struct store *store = NULL;
	struct text out = { 0 };
	struct arena a = { 0 };
	struct sla_case *c;

	if (command_options(argc, argv, options, &o.request.month, 1, 1, err) < 0)
		return err->code;
	if (!directory) {
		error_set(err, ERROR_USAGE, "'export-case' needs -o DIR");
		return error_hint(err, "slacalc export-case --help");
	}
	/* read as a case first: what is refused is not exported */
	if (store_open(&store, o.url, err) == 0 && month_load(store, &a, &o.request, &loaded, &c, err) == 0 &&
	    write_case(&a, &loaded, directory, &out, err) < 0)
		text_clear(&out);
	json_decref(loaded.document);
	store_close(store);
	arena_release(&a);
	return command_print(&out, err);
}
