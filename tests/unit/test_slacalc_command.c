/* Options and operands of slacalc's commands. */
#include "slacalc/command.h"
#include "tests/unit/suite.h"

struct parsed {
	const char *operands[2];
	const char *db, *output;
	bool json;
};

/* Parses a NULL-terminated command line; between one and two operands. */
static int parse(const char *const *words, struct parsed *p, struct error *err)
{
	const struct command_option options[] = { { "db", 0, &p->db, NULL },
		                                  { "output", 'o', &p->output, NULL },
		                                  { "json", 0, NULL, &p->json },
		                                  { NULL, 0, NULL, NULL } };
	char *argv[16];
	int argc = 0;

	memset(p, 0, sizeof *p);
	memset(err, 0, sizeof *err);
	for (; words[argc]; argc++)
		argv[argc] = (char *)words[argc]; /* getopt changes their order only */
	argv[argc] = NULL;
	return command_options(argc, argv, options, p->operands, 1, 2, err);
}

#define PARSE(p, err, ...) parse((const char *const[]){ __VA_ARGS__, NULL }, (p), (err))

START_TEST(options_stand_anywhere)
{
	struct parsed p;
	struct error err;

	ck_assert_int_eq(PARSE(&p, &err, "verdict", "2026-10", "--json", "-o", "out", "--db=host=x"), 0);
	ck_assert_str_eq(p.operands[0], "2026-10");
	ck_assert_ptr_null(p.operands[1]);
	ck_assert(p.json);
	ck_assert_str_eq(p.output, "out");
	ck_assert_str_eq(p.db, "host=x");
	ck_assert_int_eq(PARSE(&p, &err, "verdict", "--json", "a", "--output", "out", "b"), 0);
	ck_assert_str_eq(p.operands[0], "a");
	ck_assert_str_eq(p.operands[1], "b");
	ck_assert_int_eq(PARSE(&p, &err, "verdict", "--", "--json"), 0);
	ck_assert_str_eq(p.operands[0], "--json");
	ck_assert(!p.json);
}
END_TEST

START_TEST(wrong_usage_is_named)
{
	static const struct {
		const char *words[6], *want;
	} rows[] = {
		{ { "verdict" }, "'verdict' needs an argument\nhint: slacalc verdict --help" },
		{ { "verdict", "a", "b", "c" }, "unexpected argument 'c'\nhint: slacalc verdict --help" },
		{ { "verdict", "a", "--colour" }, "unknown option '--colour'\nhint: slacalc verdict --help" },
		{ { "verdict", "a", "-x" }, "unknown option '-x'\nhint: slacalc verdict --help" },
		{ { "verdict", "a", "--db" }, "option '--db' needs a value\nhint: slacalc verdict --help" },
		{ { "verdict", "a", "-o" }, "option '-o' needs a value\nhint: slacalc verdict --help" },
		{ { "verdict", "a", "--json=1" }, "unknown option '--json=1'\nhint: slacalc verdict --help" },
		{ { "verdict", "a", "--db=1", "--db=2" },
		  "option '--db' is given twice\nhint: slacalc verdict --help" },
		{ { "verdict", "a", "-o", "1", "--output=2" },
		  "option '--output' is given twice\nhint: slacalc verdict --help" },
	};
	struct parsed p;
	struct error err;

	for (size_t i = 0; i < ROWS(rows); i++) {
		ck_assert_int_eq(parse(rows[i].words, &p, &err), ERROR_USAGE);
		assert_error(&err, rows[i].want);
	}
}
END_TEST

START_TEST(every_command_has_its_text)
{
	size_t count = 0;

	for (const struct command *c = command_table; c->name; c++, count++) {
		ck_assert_ptr_eq(command_find(c->name), c); /* so no name is there twice */
		ck_assert(c->summary[0] && strlen(c->summary) < 80);
		ck_assert_msg(strncmp(c->usage, "usage: slacalc ", 15) == 0, "%s", c->name);
		ck_assert_msg(strncmp(c->usage + 15, c->name, strlen(c->name)) == 0, "%s", c->name);
		ck_assert_int_eq(c->usage[strlen(c->usage) - 1], '\n');
		for (const char *line = c->usage; *line; line = strchr(line, '\n') + 1)
			ck_assert_msg(strcspn(line, "\n") <= 110, "%s: a line is too long", c->name);
		ck_assert_ptr_nonnull(c->run);
	}
	ck_assert_uint_ge(count, 7);
	ck_assert_ptr_null(command_find("frob"));
	ck_assert_ptr_null(command_find(""));
}
END_TEST

int main(void)
{
	return run_suite("command", (const TTest *const[]){ options_stand_anywhere, wrong_usage_is_named,
	                                                    every_command_has_its_text, NULL });
}
