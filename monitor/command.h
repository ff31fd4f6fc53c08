/*
 * command: what `slamon COMMAND` does, one function each; main.c only reads the command line.
 *
 * Each returns 0, or a negative code with err filled, or a positive exit status when all is said; results go to
 * standard output, events to standard error.
 *
 * One table says what each command takes and means: main.c parses by it, --help prints it. A new option is a row there,
 * a field of command_options, and the line of main.c that fills it.
 */
#ifndef GOVSLA_MONITOR_COMMAND_H
#define GOVSLA_MONITOR_COMMAND_H

#include "base/error.h"
#include "base/text.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct command_options {
	const char *file;  /* the configuration; NULL when the command has none */
	bool json;         /* run: prints each sample as a line; whoever reads must keep up, or all waits */
	bool no_spool;     /* once: print only */
	bool prometheus;   /* stats: for a scrape */
	int64_t for_s;     /* run: stop after that; 0 = until a signal */
	int64_t timeout_s; /* ship: -1 = the file's ship_wait_s */
	/* reflect */
	const char *listen, *key_file, *user; /* NULL: not given */
	bool stateful;
	int64_t sessions, idle_s;
};

struct command_option {
	char letter; /* tells it apart in main.c; not for users */
	const char *name;
	const char *argument; /* what stands for its value; NULL: it takes none */
	const char *text;     /* meaning, unit, default */
	const char *needs;    /* name of an option without which it would be of no effect; NULL: none */
};

struct command_exit {
	int status;
	const char *text; /* NULL: no more */
};

#define COMMAND_OPTIONS_MOST 8
#define COMMAND_EXITS_MOST   5

struct command {
	const char *name;
	const char *summary; /* one line, for slamon --help */
	const char *about;   /* what it does */
	const char *example; /* a command line */
	struct command_exit exits[COMMAND_EXITS_MOST + 1];
	struct command_option options[COMMAND_OPTIONS_MOST + 1]; /* ended by one without a name */
	int (*run)(const struct command_options *options, struct error *err);
	bool file; /* needs the configuration */
};

/* The table, ended by a row without a name. */
extern const struct command command_table[];

/* The command of that name, or NULL. */
const struct command *command_find(const char *name);

/* What --help prints, of one command and of all. */
void command_help(const struct command *command, struct text *out);
void command_help_all(struct text *out);

/* ---- what they print ---- */

/* Prints a document, which it takes, and ends the line. NULL: it could not be made. what: for the message. */
int command_print_json(json_t *document, size_t flags, const char *what, struct error *err) MUST_CHECK;

/* Prints a text, unless something has failed already, and releases it. Returns err->code. */
int command_print_text(struct text *text, struct error *err) MUST_CHECK;

/* ---- the commands ---- */

/* Reads the configuration and says what is in it, and what this machine would not let it open. */
int command_check(const struct command_options *options, struct error *err) MUST_CHECK;

/* Probes by the schedule until SIGTERM, SIGINT or for_s, then finishes what is in flight and ships briefly. */
int command_run(const struct command_options *options, struct error *err) MUST_CHECK;

/* Probes each target one time and prints what came of it. */
int command_once(const struct command_options *options, struct error *err) MUST_CHECK;

/* Empties the spool into the database, probes nothing. */
int command_ship(const struct command_options *options, struct error *err) MUST_CHECK;

#define COMMAND_NOT_RUNNING 3
#define COMMAND_NOT_WELL    4

/*
 * Prints what the slamon that runs by this configuration knows of itself; returns COMMAND_NOT_WELL when that is trouble
 * (status/health.h). When none runs: what its spool holds, and returns COMMAND_NOT_RUNNING.
 */
int command_stats(const struct command_options *options, struct error *err) MUST_CHECK;

/* Prints every key of the configuration. */
int command_config(const struct command_options *options, struct error *err) MUST_CHECK;

/* Answers STAMP packets until SIGTERM, SIGINT or for_s, then prints what it counted. Needs no configuration. */
int command_reflect(const struct command_options *options, struct error *err) MUST_CHECK;

#endif
