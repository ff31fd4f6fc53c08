/*
 * What is damaged, deleted, older or somebody else's: the records that are read are those that were put, each under its
 * number, every other number lies within a gap, and no number is given twice.
 */
#include "monitor/spool/spool_repair.h"

#include "tests/unit/spool_harm.h"
#include "tests/unit/suite.h"

#include <inttypes.h>

static int64_t last_of(struct spool *spool)
{
	struct spool_counters counters;

	spool_count(spool, &counters);
	return counters.last_seq;
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

int main(void)
{
	const TTest *const tests[] = { kill_9_loses_nothing_that_was_put,
		                       whatever_is_damaged_nothing_is_invented_or_numbered_twice,
		                       a_missing_log_shows_as_a_gap,
		                       a_commit_that_was_not_whole_is_no_damage_one_that_was_is,
		                       another_vantages_spool_is_never_taken_for_damaged,
		                       NULL };

	return run_suite("spool repair", tests);
}
