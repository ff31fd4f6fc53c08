#include "report/escape.h"

#include <string.h>

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

/* Length of the well-formed UTF-8 sequence at s (RFC 3629), its code point in *out; 0 when there is none. */
static size_t decode(const unsigned char *s, unsigned *out)
{
	static const unsigned least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t length = *s < 0x80 ? 1 : *s >= 0xF0 ? 4 : *s >= 0xE0 ? 3 : *s >= 0xC2 ? 2 : 0;
	unsigned code;

	if (length == 0 || *s > 0xF4)
		return 0;
	code = length == 1 ? *s : *s & (0xFFu >> (length + 1));
	for (size_t i = 1; i < length; i++) {
		if ((s[i] & 0xC0) != 0x80) /* also stops at the terminating NUL */
			return 0;
		code = code << 6 | (s[i] & 0x3Fu);
	}
	if (code < least[length] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
		return 0;
	*out = code;
	return length;
}

static bool is_hidden(unsigned code)
{
	return (code < 0x20 && code != '\n' && code != '\t' && code != '\r') ||
	       (code >= 0x7F && code < 0xA0) || (code >= 0x202A && code <= 0x202E) ||
	       (code >= 0x2066 && code <= 0x2069) || code == 0x200E || code == 0x200F || code == 0x061C ||
	       code == 0xFEFF || code == 0xFFFE || code == 0xFFFF;
}

/* Calls put for each character that may be shown, with its bytes; replaces the others. */
static void each_character(struct text *out, const char *text,
                           void (*put)(struct text *out, const char *bytes, size_t length))
{
	const unsigned char *at = (const unsigned char *)(text ? text : "");

	while (*at) {
		unsigned code = 0;
		size_t length = decode(at, &code);

		if (length == 0 || is_hidden(code))
			text_add(out, REPLACEMENT);
		else
			put(out, (const char *)at, length);
		at += length ? length : 1;
	}
}

static void put_html(struct text *out, const char *bytes, size_t length)
{
	switch (*bytes) {
	case '&':
		text_add(out, "&amp;");
		break;
	case '<':
		text_add(out, "&lt;");
		break;
	case '>':
		text_add(out, "&gt;");
		break;
	case '"':
		text_add(out, "&quot;");
		break;
	case '\'':
		text_add(out, "&#39;");
		break;
	default:
		text_append(out, bytes, length);
	}
}

static void put_attribute(struct text *out, const char *bytes, size_t length)
{
	if (*bytes == '\n' || *bytes == '\r' || *bytes == '\t')
		text_printf(out, "&#%d;", *bytes);
	else
		put_html(out, bytes, length);
}

void escape_html(struct text *out, const char *text)
{
	each_character(out, text, put_html);
}

void escape_attribute(struct text *out, const char *text)
{
	each_character(out, text, put_attribute);
}

static void put_csv(struct text *out, const char *bytes, size_t length)
{
	if (*bytes == '"')
		text_add(out, "\"");
	text_append(out, bytes, length);
}

static void add_csv(struct text *out, const char *text, const char *before)
{
	bool quoted = *before || strpbrk(text, ",\"\r\n") || *text == ' ';

	if (quoted)
		text_add(out, "\"");
	text_add(out, before);
	each_character(out, text, put_csv);
	if (quoted)
		text_add(out, "\"");
}

void escape_csv(struct text *out, const char *text)
{
	const char *first;

	if (!text)
		return;
	first = text + strspn(text, " ");
	/* the full-width forms are taken for the same signs by spreadsheets that normalise input */
	if (strchr("=+-@\t\r\n", *first) ? *first != '\0'
	                                 : !strncmp(first, "＝", 3) || !strncmp(first, "＋", 3) ||
	                                       !strncmp(first, "－", 3) || !strncmp(first, "＠", 3))
		add_csv(out, text, "'");
	else
		add_csv(out, text, "");
}

void escape_csv_number(struct text *out, const char *number)
{
	if (number)
		add_csv(out, number, "");
}

static void put_terminal(struct text *out, const char *bytes, size_t length)
{
	if (*bytes == '\n' || *bytes == '\r' || *bytes == '\t')
		text_add(out, REPLACEMENT);
	else
		text_append(out, bytes, length);
}

void escape_terminal(struct text *out, const char *text)
{
	each_character(out, text, put_terminal);
}
