/* A spool whose files are deleted, truncated or damaged while it is in use: observing goes on, and nothing is lost but what was damaged. */
#include "monitor/spool/spool.h"

#include "tests/unit/spool_harm.h"
#include "tests/unit/suite.h"

#include <inttypes.h>

/* What the spool holds for whoever opens it next, at the end of a test. */
static void expect_when_opened_again(struct place *place, int64_t records)
{
	struct spool *spool = place_open(place, 1);

	ck_assert_int_eq(account_of(spool, 0).records, records);
	spool_close(spool);
	place_remove(place);
}

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
	expect_when_opened_again(&place, 600);
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
	expect_when_opened_again(&place, 30);
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
	expect_when_opened_again(&place, 20);
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
	expect_when_opened_again(&place, 30);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { deleted_while_in_use_it_is_made_again_with_all_it_held,
		                       without_its_folder_it_goes_on_and_comes_back,
		                       its_log_deleted_while_in_use_costs_nothing,
		                       damaged_while_in_use_it_is_set_aside_and_observing_goes_on,
		                       a_mapped_file_truncated_while_in_use_costs_nothing,
		                       its_queue_deleted_while_in_use_is_made_again,
		                       NULL };

	return run_suite("spool in use", tests);
}
