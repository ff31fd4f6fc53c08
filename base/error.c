#include "base/error.h"

#include <string.h>

int error_set_va(struct error *err, enum error_code code, const char *format, va_list args)
{
	if (err->code != ERROR_NONE)
		return err->code;
	err->code = code;
	vsnprintf(err->text, sizeof err->text, format, args);
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
	if (file && !err->file[0])
		snprintf(err->file, sizeof err->file, "%s", file);
	if (line && !err->line)
		err->line = line;
	if (field && !err->field[0])
		snprintf(err->field, sizeof err->field, "%s", field);
	return err->code;
}

int error_hint(struct error *err, const char *format, ...)
{
	va_list args;

	if (err->hint[0])
		return err->code;
	va_start(args, format);
	vsnprintf(err->hint, sizeof err->hint, format, args);
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
