/*
 * migration: the numbered SQL files of sql/migrations/, embedded at build time by sql/embed.
 *
 * In ascending order of their numbers. What is done with them: store_migrate().
 */
#ifndef GOVSLA_SLACALC_MIGRATION_H
#define GOVSLA_SLACALC_MIGRATION_H

#include <stddef.h>

struct migration {
	int number;                 /* 1 for 0001_observe.sql */
	const char *name;           /* "observe" */
	const unsigned char *bytes; /* the file, not NUL-terminated */
	size_t length;
};

extern const struct migration migration_table[];
extern const size_t migration_count;

#endif
