#include "report/escape.h"
#include "suite.h"

#include <stdlib.h>

struct sample_of {
	const char *text, *want;
};

static void check_all(void (*escape)(struct text *out, const char *text), const struct sample_of *cases,
                      size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct text out = { 0 };

		escape(&out, cases[i].text);
		ck_assert_str_eq(text_string(&out), cases[i].want);
		text_release(&out);
	}
}

#define CHECK_ALL(escape, cases) check_all(escape, cases, sizeof cases / sizeof *cases)

START_TEST(html)
{
	static const struct sample_of cases[] = {
		{ "千代田区", "千代田区" },
		{ NULL, "" },
		{ "<script>alert('x')</script>", "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;" },
		{ "a & \"b\"", "a &amp; &quot;b&quot;" },
		{ "one\ntwo", "one\ntwo" },
		{ "bell\a nul-like\x1b[2J", "bell\xEF\xBF\xBD nul-like\xEF\xBF\xBD[2J" },
		{ "\xC0\xBCscript", "\xEF\xBF\xBD\xEF\xBF\xBDscript" }, /* an overlong '<' */
		{ "cut \xE5\x8D", "cut \xEF\xBF\xBD\xEF\xBF\xBD" },
		{ "\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD" }, /* a surrogate */
		{ "\xF5\x80\x80\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD" },
		{ "abc\xE2\x80\xAE"
		  "fdp.exe",
		  "abc\xEF\xBF\xBD"
		  "fdp.exe" }, /* turned around */
		{ "𠮷野家 ①", "𠮷野家 ①" },
	};

	CHECK_ALL(escape_html, cases);
}
END_TEST

START_TEST(attribute)
{
	static const struct sample_of cases[] = {
		{ "\" onload=\"x", "&quot; onload=&quot;x" },
		{ "a\tb\r\nc", "a&#9;b&#13;&#10;c" },
		{ "`'<>&", "`&#39;&lt;&gt;&amp;" },
	};

	CHECK_ALL(escape_attribute, cases);
}
END_TEST

START_TEST(csv_fields)
{
	static const struct sample_of cases[] = {
		{ NULL, "" },
		{ "", "" },
		{ "plain", "plain" },
		{ "a,b", "\"a,b\"" },
		{ "say \"so\"", "\"say \"\"so\"\"\"" },
		{ "two\r\nlines", "\"two\r\nlines\"" },
		{ "=cmd|'/c calc'!A0", "\"'=cmd|'/c calc'!A0\"" },
		{ "+1", "\"'+1\"" },
		{ "-1+2", "\"'-1+2\"" },
		{ "@SUM(A1)", "\"'@SUM(A1)\"" },
		{ "\t=1", "\"'\t=1\"" },
		{ "\r=1", "\"'\r=1\"" },
		{ "  =1", "\"'  =1\"" },
		{ "＝1", "\"'＝1\"" }, /* a full-width sign */
		{ "a=1", "a=1" },
		{ "千代田区", "千代田区" },
	};

	CHECK_ALL(escape_csv, cases);
}
END_TEST

START_TEST(csv_numbers_stay_numbers)
{
	static const struct sample_of cases[] = {
		{ NULL, "" },
		{ "-5", "-5" },
		{ "20/37", "20/37" },
		{ "99.985", "99.985" },
	};

	CHECK_ALL(escape_csv_number, cases);
}
END_TEST

START_TEST(terminal)
{
	static const struct sample_of cases[] = {
		{ "a\x1b]0;owned\a", "a\xEF\xBF\xBD]0;owned\xEF\xBF\xBD" },
		{ "a\nMET", "a\xEF\xBF\xBDMET" },
		{ "\xC2\x9B"
		  "2J",
		  "\xEF\xBF\xBD"
		  "2J" }, /* CSI as one character */
		{ "市", "市" },
	};

	CHECK_ALL(escape_terminal, cases);
}
END_TEST

int main(void)
{
	return run_suite("report/escape", (const TTest *const[]){ html, attribute, csv_fields,
	                                                          csv_numbers_stay_numbers, terminal, NULL });
}
