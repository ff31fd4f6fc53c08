#include "calc/sharing/apportion.h"

#include "calc/exact.h"
#include "tests/unit/suite.h"

#define MOST 10

struct fixture {
	struct arena arena;
	struct judge j;
	struct pot *pot;
	int total, grants[MOST], residual;
};

static void set_weights(struct fixture *f, const char *const *weights)
{
	for (size_t i = 0; i < f->pot->count; i++)
		f->pot->weights[i] = derive_given(f->j.book, "weight", "test", weights[i]);
}

static void begin(struct fixture *f, const char *method, const char *const *weights)
{
	const struct party **bodies;
	struct party *parties;
	size_t count = 0;

	while (count < MOST && weights[count])
		count++;
	f->j = (struct judge){ .arena = &f->arena, .book = book_new(&f->arena) };
	parties = arena_array(&f->arena, count, sizeof *parties);
	bodies = arena_array(&f->arena, count, sizeof *bodies);
	for (size_t i = 0; i < count; i++) {
		parties[i].id = arena_printf(&f->arena, "lg-%zu", i);
		bodies[i] = &parties[i];
	}
	f->pot = apportion_pot(&f->j, method, "art. 1", bodies, count);
	f->total = derive_given(f->j.book, "nothing", "test", "0");
	set_weights(f, weights);
}

static void end(struct fixture *f)
{
	book_free(f->j.book);
	arena_release(&f->arena);
}

static void share(struct fixture *f, const char *part)
{
	int more = derive_given(f->j.book, "part", "test", part);

	f->total = derive(f->j.book, "total", NULL, "$1 + $2", 2, (int[]){ f->total, more });
	apportion_share(&f->j, f->pot, f->total, false, f->grants, &f->residual);
}

static const char *figure(const struct fixture *f, int node)
{
	return node < 0 ? "none" : book_at(f->j.book, node)->value;
}

static const struct {
	const char *method, *weights[MOST], *part;
	int times;
	const char *want[MOST]; /* of the last part */
	const char *residual;
} rows[] = {
	{ "floor", { "1", "1", "1" }, "1000000", 1, { "333333", "333333", "333333" }, "1" },
	{ NULL, { "1", "1", "1" }, "1000000", 2, { "333333", "333333", "333333" }, "2" },
	{ NULL, { "1", "1", "1" }, "1000000", 3, { "333334", "333334", "333334" }, "0" },
	{ "floor", { "40", "60" }, "100", 1, { "40", "60" }, "0" },
	{ "largest_remainder", { "1", "1", "1" }, "1000000", 1, { "333334", "333333", "333333" }, "0" },
	{ "largest_remainder", { "1", "1", "1" }, "100", 1, { "34", "33", "33" }, "0" },
	{ "largest_remainder", { "1", "1", "1" }, "100", 2, { "33", "34", "33" }, "0" },
	{ "largest_remainder", { "1", "1", "1" }, "100", 3, { "33", "33", "34" }, "0" },
	{ "largest_remainder", { "1", "3", "3" }, "1", 1, { "0", "1", "0" }, "0" },
	{ "largest_remainder", { "1", "3", "3" }, "1", 2, { "0", "0", "1" }, "0" },
	{ "largest_remainder", { "1", "3", "3" }, "1", 3, { "1", "0", "0" }, "0" },
	{ "largest_remainder", { "1", "3", "3" }, "1", 4, { "0", "1", "0" }, "0" },
	{ "largest_remainder", { "1", "3", "3" }, "1", 5, { "0", "0", "1" }, "0" },
	{ "largest_remainder", { "1", "3", "3" }, "1", 6, { "0", "1", "0" }, "0" },
	{ "largest_remainder", { "1", "3", "3" }, "1", 7, { "0", "0", "1" }, "0" },
	{ "largest_remainder",
	  { "3771961", "1538262", "745525", "401138", "183269", "49230", "18912", "7421", "2958", "389" },
	  "1234567",
	  1,
	  { "693063", "282642", "136983", "73705", "33674", "9046", "3475", "1364", "544", "71" },
	  "0" },
	{ "largest_remainder", { "0", "1" }, "7", 1, { "0", "7" }, "0" },
	{ "largest_remainder", { "0", "0" }, "7", 1, { "none", "none" }, "7" },
	{ "largest_remainder", { "1", "2" }, "0.9", 1, { "0", "0" }, "0.9" },
	{ "largest_remainder", { "1", "2" }, "0.9", 2, { "0", "1" }, "0.8" },
	{ "largest_remainder", { "1/3", "2/3" }, "10", 1, { "3", "7" }, "0" },
	{ "first", { "1", "1", "1" }, "1000000", 1, { "333334", "333333", "333333" }, "0" },
	{ "first", { "1", "1", "1" }, "1000000", 2, { "333334", "333333", "333333" }, "0" },
	{ "first", { "1", "1", "1" }, "1000000", 3, { "333332", "333334", "333334" }, "0" },
	{ "first", { "0", "1", "1" }, "3", 1, { "0", "2", "1" }, "0" },
	{ "first", { "1" }, "3", 1, { "3" }, "0" },
	{ "equal", { "5", "0", "1" }, "3", 1, { "2", "0", "1" }, "0" },
	{ "webster", { "1", "3", "3" }, "1", 2, { "0", "0", "1" }, "0" },
	{ "webster", { "1", "3", "3" }, "1", 3, { "1", "0", "0" }, "0" }, /* 1/1, 3/3, 3/3 */
	{ "webster", { "1", "3", "3" }, "7", 1, { "1", "3", "3" }, "0" },
	{ "webster", { "0", "40", "60" }, "100", 1, { "0", "40", "60" }, "0" },
	{ "webster", { "20", "1", "1", "1" }, "4", 1, { "4", "0", "0", "0" }, "0" }, /* 20/7 > 1/1 */
	{ "webster", { "1", "2" }, "0.9", 1, { "0", "0" }, "0.9" },
};

START_TEST(parts_are_shared_by_their_method)
{
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct fixture f = { 0 };

		begin(&f, rows[i].method, rows[i].weights);
		for (int k = 0; k < rows[i].times; k++)
			share(&f, rows[i].part);
		for (size_t k = 0; k < f.pot->count; k++)
			ck_assert_msg(strcmp(figure(&f, f.grants[k]), rows[i].want[k]) == 0,
			              "row %zu, body %zu: %s", i, k, figure(&f, f.grants[k]));
		ck_assert_msg(exact_compare(figure(&f, f.residual), rows[i].residual) == 0,
		              "row %zu: residual %s", i, figure(&f, f.residual));
		end(&f);
	}
}
END_TEST

/* The vector's one yen more: to the first, and nobody gives any back. */
START_TEST(one_yen_more_goes_to_the_first)
{
	struct fixture f = { 0 };

	begin(&f, "largest_remainder",
	      (const char *const[MOST]){ "3771961", "1538262", "745525", "401138", "183269", "49230", "18912",
	                                 "7421", "2958", "389" });
	share(&f, "1234567");
	share(&f, "1");
	ck_assert_str_eq(figure(&f, f.grants[0]), "1");
	for (size_t i = 1; i < MOST; i++)
		ck_assert_str_eq(figure(&f, f.grants[i]), "0");
	ck_assert_str_eq(figure(&f, f.pot->granted[0]), "693064");
	ck_assert_str_eq(figure(&f, f.pot->given), "1234568");
	end(&f);
}
END_TEST

/* Two bodies of one weight got 50 each; a third one joins: with the whole total, and from now on only. */
START_TEST(weights_change_with_or_without_a_version)
{
	static const char *const two[MOST] = { "1", "1", "0" }, *const three[MOST] = { "1", "1", "1" };
	struct fixture f = { 0 };

	begin(&f, "largest_remainder", three);
	set_weights(&f, two);
	share(&f, "100");
	set_weights(&f, three);
	share(&f, "11"); /* all of the 37 for the third are open: it gets the whole part */
	ck_assert_str_eq(figure(&f, f.grants[0]), "0");
	ck_assert_str_eq(figure(&f, f.grants[1]), "0");
	ck_assert_str_eq(figure(&f, f.grants[2]), "11");
	end(&f);
	f = (struct fixture){ 0 };
	begin(&f, "largest_remainder", three);
	apportion_version(&f.j, f.pot); /* nothing was shared so far */
	set_weights(&f, two);
	share(&f, "101"); /* 51, 50 of 50.5 each */
	apportion_version(&f.j, f.pot);
	set_weights(&f, three);
	share(&f, "11"); /* claims 3.1667, 4.1667, 3.6667 */
	ck_assert_str_eq(figure(&f, f.grants[0]), "3");
	ck_assert_str_eq(figure(&f, f.grants[1]), "4");
	ck_assert_str_eq(figure(&f, f.grants[2]), "4");
	ck_assert_str_eq(figure(&f, f.pot->shares[0]), "325/6");
	end(&f);
}
END_TEST

/* A body of whom nothing is known yet joins with a new version: it has a share of what comes from then on. */
START_TEST(a_body_joins_with_a_version)
{
	static const char *const both[MOST] = { "1", "3" };
	static const char *const first[] = { "largest_remainder", "webster" };

	for (size_t i = 0; i < ROWS(first); i++) {
		struct fixture f = { 0 };

		begin(&f, first[i], both);
		f.pot->weights[1] = FIGURE_UNKNOWN;
		share(&f, "10");
		ck_assert_str_eq(figure(&f, f.grants[0]), "10");
		ck_assert_str_eq(figure(&f, f.grants[1]), "none");
		apportion_version(&f.j, f.pot);
		set_weights(&f, both);
		share(&f, "8");
		ck_assert_str_eq(figure(&f, f.grants[0]), "2");
		ck_assert_str_eq(figure(&f, f.grants[1]), "6");
		ck_assert_str_eq(figure(&f, f.pot->shares[1]), "6");
		share(&f, "4");
		ck_assert_str_eq(figure(&f, f.grants[0]), "1");
		ck_assert_str_eq(figure(&f, f.grants[1]), "3");
		end(&f);
	}
}
END_TEST

/* What if more came: the pot stays as it is; and a part of nothing is not shared anew. */
START_TEST(a_hypothetical_part_changes_nothing)
{
	struct fixture f = { 0 };
	size_t nodes;
	int given;

	begin(&f, "floor", (const char *const[MOST]){ "1", "1" });
	share(&f, "3");
	given = f.pot->given;
	apportion_share(&f.j, f.pot, derive_given(f.j.book, "more", "test", "5"), true, f.grants,
	                &f.residual);
	ck_assert_str_eq(figure(&f, f.grants[0]), "1");
	ck_assert_int_eq(f.pot->given, given);
	ck_assert_str_eq(figure(&f, f.residual), "1");
	share(&f, "1");
	ck_assert_str_eq(figure(&f, f.pot->granted[1]), "2");
	nodes = book_count(f.j.book);
	share(&f, "0");
	ck_assert_str_eq(figure(&f, f.grants[1]), "none");
	ck_assert_uint_eq(book_count(f.j.book), nodes + 4);
	end(&f);
}
END_TEST

/* Dollars are shared in cents. */
START_TEST(the_unit_is_of_the_currency)
{
	struct fixture f = { 0 };

	begin(&f, "largest_remainder", (const char *const[MOST]){ "1", "1", "1" });
	f.pot->unit = "0.01";
	share(&f, "100");
	ck_assert_str_eq(figure(&f, f.grants[0]), "33.34");
	ck_assert_str_eq(figure(&f, f.grants[2]), "33.33");
	ck_assert_str_eq(figure(&f, f.residual), "0");
	end(&f);
}
END_TEST

int main(void)
{
	return run_suite(
	    "apportion",
	    (const TTest *const[]){ parts_are_shared_by_their_method, one_yen_more_goes_to_the_first,
	                            weights_change_with_or_without_a_version, a_body_joins_with_a_version,
	                            a_hypothetical_part_changes_nothing, the_unit_is_of_the_currency, NULL });
}
