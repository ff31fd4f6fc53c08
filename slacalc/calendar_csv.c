/*
 * calendar_csv: the Cabinet Office's list of holidays: a date and a name a line.
 *
 * The published file is in Shift_JIS (Microsoft's, code page 932); copies of it are often in UTF-8. A second byte of
 * Shift_JIS is never a line feed or a comma, so that lines and fields are told apart before they are decoded.
 */
#include "slacalc/calendar_import.h"

#include <ctype.h>
#include <string.h>
#include <unicode/ucnv.h>
#include <unicode/ustring.h>

#define NAME_BYTES_MOST 512
#define SHIFT_JIS       "ibm-943_P15A-2003" /* ICU's name of code page 932 */

/* A field from Shift_JIS; NULL when it is none. */
static const char *from_shift_jis(struct import *in, const char *bytes, size_t length)
{
	UErrorCode status = U_ZERO_ERROR;
	UConverter *from = ucnv_open(SHIFT_JIS, &status);
	UChar wide[NAME_BYTES_MOST + 1];
	char *out = arena_array(in->arena, 3 * NAME_BYTES_MOST + 1, 1);

	ucnv_setToUCallBack(from, UCNV_TO_U_CALLBACK_STOP, NULL, NULL, NULL, &status);
	ucnv_toUChars(from, wide, NAME_BYTES_MOST + 1, bytes, (int32_t)length, &status);
	u_strToUTF8(out, 3 * NAME_BYTES_MOST + 1, NULL, wide, -1, &status);
	ucnv_close(from);
	return U_FAILURE(status) ? NULL : out;
}

static int decode(struct import *in, const char *bytes, size_t length, const char **out)
{
	if (length > NAME_BYTES_MOST)
		return import_fail(in, "the name is too long");
	if (memchr(bytes, '\0', length))
		return import_fail(in, "the name holds control characters");
	*out = import_utf8(in, bytes, length);
	if (!*out)
		*out = from_shift_jis(in, bytes, length);
	return *out ? 0 : import_fail(in, "the name is neither UTF-8 nor Shift_JIS");
}

/* Whole digits up to the separator; -1 when there are none, or too many. */
static int number(const char **at, const char *end, char separator)
{
	const char *start = *at;
	int value = 0;

	for (; *at < end && isdigit((unsigned char)**at) && *at - start < 4; ++*at)
		value = 10 * value + (**at - '0');
	if (*at == start || (separator && (*at == end || *(*at)++ != separator)))
		return -1;
	return value;
}

/* 2019/1/1 or 2019-01-01 */
static bool parse_date(const char *at, const char *end, int64_t *out)
{
	char separator = memchr(at, '/', (size_t)(end - at)) ? '/' : '-';
	int year = number(&at, end, separator), month = number(&at, end, separator),
	    day = number(&at, end, 0);

	return at == end && import_day(year, month, day, out);
}

/* Takes the quotes off a field that has them. */
static void unquote(const char **at, const char **end)
{
	if (*end - *at >= 2 && **at == '"' && (*end)[-1] == '"') {
		++*at;
		--*end;
	}
}

static int read_line(struct import *in, const char *at, const char *end)
{
	const char *comma = memchr(at, ',', (size_t)(end - at)), *name, *date_end, *name_at;
	int64_t day;

	if (at == end)
		return 0;
	if (!comma)
		return import_fail(in, "a line holds a date, a comma and a name");
	date_end = comma;
	name_at = comma + 1;
	unquote(&at, &date_end);
	unquote(&name_at, &end);
	if (!parse_date(at, date_end, &day)) {
		if (in->line == 1 && (date_end == at || !isdigit((unsigned char)*at)))
			return 0; /* the heading */
		return import_fail(in, "'%.*s' is not a date like 2019/1/1",
		                   (int)(date_end - at < 40 ? date_end - at : 40), at);
	}
	if (memchr(name_at, ',', (size_t)(end - name_at)) || memchr(name_at, '"', (size_t)(end - name_at)))
		return import_fail(in, "a line holds a date, a comma and a name");
	for (size_t i = 0; i < in->out->count; i++)
		if (in->out->days[i].day == day)
			return import_fail(in, "the day is there twice");
	if (decode(in, name_at, (size_t)(end - name_at), &name) < 0)
		return in->err->code;
	return import_add(in, day, name);
}

int import_csv(struct import *in, const char *bytes, size_t length)
{
	const char *at = bytes, *end = bytes + length;

	while (at < end) {
		const char *feed = memchr(at, '\n', (size_t)(end - at)), *stop = feed ? feed : end;

		in->line++;
		if (read_line(in, at, stop > at && stop[-1] == '\r' ? stop - 1 : stop) < 0)
			return in->err->code;
		at = feed ? feed + 1 : end;
	}
	return 0;
}
