/*
 * command: slacalc's commands, and what they share: options, output.
 *
 * A command is one file with one function. It gets its own arguments (argv[0] is the command's name), returns
 * 0 or a negative enum error_code, and never exits or prints an error itself: main.c prints the error and
 * turns it into the exit status (0 done, 1 refused or failed, 2 wrong usage). So that a refusal leaves
 * nothing on standard output, a command writes its output into a text and hands it to command_print() when
 * all is well.
 *
 *     int command_verdict(int argc, char **argv, struct error *err)
 *     {
 *             const char *month, *database = NULL;
 *             bool json = false;
 *             const struct command_option options[] = {
 *                     { "json", 0, NULL, &json }, { "db", 0, &database, NULL }, { NULL } };
 *
 *             if (command_options(argc, argv, options, &month, 1, 1, err) < 0)
 *                     return err->code;
 *
 * --help never reaches a command: main.c answers it from the table below.
 */
#ifndef GOVSLA_SLACALC_COMMAND_H
#define GOVSLA_SLACALC_COMMAND_H

#include "base/error.h"
#include "base/text.h"
#include "report/words.h"

#include <stdbool.h>
#include <stddef.h>

struct command {
	const char *name;
	const char *summary; /* one line, for slacalc --help */
	const char *usage;   /* the whole text of slacalc NAME --help, with its last newline */
	int (*run)(int argc, char **argv, struct error *err);
};

/* The table, ended by a row without a name. */
extern const struct command command_table[];

/* The command of that name, or NULL. */
const struct command *command_find(const char *name);

struct command_option {
	const char *name;   /* long name, without the dashes */
	char letter;        /* short form, 0 for none */
	const char **value; /* the option takes a value: where it goes (borrowed from argv) */
	bool *flag;         /* the option takes none: set to true */
};

/*
 * Reads options (ended by a row without a name) and operands, in any order. Between least and most operands
 * are put into operands[]; those not given are left untouched. An option may be given once. Returns 0 or
 * ERROR_USAGE.
 */
int command_options(int argc, char **argv, const struct command_option *options, const char **operands,
                    size_t least, size_t most, struct error *err) MUST_CHECK;

/* The value of --lang: ja or en; NULL: en. Returns 0 or ERROR_USAGE. */
int command_language(const char *text, enum language *out, struct error *err) MUST_CHECK;

/*
 * The end of a command: writes the whole text to standard output and flushes it, unless an error is set
 * already; releases the text in any case. Returns err->code.
 */
int command_print(struct text *text, struct error *err);

/* ---- the commands, one file each ---- */

int command_evaluate(int argc, char **argv, struct error *err) MUST_CHECK;  /* evaluate.c */
int command_explain(int argc, char **argv, struct error *err) MUST_CHECK;   /* explain.c */
int command_whatif(int argc, char **argv, struct error *err) MUST_CHECK;    /* whatif.c */
int command_compare(int argc, char **argv, struct error *err) MUST_CHECK;   /* compare.c */
int command_catalogue(int argc, char **argv, struct error *err) MUST_CHECK; /* catalogue.c */
int command_db(int argc, char **argv, struct error *err) MUST_CHECK;        /* db.c */
int command_apply(int argc, char **argv, struct error *err) MUST_CHECK;     /* apply.c */
int command_verdict(int argc, char **argv, struct error *err) MUST_CHECK;   /* verdict.c */
int command_report(int argc, char **argv, struct error *err) MUST_CHECK;    /* report.c */
int command_export(int argc, char **argv, struct error *err) MUST_CHECK;    /* export.c */
int command_ledger(int argc, char **argv, struct error *err) MUST_CHECK;    /* ledger.c */
int command_calendar(int argc, char **argv, struct error *err) MUST_CHECK;  /* calendar.c */
int command_status(int argc, char **argv, struct error *err) MUST_CHECK;    /* status.c */

#endif
