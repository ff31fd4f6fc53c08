/* The registry directory: check digits, what is read, what is refused (the rest: tests/integration/test_database.py).
 */
#include "slacalc/registry.h"
#include "base/text.h"
#include "slacalc/digest.h"
#include "slacalc/month.h"
#include "tests/unit/suite.h"

#include <sys/stat.h>
#include <unistd.h>

/* ---- codes ---- */

START_TEST(check_digits)
{
	static const struct {
		const char *code;
		bool valid;
		int digit; /* the right one, -1 where the rest is wrong already */
	} rows[] = {
		{ "131016", true, 6 },  { "131024", true, 4 },    { "011002", true, 2 },
		{ "271004", true, 4 },  { "473821", true, 1 },    { "131017", false, 6 },
		{ "131010", false, 6 }, { "001016", false, -1 },  { "481016", false, -1 },
		{ "13101", false, -1 }, { "1310160", false, -1 }, { "13101x", false, -1 },
		{ "", false, -1 },      { "13 016", false, -1 },  { "-31016", false, -1 },
	};
	int digit;

	for (size_t i = 0; i < ROWS(rows); i++) {
		ck_assert_msg(organisation_code_check(rows[i].code, &digit) == rows[i].valid, "%s",
		              rows[i].code);
		ck_assert_msg(digit == rows[i].digit, "%s: %d", rows[i].code, digit);
	}
}
END_TEST

/* Every first five digits have exactly one right check digit. */
START_TEST(one_digit_of_ten_is_right)
{
	char code[8];
	int digit, valid;

	for (int body = 1000; body < 47999; body += 37) {
		valid = 0;
		for (int last = 0; last < 10; last++) {
			snprintf(code, sizeof code, "%05d%d", body, last);
			valid += organisation_code_check(code, &digit);
		}
		ck_assert_msg(valid == 1, "%05d", body);
	}
}
END_TEST

/* ---- directories ---- */

static void write_file(struct arena *a, const char *folder, const char *name, const char *quoted)
{
	struct text t = { 0 };
	struct error err = { 0 };

	for (; *quoted; quoted++)
		text_append(&t, *quoted == '\'' ? "\"" : quoted, 1);
	ck_assert_int_eq(text_write_file(&t, arena_printf(a, "%s/%s", folder, name), &err), 0);
	text_release(&t);
}

static char *make_folder(struct arena *a)
{
	char *folder = arena_printf(a, "%s/registry-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");

	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(mkdir(arena_printf(a, "%s/terms", folder), 0777), 0);
	return folder;
}

static void remove_folder(struct arena *a, const char *folder)
{
	unlink(arena_printf(a, "%s/registry.json", folder));
	unlink(arena_printf(a, "%s/terms/t.json", folder));
	rmdir(arena_printf(a, "%s/terms", folder));
	ck_assert_int_eq(rmdir(folder), 0);
}

#define TERMS                                                                                                \
	"{ 'id': 't', 'title': 't', 'provider': 'NSP', 'customer': 'LG', 'levels': [ { 'id': 'a', "          \
	"'metric': "                                                                                         \
	"'availability', 'method': 'duration_ratio', 'binding': 'target', 'objective': { 'op': '>=', "       \
	"'percent': "                                                                                        \
	"'99.9' }, 'excluded_time': 'remove', 'unmeasured_time': 'bounds', 'obscured_time': 'bounds' } ] }"
#define SERVICE "{ 'id': 's', 'organisation': '131016', 'provider': 'nsp', 'terms': 't', 'targets': [ 'a' ]"
#define REGISTRY                                                                                             \
	"{ 'format': 'govsla-registry/1', 'organisations': [ { 'code': '131016', 'name': 'X' } ],\n"         \
	"'parties': [ { 'id': 'nsp', 'kind': 'NSP' }, { 'id': 'lg', 'kind': 'LG', 'code': '131016' } ],\n"   \
	"'vantages': [ { 'id': 'v1', 'spool': { 'path': 'p' } }, { 'id': 'v2' } ],\n"                        \
	"'targets': [ { 'id': 'a', 'interval_s': 60, 'timeout_s': 5, 'probe': { 'kind': 'icmp' } },\n"       \
	"{ 'id': 'b', 'interval_s': 30, 'timeout_s': 5, 'vantages': [ 'v2' ], 'probe': { 'kind': 'icmp' } "  \
	"} ],\n"                                                                                             \
	"'paths': [ { 'vantage': 'v2', 'hops': [ 'a', 'b' ] } ],\n"                                          \
	"'services': [ " SERVICE ", 'fees': [ { 'payer': 'lg', 'amount': '1', 'currency': 'JPY' } ] } ] }\n"

static const char *text_of(const json_t *row, const char *key)
{
	return json_string_value(json_object_get(row, key));
}

START_TEST(rows_of_a_directory)
{
	struct arena a = { 0 };
	struct error err = { 0 };
	struct registry r;
	char *folder = make_folder(&a);
	json_t *row;

	write_file(&a, folder, "registry.json", REGISTRY);
	write_file(&a, folder, "terms/t.json", TERMS);
	ck_assert_msg(registry_load(&r, folder, &err) == 0, "%s: %s", err.field, err.text);
	ck_assert_uint_eq(json_array_size(r.rows[TABLE_FILE]), 2);
	ck_assert_str_eq(text_of(json_array_get(r.rows[TABLE_PARTY], 1), "name"),
	                 "X"); /* the organisation's */
	row = json_array_get(r.rows[TABLE_TARGET], 0);
	ck_assert_uint_eq(json_array_size(json_object_get(row, "vantages")), 2); /* all, when none is named */
	row = json_array_get(r.rows[TABLE_TARGET], 1);
	ck_assert_uint_eq(json_array_size(json_object_get(row, "vantages")), 1);
	ck_assert_str_eq(text_of(json_array_get(r.rows[TABLE_PATH], 0), "last"), "b"); /* the deepest */
	row = json_array_get(r.rows[TABLE_FEE], 0);
	ck_assert_str_eq(text_of(row, "from_month"), "1970-01-01");
	ck_assert_str_eq(text_of(row, "to_month"), "9999-12-01");
	ck_assert_str_eq(text_of(row, "state_share"), "0");
	row = json_array_get(r.rows[TABLE_TERMS], 0);
	ck_assert_int_eq(text_of(row, "body")[0], '{'); /* the file as it stands */
	ck_assert_uint_eq(strlen(r.directory_sha256), 64);
	registry_release(&r);
	remove_folder(&a, folder);
	arena_release(&a);
}
END_TEST

/* Each row: a text of REGISTRY, what replaces it, and the whole message after the folder's name. */
START_TEST(refusals)
{
	static const struct {
		const char *cut, *put, *want;
	} rows[] = {
		{ "'hops': [ 'a', 'b' ]", "'hops': [ 'a' ]",
		  ":6: paths[0].hops: a path has at least two hops" },
		{ "'hops': [ 'a', 'b' ]", "'hops': [ 'a', 'a' ]",
		  ":6: paths[0].hops[1]: the hop 'a' is there twice" },
		{ "'vantages': [ 'v2' ]", "'vantages': []", ":5: targets[1]: no vantage watches it" },
		{ "'vantages': [ 'v2' ]", "'vantages': [ 'v2', 'v2' ]",
		  ":5: targets[1].vantages[1]: the vantage 'v2' is there twice" },
		{ "'kind': 'LG', 'code': '131016'", "'kind': 'LG'",
		  ":2: parties[1]: the key 'code' is missing" },
		{ "'targets': [ 'a' ]", "'targets': []",
		  ":7: services[0].targets: at least one target is needed" },
		{ "'currency': 'JPY'", "'currency': 'yen'",
		  ":7: services[0].fees[0].currency: 'yen' is not a currency code like JPY" },
		{ "'currency': 'JPY'", "'currency': 'JPY', 'from': '2026-05', 'to': '2026-05'",
		  ":7: services[0].fees[0]: 'to' is not after 'from'" },
		{ "'id': 'v2'", "'id': '.v2'",
		  ":3: vantages[1].id: '.v2' cannot name a file: use letters, digits, '.', '_', '-'" },
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct error err = { 0 };
		struct registry r;
		char *folder = make_folder(&a), *at = strstr(REGISTRY, rows[i].cut);
		size_t before = (size_t)(at - REGISTRY);

		ck_assert_ptr_nonnull(at);
		write_file(&a, folder, "terms/t.json", TERMS);
		write_file(&a, folder, "registry.json",
		           arena_printf(&a, "%.*s%s%s", (int)before, REGISTRY, rows[i].put,
		                        at + strlen(rows[i].cut)));
		ck_assert_int_eq(registry_load(&r, folder, &err), ERROR_DATA);
		assert_error(&err, arena_printf(&a, "%s/registry.json%s", folder, rows[i].want));
		registry_release(&r);
		remove_folder(&a, folder);
		arena_release(&a);
	}
}
END_TEST

/* ---- names and hashes ---- */

START_TEST(digest_of_nothing_and_of_abc)
{
	char hash[DIGEST_TEXT_SIZE];

	ck_assert_str_eq(digest_sha256("", 0, hash),
	                 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	ck_assert_str_eq(
	    digest_sha256("abc", 3, hash),
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"); /* FIPS 180-2, B.1 */
}
END_TEST

START_TEST(csv_names_are_safe)
{
	struct arena a = { 0 };
	struct series plain = { .target = 3, .vantage = 1, .target_id = "web-1", .vantage_id = "v1" };
	struct series hostile = {
		.target = 3, .vantage = 1, .target_id = "../etc/passwd", .vantage_id = "v1"
	};
	struct series hidden = { .target = 4, .vantage = 2, .target_id = ".x", .vantage_id = "v1" };
	struct series japanese = { .target = 5, .vantage = 2, .target_id = "拠点", .vantage_id = "v1" };

	ck_assert_str_eq(month_csv_name(&a, &plain), "web-1@v1.csv");
	ck_assert_str_eq(month_csv_name(&a, &hostile), "target-3@vantage-1.csv");
	ck_assert_str_eq(month_csv_name(&a, &hidden), "target-4@vantage-2.csv");
	ck_assert_str_eq(month_csv_name(&a, &japanese), "target-5@vantage-2.csv");
	arena_release(&a);
}
END_TEST

int main(void)
{
	return run_suite("registry", (const TTest *const[]){
	                                 check_digits, one_digit_of_ten_is_right, rows_of_a_directory,
	                                 refusals, digest_of_nothing_and_of_abc, csv_names_are_safe, NULL });
}
