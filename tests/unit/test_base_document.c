#include "base/document.h"

#include "tests/unit/suite.h"

/* Parses text as "d.json" and hands its root on; the message of a refusal is in err. */
static int parsed(struct document *doc, const char *text, struct node *root, struct error *err)
{
	if (document_parse(doc, "d.json", text, strlen(text), err) < 0)
		return err->code;
	return document_root(doc, root, err);
}

#define JSON_HINT "\nhint: JSON has a comma between entries, none after the last, and no comments"
#define CODE_HINT "\nhint: save it as UTF-8, without a byte order mark"

static const struct {
	const char *text, *want;
} refused[] = {
	{ "", "d.json:1: '[' or '{' expected near end of file" },
	{ "[]", "d.json:1: must be an object" },
	{ "\n\n []", "d.json:3: must be an object" },
	{ "{\"a\": 1.5}",
	  "d.json:1: a: a number must be whole; where a fraction is allowed, it is a string like \"99.99\"" },
	{ "{\"a\":\n1e5}",
	  "d.json:1: a: a number must be whole; where a fraction is allowed, it is a string like \"99.99\"" },
	{ "{\n \"a\": [ 1,\n { \"b\": 1.0 } ] }", "d.json:3: a[1].b: a number must be whole; where a "
	                                          "fraction is allowed, it is a string like \"99.99\"" },
	{ "{\n\"a\": 1,\n\"a\": 2}", "d.json:3: duplicate object key near '\"a\"'" },
	{ "{\"x\": {\n\"a\": 1,\n\"\\u0061\": 2}}", "d.json:3: duplicate object key near '\"\\u0061\"'" },
	{ "{\"a\": 99999999999999999999}", "d.json:1: too big integer near '99999999999999999999'" },
	{ "{\"a\": \"\\u0000\"}",
	  "d.json:1: \\u0000 is not allowed without JSON_ALLOW_NUL near '\"\\u0000\"'" },
	{ "{\"a\": \"\xff\"}", "d.json:1: unable to decode byte 0xff near '\"'" CODE_HINT },
	{ "\xef\xbb\xbf{}", "d.json:1: '[' or '{' expected near '\xef\xbb\xbf'" CODE_HINT },
	{ "{} {}", "d.json:1: end of file expected near '{'" },
	{ "{\"a\": 01}", "d.json:1: invalid token near '0'" },
	{ "{'a': 1}", "d.json:1: string or '}' expected near '''" JSON_HINT },
	{ "{\"a\": +7}", "d.json:1: invalid token near '+'" },
	{ "{\"a\": NaN}", "d.json:1: invalid token near 'NaN'" },
	{ "{\"a\": [1, ]}", "d.json:1: unexpected token near ']'" JSON_HINT },
	{ "{\"a\": 1 // no\n}", "d.json:1: '}' expected near '/'" JSON_HINT },
};

START_TEST(what_is_no_case_of_json_is_refused_with_its_line)
{
	for (size_t i = 0; i < ROWS(refused); i++) {
		struct document doc = { 0 };
		struct error err = { 0 };
		struct node root;

		ck_assert_msg(parsed(&doc, refused[i].text, &root, &err) == ERROR_DATA, "row %zu", i);
		assert_error(&err, refused[i].want);
		document_release(&doc);
	}
}
END_TEST

START_TEST(a_nul_byte_is_refused)
{
	static const char bytes[] = "{\"a\": 1}\0{";
	struct document doc = { 0 };
	struct error err = { 0 };

	ck_assert_int_eq(document_parse(&doc, "d.json", bytes, sizeof bytes - 1, &err), ERROR_DATA);
	document_release(&doc);
}
END_TEST

START_TEST(deep_nesting_is_refused)
{
	for (int depth = 60; depth < 5000; depth *= 3) {
		struct text t = { 0 };
		struct document doc = { 0 };
		struct error err = { 0 };
		int rc;

		text_add(&t, "{\"a\":");
		for (int i = 0; i < depth; i++)
			text_add(&t, "[");
		for (int i = 0; i < depth; i++)
			text_add(&t, "]");
		text_add(&t, "}");
		rc = document_parse(&doc, "d.json", text_string(&t), t.length, &err);
		ck_assert_int_eq(rc, depth < 64 ? 0 : ERROR_DATA);
		if (depth == 180)
			ck_assert_str_eq(err.text, "nested deeper than 64");
		document_release(&doc);
		text_release(&t);
	}
}
END_TEST

static const char sheet[] = "{\n"
                            "  \"name\": \"line\",\n"
                            "  \"count\": 7, \"low\": -9223372036854775808,\n"
                            "  \"on\": true, \"off\": false, \"none\": null,\n"
                            "  \"a\\\"b}\": {\n"
                            "    \"list\": [ \"x\", {\n"
                            "      \"deep\": \"]}\" },\n"
                            "      3 ] },\n"
                            "  \"word\": \"two\"\n"
                            "}\n";

static const char *const words[] = { "one", "two", NULL };

START_TEST(values_are_read)
{
	struct document doc = { 0 };
	struct error err = { 0 };
	struct node root, object, list, item;
	const char *name = NULL;
	int64_t count = 0;
	bool on = false, off = true;
	int word = -1;

	ck_assert_int_eq(parsed(&doc, sheet, &root, &err), 0);
	ck_assert_int_eq(node_string(&root, "name", REQUIRED, &name, &err), 0);
	ck_assert_str_eq(name, "line");
	ck_assert_int_eq(node_integer(&root, "count", REQUIRED, 7, 7, &count, &err), 0);
	ck_assert_int_eq(count, 7);
	ck_assert_int_eq(node_integer(&root, "low", REQUIRED, INT64_MIN, 0, &count, &err), 0);
	ck_assert(count == INT64_MIN);
	ck_assert_int_eq(node_boolean(&root, "on", REQUIRED, &on, &err), 0);
	ck_assert_int_eq(node_boolean(&root, "off", REQUIRED, &off, &err), 0);
	ck_assert(on && !off);
	ck_assert_int_eq(node_word(&root, "word", REQUIRED, words, &word, &err), 0);
	ck_assert_int_eq(word, 1);
	ck_assert_int_eq(node_object(&root, "a\"b}", REQUIRED, &object, &err), 0);
	ck_assert_int_eq(node_array(&object, "list", REQUIRED, &list, &err), 0);
	ck_assert_uint_eq(node_count(&list), 3);
	ck_assert_int_eq(node_item_string(&list, 0, &name, &err), 0);
	ck_assert_str_eq(name, "x");
	ck_assert_int_eq(node_item_object(&list, 1, &item, &err), 0);
	document_release(&doc);
}
END_TEST

START_TEST(absent_and_null_are_the_same)
{
	struct document doc = { 0 };
	struct error err = { 0 };
	struct node root, node;
	const char *text = "before";
	int64_t number = 5;
	bool flag = true;
	int word = 9;

	ck_assert_int_eq(parsed(&doc, sheet, &root, &err), 0);
	for (int i = 0; i < 2; i++) {
		const char *key = i ? "none" : "absent";

		ck_assert_int_eq(node_string(&root, key, OPTIONAL, &text, &err), 0);
		ck_assert_ptr_null(text);
		ck_assert_int_eq(node_integer(&root, key, OPTIONAL, 0, 9, &number, &err), 0);
		ck_assert_int_eq(node_boolean(&root, key, OPTIONAL, &flag, &err), 0);
		ck_assert_int_eq(node_word(&root, key, OPTIONAL, words, &word, &err), 0);
		ck_assert(number == 5 && flag && word == 9);
		ck_assert_int_eq(node_object(&root, key, OPTIONAL, &node, &err), 0);
		ck_assert_ptr_null(node.value);
		ck_assert_int_eq(node_array(&root, key, OPTIONAL, &node, &err), 0);
		ck_assert_ptr_null(node.value);
	}
	document_release(&doc);
}
END_TEST

/* Each kind of refusal on the sheet above, with its line and its path. */
static int refuse(int which, const struct node *root, struct error *err)
{
	struct node object = { 0 }, list = { 0 }, item;
	const char *text;
	int64_t number;
	bool flag;
	int word;

	if (which >= 8 && (node_object(root, "a\"b}", REQUIRED, &object, err) < 0 ||
	                   node_array(&object, "list", REQUIRED, &list, err) < 0))
		return err->code;
	switch (which) {
	case 0:
		return node_string(root, "missing", REQUIRED, &text, err);
	case 1:
		return node_string(root, "none", REQUIRED, &text, err);
	case 2:
		return node_string(root, "count", REQUIRED, &text, err);
	case 3:
		return node_integer(root, "count", REQUIRED, 8, 9, &number, err);
	case 4:
		return node_integer(root, "name", OPTIONAL, 8, 9, &number, err);
	case 5:
		return node_boolean(root, "count", REQUIRED, &flag, err);
	case 6:
		return node_word(root, "name", REQUIRED, words, &word, err);
	case 7:
		return node_check_keys(root, (const char *const[]){ "name", "count", "low", NULL }, err);
	case 8:
		return node_item_string(&list, 2, &text, err);
	case 9:
		return node_item_object(&list, 0, &item, err);
	case 10:
		if (node_item_object(&list, 1, &item, err) < 0)
			return err->code;
		return node_integer(&item, "deep", REQUIRED, 0, 1, &number, err);
	case 11:
		return node_object(&object, "list", REQUIRED, &item, err);
	default:
		return node_array(root, "word", REQUIRED, &item, err);
	}
}

START_TEST(a_refusal_names_line_and_path)
{
	static const char *const want[] = {
		"d.json:1: the key 'missing' is missing",
		"d.json:4: none: must not be null",
		"d.json:3: count: must be a string",
		"d.json:3: count: 7 is not in 8 to 9",
		"d.json:2: name: must be a whole number",
		"d.json:3: count: must be true or false",
		"d.json:2: name: 'line' is not one of: one, two",
		"d.json:4: on: unknown key 'on'",
		"d.json:8: a\"b}.list[2]: must be a string",
		"d.json:6: a\"b}.list[0]: must be an object",
		"d.json:7: a\"b}.list[1].deep: must be a whole number",
		"d.json:6: a\"b}.list: must be an object",
		"d.json:9: word: must be an array",
	};

	for (size_t i = 0; i < ROWS(want); i++) {
		struct document doc = { 0 };
		struct error err = { 0 };
		struct node root;

		ck_assert_int_eq(parsed(&doc, sheet, &root, &err), 0);
		ck_assert_int_eq(refuse((int)i, &root, &err), ERROR_DATA);
		assert_error(&err, want[i]);
		document_release(&doc);
	}
}
END_TEST

START_TEST(a_value_of_our_own_is_read_the_same_way)
{
	struct document doc = { 0 };
	struct error err = { 0 };
	struct node root;
	const char *text;

	ck_assert_int_eq(document_take(&doc, "database", json_pack("{s:{s:i}}", "a", "b", 1), &err), 0);
	ck_assert_int_eq(document_root(&doc, &root, &err), 0);
	ck_assert_int_eq(node_object(&root, "a", REQUIRED, &root, &err), 0);
	ck_assert_int_eq(document_root(&doc, &root, &err), 0);
	ck_assert_int_eq(node_string(&root, "a", REQUIRED, &text, &err), ERROR_DATA);
	assert_error(&err, "database: a: must be a string"); /* there is no text, so no line */
	document_release(&doc);
}
END_TEST

START_TEST(a_very_long_key_is_refused_whole)
{
	struct text t = { 0 };
	struct document doc = { 0 };
	struct error err = { 0 };
	struct node root;

	text_add(&t, "{\n\"");
	for (int i = 0; i < 5000; i++)
		text_add(&t, "k");
	text_add(&t, "\": 1 }");
	ck_assert_int_eq(document_parse(&doc, "d.json", text_string(&t), t.length, &err), 0);
	ck_assert_int_eq(document_root(&doc, &root, &err), 0);
	ck_assert_int_eq(node_check_keys(&root, (const char *const[]){ "a", NULL }, &err), ERROR_DATA);
	ck_assert_str_eq(err.file, "d.json");
	ck_assert_int_eq(strncmp(err.text, "unknown key 'kkkk", 17), 0);
	document_release(&doc);
	text_release(&t);
}
END_TEST

START_TEST(a_key_that_is_nearly_known_is_named)
{
	static const struct {
		const char *given, *near;
	} rows[] = {
		{ "intervall_s", "interval_s" },
		{ "interval", "interval_s" },
		{ "inteval_s", "interval_s" },
		{ "Interval_s", "interval_s" },
		{ "hots", "host" },
		{ "hose", "host" },
		{ "hint", NULL },
		{ "source", "source_address" },
		{ "colour", NULL },
		{ "in", NULL },
		{ "", NULL },
	};
	static const char *const known[] = { "host", "interval_s", "source_address", NULL };

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct document doc = { 0 };
		struct error err = { 0 };
		struct node root;
		char text[64], want[100] = "";

		snprintf(text, sizeof text, "{\"%s\": 1}", rows[i].given);
		ck_assert_int_eq(parsed(&doc, text, &root, &err), 0);
		ck_assert_int_eq(node_check_keys(&root, known, &err), ERROR_DATA);
		if (rows[i].near)
			snprintf(want, sizeof want, "did you mean '%s'?", rows[i].near);
		ck_assert_str_eq(err.hint, want);
		document_release(&doc);
	}
}
END_TEST

START_TEST(lines_of_paths)
{
	static const char text[] =
	    "{\n \"a\": [\n  { \"b\": 1,\n    \"c\": [ 1,\n 2 ] },\n  3 ],\n \"d\": {} }";
	static const struct {
		const char *path;
		int line;
	} rows[] = { { "", 1 },     { "a", 2 }, { "a[0]", 3 },     { "a[0].b", 3 }, { "a[0].c[1]", 5 },
		     { "a[1]", 6 }, { "d", 7 }, { "a[0].x.y", 3 }, { "x", 1 },      { "a[9].b", 2 },
		     { "a[0", 3 },  { "[", 1 }, { "..", 1 },       { "d[0]", 7 } };
	struct document doc = { 0 };
	struct error err = { 0 };

	ck_assert_int_eq(document_parse(&doc, "d.json", text, sizeof text - 1, &err), 0);
	for (size_t i = 0; i < ROWS(rows); i++)
		ck_assert_msg(document_line(&doc, rows[i].path) == rows[i].line, "'%s': got %d, want %d",
		              rows[i].path, document_line(&doc, rows[i].path), rows[i].line);
	document_release(&doc);
}
END_TEST

START_TEST(a_file_that_is_absent)
{
	struct document doc = { 0 };
	struct error err = { 0 };

	ck_assert_int_eq(document_load(&doc, "/no/such/case.json", &err), ERROR_IO);
	assert_error(&err, "/no/such/case.json: cannot open: No such file or directory");
	document_release(&doc);
}
END_TEST

int main(void)
{
	return run_suite(
	    "document",
	    (const TTest *const[]){ what_is_no_case_of_json_is_refused_with_its_line, a_nul_byte_is_refused,
	                            deep_nesting_is_refused, values_are_read, absent_and_null_are_the_same,
	                            a_refusal_names_line_and_path, a_value_of_our_own_is_read_the_same_way,
	                            a_very_long_key_is_refused_whole, a_key_that_is_nearly_known_is_named,
	                            lines_of_paths, a_file_that_is_absent, NULL });
}
