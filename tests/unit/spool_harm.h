/* spool_harm: spools in processes that are killed, files that are damaged, and what every number stands for thereafter. */
#ifndef GOVSLA_TESTS_SPOOL_HARM_H
#define GOVSLA_TESTS_SPOOL_HARM_H

#include "monitor/spool/spool.h"
#include "tests/unit/random.h"
#include "tests/unit/spool_place.h"
#include "tests/unit/spool_reading.h"

#include <check.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- reading: of every number what it stands for ---- */

struct account {
	int64_t last; /* number read last */
	int64_t records, lost, damaged;
};

static inline bool account_for(void *context, int64_t seq, const struct record *record)
{
	struct account *a = context;

	if (record && record->kind == RECORD_GAP) {
		ck_assert_int_eq(seq - record->gap.count, a->last);
		a->lost += record->gap.count;
	} else {
		ck_assert_int_eq(seq, a->last + 1);
		if (record)
			ck_assert_int_eq(record->lateness_us,
			                 seq); /* the record that was put under this number */
		a->records += record != NULL;
		a->damaged += record == NULL;
	}
	a->last = seq;
	return true;
}

/* Reads all after a number; a file that is damaged is repaired meanwhile. */
static inline struct account account_of(struct spool *spool, int64_t after)
{
	for (int tries = 0;; tries++) {
		struct account account = { .last = after };
		struct error err = { 0 };
		int64_t taken = spool_read(spool, after, INT64_MAX, account_for, &account, &err);

		if (taken >= 0)
			return account;
		ck_assert_int_eq(taken, ERROR_DATA);
		ck_assert_msg(tries < 10000, "%s", err.text);
		usleep(10000);
	}
}

/* ---- a process that is killed ---- */

/* Puts records numbers first to last; kill -9 right after the last put when it is to be killed. */
static inline void in_another_process(struct place *place, int32_t first, int32_t last, bool killed)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		struct spool *spool = place_open(place, 1);

		put_echoes(spool, first, last);
		if (killed)
			kill(getpid(), SIGKILL);
		spool_close(spool);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(killed ? WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL : status == 0);
}

static inline void flip(const char *path, struct random *random, int bytes)
{
	struct stat st;
	int fd = open(path, O_RDWR);

	if (fd < 0 || fstat(fd, &st) != 0 || st.st_size == 0)
		bytes = 0;
	for (int i = 0; i < bytes; i++) {
		off_t at = (off_t)random_in(random, 0, st.st_size - 1);
		uint8_t byte;

		ck_assert_int_eq(pread(fd, &byte, 1, at), 1);
		byte = (uint8_t)(byte ^ (1 + random_in(random, 0, 254)));
		ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
	}
	if (fd >= 0)
		close(fd);
}

static inline char *beside(const struct place *place, const char *ending, char buffer[200])
{
	snprintf(buffer, 200, "%s%s", place->spool, ending);
	return buffer;
}

static inline void remove_all(struct place *place)
{
	char pattern[200];
	glob_t found;

	ck_assert_int_eq(glob(beside(place, "*", pattern), 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++)
		unlink(found.gl_pathv[i]);
	globfree(&found);
	place_remove(place);
}

#endif
