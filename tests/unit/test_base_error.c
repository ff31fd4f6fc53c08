#include "base/error.h"

#include "tests/unit/suite.h"

START_TEST(the_first_error_wins)
{
	struct error err = { 0 };

	ck_assert_int_eq(error_set(&err, ERROR_DATA, "'%s' is wrong", "a"), ERROR_DATA);
	ck_assert_int_eq(error_set(&err, ERROR_IO, "later"), ERROR_DATA);
	ck_assert_int_eq(err.code, ERROR_DATA);
	assert_error(&err, "'a' is wrong");
}
END_TEST

START_TEST(the_innermost_place_wins)
{
	struct error err = { 0 };

	error_set(&err, ERROR_DATA, "bad");
	ck_assert_int_eq(error_at(&err, NULL, 0, "fees[0]"), ERROR_DATA);
	error_at(&err, "case.json", 7, "services[0]");
	error_at(&err, "other.json", 9, NULL);
	assert_error(&err, "case.json:7: fees[0]: bad");
}
END_TEST

START_TEST(parts_that_are_unknown_are_left_out)
{
	static const struct {
		const char *file;
		int line;
		const char *field, *hint, *want;
	} rows[] = {
		{ NULL, 0, NULL, NULL, "cause" },
		{ "f", 0, NULL, NULL, "f: cause" },
		{ "f", 3, NULL, NULL, "f:3: cause" },
		{ "", 3, "k", NULL, "k: cause" }, /* a line without a file says nothing */
		{ "f", 3, "k", "do it", "f:3: k: cause\nhint: do it" },
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct error err = { 0 };

		error_set(&err, ERROR_DATA, "cause");
		error_at(&err, rows[i].file, rows[i].line, rows[i].field);
		if (rows[i].hint)
			error_hint(&err, "%s", rows[i].hint);
		assert_error(&err, rows[i].want);
	}
}
END_TEST

START_TEST(the_first_hint_wins)
{
	struct error err = { 0 };

	error_set(&err, ERROR_USAGE, "cause");
	ck_assert_int_eq(error_hint(&err, "try %d", 1), ERROR_USAGE);
	error_hint(&err, "try 2");
	assert_error(&err, "cause\nhint: try 1");
}
END_TEST

START_TEST(control_characters_are_shown)
{
	struct error err = { 0 };

	error_set(&err, ERROR_DATA, "no party '%s'",
	          "a\nb\tc\x1b[31m\x7f\xc2\x9b"
	          "2J千代田区\xc2\xa5");
	error_at(&err, "a\r.json", 7, "fault.\x1b");
	error_hint(&err, "x\ny");
	assert_error(&err, "a\\x0d.json:7: fault.\\x1b: no party "
	                   "'a\\nb\\tc\\x1b[31m\\x7f\\x9b2J千代田区\xc2\xa5'\nhint: x\\ny");
}
END_TEST

START_TEST(a_character_that_is_cut_is_a_question_mark)
{
	struct error err = { 0 };

	error_set(&err, ERROR_DATA, "'%.4s' and '%.5s' \xff\x80 \xc3", "\xe5\x8d\x83\xe4\xbb\xa3",
	          "\xf0\x9f\x8c\xb8\xf0\x9f");
	error_at(&err, "\xe3\x81.json", 1, "\xc2\xa5\xe3");
	assert_error(&err, "?.json:1: \xc2\xa5?: '\xe5\x8d\x83?' and '\xf0\x9f\x8c\xb8?' ? ?");
}
END_TEST

START_TEST(a_line_is_cut_to_fit)
{
	struct error err = { 0 };
	char line[1000], shorter[12];

	error_set(&err, ERROR_DATA, "a\nb");
	error_at(&err, "f", 3, "key");
	error_hint(&err, "not in it");
	ck_assert_str_eq(error_one_line(&err, line, sizeof line), "f:3: key: a\\nb");
	ck_assert_str_eq(error_one_line(&err, shorter, sizeof shorter), "f:3: key: a");
}
END_TEST

START_TEST(long_parts_are_cut_not_overrun)
{
	struct error err = { 0 };
	char *text = malloc(20001);

	memset(text, 'y', 20000);
	text[20000] = '\0';
	error_set(&err, ERROR_DATA, "%s", text);
	error_at(&err, text, 1, text);
	error_hint(&err, "%s", text);
	ck_assert_uint_eq(strlen(err.text), sizeof err.text - 1);
	ck_assert_uint_eq(strlen(err.file), sizeof err.file - 1);
	ck_assert_uint_eq(strlen(err.field), sizeof err.field - 1);
	ck_assert_uint_eq(strlen(err.hint), sizeof err.hint - 1);
	free(text);
}
END_TEST

START_TEST(print_returns_the_code)
{
	struct error err = { 0 };
	char *shown = NULL;
	size_t length;
	FILE *out = open_memstream(&shown, &length);

	error_set(&err, ERROR_RETRY, "later");
	ck_assert_int_eq(error_print(&err, out, "slacalc"), ERROR_RETRY);
	fclose(out);
	ck_assert_str_eq(shown, "slacalc: later\n");
	free(shown);
}
END_TEST

int main(void)
{
	return run_suite(
	    "error", (const TTest *const[]){ the_first_error_wins, the_innermost_place_wins,
	                                     parts_that_are_unknown_are_left_out, the_first_hint_wins,
	                                     control_characters_are_shown,
	                                     a_character_that_is_cut_is_a_question_mark, a_line_is_cut_to_fit,
	                                     long_parts_are_cut_not_overrun, print_returns_the_code, NULL });
}
