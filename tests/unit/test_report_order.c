/* The order in which a case tells things changes nothing: the same bytes of the statement's JSON. */
#include "report/json.h"

#include "tests/unit/build_case.h"
#include "tests/unit/random.h"

#include <unistd.h>

#define ROW_COUNT    200
#define RECORD_COUNT 6

static void shuffle(struct random *r, const char **items, size_t count)
{
	for (size_t i = count; i > 1; i--) {
		size_t k = (size_t)random_in(r, 0, (int64_t)i - 1);
		const char *item = items[k];

		items[k] = items[i - 1];
		items[i - 1] = item;
	}
}

static void write_csv(struct arena *a, const char *folder, const char *const *rows)
{
	struct text t = { 0 };
	struct error err = { 0 };

	text_add(&t, "scheduled,outcome,rtt_us\n");
	for (size_t i = 0; i < ROW_COUNT; i++)
		text_add(&t, rows[i]);
	ck_assert_int_eq(text_write_file(&t, arena_printf(a, "%s/t1.csv", folder), &err), 0);
	text_release(&t);
}

/* The statement's JSON of the case; sorted: with the keys of every object in another order. */
static char *statement_json(struct arena *a, const char *folder, const char *const *records, bool sorted)
{
	const char *list = "";
	struct document doc = { 0 };
	struct error err = { 0 };
	struct statement *s;
	struct sla_case *c;
	struct text out = { 0 };
	char *text, *result;
	json_t *value;

	for (size_t i = 0; i < RECORD_COUNT; i++)
		list = arena_printf(a, "%s%s%s", list, i ? ",\n" : "", records[i]);
	text = case_text(
	    a, &(struct case_parts){
	           .period = "{ 'start': '2026-10-01T00:00:00Z', 'end': '2026-10-01T03:00:00Z' }",
	           .observations = "[ { 'target': 't1', 'vantage': 'v1', 'interval_s': 60, 'samples': "
	                           "{ 'csv': 't1.csv' } } ]",
	           .seen = "'targets': [ 't1' ]",
	           .more = arena_printf(a, "'records': [ %s ]", list) });
	value = json_loads(text, 0, NULL);
	text = json_dumps(value, sorted ? JSON_SORT_KEYS : JSON_INDENT(1));
	ck_assert_int_eq(document_parse(&doc, "case.json", text, strlen(text), &err), 0);
	ck_assert_msg(case_read(a, &doc, arena_printf(a, "%s/", folder), NULL, &c, &err) == 0, "%s",
	              err.text);
	ck_assert_msg(statement_make(a, c, &s, &err) == 0, "%s", err.text);
	report_json(s, &out);
	ck_assert(!text_failed(&out));
	result = arena_copy(a, text_string(&out));
	text_release(&out);
	statement_free(s);
	document_release(&doc);
	json_decref(value);
	free(text);
	return result;
}

static const char *random_record(struct random *r, struct arena *a, size_t i)
{
	static const char *const lgs[] = { "lg-a", "lg-b", "lg-c" };
	int64_t day = random_in(r, 1, 3), amount = random_in(r, 1, 100);

	if (i < RECORD_COUNT / 2)
		return arena_printf(a,
		                    "{ 'id': 'r%zu', 'at': '2026-11-%02d', 'kind': 'loss', 'sufferer': '%s', "
		                    "'fault': { 'csp': "
		                    "'1' }, 'heads': { 'direct': '%lld' }, 'determined': '%lld' }",
		                    i, (int)day, lgs[i], (long long)amount, (long long)amount);
	return arena_printf(
	    a,
	    "{ 'id': 'r%zu', 'at': '2026-11-%02d', 'kind': 'recovery', 'from': 'csp', 'to': 'da', 'amount': "
	    "'%lld' }",
	    i, (int)day, (long long)amount);
}

START_TEST(order_changes_nothing)
{
	static const char *const outcomes[] = { "up,8000", "up,51000", "up,", "down,", "missed," };

	for (int round = 0; round < 20; round++) {
		struct random r = random_start(round);
		struct arena a = { 0 };
		char *folder =
		    arena_printf(&a, "%s/order-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
		const char *rows[ROW_COUNT], *records[RECORD_COUNT];
		char *first, *again;

		ck_assert_ptr_nonnull(mkdtemp(folder));
		for (int i = 0; i < ROW_COUNT; i++)
			rows[i] = arena_printf(&a, "2026-10-01T%02d:%02d:00Z,%s\n", i / 60, i % 60,
			                       outcomes[random_one_of(&r, 4) ? random_in(&r, 0, 4) : 0]);
		for (size_t i = 0; i < RECORD_COUNT; i++)
			records[i] = random_record(&r, &a, i);
		write_csv(&a, folder, rows);
		first = statement_json(&a, folder, records, false);
		ck_assert(strstr(first, "5.3-1") && strstr(first, "unmeasured_s")); /* it says something */
		shuffle(&r, rows, ROW_COUNT);
		shuffle(&r, records, RECORD_COUNT);
		write_csv(&a, folder, rows);
		again = statement_json(&a, folder, records, true);
		law(&r, strcmp(first, again) == 0, "%zu and %zu bytes", strlen(first), strlen(again));
		unlink(arena_printf(&a, "%s/t1.csv", folder));
		rmdir(folder);
		arena_release(&a);
	}
}
END_TEST

int main(void)
{
	return run_suite("order", (const TTest *const[]){ order_changes_nothing, NULL });
}
