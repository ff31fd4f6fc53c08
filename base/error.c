#include "base/error.h"

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

int error_print(const struct error *err, FILE *out, const char *program)
{
	fprintf(out, "%s: ", program);
	if (err->file[0] && err->line)
		fprintf(out, "%s:%d: ", err->file, err->line);
	else if (err->file[0])
		fprintf(out, "%s: ", err->file);
	if (err->field[0])
		fprintf(out, "%s: ", err->field);
	fprintf(out, "%s\n", err->text);
	if (err->hint[0])
		fprintf(out, "hint: %s\n", err->hint);
	return err->code;
}
