#include "base/error.h"

#include <string.h>

/* Bytes of the character of UTF-8 that begins there; 0: none does. */
static size_t character_length(const unsigned char *at)
{
	size_t length = at[0] < 0x80                    ? 1
	                : at[0] >= 0xc2 && at[0] < 0xe0 ? 2
	                : at[0] >= 0xe0 && at[0] < 0xf0 ? 3
	                : at[0] >= 0xf0 && at[0] < 0xf5 ? 4
	                                                : 0;

	for (size_t i = 1; i < length; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

/* What is quoted may have been cut within a character: a '?' in its place keeps the whole UTF-8. */
static void mend(char *text)
{
	const char *in = text;
	char *out = text;

	while (*in) {
		size_t length = character_length((const unsigned char *)in);

		if (length) {
			memmove(out, in, length);
			out += length;
			in += length;
			continue;
		}
		*out++ = '?';
		for (in++; (*in & 0xc0) == 0x80;)
			in++;
	}
	*out = '\0';
}

int error_set_va(struct error *err, enum error_code code, const char *format, va_list args)
{
	if (err->code != ERROR_NONE)
		return err->code;
	err->code = code;
	vsnprintf(err->text, sizeof err->text, format, args);
	mend(err->text);
	return err->code;
}

int error_set(struct error *err, enum error_code code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	error_set_va(err, code, format, args);
	va_end(args);
	return err->code;
}

int error_at(struct error *err, const char *file, int line, const char *field)
{
	if (file && !err->file[0]) {
		snprintf(err->file, sizeof err->file, "%s", file);
		mend(err->file);
	}
	if (line && !err->line)
		err->line = line;
	if (field && !err->field[0]) {
		snprintf(err->field, sizeof err->field, "%s", field);
		mend(err->field);
	}
	return err->code;
}

int error_hint(struct error *err, const char *format, ...)
{
	va_list args;

	if (err->hint[0])
		return err->code;
	va_start(args, format);
	vsnprintf(err->hint, sizeof err->hint, format, args);
	mend(err->hint);
	va_end(args);
	return err->code;
}

/* Control characters (C0, DEL, and C1 in UTF-8) become \n, \t or \xNN: their data must not steer a terminal. */
static void print_visibly(FILE *out, const char *text)
{
	for (const unsigned char *at = (const unsigned char *)text; *at; at++)
		if (*at == '\n' || *at == '\t')
			fputs(*at == '\n' ? "\\n" : "\\t", out);
		else if (*at < 0x20 || *at == 0x7f)
			fprintf(out, "\\x%02x", *at);
		else if (at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0)
			fprintf(out, "\\x%02x", *++at);
		else
			fputc(*at, out);
}

static void print_part(FILE *out, const char *text, const char *end)
{
	print_visibly(out, text);
	fputs(end, out);
}

static void print_place_and_cause(const struct error *err, FILE *out)
{
	if (err->file[0])
		print_part(out, err->file, "");
	if (err->file[0] && err->line)
		fprintf(out, ":%d", err->line);
	if (err->file[0])
		fputs(": ", out);
	if (err->field[0])
		print_part(out, err->field, ": ");
	print_visibly(out, err->text);
}

const char *error_one_line(const struct error *err, char *line, size_t size)
{
	FILE *out = fmemopen(line, size, "w");

	memset(line, 0, size);
	if (!out)
		return "out of memory";
	print_place_and_cause(err, out);
	fclose(out);
	line[size - 1] = '\0';
	return line;
}

int error_print(const struct error *err, FILE *out, const char *program)
{
	print_part(out, program, ": ");
	print_place_and_cause(err, out);
	fputc('\n', out);
	if (err->hint[0]) {
		fputs("hint: ", out);
		print_part(out, err->hint, "\n");
	}
	return err->code;
}
