/* observations: samples from CSV, from the compact form, or from a source; and the paths over them. */
#include "calc/exact.h"
#include "case/reader.h"

#include <stdlib.h>
#include <string.h>

/* ---- CSV: scheduled,outcome,rtt_us and, optionally, failure ---- */

#define CSV_HEADER         "scheduled,outcome,rtt_us"
#define CSV_HEADER_FAILURE "scheduled,outcome,rtt_us,failure"

struct csv {
	struct arena *arena;
	const char *path;
	char *at; /* the rest of the text; lines are cut off from it */
	int line;
	bool has_failure;
	struct observation *o;
	size_t room;
};

static int csv_fail(const struct csv *csv, struct error *err, const char *field)
{
	return error_at(err, csv->path, csv->line, field);
}

/* The next line without its end, or NULL. */
static char *next_line(struct csv *csv)
{
	char *line = csv->at, *end;

	if (!*line)
		return NULL;
	end = strchr(line, '\n');
	csv->at = end ? end + 1 : line + strlen(line);
	if (end) {
		*end = '\0';
		if (end > line && end[-1] == '\r')
			end[-1] = '\0';
	}
	csv->line++;
	return line;
}

/* Cuts a line at its commas. False when the number of fields is another. */
static bool split(char *line, char **fields, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *comma = strchr(line, ',');

		fields[i] = line;
		if (!comma != (i + 1 == count))
			return false;
		if (comma) {
			*comma = '\0';
			line = comma + 1;
		}
	}
	return true;
}

static int parse_rtt(const struct csv *csv, struct sample *s, const char *text, struct error *err)
{
	size_t digits = strspn(text, "0123456789");
	long long value;

	s->rtt_us = -1;
	if (!*text)
		return 0;
	value = digits <= 10 ? strtoll(text, NULL, 10) : INT64_MAX;
	if (s->outcome != SAMPLE_UP)
		error_set(err, ERROR_DATA, "a sample that is %s has no round trip",
		          sample_outcome_name(s->outcome));
	else if (text[digits] || value > INT32_MAX)
		error_set(err, ERROR_DATA, "'%.40s' is not a round trip in whole µs", text);
	s->rtt_us = (int32_t)value;
	return err->code ? csv_fail(csv, err, "rtt_us") : 0;
}

static int parse_failure(const struct csv *csv, struct sample *s, const char *text, struct error *err)
{
	for (int i = 0; i < 256; i++) {
		const char *name = sample_failure_name(i);

		if (name && strcmp(name, text) == 0) {
			s->failure = (uint8_t)i;
			return 0;
		}
	}
	error_set(err, ERROR_DATA, "'%.40s' is not a failure class", text);
	return csv_fail(csv, err, "failure");
}

static int parse_row(const struct csv *csv, char *line, struct sample *s, struct error *err)
{
	char *fields[4];
	int outcome;

	if (!split(line, fields, csv->has_failure ? 4 : 3)) {
		error_set(err, ERROR_DATA, "a row has the fields %s",
		          csv->has_failure ? CSV_HEADER_FAILURE : CSV_HEADER);
		return csv_fail(csv, err, NULL);
	}
	if (instant_parse(&s->scheduled_us, fields[0], err) < 0)
		return csv_fail(csv, err, "scheduled");
	outcome = sample_outcome_parse(fields[1]);
	if (outcome < 0) {
		error_set(err, ERROR_DATA, "'%.40s' is not one of: up, down, missed", fields[1]);
		return csv_fail(csv, err, "outcome");
	}
	s->outcome = (uint8_t)outcome;
	if (parse_rtt(csv, s, fields[2], err) < 0)
		return err->code;
	return csv->has_failure ? parse_failure(csv, s, fields[3], err) : 0;
}

static void add_sample(struct csv *csv, const struct sample *s)
{
	struct observation *o = csv->o;

	if (o->sample_count == csv->room) {
		size_t room = csv->room ? 4 * csv->room : 1024;
		struct sample *samples = arena_array(csv->arena, room, sizeof *samples);

		if (o->sample_count)
			memcpy(samples, o->samples, o->sample_count * sizeof *samples);
		o->samples = samples;
		csv->room = room;
	}
	o->samples[o->sample_count++] = *s;
}

static int parse_csv(struct csv *csv, struct error *err)
{
	char *line = next_line(csv);

	if (line && strncmp(line, "\xef\xbb\xbf", 3) == 0)
		line += 3;
	if (!line || (strcmp(line, CSV_HEADER) != 0 && strcmp(line, CSV_HEADER_FAILURE) != 0)) {
		error_set(err, ERROR_DATA, "the header must be " CSV_HEADER);
		return error_at(err, csv->path, 1, NULL);
	}
	csv->has_failure = strcmp(line, CSV_HEADER_FAILURE) == 0;
	while ((line = next_line(csv))) {
		struct sample s = { 0 };

		if (!*line)
			continue;
		if (parse_row(csv, line, &s, err) < 0)
			return err->code;
		add_sample(csv, &s);
	}
	return 0;
}

static int read_csv(struct reader *r, const struct node *samples, struct observation *o, struct error *err)
{
	struct node member = node_member(samples, "csv");
	struct text content = { 0 };
	struct csv csv = { .arena = r->arena, .o = o };
	const char *file;
	int rc;

	if (node_check_keys(samples, (const char *const[]){ "csv", NULL }, err) < 0 ||
	    read_text(r->arena, samples, "csv", REQUIRED, &file, err) < 0)
		return err->code;
	csv.path =
	    *file == '/' ? file : arena_printf(r->arena, "%s%s", r->directory ? r->directory : "", file);
	if (text_read_file(&content, csv.path, err) < 0) {
		text_release(&content);
		return err->file[0] ? err->code : node_fail_at(&member, err);
	}
	csv.at = arena_copy(r->arena, text_string(&content));
	rc = strlen(csv.at) == content.length ? parse_csv(&csv, err)
	                                      : error_set(err, ERROR_DATA, "'%s' holds a NUL byte", csv.path);
	text_release(&content);
	o->origin = file;
	return rc;
}

/* ---- the compact form: all up, except … ---- */

#define SAMPLES_MOST INT64_C(20000000) /* of one observation; a month each second is 2.7 million */

struct exception {
	struct span span;
	uint8_t outcome;
	int32_t rtt_us;
};

static int read_exception(const struct node *list, size_t i, int64_t rtt_us, struct exception *out,
                          struct error *err)
{
	static const char *const outcomes[] = { "up", "down", "missed", NULL };
	struct node object;
	int outcome = 0;

	if (node_item_object(list, i, &object, err) < 0 ||
	    node_check_keys(&object, (const char *const[]){ "from", "to", "outcome", "rtt_us", NULL }, err) <
	        0 ||
	    read_instant(&object, "from", REQUIRED, &out->span.start, err) < 0 ||
	    read_instant(&object, "to", REQUIRED, &out->span.end, err) < 0 ||
	    node_word(&object, "outcome", REQUIRED, outcomes, &outcome, err) < 0 ||
	    node_integer(&object, "rtt_us", OPTIONAL, 0, INT32_MAX, &rtt_us, err) < 0)
		return err->code;
	if (out->span.end <= out->span.start)
		return node_fail(&object, err, "'to' is not after 'from'");
	out->outcome = (uint8_t)outcome;
	out->rtt_us = outcome == SAMPLE_UP ? (int32_t)rtt_us : -1;
	return 0;
}

static void generate(struct reader *r, struct observation *o, int64_t rtt_us,
                     const struct exception *exceptions, size_t count)
{
	struct span period = r->c->period.span;
	size_t inside = (size_t)((span_length(period) + o->interval_us - 1) / o->interval_us);

	/* one sample each interval from the start, and the two neighbours just outside the period, which are
	 * up */
	o->sample_count = inside + 2;
	o->samples = arena_array(r->arena, o->sample_count, sizeof *o->samples);
	for (size_t i = 0; i < o->sample_count; i++) {
		struct sample *s = &o->samples[i];

		s->scheduled_us = period.start + ((int64_t)i - 1) * o->interval_us;
		s->outcome = SAMPLE_UP;
		s->rtt_us = (int32_t)rtt_us;
		for (size_t k = 0; k < count && span_holds(period, s->scheduled_us); k++)
			if (span_holds(exceptions[k].span, s->scheduled_us)) {
				s->outcome = exceptions[k].outcome;
				s->rtt_us = exceptions[k].rtt_us;
			}
	}
	o->origin = "all_up";
}

static int read_compact(struct reader *r, const struct node *samples, struct observation *o,
                        struct error *err)
{
	struct node all_up = node_member(samples, "all_up"), list;
	struct exception *exceptions;
	int64_t rtt_us = -1;
	bool is_up = false;

	if (node_check_keys(samples, (const char *const[]){ "all_up", "rtt_us", "except", NULL }, err) < 0 ||
	    node_boolean(samples, "all_up", REQUIRED, &is_up, err) < 0 ||
	    node_integer(samples, "rtt_us", OPTIONAL, 0, INT32_MAX, &rtt_us, err) < 0 ||
	    node_array(samples, "except", OPTIONAL, &list, err) < 0)
		return err->code;
	if (!is_up)
		return node_fail(&all_up, err, "must be true");
	exceptions = arena_array(r->arena, node_count(&list), sizeof *exceptions);
	for (size_t i = 0; i < node_count(&list); i++)
		if (read_exception(&list, i, rtt_us, &exceptions[i], err) < 0)
			return err->code;
	if (o->interval_us == 0)
		return node_fail(samples, err, "needs the observation's 'interval_s'");
	if (span_length(r->c->period.span) / o->interval_us >= SAMPLES_MOST)
		return node_fail(samples, err,
		                 "more than %lld samples: the interval is too short for the period",
		                 (long long)SAMPLES_MOST);
	generate(r, o, rtt_us, exceptions, node_count(&list));
	return 0;
}

/* ---- observations ---- */

static int by_schedule(const void *left, const void *right)
{
	const struct sample *a = left, *b = right;

	if (a->scheduled_us != b->scheduled_us)
		return a->scheduled_us < b->scheduled_us ? -1 : 1;
	if (a->outcome != b->outcome) /* of requests, several may be at one instant */
		return a->outcome < b->outcome ? -1 : 1;
	if (a->rtt_us != b->rtt_us)
		return a->rtt_us < b->rtt_us ? -1 : 1;
	return a->failure < b->failure ? -1 : a->failure > b->failure;
}

static int sort_samples(const struct node *object, struct observation *o, struct error *err)
{
	char at[INSTANT_TEXT_SIZE];
	bool sorted = true;

	for (size_t i = 1; i < o->sample_count; i++)
		sorted = sorted && o->samples[i - 1].scheduled_us < o->samples[i].scheduled_us;
	if (sorted)
		return 0;
	qsort(o->samples, o->sample_count, sizeof *o->samples, by_schedule);
	for (size_t i = 1; i < o->sample_count && !o->requests; i++)
		if (o->samples[i - 1].scheduled_us == o->samples[i].scheduled_us)
			return node_fail(object, err, "two samples of '%s' are scheduled at %s", o->target,
			                 instant_format(o->samples[i].scheduled_us, at));
	return 0;
}

#define INTERVAL_MOST_S (31 * 86400)

/* A whole log of requests has no schedule; samples in the compact form need one all the same. */
static int read_kind(const struct node *object, struct observation *o, struct error *err)
{
	static const char *const kinds[] = { "probe", "requests", NULL };
	struct node gap_limit = node_member(object, "gap_limit_s");
	int kind = 0;

	if (node_word(object, "kind", OPTIONAL, kinds, &kind, err) < 0)
		return err->code;
	o->requests = kind == 1;
	if (o->requests && gap_limit.value)
		return node_fail(&gap_limit, err, "a whole log of requests has no gaps");
	return 0;
}

static int read_schedule(struct reader *r, const struct node *object, struct observation *o,
                         struct error *err)
{
	struct node gap_limit = node_member(object, "gap_limit_s");

	if (read_kind(object, o, err) < 0 ||
	    read_seconds(r->arena, object, "interval_s", o->requests ? OPTIONAL : REQUIRED, INTERVAL_MOST_S,
	                 &o->interval_us, err) < 0 ||
	    read_seconds(r->arena, object, "timeout_s", OPTIONAL, INTERVAL_MOST_S, &o->timeout_us, err) < 0)
		return err->code;
	o->gap_limit_us = o->interval_us + o->interval_us / 2;
	if (read_seconds(r->arena, object, "gap_limit_s", OPTIONAL, INTERVAL_MOST_S, &o->gap_limit_us, err) <
	    0)
		return err->code;
	if (o->gap_limit_us < o->interval_us)
		return node_fail(&gap_limit, err, "is shorter than the interval");
	return 0;
}

static int read_samples(struct reader *r, const struct node *object, struct observation *o, struct error *err)
{
	struct node samples, csv;
	int rc;

	if (node_object(object, "samples", r->source ? OPTIONAL : REQUIRED, &samples, err) < 0)
		return err->code;
	csv = node_member(&samples, "csv");
	if (!samples.value)
		rc = r->source->load(r->source->context, r->arena, r->c, o, err);
	else
		rc = csv.value ? read_csv(r, &samples, o, err) : read_compact(r, &samples, o, err);
	return rc < 0 ? rc : sort_samples(object, o, err);
}

static int read_observation(struct reader *r, const struct node *object, struct observation *o,
                            struct error *err)
{
	static const char *const keys[] = { "target",    "vantage",     "kind",    "interval_s",
		                            "timeout_s", "gap_limit_s", "samples", NULL };

	if (node_check_keys(object, keys, err) < 0 ||
	    read_text(r->arena, object, "target", REQUIRED, &o->target, err) < 0 ||
	    read_text(r->arena, object, "vantage", OPTIONAL, &o->vantage, err) < 0 ||
	    read_schedule(r, object, o, err) < 0)
		return err->code;
	if (!o->vantage)
		o->vantage = "";
	for (const struct observation *other = r->c->observations; other < o; other++)
		if (strcmp(other->target, o->target) == 0 && strcmp(other->vantage, o->vantage) == 0)
			return node_fail(object, err, "the target '%s' is there twice from the vantage '%s'",
			                 o->target, o->vantage);
	return read_samples(r, object, o, err);
}

int read_observations(struct reader *r, const struct node *root, struct error *err)
{
	struct node list;

	if (node_array(root, "observations", OPTIONAL, &list, err) < 0)
		return err->code;
	r->c->observation_count = node_count(&list);
	r->c->observations = arena_array(r->arena, r->c->observation_count, sizeof *r->c->observations);
	for (size_t i = 0; i < r->c->observation_count; i++) {
		struct node object;

		if (node_item_object(&list, i, &object, err) < 0 ||
		    read_observation(r, &object, &r->c->observations[i], err) < 0)
			return err->code;
	}
	return 0;
}
