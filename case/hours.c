#include "case/hours.h"

#include <string.h>

#define DAY_MINUTES 1440
#define WEEK        HOURS_WEEK_DAYS

/* "08:00", and "24:00" as an end only. */
static int read_time_of_day(const struct node *object, const char *key, int most, int *out, struct error *err)
{
	struct node member = node_member(object, key);
	const char *t;

	if (node_string(object, key, REQUIRED, &t, err) < 0)
		return err->code;
	*out = -1;
	if (strlen(t) == 5 && strspn(t, "0123456789") == 2 && t[2] == ':' &&
	    strspn(t + 3, "0123456789") == 2 && t[3] < '6')
		*out = ((t[0] - '0') * 10 + t[1] - '0') * 60 + (t[3] - '0') * 10 + t[4] - '0';
	if (*out < 0 || *out > most)
		return node_fail(&member, err, "'%.20s' is not a time of the day like 08:00%s", t,
		                 most == DAY_MINUTES ? " or 24:00" : "");
	return 0;
}

static int read_minutes(const struct node *object, struct minutes *out, struct error *err)
{
	if (read_time_of_day(object, "from", DAY_MINUTES - 1, &out->from, err) < 0 ||
	    read_time_of_day(object, "to", DAY_MINUTES, &out->to, err) < 0)
		return err->code;
	if (out->to > out->from)
		return 0;
	node_fail(object, err, "'to' is not after 'from'");
	return error_hint(err,
	                  "hours over midnight are two entries: until 24:00, and from 00:00 of the next day");
}

static int read_hours_list(struct arena *a, const struct node *list, struct hours_list *out,
                           struct error *err)
{
	out->count = node_count(list);
	out->at = arena_array(a, out->count, sizeof *out->at);
	for (size_t i = 0; i < out->count; i++) {
		struct node object;

		if (node_item_object(list, i, &object, err) < 0 ||
		    node_check_keys(&object, (const char *const[]){ "from", "to", NULL }, err) < 0 ||
		    read_minutes(&object, &out->at[i], err) < 0)
			return err->code;
	}
	return 0;
}

static void add_minutes(struct arena *a, struct hours_list *list, struct minutes m)
{
	struct minutes *more = arena_array(a, list->count + 1, sizeof *more);

	if (list->count)
		memcpy(more, list->at, list->count * sizeof *more);
	more[list->count++] = m;
	list->at = more;
}

static int read_week_entry(struct arena *a, const struct node *object, struct service_hours *h,
                           struct error *err)
{
	static const char *const names[WEEK] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
	struct minutes m;
	struct node days;

	if (node_check_keys(object, (const char *const[]){ "days", "from", "to", NULL }, err) < 0 ||
	    node_array(object, "days", REQUIRED, &days, err) < 0 || read_minutes(object, &m, err) < 0)
		return err->code;
	if (node_count(&days) == 0)
		return node_fail(&days, err, "at least one day is needed");
	for (size_t i = 0; i < node_count(&days); i++) {
		struct node item = node_item(&days, i);
		const char *name;
		int day = 0;

		if (node_item_string(&days, i, &name, err) < 0)
			return err->code;
		while (day < WEEK && strcmp(names[day], name) != 0)
			day++;
		if (day == WEEK)
			return node_fail(&item, err,
			                 "'%.20s' is not one of: mon, tue, wed, thu, fri, sat, sun", name);
		add_minutes(a, &h->weekly[day], m);
	}
	return 0;
}

static int read_weekly(struct arena *a, const struct node *object, struct service_hours *h, struct error *err)
{
	struct node weekly;

	if (node_array(object, "weekly", REQUIRED, &weekly, err) < 0)
		return err->code;
	for (size_t i = 0; i < node_count(&weekly); i++) {
		struct node entry;

		if (node_item_object(&weekly, i, &entry, err) < 0 || read_week_entry(a, &entry, h, err) < 0)
			return err->code;
	}
	return 0;
}

static int read_holidays(struct arena *a, const struct node *object, struct service_hours *h,
                         struct error *err)
{
	struct node on;

	if (read_text(a, object, "holidays", OPTIONAL, &h->holidays, err) < 0 ||
	    node_array(object, "on_holidays", OPTIONAL, &on, err) < 0 || !on.value)
		return err->code;
	if (!h->holidays)
		return node_fail(&on, err, "says something only beside 'holidays'");
	return read_hours_list(a, &on, &h->on_holidays, err);
}

static int read_dates(struct arena *a, const struct node *object, struct service_hours *h, struct error *err)
{
	struct node dates, entry, hours;

	if (node_array(object, "dates", OPTIONAL, &dates, err) < 0)
		return err->code;
	h->date_count = node_count(&dates);
	h->dates = arena_array(a, h->date_count, sizeof *h->dates);
	for (size_t i = 0; i < h->date_count; i++) {
		if (node_item_object(&dates, i, &entry, err) < 0 ||
		    node_check_keys(&entry, (const char *const[]){ "date", "hours", NULL }, err) < 0 ||
		    read_day(&entry, "date", REQUIRED, &h->dates[i].day, err) < 0 ||
		    node_array(&entry, "hours", REQUIRED, &hours, err) < 0 ||
		    read_hours_list(a, &hours, &h->dates[i].hours, err) < 0)
			return err->code;
		for (size_t k = 0; k < i; k++)
			if (h->dates[k].day == h->dates[i].day)
				return node_fail(&entry, err, "the date is there twice");
	}
	return 0;
}

static bool counts_hours(const struct level *l)
{
	bool counts = l->counted == COUNT_SERVICE_HOURS;

	for (size_t i = 0; i < l->reading_count; i++)
		counts = counts || l->readings[i].counted == COUNT_SERVICE_HOURS;
	return counts;
}

static int check_levels(const struct node *terms, const struct terms *t, struct error *err)
{
	struct node levels = node_member(terms, "levels");

	for (size_t i = 0; i < t->level_count; i++)
		if (counts_hours(&t->levels[i])) {
			struct node level = node_item(&levels, i);

			return node_fail(&level, err,
			                 "counts service hours, and the terms have no 'service_hours'");
		}
	return 0;
}

int hours_read(struct arena *a, const struct node *terms, struct terms *t, struct error *err)
{
	static const char *const keys[] = { "weekly", "holidays", "on_holidays", "dates", NULL };
	struct service_hours *h;
	struct node object;

	if (node_object(terms, "service_hours", OPTIONAL, &object, err) < 0)
		return err->code;
	if (!object.value)
		return check_levels(terms, t, err);
	t->service_hours = h = arena_new(a, struct service_hours);
	if (node_check_keys(&object, keys, err) < 0 || read_weekly(a, &object, h, err) < 0 ||
	    read_holidays(a, &object, h, err) < 0)
		return err->code;
	return read_dates(a, &object, h, err);
}
