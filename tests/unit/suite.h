/*
 * suite: the main() of a program of unit tests, and the arithmetic that tests repeat.
 *
 *     int main(void)
 *     {
 *             return run_suite("span", (const TTest *const[]){ set_is_sorted, set_is_clipped, NULL });
 *     }
 *
 * Loops over tables use ck_assert_msg with the row, so that a failure names it. Not for shared state: every
 * test runs in a process of its own (CK_FORK).
 */
#ifndef GOVSLA_TESTS_UNIT_SUITE_H
#define GOVSLA_TESTS_UNIT_SUITE_H

#include "base/error.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(table) (sizeof(table) / sizeof(table)[0])

/* Runs the NULL-terminated tests; the exit status of the program. */
static inline int run_suite(const char *name, const TTest *const *tests)
{
	Suite *suite = suite_create(name);
	SRunner *runner;
	int failed;

	for (; *tests; tests++) {
		TCase *one = tcase_create((*tests)->name); /* CK_RUN_CASE=TEST runs it alone */

		tcase_set_timeout(one, 1000); /* sanitizers on a busy machine that stands still at times */
		tcase_add_test(one, *tests);
		suite_add_tcase(suite, one);
	}
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* An error as a person sees it: "FILE:LINE: FIELD: TEXT" and, if any, "\nhint: HINT". buffer is returned. */
static inline char *error_line(const struct error *err, char *buffer, size_t size)
{
	char *shown = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&shown, &length);

	error_print(err, out, "");
	fclose(out);
	if (length && shown[length - 1] == '\n')
		shown[length - 1] = '\0';
	snprintf(buffer, size, "%s", shown + 2); /* without ": " of the empty program name */
	free(shown);
	return buffer;
}

/* Asserts the whole of an error message. */
#define assert_error(err, want)                                                                              \
	do {                                                                                                 \
		char line_[2048];                                                                            \
		ck_assert_str_eq(error_line((err), line_, sizeof line_), (want));                            \
	} while (0)

#endif
