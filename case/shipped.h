/*
 * shipped: the files of contracts/ that the programs carry: catalogue entries, calendars of holidays,
 * tables of rates.
 *
 * Embedded at build time by contracts/embed, in ascending order of their names. They are data with a source and
 * a date, like any terms that a user writes; nothing in the code knows one of them by name.
 */
#ifndef GOVSLA_CASE_SHIPPED_H
#define GOVSLA_CASE_SHIPPED_H

#include <stddef.h>

struct shipped_file {
	const char
	    *name; /* from contracts/: "catalogue/aws/ec2-region-2022-05-25.json", "calendars/jp.json" */
	const char *bytes; /* the file, not NUL-terminated */
	size_t length;
	const char *sha256; /* of the file, in hex */
};

extern const struct shipped_file shipped_files[];
extern const size_t shipped_count;

#endif
