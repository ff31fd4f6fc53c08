/*
 * What is damaged, deleted, older or somebody else's: the records that are read are those that were put, each under its
 * number, every other number lies within a gap, and no number is given twice.
 */
#include "monitor/spool/spool.h"
#include "monitor/spool/spool_repair.h"

#include "tests/unit/random.h"
#include "tests/unit/spool_place.h"
#include "tests/unit/spool_reading.h"
#include "tests/unit/suite.h"

#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* ---- reading: of every number what it stands for ---- */

struct account {
	int64_t last; /* number read last */
	int64_t records, lost, damaged;
};

static bool account_for(void *context, int64_t seq, const struct record *record)
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
static struct account account_of(struct spool *spool, int64_t after)
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

static int64_t last_of(struct spool *spool)
{
	struct spool_counters counters;

	spool_count(spool, &counters);
	return counters.last_seq;
}

/* ---- a process that is killed ---- */

/* Puts records numbers first to last; kill -9 right after the last put when it is to be killed. */
static void in_another_process(struct place *place, int32_t first, int32_t last, bool killed)
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

static void flip(const char *path, struct random *random, int bytes)
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

static char *beside(const struct place *place, const char *ending, char buffer[200])
{
	snprintf(buffer, 200, "%s%s", place->spool, ending);
	return buffer;
}

static void remove_all(struct place *place)
{
	char pattern[200];
	glob_t found;

	ck_assert_int_eq(glob(beside(place, "*", pattern), 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++)
		unlink(found.gl_pathv[i]);
	globfree(&found);
	place_remove(place);
}

START_TEST(kill_9_loses_nothing_that_was_put)
{
	struct place place;
	struct spool *spool;
	struct account account;

	place_make(&place);
	for (int32_t i = 0; i < 20; i++)
		in_another_process(&place, i * 50 + 1, i * 50 + 50, true);
	spool = place_open(&place, 1);
	account = account_of(spool, 0);
	ck_assert_int_eq(account.records, 1000);
	ck_assert_int_eq(account.lost, 0);
	spool_close(spool);
	ck_assert_str_eq(place.said, "");
	place_remove(&place);
}
END_TEST

/* ---- damage while nobody has it open ---- */

static void truncate_at_random(const char *path, struct random *random)
{
	struct stat st;

	if (stat(path, &st) == 0)
		ck_assert_int_eq(truncate(path, (off_t)random_in(random, 0, st.st_size)), 0);
}

static void write_other(const char *path)
{
	FILE *file = fopen(path, "w");

	fputs("a diary, and no database at all\n", file);
	fclose(file);
}

static void do_damage(const struct place *place, struct random *random)
{
	static const char *const endings[] = { "", "", "", "-wal", "-wal", "-queue" };
	char path[200];

	beside(place, endings[random_in(random, 0, 5)], path);
	switch (random_in(random, 0, 5)) {
	case 0:
		truncate_at_random(path, random);
		break;
	case 1:
		unlink(path);
		break;
	case 2:
		write_other(path);
		break;
	case 3:
		flip(path, random, 200);
		break;
	default:
		flip(path, random, 1 + (int)random_in(random, 0, 4));
		break;
	}
}

/* One file alone is damaged each time, so that the others still tell what was given. */
static void damage_and_open(int round)
{
	struct random random = random_start(round);
	struct place place;
	struct spool_options options;
	struct spool *spool;
	struct account account;
	struct error err = { 0 };

	place_make(&place);
	place.queue_records = 2048; /* a large one costs more than all the rest of a round */
	in_another_process(&place, 1, 700, false);
	in_another_process(&place, 701, 1500, true);
	do_damage(&place, &random);
	options = place_options(&place, 1);
	if (spool_open(&spool, &options, &err) < 0) { /* a file that cannot be told from somebody else's */
		ck_assert_msg(strstr(err.text, "is not a spool") || strstr(err.text, "has format"),
		              "round %d: %s", round, err.text);
		remove_all(&place);
		return;
	}
	account = account_of(spool, 0);
	ck_assert_int_eq(account.records + account.lost + account.damaged, account.last);
	ck_assert_int_eq(account.last, last_of(spool));
	ck_assert_msg(account.last == 1500 || account.last == 0 || !strstr(place.said, "records were saved"),
	              "round %d: %d records, %d lost\n%s", round, (int)account.records, (int)account.lost,
	              place.said);
	put_echoes(spool, (int32_t)account.last + 1, (int32_t)account.last + 100); /* and on it goes */
	flush_all(spool);
	ck_assert_int_eq(account_of(spool, account.last).records, 100);
	spool_close(spool);
	remove_all(&place);
}

START_TEST(whatever_is_damaged_nothing_is_invented_or_numbered_twice)
{
	EACH_ROUND(round, 150)
	damage_and_open(round);
}
END_TEST

START_TEST(a_missing_log_shows_as_a_gap)
{
	struct place place;
	struct spool *spool;
	struct account account;
	char path[200];

	place_make(&place);
	in_another_process(&place, 1, 700, false);
	in_another_process(&place, 701, 701, true); /* recovered by the next, into the log */
	in_another_process(&place, 702, 800, true);
	unlink(beside(&place, "-wal", path));
	unlink(beside(&place, "-shm", path));
	spool = place_open(&place, 1);
	account = account_of(spool, 0);
	ck_assert_int_eq(account.last, 800);
	ck_assert_int_eq(account.records + account.lost, 800);
	ck_assert_int_ge(account.lost, 1);
	ck_assert_ptr_nonnull(strstr(place.said, "is older than it was, or its log is gone: "));
	spool_close(spool);
	place_remove(&place);
}
END_TEST

/* A commit of the log that a killed process had begun to write: its frame's header is there, its page is not. */
static void append_torn_commit(const char *log)
{
	static const uint8_t page_and_size[8] = { 0, 0, 0, 2, 0, 0, 0, 9 };
	static const uint8_t page[65536];
	uint8_t header[32];
	FILE *file = fopen(log, "r+b");

	ck_assert_uint_eq(fread(header, 1, sizeof(header), file), sizeof(header));
	fseek(file, 0, SEEK_END);
	fwrite(page_and_size, 1, sizeof(page_and_size), file);
	fwrite(header + 16, 1, 8, file); /* the log's salt */
	fwrite("\1\2\3\4\5\6\7", 1, 8, file);
	fwrite(page, 1, (size_t)header[8] << 24 | header[9] << 16 | header[10] << 8 | header[11], file);
	fclose(file);
}

static void change_first_frame(const char *log)
{
	FILE *file = fopen(log, "r+b");
	int byte;

	fseek(file, 32 + 24 + 100, SEEK_SET);
	byte = fgetc(file);
	fseek(file, 32 + 24 + 100, SEEK_SET);
	fputc(byte ^ 1, file);
	fclose(file);
}

START_TEST(a_commit_that_was_not_whole_is_no_damage_one_that_was_is)
{
	struct place place;
	struct account account;
	struct spool *spool;
	char log[200];

	place_make(&place);
	in_another_process(&place, 1, 700, true);
	in_another_process(&place, 701, 900, true);
	beside(&place, "-wal", log);
	ck_assert(!spool_repair_log_damaged(place.spool));
	append_torn_commit(log);
	append_torn_commit(log); /* and one of an earlier process behind it */
	ck_assert(!spool_repair_log_damaged(place.spool));
	change_first_frame(log);
	ck_assert(spool_repair_log_damaged(place.spool));
	change_first_frame(log); /* as it was */
	spool = place_open(&place, 1);
	account = account_of(spool, 0);
	ck_assert_int_eq(account.records, 900);
	ck_assert_int_eq(account.lost + account.damaged, 0);
	ck_assert_ptr_null(strstr(place.said, "damaged"));
	spool_close(spool);
	place_remove(&place);
}
END_TEST

START_TEST(another_vantages_spool_is_never_taken_for_damaged)
{
	struct place place;
	struct spool_options options;
	struct spool *spool;
	struct error err = { 0 };

	place_make(&place);
	in_another_process(&place, 1, 10, true);
	options = place_options(&place, 2);
	ck_assert_int_eq(spool_open(&spool, &options, &err), ERROR_DATA);
	ck_assert_ptr_nonnull(strstr(err.text, "belongs to vantage 1, not to vantage 2"));
	spool = place_open(&place, 1);
	ck_assert_int_eq(account_of(spool, 0).records, 10);
	spool_close(spool);
	place_remove(&place);
}
END_TEST

/* ---- while it is in use ---- */

START_TEST(deleted_while_in_use_it_is_made_again_with_all_it_held)
{
	struct place place;
	struct spool *spool;
	struct account account;
	struct stat st;
	int64_t stream;

	place_make(&place);
	spool = place_open(&place, 1);
	stream = spool_stream(spool);
	put_echoes(spool, 1, 500);
	flush_all(spool);
	unlink(place.spool);
	put_echoes(spool, 501, 600);
	WAIT_UNTIL(stat(place.spool, &st) == 0);
	flush_all(spool);
	ck_assert_int_eq(spool_stream(spool), stream);
	account = account_of(spool, 0);
	ck_assert_int_eq(account.records, 600);
	ck_assert_int_eq(account.lost, 0);
	spool_close(spool);
	ck_assert_ptr_nonnull(strstr(place.said, "was deleted while it was in use; "));
	ck_assert_ptr_nonnull(strstr(place.said, " records were saved, 0 are lost"));
	spool = place_open(&place, 1);
	ck_assert_int_eq(account_of(spool, 0).records, 600);
	spool_close(spool);
	place_remove(&place);
}
END_TEST

START_TEST(without_its_folder_it_goes_on_and_comes_back)
{
	struct place place;
	struct spool *spool;
	char away[100];

	place_make(&place);
	spool = place_open(&place, 1);
	put_echoes(spool, 1, 10);
	flush_all(spool);
	snprintf(away, sizeof away, "%s-away", place.folder);
	ck_assert_int_eq(rename(place.folder, away), 0);
	put_echoes(spool, 11, 20);
	WAIT_UNTIL(strstr(place.said, "and cannot be made again: "));
	flush_all(spool);
	ck_assert_int_eq(account_of(spool, 0).records, 20);
	ck_assert_int_eq(rename(away, place.folder), 0);
	put_echoes(spool, 21, 30);
	flush_all(spool);
	spool_close(spool);
	spool = place_open(&place, 1);
	ck_assert_int_eq(account_of(spool, 0).records, 30);
	spool_close(spool);
	place_remove(&place);
}
END_TEST

START_TEST(its_log_deleted_while_in_use_costs_nothing)
{
	struct place place;
	struct spool *spool;
	char path[200];

	place_make(&place);
	spool = place_open(&place, 1);
	put_echoes(spool, 1, 10);
	flush_all(spool);
	WAIT_UNTIL(access(beside(&place, "-wal", path), F_OK) == 0);
	put_echoes(spool, 11, 12); /* the turn that writes them looks at the files first, and sees the log */
	flush_all(spool);
	unlink(path);
	put_echoes(spool, 13, 20);
	WAIT_UNTIL(strstr(place.said, "'-wal' was deleted while it was in use: nothing is lost"));
	flush_all(spool);
	spool_close(spool);
	spool = place_open(&place, 1);
	ck_assert_int_eq(account_of(spool, 0).records, 20);
	spool_close(spool);
	place_remove(&place);
}
END_TEST

START_TEST(damaged_while_in_use_it_is_set_aside_and_observing_goes_on)
{
	struct random random = random_start(7);
	struct place place;
	struct spool *spool;
	struct account account;
	char pattern[200];
	glob_t found;
	int64_t stream;

	place_make(&place);
	in_another_process(&place, 1, 3000, false);
	spool = place_open(&place, 1);
	stream = spool_stream(spool);
	flip(place.spool, &random, 400);
	put_echoes(spool, 3001, 3100);
	account = account_of(spool, 0);
	flush_all(spool);
	account = account_of(spool, 0);
	ck_assert_int_eq(account.last, 3100);
	ck_assert_int_eq(account.records + account.lost + account.damaged, 3100);
	ck_assert_int_eq(spool_stream(spool), stream);
	put_echoes(spool, 3101, 3200);
	flush_all(spool);
	spool_close(spool);
	ck_assert_int_eq(glob(beside(&place, ".damaged-*", pattern), 0, NULL, &found), 0);
	globfree(&found);
	ck_assert_ptr_nonnull(strstr(place.said, "it is kept as '"));
	remove_all(&place);
}
END_TEST

/* Cuts a file that is mapped to nothing, puts on, and is killed once the queue's file is as it was. */
static void truncate_in_use_and_be_killed(struct place *place, const char *ending)
{
	pid_t child = fork();
	char path[200];
	int status;

	if (child == 0) {
		struct spool *spool = place_open(place, 1);

		put_echoes(spool, 1, 100);
		flush_all(spool);
		put_echoes(spool, 101, 200);
		ck_assert_int_eq(truncate(beside(place, ending, path), 0), 0);
		put_echoes(spool, 201, 3000);
		if (strcmp(ending, "-queue") == 0)
			WAIT_UNTIL(strstr(place->said, "'-queue' beside the spool is made again"));
		flush_all(spool);
		ck_assert_int_eq(account_of(spool, 0).records, 3000);
		put_echoes(spool, 3001, 3300);
		kill(getpid(), SIGKILL);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(WTERMSIG(status), SIGKILL);
}

START_TEST(a_mapped_file_truncated_while_in_use_costs_nothing)
{
	static const char *const endings[] = { "-queue", "-shm" };

	for (size_t i = 0; i < 2; i++) {
		struct place place;
		struct spool *spool;
		struct account account;

		place_make(&place);
		truncate_in_use_and_be_killed(&place, endings[i]);
		spool = place_open(&place, 1);
		account = account_of(spool, 0);
		ck_assert_int_eq(account.records, 3300);
		ck_assert_int_eq(account.lost, 0);
		spool_close(spool);
		remove_all(&place);
	}
}
END_TEST

START_TEST(its_queue_deleted_while_in_use_is_made_again)
{
	struct place place;
	struct spool *spool, *second;
	struct spool_options options;
	struct error err = { 0 };
	char path[200];

	place_make(&place);
	spool = place_open(&place, 1);
	put_echoes(spool, 1, 10);
	unlink(beside(&place, "-queue", path));
	put_echoes(spool, 11, 20);
	WAIT_UNTIL(strstr(place.said, "'-queue' beside the spool is made again: nothing is lost"));
	options = place_options(&place, 1);
	ck_assert_int_eq(spool_open(&second, &options, &err), ERROR_RETRY);
	spool_close(spool);
	in_another_process(&place, 21, 30, true);
	spool = place_open(&place, 1);
	ck_assert_int_eq(account_of(spool, 0).records, 30);
	spool_close(spool);
	place_remove(&place);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { kill_9_loses_nothing_that_was_put,
		                       whatever_is_damaged_nothing_is_invented_or_numbered_twice,
		                       a_missing_log_shows_as_a_gap,
		                       a_commit_that_was_not_whole_is_no_damage_one_that_was_is,
		                       another_vantages_spool_is_never_taken_for_damaged,
		                       deleted_while_in_use_it_is_made_again_with_all_it_held,
		                       without_its_folder_it_goes_on_and_comes_back,
		                       its_log_deleted_while_in_use_costs_nothing,
		                       damaged_while_in_use_it_is_set_aside_and_observing_goes_on,
		                       a_mapped_file_truncated_while_in_use_costs_nothing,
		                       its_queue_deleted_while_in_use_is_made_again,
		                       NULL };

	return run_suite("spool repair", tests);
}
