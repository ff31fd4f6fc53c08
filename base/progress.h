/*
 * progress: tells a person at a terminal how far long work has come, on one line of standard error.
 *
 * Nothing at all where standard error is no terminal, or where the caller wants none (--json). The line is written at
 * most five times a second, not before the work has taken half a second, and wiped at the end: what stays on the screen
 * is the result. Whatever is written to standard error meanwhile (log.h) takes the line's place; the next one follows
 * below it. Not thread-safe: one thread at a time shows.
 *
 *     struct progress progress = progress_begin("records shipped", !json);
 *     progress_show(&progress, 120000, 1000000);     → "records shipped: 120000 of 1000000 (12 %), 7 s left"
 *     progress_end(&progress);                       also on failure, before the error is printed
 */
#ifndef GOVSLA_BASE_PROGRESS_H
#define GOVSLA_BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	const char *what; /* borrowed; NULL: nothing is shown */
	int64_t begun_ms; /* monotonic */
	int64_t next_ms;  /* not shown again before */
	bool on_screen;
};

/* wanted: false for none, whatever standard error is. */
struct progress progress_begin(const char *what, bool wanted);

/* Of total (0 or less: not known) so many are done. */
void progress_show(struct progress *progress, int64_t done, int64_t total);

/* Wipes the line. May be called more than once. */
void progress_end(struct progress *progress);

/* What a line for the terminal begins with, so that nothing is left of a progress line under it: "" elsewhere. */
const char *progress_wipe(void);

#endif
