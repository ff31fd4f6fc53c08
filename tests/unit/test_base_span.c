#include "base/span.h"

#include "tests/unit/suite.h"

#include <inttypes.h>

static const struct span everything = { -1000, 1000 };

START_TEST(single_spans)
{
	struct span s = { 10, 20 }, empty = { 20, 10 };

	ck_assert_int_eq(span_length(s), 10);
	ck_assert_int_eq(span_length(empty), 0);
	ck_assert(span_holds(s, 10) && span_holds(s, 19));
	ck_assert(!span_holds(s, 9) && !span_holds(s, 20)); /* half-open */
	ck_assert_int_eq(span_length(span_intersect(s, (struct span){ 15, 30 })), 5);
	ck_assert_int_eq(span_length(span_intersect(s, (struct span){ 20, 30 })), 0);
}
END_TEST

/* What a set of spans must come to, written as "a-b c-d". */
static const struct {
	struct span in[4];
	size_t count;
	struct span within;
	const char *want;
} sets[] = {
	{ { { 0, 0 } }, 0, { 0, 100 }, "" },
	{ { { 5, 5 } }, 1, { 0, 100 }, "" },
	{ { { 9, 3 } }, 1, { 0, 100 }, "" },
	{ { { 30, 40 }, { 10, 20 } }, 2, { 0, 100 }, "10-20 30-40" },
	{ { { 10, 20 }, { 20, 30 } }, 2, { 0, 100 }, "10-30" }, /* touching spans are one */
	{ { { 10, 40 }, { 20, 30 }, { 40, 41 } }, 3, { 0, 100 }, "10-41" },
	{ { { 10, 20 }, { 10, 20 }, { 15, 15 } }, 3, { 0, 100 }, "10-20" },
	{ { { -50, 10 }, { 90, 500 } }, 2, { 0, 100 }, "0-10 90-100" },
	{ { { -50, 500 } }, 1, { 0, 100 }, "0-100" },
	{ { { 100, 200 }, { -9, 0 } }, 2, { 0, 100 }, "" }, /* beside the half-open limits */
	{ { { 1, 2 } }, 1, { 50, 50 }, "" },
};

static const char *written(const struct span_set *set, char *out)
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < set->count; i++)
		n += (size_t)sprintf(out + n, "%s%" PRId64 "-%" PRId64, i ? " " : "", set->at[i].start,
		                     set->at[i].end);
	return out;
}

START_TEST(set_is_sorted_disjoint_and_clipped)
{
	for (size_t i = 0; i < ROWS(sets); i++) {
		struct arena a = { 0 };
		struct span_set set = span_set_of(&a, sets[i].in, sets[i].count, sets[i].within);
		char got[200];

		ck_assert_msg(strcmp(written(&set, got), sets[i].want) == 0, "row %zu: '%s', want '%s'", i,
		              got, sets[i].want);
		arena_release(&a);
	}
}
END_TEST

/* Every figure of a set against a count instant by instant. */
START_TEST(overlap_holds_and_complement_agree_with_counting)
{
	struct arena a = { 0 };
	struct span in[] = { { -7, -3 }, { 2, 5 }, { 5, 6 }, { 11, 30 }, { 28, 29 } };
	struct span_set set = span_set_of(&a, in, ROWS(in), everything);
	struct span within = { -5, 25 };
	struct span_set rest = span_set_complement(&a, &set, within);

	ck_assert_int_eq(span_set_length(&set), 4 + 4 + 19);
	for (int64_t start = -10; start < 35; start++)
		for (int64_t end = start - 1; end < 35; end++) {
			int64_t want = 0;

			for (int64_t t = start; t < end; t++)
				want += span_set_holds(&set, t);
			ck_assert_int_eq(span_set_overlap(&set, (struct span){ start, end }), want);
		}
	for (int64_t t = -10; t < 35; t++)
		ck_assert_int_eq(span_set_holds(&rest, t), span_holds(within, t) && !span_set_holds(&set, t));
	arena_release(&a);
}
END_TEST

START_TEST(complement_of_nothing_and_of_everything)
{
	struct arena a = { 0 };
	struct span_set none = { NULL, 0 }, all, rest;
	struct span within = { 0, 10 };
	char got[50];

	rest = span_set_complement(&a, &none, within);
	ck_assert_str_eq(written(&rest, got), "0-10");
	all = span_set_of(&a, &within, 1, within);
	rest = span_set_complement(&a, &all, within);
	ck_assert_uint_eq(rest.count, 0);
	ck_assert_int_eq(span_set_overlap(&none, within), 0);
	ck_assert(!span_set_holds(&none, 5));
	arena_release(&a);
}
END_TEST

/* Every pair of subsets of ten instants: union and intersection hold what their name says, in normal form. */
START_TEST(union_and_intersection_agree_with_instants)
{
	for (unsigned x = 0; x < 1024; x += 7)
		for (unsigned y = 0; y < 1024; y += 11) {
			struct arena a = { 0 };
			struct span in[2][10];
			size_t count[2] = { 0, 0 };
			struct span_set p, q, both, either;

			for (int i = 0; i < 10; i++) {
				if (x >> i & 1)
					in[0][count[0]++] = (struct span){ i, i + 1 };
				if (y >> i & 1)
					in[1][count[1]++] = (struct span){ i, i + 1 };
			}
			p = span_set_of(&a, in[0], count[0], (struct span){ 0, 10 });
			q = span_set_of(&a, in[1], count[1], (struct span){ 0, 10 });
			both = span_set_intersection(&a, &p, &q);
			either = span_set_union(&a, &p, &q);
			for (int i = 0; i < 10; i++) {
				ck_assert(span_set_holds(&both, i) == (x >> i & y >> i & 1));
				ck_assert(span_set_holds(&either, i) == ((x >> i | y >> i) & 1));
			}
			for (size_t i = 1; i < both.count; i++)
				ck_assert(both.at[i].start > both.at[i - 1].end);
			for (size_t i = 1; i < either.count; i++)
				ck_assert(either.at[i].start > either.at[i - 1].end);
			arena_release(&a);
		}
}
END_TEST

START_TEST(large_instants)
{
	struct arena a = { 0 };
	int64_t big = INT64_C(500000000000000000); /* ticks of the year 9999 */
	struct span in[] = { { big, big + 1 }, { -big, -big + 2 } };
	struct span_set set = span_set_of(&a, in, 2, (struct span){ -big, big + 1 });

	ck_assert_uint_eq(set.count, 2);
	ck_assert_int_eq(span_set_length(&set), 3);
	ck_assert(set.at[0].start == -big && set.at[1].start == big);
	arena_release(&a);
}
END_TEST

int main(void)
{
	return run_suite("span", (const TTest *const[]){ single_spans, set_is_sorted_disjoint_and_clipped,
	                                                 overlap_holds_and_complement_agree_with_counting,
	                                                 complement_of_nothing_and_of_everything,
	                                                 union_and_intersection_agree_with_instants,
	                                                 large_instants, NULL });
}
