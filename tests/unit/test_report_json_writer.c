/* json_writer against jansson's own writer: the same bytes. */
#include "report/json_part.h"
#include "suite.h"

#include <stdlib.h>

static void assert_same(json_t *value)
{
	struct text out = { 0 };
	struct json_writer w = { .out = &out };
	char *want = json_dumps(value, JSON_INDENT(2));

	ck_assert_ptr_nonnull(want);
	json_tree(&w, value);
	ck_assert(!text_failed(&out));
	ck_assert_str_eq(text_string(&out), want);
	ck_assert_uint_eq(w.depth, 0);
	free(want);
	text_release(&out);
	json_decref(value);
}

START_TEST(values_of_every_kind)
{
	assert_same(json_pack("{s:{}, s:[], s:[[], {}, [i]], s:n, s:b, s:b, s:I, s:s}", "empty", "none", "in",
	                      1, "null", "yes", 1, "no", 0, "least", (json_int_t)INT64_MIN, "text", "plain"));
	assert_same(json_object());
	assert_same(json_array());
}
END_TEST

START_TEST(every_character_that_may_need_an_escape)
{
	json_t *list = json_array();

	for (char c = 1; c < 127; c++)
		json_array_append_new(list, json_stringn((const char[]){ 'a', c, c, 'z' }, 4));
	json_array_append_new(list, json_string("\x7f / 令和2年 \U0001F600 \\\"\n"));
	json_array_append_new(list, json_string(""));
	json_array_append_new(list, json_pack("{s:i}", "key \"\t\x01", 1));
	assert_same(list);
}
END_TEST

START_TEST(deeper_than_the_blanks_at_hand)
{
	json_t *value = json_pack("{s:i}", "leaf", 1);

	for (int i = 0; i < 40; i++)
		value =
		    i % 2 ? json_pack("[i, o]", i, value) : json_pack("{s:o, s:i}", "inner", value, "i", i);
	assert_same(value);
}
END_TEST

/* What is read back from the text of a node is what was in it. */
START_TEST(a_derivation_as_a_tree)
{
	const struct node_rounding rounding = { "floor", "1", "credit", NULL };
	const struct derivation d = { .label = "a \"fee\"",
		                      .formula = "floor($1 * $2 + $1, 1)",
		                      .inputs = (int[]){ 0, 10 },
		                      .input_count = 2,
		                      .rounding = &rounding,
		                      .value = "3",
		                      .before = "7/2" };
	json_t *want =
	    json_pack("{s:s, s:n, s:s, s:[s, s], s:s, s:{s:s, s:s, s:s, s:n}, s:s}", "label", "a \"fee\"",
	              "clause", "formula", "floor(n1 * n11 + n1, 1)", "inputs", "n1", "n11", "exact", "7/2",
	              "rounding", "rule", "floor", "unit", "1", "of", "credit", "clause", "value", "3");
	json_t *got = json_derivation(&d);

	ck_assert(json_equal(got, want));
	json_decref(got);
	json_decref(want);
}
END_TEST

START_TEST(names_of_nodes)
{
	static const struct {
		int node;
		const char *name;
	} table[] = { { 0, "n1" }, { 9, "n10" }, { 336348, "n336349" }, { 2147483646, "n2147483647" } };
	char name[JSON_NODE_SIZE];

	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		ck_assert_str_eq(json_node_name(table[i].node, name), table[i].name);
}
END_TEST

int main(void)
{
	return run_suite("report/json_writer",
	                 (const TTest *const[]){
	                     values_of_every_kind, every_character_that_may_need_an_escape,
	                     deeper_than_the_blanks_at_hand, a_derivation_as_a_tree, names_of_nodes, NULL });
}
