/*
 * error: what went wrong, where, and what to do about it.
 *
 * The caller owns a zeroed struct error and hands it down. The first error set wins; later ones are ignored,
 * so that a clean-up that fails as well does not hide the cause. Every fallible function returns 0 or one of
 * the negative codes below and has filled the struct.
 *
 * Texts are UTF-8: a character that was cut in what they quote is a '?'.
 *
 * Not for bugs of ours: those are assert().
 *
 *     struct error err = { 0 };
 *     if (case_load(&c, path, &err) < 0)
 *             return error_print(&err, stderr, "slacalc");
 */
#ifndef GOVSLA_BASE_ERROR_H
#define GOVSLA_BASE_ERROR_H

#include <stdarg.h>
#include <stdio.h>

#define MUST_CHECK                       __attribute__((warn_unused_result))
#define PRINTF_LIKE(format_index, first) __attribute__((format(printf, format_index, first)))

enum error_code {
	ERROR_NONE = 0,
	ERROR_USAGE = -1,       /* the command line is wrong */
	ERROR_DATA = -2,        /* their data is refused: file, line and field say where */
	ERROR_IO = -3,          /* the operating system refused a file or socket operation */
	ERROR_DATABASE = -4,    /* PostgreSQL or SQLite refused */
	ERROR_RETRY = -5,       /* the environment is not ready; the same call may succeed later */
	ERROR_MEMORY = -6,      /* out of memory, or a stated size limit reached */
	ERROR_UNSUPPORTED = -7, /* well-formed, understood, and not implemented */
};

struct error {
	enum error_code code; /* ERROR_NONE until something failed */
	int line;             /* 1-based line in file; 0 when unknown */
	char file[256];       /* name as the user gave it; "" when no file is concerned */
	char field[256];      /* path of the key, such as services[0].fees[0].amount; "" when none */
	char text[512];       /* the cause: lower case, no full stop, subject in 'quotes' */
	char hint[256];       /* what to do; "" when there is nothing to say */
};

/* Sets code and text unless an error is already set. Returns the code that holds afterwards. */
int error_set(struct error *err, enum error_code code, const char *format, ...) PRINTF_LIKE(3, 4);
int error_set_va(struct error *err, enum error_code code, const char *format, va_list args);

/* Adds where it happened, as far as not known yet; NULL, "" and 0 leave a part open. Returns err->code. */
int error_at(struct error *err, const char *file, int line, const char *field);

/* Adds the hint, as far as not known yet. Returns err->code. */
int error_hint(struct error *err, const char *format, ...) PRINTF_LIKE(2, 3);

/*
 * Writes "PROGRAM: FILE:LINE: FIELD: TEXT" and, if any, a line "hint: HINT". Control characters of what is quoted
 * are shown as \n, \t or \xNN, so that a message is always one line and never steers a terminal. Returns err->code.
 */
int error_print(const struct error *err, FILE *out, const char *program);

/* "FILE:LINE: FIELD: TEXT" as error_print() writes it, into line, cut to fit. Returns line, or without memory a text. */
const char *error_one_line(const struct error *err, char *line, size_t size);

#endif
