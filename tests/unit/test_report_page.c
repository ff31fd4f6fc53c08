#include "case/case.h"
#include "report/json.h"
#include "report/phrase.h"
#include "report/report.h"
#include "report/words.h"
#include "suite.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TERMS                                                                                                 \
	"{'id':'own-line','title':'TITLE','provider':'NSP','customer':'LG',"                                  \
	"'source':{'document':'example','date':null,'confidence':'fictitious'},"                              \
	"'effective':{'from':'2023-09-01','to':null},"                                                        \
	"'period':{'kind':'calendar_month','time_zone':'Asia/"                                                \
	"Tokyo','start_day':1},'notice':{'maintenance_days':7},"                                              \
	"'levels':[{'id':'availability','metric':'availability','method':'duration_ratio','binding':'"        \
	"guarantee',"                                                                                         \
	"'objective':{'op':'>=','percent':'99.99'},'excluded_time':'remove','unmeasured_time':'bounds',"      \
	"'obscured_time':'bounds','credit':{'base':'monthly_fee','bands':[{'from':'99.8','to':'99.99','"      \
	"rate':'1'},"                                                                                         \
	"{'from':'0','to':'99.8','rate':'3'}]}},"                                                             \
	"{'id':'delay','metric':'latency_mean','binding':'guarantee','objective':{'op':'<=','ms':'50'},"      \
	"'credit':{'base':'monthly_fee','rate':'10'}}],"                                                      \
	"'overlap':'sum','cap':{'percent_of_fee':'100'},"                                                     \
	"'rounding':{'rule':'floor','unit':'1','of':'credit','side':'claim','clause':'端数計算法 2-1'}," \
	"'claim':{'rule':'automatic'},'remedy':'non_exclusive'}"

/* Five failing samples in October (vectors); NAME and TITLE stand for what a test puts in. */
#define CASE                                                                                                 \
	"{'format':'govsla-case/1','title':'TITLE','as_of':'2026-11-20T00:00:00+09:00',"                     \
	"'period':{'month':'2026-10','time_zone':'Asia/Tokyo'},"                                             \
	"'parties':[{'id':'carrier','kind':'NSP','name':'NAME'},{'id':'da','kind':'DA'},"                    \
	"{'id':'lg-a','kind':'LG','code':'131016','name':'NAME'}],"                                          \
	"'terms':[" TERMS "],"                                                                               \
	"'observations':[{'target':'t1','vantage':'NAME','interval_s':60,'timeout_s':5,'samples':{'all_up':" \
	"true,"                                                                                              \
	"'rtt_us':8000,'except':[{'from':'2026-10-05T10:00:00+09:00','to':'2026-10-05T10:05:00+09:00',"      \
	"'outcome':'down'}]}}],"                                                                             \
	"'services':[{'id':'line-a','name':'NAME','provider':'carrier','terms':'own-line','targets':['t1']," \
	"'fees':[{'payer':'lg-a','amount':'250000','currency':'JPY','state_share':'0'}]}],"                  \
	"'exclusions':[{'id':'x1','services':['line-a'],'start':'2026-10-10T01:00:00+09:00',"                \
	"'end':'2026-10-10T03:00:00+09:00','kind':'maintenance','notice':'2026-10-07T10:00:00+09:00',"       \
	"'document':'NAME'}],"                                                                               \
	"'contracts':[{'id':'イ/lg-a','kind':'イ','parties':['da','lg-a'],'caps':[{'debtor':'da',"         \
	"'rule':'recovered'}]}],"                                                                            \
	"'records':[{'id':'l1','kind':'loss','at':'2026-11-02','document':'d','sufferer':'lg-a',"            \
	"'heads':{'direct':'3000000'},'fault':{'carrier':'1'},'cause_month':'2026-10','determined':'"        \
	"3000000'},"                                                                                         \
	"{'id':'r1','kind':'recovery','at':'2026-11-10','document':'d','from':'carrier','to':'da',"          \
	"'amount':'1000000','form':'cash'}]}"

#define HOSTILE "=cmd|x\\\"><script>alert(1)</script>&amp;"

struct made {
	struct arena arena;
	struct statement *s;
};

/* The JSON text: ' becomes ", NAME and TITLE what they stand for. */
static void expand(struct text *out, const char *json, const char *name)
{
	while (*json) {
		if (!strncmp(json, "NAME", 4) || !strncmp(json, "TITLE", 5)) {
			json += *json == 'N' ? 4 : 5;
			text_add(out, name);
		} else {
			text_append(out, *json == '\'' ? "\"" : json, 1);
			json++;
		}
	}
}

static void make(struct made *m, const char *name)
{
	struct document doc = { 0 };
	struct text json = { 0 };
	struct error err = { 0 };
	struct sla_case *c = NULL;

	memset(m, 0, sizeof *m);
	expand(&json, CASE, name);
	if (document_parse(&doc, "case", json.bytes, json.length, &err) < 0 ||
	    case_read(&m->arena, &doc, NULL, NULL, &c, &err) < 0 ||
	    statement_make(&m->arena, c, &m->s, &err) < 0)
		ck_abort_msg("%d: %s: %s", err.line, err.field, err.text);
	document_release(&doc);
	text_release(&json);
}

static void unmake(struct made *m)
{
	statement_free(m->s);
	arena_release(&m->arena);
}

static const struct report_options plain = { .directory = ".", .base = "b", .japanese = true };

static void page(struct text *out, const struct made *m, enum language language)
{
	report_page(m->s, &plain, language, out);
	ck_assert(!text_failed(out));
}

static size_t count_of(const char *text, const char *what)
{
	size_t count = 0;

	while ((text = strstr(text, what))) {
		text += strlen(what);
		count++;
	}
	return count;
}

START_TEST(hostile_names_stay_text)
{
	for (int language = 0; language < LANGUAGE_COUNT; language++) {
		struct text out = { 0 };
		struct made m;

		make(&m, HOSTILE);
		page(&out, &m, language);
		ck_assert_ptr_null(strstr(out.bytes, "<script"));
		ck_assert_ptr_nonnull(
		    strstr(out.bytes, "=cmd|x&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;"));
		text_release(&out);
		unmake(&m);
	}
}
END_TEST

/* A credit of a provider's terms goes to the Agency: the page must not say that the municipality gets it. */
START_TEST(credit_is_not_shown_as_due_to_the_municipality)
{
	for (int language = 0; language < LANGUAGE_COUNT; language++) {
		struct text out = { 0 };
		struct made m;

		make(&m, "A");
		page(&out, &m, language);
		ck_assert_uint_eq(count_of(out.bytes, word_of(language, W_CREDIT_LIMITS)), 1);
		ck_assert_ptr_null(strstr(out.bytes, "A → A"));
		text_release(&out);
		unmake(&m);
	}
}
END_TEST

START_TEST(losses_of_others_are_marked)
{
	static const struct {
		const char *code;
		size_t times;
	} cases[] = { { "999999", 1 }, { "131016", 0 }, { NULL, 0 } };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct report_options options = plain;
		struct text out = { 0 };
		struct made m;

		options.organisation_code = cases[i].code;
		make(&m, "A");
		report_page(m.s, &options, LANGUAGE_JA, &out);
		ck_assert_uint_eq(count_of(out.bytes, word_of(LANGUAGE_JA, W_CHAIN_OF_OTHERS)),
		                  cases[i].times);
		text_release(&out);
		unmake(&m);
	}
}
END_TEST

START_TEST(nothing_is_fetched)
{
	struct text out = { 0 };
	struct made m;

	make(&m, "千代田区");
	page(&out, &m, LANGUAGE_JA);
	ck_assert_ptr_null(strstr(out.bytes, "http:"));
	ck_assert_ptr_null(strstr(out.bytes, "https:"));
	ck_assert_ptr_null(strstr(out.bytes, " src="));
	ck_assert_ptr_null(strstr(out.bytes, "@import"));
	ck_assert_uint_eq(count_of(out.bytes, "url("), count_of(out.bytes, "url(#"));
	ck_assert_uint_eq(count_of(out.bytes, "href="),
	                  count_of(out.bytes, "href=\"#n") + count_of(out.bytes, "href=\"#o"));
	text_release(&out);
	unmake(&m);
}
END_TEST

START_TEST(every_figure_leads_to_its_node)
{
	struct text out = { 0 };
	struct made m;
	char id[32];

	make(&m, "千代田区");
	page(&out, &m, LANGUAGE_EN);
	for (const char *at = out.bytes; (at = strstr(at, "href=\"#n")); at++) {
		snprintf(id, sizeof id, "id=\"n%ld\"", strtol(at + 8, NULL, 10));
		ck_assert_msg(strstr(out.bytes, id), "%s is missing", id);
	}
	for (size_t i = 0; i < book_count(m.s->book); i++) {
		snprintf(id, sizeof id, "<tr id=\"n%zu\">", i + 1);
		ck_assert_uint_eq(count_of(out.bytes, id), 1);
	}
	text_release(&out);
	unmake(&m);
}
END_TEST

START_TEST(the_verdict_can_be_seen)
{
	struct text ja = { 0 }, en = { 0 };
	struct made m;

	make(&m, "千代田区");
	page(&ja, &m, LANGUAGE_JA);
	page(&en, &m, LANGUAGE_EN);
	ck_assert_ptr_nonnull(strstr(ja.bytes, "99.98880 %"));
	ck_assert_ptr_nonnull(strstr(ja.bytes, "99.99 %以上"));
	ck_assert_ptr_nonnull(strstr(ja.bytes, "証明不能"));
	ck_assert_ptr_nonnull(strstr(ja.bytes, "2026年10月（令和8年10月）"));
	ck_assert_ptr_nonnull(strstr(ja.bytes, "2,500円"));
	ck_assert_ptr_nonnull(strstr(ja.bytes, "通知が3日前（7日前までに必要）"));
	/* the line that docs/manual/reading-the-report.md checks by hand */
	ck_assert_ptr_nonnull(strstr(en.bytes, "max(0, 100 × (2,678,400 − 300) ÷ 2,678,400)"));
	ck_assert_ptr_nonnull(
	    strstr(en.bytes, "<b>99.98879928…</b><br><span class=\"soft exact\">= 223175/2232</span>"));
	ck_assert_ptr_nonnull(strstr(en.bytes, "Not provable"));
	ck_assert_ptr_nonnull(strstr(en.bytes, "¥2,500"));
	ck_assert_ptr_nonnull(strstr(en.bytes, "notice 3 days before, 7 required"));
	text_release(&ja);
	text_release(&en);
	unmake(&m);
}
END_TEST

START_TEST(every_label_is_known_in_japanese)
{
	struct made m;

	make(&m, "千代田区");
	for (size_t i = 0; i < book_count(m.s->book); i++) {
		const char *label = book_at(m.s->book, (int)i)->label;
		struct text out = { 0 };

		ck_assert_msg(phrase_translate(&out, LANGUAGE_JA, label), "report/phrase.c lacks '%s'",
		              label);
		text_release(&out);
	}
	unmake(&m);
}
END_TEST

START_TEST(same_statement_same_bytes)
{
	struct text first = { 0 }, second = { 0 };
	struct made m, n;

	make(&m, "千代田区");
	make(&n, "千代田区");
	page(&first, &m, LANGUAGE_JA);
	setenv("TZ", "America/Los_Angeles", 1);
	page(&second, &n, LANGUAGE_JA);
	ck_assert_str_eq(first.bytes, second.bytes);
	text_release(&first);
	text_release(&second);
	unmake(&m);
	unmake(&n);
}
END_TEST

/* Compares; a difference is told by its line (Check refuses long messages). */
static void same_text(const char *got, const char *want)
{
	for (int line = 1; *got || *want; line++) {
		size_t length = strcspn(got, "\n"), wanted = strcspn(want, "\n");

		ck_assert_msg(length == wanted && memcmp(got, want, length) == 0,
		              "line %d is '%.*s', not '%.*s'", line, (int)length, got, (int)wanted, want);
		got += length + (got[length] != '\0');
		want += wanted + (want[wanted] != '\0');
	}
}

START_TEST(without_as_of_all_records_count)
{
	struct text text = { 0 }, ja = { 0 }, en = { 0 };
	struct sla_case c;
	struct made m;

	make(&m, "A");
	c = *m.s->the_case;
	c.as_of_us = INT64_MAX;
	m.s->the_case = &c;
	report_text(m.s, &text);
	page(&ja, &m, LANGUAGE_JA);
	page(&en, &m, LANGUAGE_EN);
	ck_assert_ptr_nonnull(strstr(text.bytes, "October 2026 (31 d), all records\n"));
	ck_assert_uint_eq(count_of(ja.bytes, "記録の基準日時：指定なし（すべての記録）</p>"), 1);
	ck_assert_uint_eq(count_of(en.bytes, "All records, whatever their date</p>"), 1);
	text_release(&text);
	text_release(&ja);
	text_release(&en);
	unmake(&m);
}
END_TEST

START_TEST(terminal)
{
	struct text out = { 0 };
	struct made m;

	make(&m, "line of A");
	report_text(m.s, &out);
	same_text(
	    out.bytes,
	    "line of A\n"
	    "October 2026 (31 d), records as of 20 November 2026 00:00:00 (UTC+9)\n"
	    "\n"
	    "verdicts\n"
	    "  NOT PROVABLE  line-a  availability  at least 99.99 %  99.98880 %  (99.98656 % – 99.99104 %)  "
	    "coverage 100 %\n"
	    "  MET           line-a  delay         at most 50 ms       8.000 ms                             "
	    "coverage 100 %\n"
	    "  line-a availability would be settled by the exact times at which the service changed between "
	    "two samples\n"
	    "\n"
	    "downtime, least – most\n"
	    "  line-a  availability  240 – 360 s  unmeasured 0 s  excluded 0 s\n"
	    "\n"
	    "credits as computed from the terms (range from the best to the worst reading)\n"
	    "  line-a  fee of lg-a  ¥2,500  (¥0 – ¥2,500)\n"
	    "  consumption tax not stated in the fees of line-a\n"
	    "\n"
	    "claims\n"
	    "  line-a    no claim needed\n"
	    "\n"
	    "exclusions\n"
	    "  x1  line-a  Sat 10 Oct 01:00:00 – 03:00:00  refused: notice 3 days before, 7 required\n"
	    "\n"
	    "the chain: debtor → creditor\n"
	    "                          claimed  determined         cap     payable        paid     pending "
	    " cut\n"
	    "  carrier → da  5.3-1  ¥3,000,000  ¥3,000,000           —  ¥3,000,000  ¥1,000,000          ¥0 "
	    "  ¥0\n"
	    "  da → lg-a     5.3-1  ¥3,000,000  ¥3,000,000  ¥1,000,000  ¥1,000,000          ¥0  ¥2,000,000 "
	    "  ¥0\n"
	    "\n"
	    "ledger: 2 entries, 9 accounts (slacalc ledger show)\n"
	    "\n"
	    "policies used\n"
	    "  nsp_back_to_back    true                 (default)\n"
	    "  recovery_split      pro_rata_determined  (default)\n"
	    "  recovery_fractions  floor_carried        (default)\n"
	    "  recovered_counts    cash                 (default)\n");
	text_release(&out);
	unmake(&m);
}
END_TEST

START_TEST(csv)
{
	struct text out = { 0 };
	struct made m;

	make(&m, HOSTILE);
	report_csv_verdicts(m.s, &out);
	same_text(
	    out.bytes,
	    "\xEF\xBB\xBFservice,name,provider,level,reading,unit,op,objective,verdict,by_method,worst,best,"
	    "coverage,"
	    "downtime_least_s,downtime_most_s,unmeasured_s,obscured_s,excluded_s,denominator_s,credit_rate,"
	    "credit_amount,credit_least,credit_most,currency\r\n"
	    "line-a,\"'=cmd|x\"\"><script>alert(1)</"
	    "script>&amp;\",carrier,availability,,percent,>=,99.99,not "
	    "provable,99.988799283154,99.986559139785,99.991039426523,1,240,360,0,0,0,2678400,1,2500,0,2500,"
	    "JPY\r\n"
	    "line-a,\"'=cmd|x\"\"><script>alert(1)</"
	    "script>&amp;\",carrier,delay,,ms,<=,50,met,8,8,8,1,,,,,0,,0,0,0,0,JPY\r\n");
	text_clear(&out);
	report_csv_outages(m.s, &out);
	same_text(out.bytes,
	          "\xEF\xBB\xBFservice,possible_start,certain_start,certain_end,possible_end,least_s,most_s,"
	          "failed_samples,failure,party,segment,hop,incident\r\n"
	          "line-a,2026-10-05T00:59:00Z,2026-10-05T01:00:00Z,2026-10-05T01:04:00Z,"
	          "2026-10-05T01:05:00Z,240.000000,360.000000,5,,carrier,,t1,\r\n");
	text_clear(&out);
	report_csv_obligations(m.s, &out);
	ck_assert_uint_eq(count_of(out.bytes, "\r\n"), 3);
	text_clear(&out);
	report_csv_derivations(m.s, &out);
	ck_assert_uint_eq(count_of(out.bytes, "\r\n"), book_count(m.s->book) + 1);
	text_release(&out);
	unmake(&m);
}
END_TEST

/* ---- files ---- */

static size_t entries_in(const char *directory)
{
	DIR *dir = opendir(directory);
	size_t count = 0;

	ck_assert_ptr_nonnull(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count - 2; /* . and .. */
}

static void remove_all(const char *directory)
{
	char command[128];

	snprintf(command, sizeof command, "rm -rf '%s'", directory);
	ck_assert_int_eq(system(command), 0);
}

START_TEST(files_are_all_there)
{
	char directory[] = "/tmp/govsla-report-XXXXXX", inner[64];
	struct report_options o = { .base = "131016-2026-10", .japanese = true, .english = true };
	struct error err = { 0 };
	struct made m;

	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(inner, sizeof inner, "%s/new", directory);
	o.directory = inner;
	make(&m, "千代田区");
	ck_assert_int_eq(report_write(m.s, &o, &err), 0);
	ck_assert_uint_eq(entries_in(inner), 10);
	ck_assert_int_eq(report_write(m.s, &o, &err), 0);
	ck_assert_uint_eq(entries_in(inner), 10);
	unmake(&m);
	remove_all(directory);
}
END_TEST

START_TEST(all_or_nothing)
{
	char directory[] = "/tmp/govsla-report-XXXXXX", way[64];
	struct report_options o = { .directory = directory, .base = "b", .japanese = true };
	struct error err = { 0 };
	struct made m;

	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(way, sizeof way, "%s/b.derivations.csv", directory);
	ck_assert_int_eq(mkdir(way, 0700), 0);
	make(&m, "千代田区");
	ck_assert_int_eq(report_write(m.s, &o, &err), ERROR_IO);
	ck_assert_str_eq(err.file, way);
	ck_assert_str_eq(err.text, "a directory is in the way");
	ck_assert_uint_eq(entries_in(directory), 1);
	unmake(&m);
	remove_all(directory);
}
END_TEST

START_TEST(names_of_files_are_checked)
{
	static const char *const bad[] = { "", "a/b", "../x", ".hidden" };
	struct made m;

	make(&m, "千代田区");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct report_options o = { .directory = "/nonexistent", .base = bad[i] };
		struct error err = { 0 };

		ck_assert_int_eq(report_write(m.s, &o, &err), ERROR_USAGE);
	}
	unmake(&m);
}
END_TEST

START_TEST(a_directory_that_cannot_be_made)
{
	struct report_options o = { .directory = "/proc/nonexistent/report", .base = "b" };
	struct error err = { 0 };
	struct made m;

	make(&m, "千代田区");
	ck_assert_int_eq(report_write(m.s, &o, &err), ERROR_IO);
	ck_assert_str_eq(err.text, "cannot make the directory: No such file or directory");
	unmake(&m);
}
END_TEST

int main(void)
{
	return run_suite("report/page",
	                 (const TTest *const[]){
	                     hostile_names_stay_text, credit_is_not_shown_as_due_to_the_municipality,
	                     losses_of_others_are_marked, nothing_is_fetched, every_figure_leads_to_its_node,
	                     the_verdict_can_be_seen, every_label_is_known_in_japanese,
	                     same_statement_same_bytes, without_as_of_all_records_count, terminal, csv,
	                     files_are_all_there, all_or_nothing, names_of_files_are_checked,
	                     a_directory_that_cannot_be_made, NULL });
}
