/*
 * judge_memory: statements of many organisations from samples that are in memory already.
 *
 *     judge_memory TERMS [ORGANISATIONS]
 *
 * Makes the samples of one organisation's month (25 services, one target each, every 60 s), then so many times (1,741:
 * every municipality) reads its case, judges it and writes the statement as JSON, each time in a fresh arena. Prints the
 * rate in samples and the share of each stage. What it leaves out is PostgreSQL: bench/judge has that.
 */
#include "base/text.h"
#include "calc/statement.h"
#include "case/case.h"
#include "report/json.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SERVICES      25
#define ORGANISATIONS 1741
#define MONTH_START   (INT64_C(1790780400) * US_PER_S) /* 2026-10-01T00:00:00+09:00 */
#define SAMPLES       (31 * 1440 + 3)                  /* a month, and neighbours on both sides */

struct stopwatch {
	long long last_us, read_us, judge_us, write_us;
};

static long long lap(struct stopwatch *w)
{
	struct timespec now;
	long long at, since;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	at = now.tv_sec * 1000000LL + now.tv_nsec / 1000;
	since = at - w->last_us;
	w->last_us = at;
	return since;
}

/* ---- the organisation ---- */

/* Five failing samples in a row now and then, as bench/judge has them in PostgreSQL. */
static struct sample *make_samples(int service)
{
	struct sample *samples = calloc(SAMPLES, sizeof *samples);

	for (int i = 0; samples && i < SAMPLES; i++) {
		bool down = (i + service * 200) % 5000 < 5;

		samples[i].scheduled_us = MONTH_START + (i - 1) * US_PER_MINUTE;
		samples[i].outcome = down ? SAMPLE_DOWN : SAMPLE_UP;
		samples[i].failure = down ? FAILURE_TIMEOUT : FAILURE_NONE;
		samples[i].rtt_us = down ? -1 : 8000 + (i * 7919 + service) % 997;
	}
	return samples;
}

static json_t *make_service(int i)
{
	return json_pack("{s:o, s:s, s:s, s:[o], s:[{s:s, s:s, s:s}]}", "id", json_sprintf("s%d", i),
	                 "provider", "nsp", "terms", "line", "targets", json_sprintf("t%d", i), "fees",
	                 "payer", "lg", "amount", "250000", "currency", "JPY");
}

/* The case as text, as it would stand in a file; its observations have no samples. */
static char *make_case(const char *terms_path)
{
	json_error_t said;
	json_t *terms = json_load_file(terms_path, 0, &said), *root;
	char *text;

	if (!terms) {
		fprintf(stderr, "judge_memory: %s:%d: %s\n", terms_path, said.line, said.text);
		return NULL;
	}
	root = json_pack("{s:s, s:s, s:{s:s}, s:[{s:s, s:s}, {s:s, s:s}], s:[o], s:[], s:[]}", "format",
	                 "govsla-case/1", "as_of", "2026-11-20T00:00:00+09:00", "period", "month", "2026-10",
	                 "parties", "id", "nsp", "kind", "NSP", "id", "lg", "kind", "LG", "terms", terms,
	                 "observations", "services");
	for (int i = 0; i < SERVICES; i++) {
		json_array_append_new(json_object_get(root, "services"), make_service(i));
		json_array_append_new(json_object_get(root, "observations"),
		                      json_pack("{s:o, s:s, s:i}", "target", json_sprintf("t%d", i),
		                                "vantage", "v1", "interval_s", 60));
	}
	text = json_dumps(root, 0);
	json_decref(root);
	return text;
}

static int give_samples(void *context, struct arena *a, const struct sla_case *c, struct observation *o,
                        struct error *err)
{
	struct sample *const *samples = context;

	(void)a;
	(void)c;
	(void)err;
	o->samples = samples[atoi(o->target + 1)];
	o->sample_count = SAMPLES;
	o->origin = "memory";
	return 0;
}

/* ---- one statement ---- */

static int judge_once(const char *text, struct sample **samples, struct stopwatch *w, size_t *bytes,
                      struct error *err)
{
	struct sample_source source = { .context = samples, .load = give_samples };
	struct document doc = { 0 };
	struct statement *s = NULL;
	struct text out = { 0 };
	struct arena a = { 0 };
	struct sla_case *c;

	lap(w);
	if (document_parse(&doc, "bench", text, strlen(text), err) == 0 &&
	    case_read(&a, &doc, NULL, &source, &c, err) == 0) {
		w->read_us += lap(w);
		if (statement_make(&a, c, &s, err) == 0) {
			w->judge_us += lap(w);
			report_json(s, &out);
		}
	}
	*bytes = out.length;
	statement_free(s);
	text_release(&out);
	document_release(&doc);
	arena_release(&a);
	w->write_us += lap(w);
	return err->code;
}

static void tell(const struct stopwatch *w, int organisations, size_t bytes)
{
	double all = (double)(w->read_us + w->judge_us + w->write_us);
	double count = (double)organisations * SERVICES * SAMPLES;

	printf("bench: judge_memory_%d_organisations %.1f million samples/s, %.2f ms each, %.1f s in all "
	       "(read %.1f %%, judge %.1f %%, write %.1f %%; a statement is %zu kB)\n",
	       organisations, count / all, all / 1000 / organisations, all / 1e6,
	       100 * (double)w->read_us / all, 100 * (double)w->judge_us / all,
	       100 * (double)w->write_us / all, bytes / 1024);
}

int main(int argc, char **argv)
{
	int organisations = argc > 2 ? atoi(argv[2]) : ORGANISATIONS;
	char *text = argc > 1 ? make_case(argv[1]) : NULL;
	struct sample *samples[SERVICES];
	struct stopwatch w = { 0 };
	struct error err = { 0 };
	size_t bytes = 0;

	if (!text || organisations < 1) {
		fputs("usage: judge_memory TERMS [ORGANISATIONS]\n", stderr);
		return 2;
	}
	for (int i = 0; i < SERVICES; i++)
		samples[i] = make_samples(i);
	for (int i = 0; i < organisations && err.code == ERROR_NONE; i++)
		(void)!judge_once(text, samples, &w, &bytes, &err);
	if (err.code == ERROR_NONE)
		tell(&w, organisations, bytes);
	else
		error_print(&err, stderr, "judge_memory");
	for (int i = 0; i < SERVICES; i++)
		free(samples[i]);
	free(text);
	return err.code == ERROR_NONE ? 0 : 1;
}
