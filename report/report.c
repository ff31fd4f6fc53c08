#include "report/report.h"
#include "report/json.h"
#include "report/page.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES_MOST 8

struct output { /* one file, composed in memory */
	char path[4096];
	char ready[4096]; /* written there first, renamed when all are */
	struct text text;
};

struct outputs {
	const struct report_options *options;
	struct output at[FILES_MOST];
	size_t count, written;
};

void report_page(const struct statement *s, const struct report_options *options, enum language language,
                 struct text *out)
{
	struct arena scratch = { 0 };
	struct report_options resolved = *options;
	struct page p = { .out = out, .arena = &scratch, .s = s, .options = &resolved, .language = language };
	const struct party *only = NULL;
	bool several = false;

	/* a page for nobody in particular is still for the one payer that the case has */
	for (size_t i = 0; i < s->service_count; i++)
		for (size_t k = 0; k < s->services[i].service->fee_count; k++) {
			several = several || (only && only != s->services[i].service->fees[k].payer);
			only = s->services[i].service->fees[k].payer;
		}
	if (!resolved.organisation_name && !resolved.organisation_code && only && !several) {
		resolved.organisation_name = only->name;
		resolved.organisation_code = only->code;
	}
	page_document(&p);
	arena_release(&scratch);
}

static struct text *add_output(struct outputs *o, const char *suffix, struct error *err)
{
	struct output *file = &o->at[o->count++];
	int length = snprintf(file->path, sizeof file->path, "%s/%s.%s", o->options->directory,
	                      o->options->base, suffix);
	int ready = snprintf(file->ready, sizeof file->ready, "%s/%s.%s.ready-%ld", o->options->directory,
	                     o->options->base, suffix, (long)getpid());

	if (length < 0 || ready < 0 || (size_t)ready >= sizeof file->ready)
		error_set(err, ERROR_USAGE, "the path of the report in '%.200s' is too long",
		          o->options->directory);
	return &file->text;
}

static int compose(struct outputs *o, const struct statement *s, struct error *err)
{
	if (o->options->japanese)
		report_page(s, o->options, LANGUAGE_JA, add_output(o, "ja.html", err));
	if (o->options->english)
		report_page(s, o->options, LANGUAGE_EN, add_output(o, "en.html", err));
	report_json(s, add_output(o, "json", err));
	report_csv_verdicts(s, add_output(o, "verdicts.csv", err));
	report_csv_outages(s, add_output(o, "outages.csv", err));
	report_csv_obligations(s, add_output(o, "obligations.csv", err));
	report_csv_derivations(s, add_output(o, "derivations.csv", err));
	for (size_t i = 0; i < o->count; i++)
		if (text_failed(&o->at[i].text))
			error_set(err, ERROR_MEMORY, "out of memory while composing '%.200s'", o->at[i].path);
	return err->code;
}

static int make_directory(const char *path, struct error *err)
{
	struct stat st;

	if (mkdir(path, 0777) == 0)
		return 0;
	if (errno == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return 0;
	error_set(err, ERROR_IO, "cannot make the directory: %s", strerror(errno));
	return error_at(err, path, 0, NULL);
}

/* What cannot, or must not, be replaced is found before anything is: a directory, and the case itself. */
static int check_place(const struct outputs *o, const char *path, struct error *err)
{
	struct stat st, source;

	if (stat(path, &st) < 0)
		return 0;
	if (S_ISDIR(st.st_mode)) {
		error_set(err, ERROR_IO, "a directory is in the way");
		return error_at(err, path, 0, NULL);
	}
	if (o->options->source && stat(o->options->source, &source) == 0 && source.st_dev == st.st_dev &&
	    source.st_ino == st.st_ino) {
		error_set(err, ERROR_IO, "the statement would replace its own case");
		error_hint(err, "-o another directory");
		return error_at(err, path, 0, NULL);
	}
	return 0;
}

static int put_in_place(struct outputs *o, struct error *err)
{
	for (size_t i = 0; i < o->count; i++)
		if (check_place(o, o->at[i].path, err) < 0)
			return err->code;
	for (; o->written < o->count; o->written++)
		if (text_write_file(&o->at[o->written].text, o->at[o->written].ready, err) < 0)
			return err->code;
	for (size_t i = 0; i < o->count; i++)
		if (rename(o->at[i].ready, o->at[i].path) < 0) {
			error_set(err, ERROR_IO, "cannot rename into place: %s", strerror(errno));
			return error_at(err, o->at[i].path, 0, NULL);
		}
	o->written = 0; /* nothing is left beside its place */
	return 0;
}

static int check_options(const struct report_options *options, struct error *err)
{
	if (!options->directory || !*options->directory)
		return error_set(err, ERROR_USAGE, "no directory for the report");
	if (!options->base || !*options->base || strchr(options->base, '/') || options->base[0] == '.')
		return error_set(err, ERROR_USAGE, "'%s' cannot be the name of a report",
		                 options->base ? options->base : "");
	return 0;
}

int report_write(const struct statement *s, const struct report_options *options, struct error *err)
{
	struct outputs o = { .options = options };

	if (check_options(options, err) == 0 && compose(&o, s, err) == 0 &&
	    make_directory(options->directory, err) == 0)
		(void)!put_in_place(&o, err);
	for (size_t i = 0; i < o.written; i++)
		unlink(o.at[i].ready);
	for (size_t i = 0; i < o.count; i++)
		text_release(&o.at[i].text);
	return err->code;
}
