#include "base/text.h"

#include "tests/unit/suite.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[200]; /* of one test: every test is a process of its own */

static const char *in_folder(const char *name)
{
	static char path[300];

	if (!folder[0]) {
		snprintf(folder, sizeof folder, "%s/text-XXXXXX",
		         getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
		ck_assert_ptr_nonnull(mkdtemp(folder));
	}
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static int files_in_folder(void)
{
	DIR *d = opendir(folder);
	int count = 0;

	for (struct dirent *e = readdir(d); e; e = readdir(d))
		count += e->d_name[0] != '.';
	closedir(d);
	return count;
}

START_TEST(grows_from_nothing)
{
	struct text t = { 0 };

	ck_assert_str_eq(text_string(&t), "");
	text_append(&t, "", 0);
	text_printf(&t, "%s", "");
	ck_assert_str_eq(text_string(&t), "");
	for (int i = 0; i < 100000; i++)
		text_printf(&t, "%05d,", i);
	ck_assert_uint_eq(t.length, 600000);
	ck_assert_uint_eq(strlen(text_string(&t)), 600000);
	ck_assert(memcmp(text_string(&t) + 599994, "99999,", 6) == 0);
	text_clear(&t);
	ck_assert_str_eq(text_string(&t), "");
	text_add(&t, "again");
	ck_assert_str_eq(text_string(&t), "again");
	text_release(&t);
	ck_assert(!t.bytes && !t.length && !t.size);
}
END_TEST

/* One append of each length around the sizes at which memory is taken. */
START_TEST(every_length_fits)
{
	for (size_t length = 250; length < 1030; length++) {
		char *bytes = malloc(length + 1);
		struct text t = { 0 }, u = { 0 };

		memset(bytes, 'x', length);
		bytes[length] = '\0';
		text_append(&t, bytes, length);
		text_printf(&u, "%s", bytes);
		ck_assert_str_eq(text_string(&t), bytes);
		ck_assert_str_eq(text_string(&u), bytes);
		text_release(&t);
		text_release(&u);
		free(bytes);
	}
}
END_TEST

START_TEST(control_characters_are_found)
{
	static const char *const with[] = { "\n", "a\tb", "a\x1b[2J", "a\x7f", "\xc2\x80", "a\xc2\x9f" };
	static const char *const without[] = { "", "a b~", "\xc2\xa0", "\xe5\xb9\xb2", "\xf0\x9f\x8c\xb8" };

	for (size_t i = 0; i < sizeof with / sizeof with[0]; i++)
		ck_assert(text_has_control(with[i]));
	for (size_t i = 0; i < sizeof without / sizeof without[0]; i++)
		ck_assert(!text_has_control(without[i]));
}
END_TEST

START_TEST(a_failed_text_takes_no_more)
{
	struct text t = { 0 };
	struct error err = { 0 };

	text_add(&t, "whole");
	t.failed = true;
	text_add(&t, " not");
	ck_assert(text_failed(&t));
	ck_assert_str_eq(text_string(&t), "whole");
	ck_assert_int_eq(text_write_file(&t, in_folder("out"), &err), ERROR_MEMORY);
	ck_assert_int_eq(files_in_folder(), 0);
	text_release(&t);
	rmdir(folder);
}
END_TEST

START_TEST(a_file_comes_back_byte_for_byte)
{
	struct text t = { 0 }, back = { 0 };
	struct error err = { 0 };

	for (int i = 0; i < 300000; i++) {
		char c = (char)(i * 7);

		text_append(&t, &c, 1);
	}
	ck_assert_int_eq(text_write_file(&t, in_folder("out"), &err), 0);
	ck_assert_int_eq(text_write_file(&t, in_folder("out"), &err), 0); /* replaces */
	ck_assert_int_eq(files_in_folder(), 1);                           /* and leaves nothing beside */
	ck_assert_int_eq(text_read_file(&back, in_folder("out"), &err), 0);
	ck_assert_uint_eq(back.length, t.length);
	ck_assert(memcmp(back.bytes, t.bytes, t.length) == 0);
	text_release(&t);
	text_release(&back);
	unlink(in_folder("out"));
	rmdir(folder);
}
END_TEST

START_TEST(a_file_that_cannot_be_named_leaves_nothing)
{
	struct text t = { 0 };
	struct error err = { 0 };
	char want[400];

	text_add(&t, "x");
	ck_assert_int_eq(mkdir(in_folder("taken"), 0777), 0);
	ck_assert_int_eq(text_write_file(&t, in_folder("taken"), &err), ERROR_IO);
	snprintf(want, sizeof want, "%s: cannot rename into place: Is a directory", in_folder("taken"));
	assert_error(&err, want);
	ck_assert_int_eq(files_in_folder(), 1);

	err = (struct error){ 0 };
	ck_assert_int_eq(text_write_file(&t, in_folder("no/such"), &err), ERROR_IO);
	snprintf(want, sizeof want, "%s: cannot create: No such file or directory", in_folder("no/such"));
	assert_error(&err, want);

	err = (struct error){ 0 };
	ck_assert_int_eq(text_read_file(&t, in_folder("absent"), &err), ERROR_IO);
	snprintf(want, sizeof want, "%s: cannot open: No such file or directory", in_folder("absent"));
	assert_error(&err, want);

	err = (struct error){ 0 };
	ck_assert_int_eq(text_read_file(&t, in_folder("taken"), &err), ERROR_IO); /* a directory */
	text_release(&t);
	rmdir(in_folder("taken"));
	rmdir(folder);
}
END_TEST

int main(void)
{
	return run_suite("text", (const TTest *const[]){
	                             grows_from_nothing, every_length_fits, control_characters_are_found,
	                             a_failed_text_takes_no_more, a_file_comes_back_byte_for_byte,
	                             a_file_that_cannot_be_named_leaves_nothing, NULL });
}
