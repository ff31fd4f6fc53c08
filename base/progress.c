#include "base/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FIRST_MS 500
#define EVERY_MS 200
#define WIPE_LINE                                                                                            \
	"\033[K" /* ECMA-48, erase in line: from the cursor on, which every progress line leaves at its begin */

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void put(const char *text)
{
	(void)!write(STDERR_FILENO, text, strlen(text)); /* one write: no part of it among other lines */
}

const char *progress_wipe(void)
{
	return isatty(STDERR_FILENO) ? WIPE_LINE : "";
}

struct progress progress_begin(const char *what, bool wanted)
{
	int64_t now = now_ms();

	return (struct progress){ .what = wanted && isatty(STDERR_FILENO) ? what : NULL,
		                  .begun_ms = now,
		                  .next_ms = now + FIRST_MS };
}

void progress_show(struct progress *progress, int64_t done, int64_t total)
{
	char line[160];
	int64_t now = progress->what ? now_ms() : 0, spent_ms = now - progress->begun_ms;
	int length;

	if (!progress->what || now < progress->next_ms)
		return;
	length = snprintf(line, sizeof line, WIPE_LINE "%.60s: %" PRId64, progress->what, done);
	if (total > 0 && done <= total)
		length += snprintf(line + length, sizeof line - (size_t)length, " of %" PRId64 " (%.0f %%)",
		                   total, (double)done * 100 / (double)total);
	if (total > 0 && done > 0 && done < total)
		length += snprintf(line + length, sizeof line - (size_t)length, ", %.0f s left",
		                   (double)spent_ms / 1000 * (double)(total - done) / (double)done);
	snprintf(line + length, sizeof line - (size_t)length, "\r");
	put(line);
	progress->next_ms = now + EVERY_MS;
	progress->on_screen = true;
}

void progress_end(struct progress *progress)
{
	if (progress->on_screen)
		put(WIPE_LINE);
	progress->on_screen = false;
	progress->what = NULL;
}
