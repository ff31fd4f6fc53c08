/* slacalc verdict: judges a month from the database. */
#include "calc/statement.h"
#include "report/excerpt.h"
#include "report/json.h"
#include "report/report.h"
#include "slacalc/month.h"

#include <time.h>

/* ---- --timing: where the time of this process goes, for bench/judge and for people who wait ---- */

static long long now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

struct stopwatch {
	bool wanted;
	long long start, last;
};

static void tell_lap(struct stopwatch *w, const char *what)
{
	long long now = now_us();

	if (w->wanted)
		fprintf(stderr, "timing: %-8s %7lld us\n", what, now - w->last);
	w->last = now;
}

/* ---- the command ---- */

/* Of one organisation: what concerns it, nothing of others. */
static void tell(struct arena *a, const struct statement *s, const struct loaded_case *loaded,
                 const char *organisation, bool json, struct text *out)
{
	struct excerpts *e = organisation ? excerpts_new(s) : NULL;

	if (e)
		s = excerpt_of_code(e, a, organisation, loaded->asked_for, loaded->asked_for_count);
	if (json)
		report_json(s, out);
	else
		report_text(s, out);
	excerpts_free(e);
}

static int judge(struct store *store, struct arena *a, const struct case_request *request, bool json,
                 struct stopwatch *watch, struct text *out, struct error *err)
{
	struct loaded_case loaded = { 0 };
	struct statement *s = NULL;
	struct sla_case *c;

	if (month_fetch(store, a, request, &loaded, err) < 0)
		goto out;
	tell_lap(watch, "load");
	if (month_read(a, &loaded, &c, err) < 0)
		goto out;
	tell_lap(watch, "read");
	if (month_look_back(store, a, request, &loaded, &c, err) < 0)
		goto out;
	tell_lap(watch, "past");
	if (statement_make(a, c, &s, err) == 0) {
		tell_lap(watch, "judge");
		tell(a, s, &loaded, request->organisation, json, out);
		tell_lap(watch, "write");
	}
out:
	statement_free(s);
	json_decref(loaded.document);
	return err->code;
}

int command_verdict(int argc, char **argv, struct error *err)
{
	struct month_options o = { .url = NULL };
	struct stopwatch watch = { .start = now_us() };
	bool json = false;
	const struct command_option options[] = { MONTH_OPTIONS(o),
		                                  { "json", 0, NULL, &json },
		                                  { "timing", 0, NULL, &watch.wanted },
		                                  { NULL, 0, NULL, NULL } };
	struct store *store = NULL;
	struct text out = { 0 };
	struct arena a = { 0 };

	if (command_options(argc, argv, options, &o.request.month, 1, 1, err) < 0)
		return err->code;
	watch.last = watch.start;
	if (store_open(&store, o.url, err) == 0) {
		tell_lap(&watch, "connect");
		judge(store, &a, &o.request, json, &watch, &out, err);
	}
	watch.last = watch.start;
	tell_lap(&watch, "in all");
	store_close(store);
	arena_release(&a);
	return command_print(&out, err);
}
