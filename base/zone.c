#include "base/zone.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/ucal.h>
#include <unicode/ustring.h>

struct zone {
	UCalendar *calendar;
};

static int icu_error(struct error *err, const char *doing, UErrorCode status)
{
	return error_set(err, ERROR_DATA, "the time zone library could not %s: %s", doing,
	                 u_errorName(status));
}

/* ICU's three-letter names are no IANA names, and most are ambiguous (CST, IST, BST). */
static bool is_abbreviation(const char *name)
{
	static const char names[] =
	    " ACT AET AGT ART AST BET BST CAT CNT CST CTT EAT ECT IET IST JST MIT NET NST PLT "
	    "PNT PRT PST SST VST ";
	char word[8];

	if (strlen(name) != 3)
		return false;
	snprintf(word, sizeof word, " %s ", name);
	return strstr(names, word) != NULL;
}

static bool is_system_zone(const UChar *id)
{
	UChar canonical[128];
	UBool system_id = 0;
	UErrorCode status = U_ZERO_ERROR;

	ucal_getCanonicalTimeZoneID(id, -1, canonical, 128, &system_id, &status);
	return U_SUCCESS(status) && system_id;
}

int zone_open(struct zone **out, const char *name, struct error *err)
{
	UErrorCode status = U_ZERO_ERROR;
	UChar id[128];
	struct zone *zone;

	if (strlen(name) >= 128 || !*name)
		return error_set(err, ERROR_DATA, "'%.40s' is not a time zone like Asia/Tokyo", name);
	u_uastrcpy(id, name);
	if (is_abbreviation(name) || !is_system_zone(id))
		return error_set(err, ERROR_DATA, "'%s' is not a time zone like Asia/Tokyo", name);
	zone = calloc(1, sizeof *zone);
	if (!zone)
		return error_set(err, ERROR_MEMORY, "out of memory");
	zone->calendar = ucal_open(id, -1, "", UCAL_GREGORIAN, &status);
	if (U_FAILURE(status)) {
		free(zone);
		return icu_error(err, "open the zone", status);
	}
	/* where clocks go back over midnight, the day begins at the first of the two */
	ucal_setAttribute(zone->calendar, UCAL_REPEATED_WALL_TIME, UCAL_WALLTIME_FIRST);
	*out = zone;
	return 0;
}

void zone_free(struct zone *zone)
{
	if (!zone)
		return;
	ucal_close(zone->calendar);
	free(zone);
}

int zone_midnight(struct zone *zone, struct date d, int64_t *out_us, struct error *err)
{
	UErrorCode status = U_ZERO_ERROR;
	UDate milliseconds;

	ucal_clear(zone->calendar);
	ucal_setDateTime(zone->calendar, d.year, d.month - 1, d.day, 0, 0, 0, &status);
	milliseconds = ucal_getMillis(zone->calendar, &status);
	if (U_FAILURE(status))
		return icu_error(err, "find a midnight", status);
	*out_us = (int64_t)milliseconds * US_PER_MS; /* whole milliseconds: exact in a double */
	return 0;
}

int zone_month(struct zone *zone, struct date month, int start_day, struct span *out_us, struct error *err)
{
	struct date start = { month.year, month.month, start_day }, end = start;

	if (++end.month > 12) {
		end.month = 1;
		end.year++;
	}
	if (zone_midnight(zone, start, &out_us->start, err) < 0)
		return err->code;
	return zone_midnight(zone, end, &out_us->end, err);
}

static int64_t floor_ms(int64_t us)
{
	return us / US_PER_MS - (us % US_PER_MS < 0);
}

int zone_date(struct zone *zone, int64_t us, struct date *out, struct error *err)
{
	UErrorCode status = U_ZERO_ERROR;

	ucal_setMillis(zone->calendar, (UDate)floor_ms(us), &status);
	out->year = ucal_get(zone->calendar, UCAL_YEAR, &status);
	out->month = ucal_get(zone->calendar, UCAL_MONTH, &status) + 1;
	out->day = ucal_get(zone->calendar, UCAL_DATE, &status);
	return U_FAILURE(status) ? icu_error(err, "find a date", status) : 0;
}

int zone_offset(struct zone *zone, int64_t us, int *out_s, struct error *err)
{
	UErrorCode status = U_ZERO_ERROR;
	int32_t ms;

	ucal_setMillis(zone->calendar, (UDate)floor_ms(us), &status);
	ms = ucal_get(zone->calendar, UCAL_ZONE_OFFSET, &status) +
	     ucal_get(zone->calendar, UCAL_DST_OFFSET, &status);
	if (U_FAILURE(status))
		return icu_error(err, "find an offset", status);
	*out_s = ms / 1000;
	return 0;
}

int zone_next_change(struct zone *zone, int64_t us, int64_t *out_us, struct error *err)
{
	UErrorCode status = U_ZERO_ERROR;
	UDate next;

	ucal_setMillis(zone->calendar, (UDate)floor_ms(us), &status);
	*out_us = INT64_MAX;
	if (ucal_getTimeZoneTransitionDate(zone->calendar, UCAL_TZ_TRANSITION_NEXT, &next, &status))
		*out_us = (int64_t)next * US_PER_MS;
	return U_FAILURE(status) ? icu_error(err, "find a change of offset", status) : 0;
}

const char *zone_data_version(void)
{
	UErrorCode status = U_ZERO_ERROR;
	const char *version = ucal_getTZDataVersion(&status);

	return U_FAILURE(status) ? "unknown" : version;
}
