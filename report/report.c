#include "report/report.h"
#include "base/arena.h"
#include "report/excerpt.h"
#include "report/json.h"
#include "report/page.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum what { PAGE, JSON, CSV };

struct output { /* one file */
	enum what what;
	enum language language;   /* of a page */
	const struct party *body; /* whose page; NULL: the report's own */
	void (*csv)(const struct statement *s, struct text *out);
	char *path;
	char *ready; /* written there first, renamed when all are */
};

struct outputs {
	const struct report_options *options;
	struct arena arena;
	struct output *at;
	size_t count, size, written;
};

void report_page(const struct statement *s, const struct report_options *options, enum language language,
                 struct text *out)
{
	struct arena scratch = { 0 };
	struct report_options resolved = *options;
	struct page p = { .out = out, .arena = &scratch, .s = s, .options = &resolved, .language = language };
	const struct party *only = NULL;
	bool several = excerpt_party(s) != NULL;

	if (excerpt_hides(s) && excerpt_party(s) && !resolved.organisation_name) {
		resolved.organisation_name = excerpt_party(s)->name;
		resolved.organisation_code = excerpt_party(s)->code;
	}
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

/* ---- which files ---- */

static bool names_file(const char *name)
{
	static const char *const allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

	return *name && strlen(name) <= 80 && name[strspn(name, allowed)] == '\0' && strcmp(name, "da") != 0;
}

/* A municipality's pages are called by its code; without one by its id, or by its place in the case. */
static const char *page_name(struct arena *a, const struct statement *s, const struct party *party)
{
	if (party->kind == PARTY_DA)
		return "da";
	if (party->code)
		return party->code;
	return names_file(party->id)
	           ? party->id
	           : arena_printf(a, "party-%zu", (size_t)(party - s->the_case->parties) + 1);
}

static const struct party *agency_of(const struct statement *s)
{
	for (size_t i = 0; i < s->the_case->party_count; i++)
		if (s->the_case->parties[i].kind == PARTY_DA)
			return &s->the_case->parties[i];
	return NULL;
}

bool report_concerns_agency(const struct statement *s)
{
	if (!agency_of(s))
		return false;
	for (size_t i = 0; i < s->obligation_count; i++)
		if (s->obligations[i].debtor->kind == PARTY_DA ||
		    s->obligations[i].creditor->kind == PARTY_DA)
			return true;
	return s->reduction_count > 0 || s->pass_through_count > 0;
}

/* One for each municipality where there are several, and one for the Agency where money goes through it. */
static void name_pages(struct excerpts *e, const struct statement *s, const struct report_options *options,
                       struct arena *a, struct report_pages *pages)
{
	const struct party **bodies;
	size_t count = excerpt_bodies(e, a, &bodies);

	if (count < 2)
		return;
	pages->base = options->base;
	pages->at = arena_array(a, count + 1, sizeof *pages->at);
	if (report_concerns_agency(s))
		pages->at[pages->count++] = (struct report_named_page){ agency_of(s), "da" };
	for (size_t i = 0; i < count; i++)
		pages->at[pages->count++] =
		    (struct report_named_page){ bodies[i], page_name(a, s, bodies[i]) };
}

static struct output *add_output(struct outputs *o, const char *middle, const char *suffix)
{
	struct output *file;

	if (o->count == o->size) {
		size_t size = o->size ? 2 * o->size : 32;
		struct output *at = arena_array(&o->arena, size, sizeof *at);

		if (o->count > 0)
			memcpy(at, o->at, o->count * sizeof *at);
		o->at = at;
		o->size = size;
	}
	file = &o->at[o->count++];
	file->path = arena_printf(&o->arena, "%s/%s%s%s.%s", o->options->directory, o->options->base,
	                          *middle ? "." : "", middle, suffix);
	file->ready = arena_printf(&o->arena, "%s.ready-%ld", file->path, (long)getpid());
	return file;
}

static void add_pages(struct outputs *o, const struct party *body, const char *name)
{
	static const char *const suffixes[] = { [LANGUAGE_JA] = "ja.html", [LANGUAGE_EN] = "en.html" };

	for (int language = 0; language < LANGUAGE_COUNT; language++)
		if (language == LANGUAGE_JA ? o->options->japanese : o->options->english) {
			struct output *file = add_output(o, name, suffixes[language]);

			file->what = PAGE;
			file->language = (enum language)language;
			file->body = body;
		}
}

static void add_csv(struct outputs *o, const char *suffix,
                    void (*csv)(const struct statement *s, struct text *out))
{
	struct output *file = add_output(o, "", suffix);

	file->what = CSV;
	file->csv = csv;
}

static void list_files(struct outputs *o, const struct report_pages *pages)
{
	add_pages(o, NULL, "");
	add_output(o, "", "json")->what = JSON;
	add_csv(o, "derivations.csv", report_csv_derivations); /* of an excerpt: the nodes of its JSON */
	add_csv(o, "verdicts.csv", report_csv_verdicts);
	add_csv(o, "outages.csv", report_csv_outages);
	add_csv(o, "obligations.csv", report_csv_obligations);
	add_csv(o, "pass_through.csv", report_csv_pass_through);
	add_csv(o, "apportionments.csv", report_csv_apportionments);
	add_csv(o, "ledger.csv", report_csv_ledger);
	for (size_t i = 0; i < pages->count; i++)
		add_pages(o, pages->at[i].party, pages->at[i].name);
}

/* ---- writing them ---- */

static void compose_page(const struct outputs *o, const struct statement *s, struct excerpts *e,
                         const struct report_pages *pages, const struct output *file, struct text *out)
{
	struct report_options options = *o->options;
	struct arena arena = { 0 };

	options.pages = !file->body || file->body->kind == PARTY_DA ? pages : NULL;
	if (file->body) {
		options.organisation_name = file->body->name;
		options.organisation_code = file->body->code;
		s = excerpt_make(e, &arena, file->body);
	} else if (pages->count > 0 && page_is_crowded(s))
		s = excerpt_whole(e, &arena);
	report_page(s, &options, file->language, out);
	arena_release(&arena);
}

static int write_one(const struct outputs *o, const struct statement *s, struct excerpts *e,
                     const struct report_pages *pages, const struct output *file, struct error *err)
{
	struct text out = { 0 };

	if (file->what == PAGE)
		compose_page(o, s, e, pages, file, &out);
	else if (file->what == JSON)
		report_json(s, &out);
	else
		file->csv(s, &out);
	if (text_failed(&out))
		error_set(err, ERROR_MEMORY, "out of memory while composing '%.200s'", file->path);
	else
		(void)!text_write_part(&out, file->ready, err);
	text_release(&out);
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

static int check_places(const struct outputs *o, struct error *err)
{
	for (size_t i = 0; i < o->count; i++)
		if (check_place(o, o->at[i].path, err) < 0)
			return err->code;
	return 0;
}

/* All at once: a page for each municipality of the nation must not wait for the disk one by one. */
static int flush(const struct outputs *o, struct error *err)
{
	int fd = open(o->options->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 ? -1 : syncfs(fd);

	if (rc < 0) {
		error_set(err, ERROR_IO, "cannot write to disk: %s", strerror(errno));
		error_at(err, o->options->directory, 0, NULL);
	}
	if (fd >= 0)
		close(fd);
	return err->code;
}

static int put_in_place(struct outputs *o, struct error *err)
{
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
	struct report_pages pages = { 0 };
	struct excerpts *e = options->each_body && !s->excerpt ? excerpts_new(s) : NULL;

	if (e)
		name_pages(e, s, options, &o.arena, &pages);
	list_files(&o, &pages);
	if (check_options(options, err) == 0 && make_directory(options->directory, err) == 0 &&
	    check_places(&o, err) == 0) {
		while (o.written < o.count && write_one(&o, s, e, &pages, &o.at[o.written], err) == 0)
			o.written++;
		if (err->code == 0 && flush(&o, err) == 0)
			(void)!put_in_place(&o, err);
	}
	for (size_t i = 0; i < o.written; i++)
		unlink(o.at[i].ready);
	excerpts_free(e);
	arena_release(&o.arena);
	return err->code;
}
