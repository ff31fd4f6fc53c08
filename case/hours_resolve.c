/* hours_resolve: which hours each day of the period has, and which instants these are. */
#include "case/calendar.h"
#include "case/hours.h"

#include <string.h>

/* ---- which hours a day has ---- */

struct days { /* what decides the hours of a day */
	const struct service_hours *hours;
	const struct calendar *calendar; /* NULL none */
	int64_t first, last;             /* days of the period */
};

static const struct hours_list *dated(const struct service_hours *h, int64_t day)
{
	for (size_t i = 0; i < h->date_count; i++)
		if (h->dates[i].day == day)
			return &h->dates[i].hours;
	return NULL;
}

static bool speaks_of(const struct calendar *c, int64_t day)
{
	return day >= c->from_day && day <= c->to_day;
}

/* NULL: nobody knows, the calendar does not speak of the day. */
static const struct hours_list *hours_of(const struct days *d, int64_t day)
{
	const struct hours_list *own = dated(d->hours, day);

	if (own)
		return own;
	if (d->calendar && !speaks_of(d->calendar, day))
		return NULL;
	if (d->calendar && calendar_holiday(d->calendar, day))
		return &d->hours->on_holidays;
	return &d->hours->weekly[(day + 3) % HOURS_WEEK_DAYS]; /* 1970-01-01 was a Thursday */
}

static int beyond(const struct calendar *c, int64_t day, const struct node *period, struct error *err)
{
	struct date limit = date_from_days(day > c->to_day ? c->to_day : c->from_day),
	            d = date_from_days(day);

	node_fail(period, err, "the calendar '%s' %s %04d-%02d-%02d, the period needs %04d-%02d-%02d", c->id,
	          day > c->to_day ? "ends" : "begins", limit.year, limit.month, limit.day, d.year, d.month,
	          d.day);
	return error_hint(err,
	                  "give a calendar in the case's 'calendars'; slacalc calendar import makes one");
}

/* ---- from wall-clock hours to instants ---- */

/* Where the wall clock keeps one offset: the hours of all days, cut to the piece. */
static size_t add_piece(const struct days *d, struct span piece, int offset_s, struct span *out, size_t count)
{
	for (int64_t day = d->first - 1; day <= d->last + 1; day++) {
		const struct hours_list *hours = hours_of(d, day);
		int64_t midnight = day * US_PER_DAY - offset_s * US_PER_S;

		for (size_t i = 0; hours && i < hours->count; i++) {
			struct span s = { midnight + hours->at[i].from * US_PER_MINUTE,
				          midnight + hours->at[i].to * US_PER_MINUTE };

			out[count] = span_intersect(s, piece);
			count += span_length(out[count]) > 0;
		}
	}
	return count;
}

static size_t entries_of(const struct days *d)
{
	size_t count = 0;

	for (int64_t day = d->first - 1; day <= d->last + 1; day++)
		count += hours_of(d, day) ? hours_of(d, day)->count : 0;
	return count;
}

static int instants_of(struct arena *a, const struct days *d, struct zone *zone, struct span_set *out,
                       struct error *err)
{
	/* wide enough for the days at any offset from UTC */
	struct span whole = { (d->first - 2) * US_PER_DAY, (d->last + 3) * US_PER_DAY };
	struct span piece = { whole.start, whole.start }, *spans = NULL;
	size_t count = 0;

	while (piece.end < whole.end) {
		struct span *more;
		int offset_s;

		piece.start = piece.end;
		if (zone_offset(zone, piece.start, &offset_s, err) < 0 ||
		    zone_next_change(zone, piece.start, &piece.end, err) < 0)
			return err->code;
		more = arena_array(a, count + entries_of(d), sizeof *more);
		if (count)
			memcpy(more, spans, count * sizeof *more);
		spans = more;
		count = add_piece(d, piece, offset_s, spans, count);
	}
	*out = span_set_of(a, spans, count, whole);
	return 0;
}

/* ---- calendars ---- */

struct resolving { /* what is at hand while the hours of one case are resolved */
	struct reader *reader;
	const struct node *root;
	struct node period;
	struct calendar *calendars; /* of the case itself */
	size_t calendar_count;
};

/* The calendars of the case itself. */
static int read_calendars(struct resolving *w, struct error *err)
{
	struct node list, object;

	if (node_array(w->root, "calendars", OPTIONAL, &list, err) < 0)
		return err->code;
	w->calendars = arena_array(w->reader->arena, node_count(&list), sizeof *w->calendars);
	for (size_t i = 0; i < node_count(&list); i++) {
		if (node_item_object(&list, i, &object, err) < 0 ||
		    calendar_read(w->reader->arena, &object, &w->calendars[i], err) < 0)
			return err->code;
		for (size_t k = 0; k < i; k++)
			if (strcmp(w->calendars[k].id, w->calendars[i].id) == 0)
				return node_fail(&object, err, "the calendar '%s' is there twice",
				                 w->calendars[i].id);
		w->calendar_count = i + 1;
	}
	return 0;
}

static int no_calendar(struct resolving *w, const struct terms *t, struct error *err)
{
	struct arena *a = w->reader->arena;
	char *path = arena_printf(a, "terms[%zu].service_hours.holidays", (size_t)(t - w->reader->c->terms));

	error_set(err, ERROR_DATA, "no calendar '%s'", t->service_hours->holidays);
	error_at(err, w->root->doc->name, document_line(w->root->doc, path), path);
	return error_hint(err, "give it in the case's 'calendars'; shipped: %s", calendar_shipped_ids(a));
}

static void note_used(struct sla_case *c, const struct calendar *used, const char *origin)
{
	for (size_t i = 0; i < c->calendar_count; i++)
		if (strcmp(c->calendars[i].id, used->id) == 0)
			return;
	c->calendars[c->calendar_count++] =
	    (struct calendar_used){ used->id, used->edition, used->document, origin };
}

/* A calendar of the case comes before a shipped one of the same name. */
static int find_calendar(struct resolving *w, const struct terms *t, struct calendar *out, struct error *err)
{
	const char *id = t->service_hours->holidays;
	const struct shipped_file *file = calendar_shipped_file(id);

	for (size_t i = 0; i < w->calendar_count; i++)
		if (strcmp(w->calendars[i].id, id) == 0) {
			*out = w->calendars[i];
			note_used(w->reader->c, out, "case");
			return 0;
		}
	if (!file)
		return no_calendar(w, t, err);
	if (calendar_read_shipped(w->reader->arena, file, out, err) < 0)
		return err->code;
	note_used(w->reader->c, out, "shipped");
	return 0;
}

/* ---- the levels in use ---- */

static int period_days(const struct sla_case *c, struct zone *zone, struct days *d, struct error *err)
{
	struct date first, last;

	if (zone_date(zone, c->period.span.start, &first, err) < 0 ||
	    zone_date(zone, c->period.span.end - 1, &last, err) < 0)
		return err->code;
	d->first = date_to_days(first);
	d->last = date_to_days(last);
	return 0;
}

static void give(struct level *l, const struct span_set *hours)
{
	if (l->counted == COUNT_SERVICE_HOURS) {
		l->hours = hours->at;
		l->hour_count = hours->count;
	}
	for (size_t i = 0; i < l->reading_count; i++)
		give(&l->readings[i], hours);
}

static int resolve_in(struct resolving *w, struct terms *t, struct zone *zone, struct error *err)
{
	struct days d = { .hours = t->service_hours };
	struct calendar calendar;
	struct span_set hours;

	if (period_days(w->reader->c, zone, &d, err) < 0)
		return err->code;
	if (t->service_hours->holidays) {
		if (find_calendar(w, t, &calendar, err) < 0)
			return err->code;
		d.calendar = &calendar;
	}
	for (int64_t day = d.first; day <= d.last; day++)
		if (!hours_of(&d, day))
			return beyond(&calendar, day, &w->period, err);
	if (instants_of(w->reader->arena, &d, zone, &hours, err) < 0)
		return err->code;
	for (size_t i = 0; i < t->level_count; i++)
		give(&t->levels[i], &hours);
	return 0;
}

static int resolve_terms(struct resolving *w, struct terms *t, struct error *err)
{
	const char *name = t->time_zone ? t->time_zone : w->reader->c->period.time_zone;
	struct zone *zone;
	int rc;

	if (!name) {
		node_fail(&w->period, err, "the key 'time_zone' is missing");
		return error_hint(err, "service hours are hours of a time zone");
	}
	if (zone_open(&zone, name, err) < 0)
		return node_fail_at(&w->period, err);
	rc = resolve_in(w, t, zone, err);
	zone_free(zone);
	return rc;
}

/* Fixed hours say what T is; so does the level. */
static int check_fixed(const struct resolving *w, const struct terms *t, struct error *err)
{
	long long fixed = w->reader->c->period.fixed_hours;

	for (size_t i = 0; i < t->level_count; i++)
		if (fixed && t->levels[i].counted != COUNT_PERIOD)
			return node_fail(
			    &w->period, err,
			    "T is fixed at %lld h, and the level '%s' of the terms '%s' counts %s", fixed,
			    t->levels[i].id, t->id,
			    t->levels[i].counted == COUNT_DEPLOYED ? "deployed time" : "service hours");
	return 0;
}

static bool in_use(const struct sla_case *c, const struct terms *t)
{
	for (size_t i = 0; i < c->service_count; i++)
		if (c->services[i].terms == t)
			return true;
	return false;
}

int hours_resolve(struct reader *r, const struct node *root, struct error *err)
{
	struct resolving w = { r, root, node_member(root, "period"), NULL, 0 };
	struct sla_case *c = r->c;

	if (read_calendars(&w, err) < 0)
		return err->code;
	c->calendars = arena_array(r->arena, c->terms_count, sizeof *c->calendars);
	for (size_t i = 0; i < c->terms_count; i++) {
		struct terms *t = &c->terms[i];

		if (!in_use(c, t))
			continue;
		if (check_fixed(&w, t, err) < 0 || (t->service_hours && resolve_terms(&w, t, err) < 0))
			return err->code;
	}
	return 0;
}
