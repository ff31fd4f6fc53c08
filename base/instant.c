#include "base/instant.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Both conversions count from 1 March of year 0, so that the leap day ends a year (Gregorian cycle: 400
 * years). */
int64_t date_to_days(struct date d)
{
	int64_t y = d.month <= 2 ? d.year - 1 : d.year;
	int64_t cycle = y / 400, year_of_cycle = y - cycle * 400;
	int64_t month_from_march = (d.month + 9) % 12;
	int64_t day_of_year = (153 * month_from_march + 2) / 5 + d.day - 1;

	return cycle * 146097 + year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year -
	       719468;
}

struct date date_from_days(int64_t days)
{
	int64_t z = days + 719468, cycle = (z >= 0 ? z : z - 146096) / 146097;
	int64_t day_of_cycle = z - cycle * 146097;
	int64_t year_of_cycle =
	    (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36524 - day_of_cycle / 146096) / 365;
	int64_t day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
	int64_t month_from_march = (5 * day_of_year + 2) / 153;
	struct date d;

	d.day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
	d.month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
	d.year = (int)(year_of_cycle + cycle * 400 + (d.month <= 2));
	return d;
}

/* Reads exactly count digits and moves on. */
static bool digits(const char **at, int count, int *out)
{
	int value = 0;

	for (int i = 0; i < count; i++) {
		if ((*at)[i] < '0' || (*at)[i] > '9')
			return false;
		value = value * 10 + ((*at)[i] - '0');
	}
	*at += count;
	*out = value;
	return true;
}

static bool literal(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

static bool read_date(const char **at, struct date *d)
{
	struct date back;

	if (!digits(at, 4, &d->year) || !literal(at, '-') || !digits(at, 2, &d->month) || !literal(at, '-') ||
	    !digits(at, 2, &d->day))
		return false;
	if (d->year < 1970 || d->month < 1 || d->month > 12 || d->day < 1)
		return false;
	back = date_from_days(date_to_days(*d));
	return back.month == d->month && back.day == d->day;
}

char *date_format(int64_t days, char buffer[DATE_TEXT_SIZE])
{
	struct date d = date_from_days(days);

	snprintf(buffer, DATE_TEXT_SIZE, "%04d-%02d-%02d", d.year % 10000, d.month % 100, d.day % 100);
	return buffer;
}

int date_parse(struct date *out, const char *text, struct error *err)
{
	const char *at = text;

	if (!read_date(&at, out) || *at)
		return error_set(err, ERROR_DATA, "'%s' is not a date like 2026-10-31", text);
	return 0;
}

int month_parse(struct date *out, const char *text, struct error *err)
{
	const char *at = text;

	out->day = 1;
	if (!digits(&at, 4, &out->year) || !literal(&at, '-') || !digits(&at, 2, &out->month) || *at ||
	    out->year < 1970 || out->month < 1 || out->month > 12)
		return error_set(err, ERROR_DATA, "'%s' is not a month like 2026-10", text);
	return 0;
}

static bool read_fraction(const char **at, int64_t *us)
{
	int64_t scale = 100000;

	*us = 0;
	if (!literal(at, '.'))
		return true;
	if (**at < '0' || **at > '9')
		return false;
	for (; **at >= '0' && **at <= '9'; (*at)++, scale /= 10) {
		if (scale == 0)
			return false;
		*us += (**at - '0') * scale;
	}
	return true;
}

static bool read_offset(const char **at, int64_t *seconds)
{
	int sign, hours, minutes;

	*seconds = 0;
	if (literal(at, 'Z') || literal(at, 'z'))
		return true;
	sign = **at == '-' ? -1 : 1;
	if (!literal(at, '+') && !literal(at, '-'))
		return false;
	if (!digits(at, 2, &hours) || !literal(at, ':') || !digits(at, 2, &minutes) || hours > 23 ||
	    minutes > 59)
		return false;
	*seconds = sign * (hours * 3600 + minutes * 60);
	return true;
}

int instant_parse(int64_t *out_us, const char *text, struct error *err)
{
	const char *at = text;
	struct date d;
	int hour, minute, second;
	int64_t fraction_us, offset_s;

	if (!read_date(&at, &d) || !(literal(&at, 'T') || literal(&at, 't')) || !digits(&at, 2, &hour) ||
	    !literal(&at, ':') || !digits(&at, 2, &minute) || !literal(&at, ':') ||
	    !digits(&at, 2, &second) || !read_fraction(&at, &fraction_us) || !read_offset(&at, &offset_s) ||
	    *at || hour > 23 || minute > 59 || second > 59)
		return error_set(err, ERROR_DATA,
		                 "'%s' is not an instant with offset like 2026-10-10T01:00:00+09:00", text);
	*out_us = (date_to_days(d) * 86400 + hour * 3600 + minute * 60 + second - offset_s) * US_PER_S +
	          fraction_us;
	return 0;
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

char *instant_format_offset(int64_t us, int offset_s, char buffer[INSTANT_TEXT_SIZE])
{
	int64_t local = us + offset_s * US_PER_S, days = floor_div(local, US_PER_DAY);
	int64_t of_day = local - days * US_PER_DAY, s = of_day / US_PER_S, fraction = of_day % US_PER_S;
	struct date d = date_from_days(days);
	int offset_minutes = abs(offset_s) / 60;
	int n = snprintf(buffer, INSTANT_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d", d.year, d.month, d.day,
	                 (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));

	if (fraction) {
		n += snprintf(buffer + n, (size_t)(INSTANT_TEXT_SIZE - n), ".%06d", (int)fraction);
		while (buffer[n - 1] == '0')
			n--;
	}
	if (offset_s == 0)
		snprintf(buffer + n, (size_t)(INSTANT_TEXT_SIZE - n), "Z");
	else
		snprintf(buffer + n, (size_t)(INSTANT_TEXT_SIZE - n), "%c%02d:%02d", offset_s < 0 ? '-' : '+',
		         offset_minutes / 60, offset_minutes % 60);
	return buffer;
}

char *instant_format(int64_t us, char buffer[INSTANT_TEXT_SIZE])
{
	return instant_format_offset(us, 0, buffer);
}
