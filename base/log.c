#include "base/log.h"

#include "base/progress.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* The first bytes, up to from, are ours. */
static void write_line(char *line, size_t from, size_t length)
{
	for (size_t i = from; i < length; i++)
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = '?';
		else if (line[i] == '\xc2' && i + 1 < length && (unsigned char)line[i + 1] < 0xa0)
			line[i] = line[i + 1] = '?'; /* C1 in UTF-8 */
	line[length++] = '\n';
	while (write(STDERR_FILENO, line, length) < 0 && errno == EINTR)
		;
}

void log_line(const char *object, const char *format, ...)
{
	char line[1001];
	va_list args;
	const char *wipe = progress_wipe();
	int head = snprintf(line, sizeof line - 1, "%s%s: %.200s: ", wipe, program_invocation_short_name,
	                    object),
	    tail;
	size_t length;

	if (head < 0 || head >= (int)sizeof line - 1)
		head = 0;
	va_start(args, format);
	tail = vsnprintf(line + head, sizeof line - 1 - (size_t)head, format, args);
	va_end(args);
	length = (size_t)head + (tail > 0 ? (size_t)tail : 0);
	write_line(line, strlen(wipe), length < sizeof line - 2 ? length : sizeof line - 2);
}

void log_error(const char *object, const struct error *err)
{
	char line[16] = "";

	if (err->line)
		snprintf(line, sizeof line, ":%d", err->line);
	log_line(object, "%s%s%s%s%s%s", err->file, line, err->file[0] ? ": " : "", err->field,
	         err->field[0] ? ": " : "", err->text);
	if (err->hint[0])
		log_line(object, "hint: %s", err->hint);
}
