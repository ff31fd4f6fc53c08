/*
 * calendar_ics: holidays from iCalendar (RFC 5545).
 *
 * Lines are unfolded (3.1), values unescaped (3.3.11), events cancelled (STATUS:CANCELLED) left out. Only whole days:
 * an event that repeats by rule or has a time of day is refused, because which days it means is not a list of days.
 */
#include "slacalc/calendar_import.h"

#include <string.h>
#include <strings.h>

#define NOT_GIVEN INT64_MIN
#define DAYS_MOST 366

struct event {
	bool open; /* inside BEGIN:VEVENT */
	int inner; /* components inside it, such as VALARM */
	int line;
	int64_t start, end; /* end: the first day after it */
	const char *name;
	bool cancelled;
};

struct property {                              /* of one unfolded line */
	const char *name, *parameters, *value; /* NUL-terminated */
};

/* NAME;PARAM=…:VALUE; a parameter in quotes may hold a colon. */
static bool split(char *line, struct property *out)
{
	bool quoted = false;
	char *at = line;

	for (; *at && (quoted || *at != ':'); at++)
		quoted = quoted != (*at == '"');
	if (!*at)
		return false;
	*at = '\0';
	out->value = at + 1;
	out->name = line;
	at = strchr(line, ';');
	out->parameters = at ? at + 1 : "";
	if (at)
		*at = '\0';
	return *line != '\0';
}

static bool two_digits(const char *at, int *out)
{
	if (at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9')
		return false;
	*out = (at[0] - '0') * 10 + at[1] - '0';
	return true;
}

static int read_date(struct import *in, const struct property *p, int64_t *out)
{
	int century, year, month, day;

	if (strlen(p->value) != 8)
		return import_fail(in, "%.20s '%.40s' has a time of day: only whole days are holidays",
		                   p->name, p->value);
	if (!two_digits(p->value, &century) || !two_digits(p->value + 2, &year) ||
	    !two_digits(p->value + 4, &month) || !two_digits(p->value + 6, &day) ||
	    !import_day(100 * century + year, month, day, out))
		return import_fail(in, "'%.40s' is not a date like 20190101", p->value);
	return 0;
}

/* \, \; \\ stand for themselves, \n for a line break, which a name has none of. */
static const char *unescape(struct import *in, const char *value)
{
	char *out = arena_copy(in->arena, value), *to = out;

	for (const char *at = value; *at; at++) {
		if (*at == '\\' && at[1])
			*to++ = *++at == 'n' || *at == 'N' ? ' ' : *at;
		else
			*to++ = *at;
	}
	*to = '\0';
	return out;
}

static int close_event(struct import *in, const struct event *e)
{
	int64_t end = e->end == NOT_GIVEN ? e->start + 1 : e->end;

	in->line = e->line;
	if (e->cancelled)
		return 0;
	if (e->start == NOT_GIVEN || !e->name)
		return import_fail(in, "the event lacks %s", e->name ? "DTSTART" : "SUMMARY");
	if (end <= e->start)
		return import_fail(in, "DTEND is not after DTSTART");
	if (end - e->start > DAYS_MOST)
		return import_fail(in, "the event lasts longer than a year");
	for (int64_t day = e->start; day < end; day++)
		if (import_add(in, day, e->name) < 0)
			return in->err->code;
	return 0;
}

static int event_property(struct import *in, const struct property *p, struct event *e)
{
	static const char *const refused[] = { "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "DURATION" };

	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		if (strcasecmp(p->name, refused[i]) == 0)
			return import_fail(in, "%s is not supported: list each day", refused[i]);
	if (strcasecmp(p->name, "DTSTART") == 0)
		return read_date(in, p, &e->start);
	if (strcasecmp(p->name, "DTEND") == 0)
		return read_date(in, p, &e->end);
	if (strcasecmp(p->name, "SUMMARY") == 0)
		e->name = unescape(in, p->value);
	if (strcasecmp(p->name, "STATUS") == 0)
		e->cancelled = strcasecmp(p->value, "CANCELLED") == 0;
	return 0;
}

static int take(struct import *in, const struct property *p, struct event *e)
{
	bool begin = strcasecmp(p->name, "BEGIN") == 0, end = strcasecmp(p->name, "END") == 0;
	bool event = strcasecmp(p->value, "VEVENT") == 0;

	if (!e->open && begin && event) {
		*e = (struct event){ .open = true, .line = in->line, .start = NOT_GIVEN, .end = NOT_GIVEN };
		return 0;
	}
	if (!e->open)
		return 0;
	if (begin && event)
		return import_fail(in, "the event before it has no END");
	if (end && e->inner == 0) {
		e->open = false;
		return close_event(in, e);
	}
	e->inner += begin - end;
	return e->inner || begin || end ? 0 : event_property(in, p, e);
}

/* The next unfolded line (without its break), at *at; a line goes on where the next one starts with a blank. */
static void unfold(struct import *in, const char **at, const char *end, int *next_line, struct text *out)
{
	text_clear(out);
	in->line = *next_line;
	do {
		const char *feed = memchr(*at, '\n', (size_t)(end - *at)), *stop = feed ? feed : end;
		const char *from = *at + (*next_line > in->line); /* without the blank */

		text_append(out, from, (size_t)((stop > from && stop[-1] == '\r' ? stop - 1 : stop) - from));
		*at = feed ? feed + 1 : end;
		++*next_line;
	} while (*at < end && (**at == ' ' || **at == '\t'));
}

static int read_lines(struct import *in, const char *at, const char *end, struct text *line)
{
	struct event e = { .open = false };
	int next_line = 1;

	while (at < end) {
		struct property p;
		const char *utf8;

		unfold(in, &at, end, &next_line, line);
		if (text_failed(line))
			return error_set(in->err, ERROR_MEMORY, "out of memory");
		if (line->length == 0)
			continue;
		utf8 = import_utf8(in, text_string(line), line->length);
		if (!utf8)
			return import_fail(in, "the line is not UTF-8");
		if (!split(arena_copy(in->arena, utf8), &p))
			return import_fail(in, "'%.40s' is not a property with a value", utf8);
		if (take(in, &p, &e) < 0)
			return in->err->code;
	}
	in->line = e.line;
	return e.open ? import_fail(in, "the event has no END") : 0;
}

int import_ics(struct import *in, const char *bytes, size_t length)
{
	struct text line = { 0 };
	int rc = read_lines(in, bytes, bytes + length, &line);

	text_release(&line);
	return rc;
}
