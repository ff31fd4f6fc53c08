/* destination: each host at its rate, those who wait in their order, nobody forgotten. */
#include "monitor/observe/destination.h"
#include "suite.h"

struct visitor {
	struct destination_pass pass;
	int *order, place;
};

static void go(void *owner)
{
	struct visitor *v = owner;

	v->place = ++*v->order;
}

static struct moment at(int64_t ms)
{
	return (struct moment){ ms * 1000 };
}

START_TEST(those_without_a_token_wait_in_their_order)
{
	struct destinations all = { 0 };
	struct destination *host = destination_use(&all, "a.test");
	struct visitor v[6] = { 0 };
	int order = 0;

	destination_limit(host, 10, 2, at(0));
	for (size_t i = 0; i < ROWS(v); i++) {
		v[i].order = &order;
		destination_request(&all, host, &v[i].pass, go, &v[i], at(0));
	}
	ck_assert_int_eq(order, 2);
	ck_assert_int_eq(destinations_next(&all).us, 100000);
	destinations_serve(&all, at(99));
	ck_assert_int_eq(order, 2);
	destination_give_up(&all, &v[3].pass);
	destination_give_up(&all, &v[3].pass); /* again: harmless */
	destination_give_up(&all, &v[0].pass); /* went: harmless */
	destinations_serve(&all, at(100));
	ck_assert_int_eq(v[2].place, 3);
	ck_assert_int_eq(order, 3);
	destinations_serve(&all, at(350)); /* two tokens: the burst, although 250 ms passed */
	ck_assert_int_eq(v[4].place, 4);
	ck_assert_int_eq(v[5].place, 5);
	ck_assert_int_eq(v[3].place, 0);
	ck_assert_int_eq(destinations_next(&all).us, INT64_MAX);
	destination_drop(&all, host);
	ck_assert_ptr_null(all.by_host);
	destinations_release(&all);
}
END_TEST

/* The token that comes while somebody waits is not for whoever asks first then. */
START_TEST(a_newcomer_does_not_overtake)
{
	struct destinations all = { 0 };
	struct destination *host = destination_use(&all, "a.test");
	struct visitor v[3] = { 0 };
	int order = 0;

	destination_limit(host, 10, 1, at(0));
	for (size_t i = 0; i < ROWS(v); i++) {
		v[i].order = &order;
		destination_request(&all, host, &v[i].pass, go, &v[i], at(i < 2 ? 0 : 100));
	}
	ck_assert_int_eq(order, 1);
	destinations_serve(&all, at(100));
	ck_assert_int_eq(v[1].place, 2);
	ck_assert_int_eq(v[2].place, 0);
	destinations_serve(&all, at(200));
	ck_assert_int_eq(v[2].place, 3);
	destination_drop(&all, host);
	destinations_release(&all);
}
END_TEST

START_TEST(hosts_do_not_wait_for_each_other)
{
	struct destinations all = { 0 };
	struct destination *a = destination_use(&all, "a.test"), *b = destination_use(&all, "b.test"),
	                   *same = destination_use(&all, "A.TEST");
	struct visitor v[3] = { 0 };
	int order = 0;

	ck_assert_ptr_eq(a, same);
	ck_assert_ptr_ne(a, b);
	destination_limit(a, 1, 1, at(0));
	destination_limit(b, 1, 1, at(0));
	for (size_t i = 0; i < ROWS(v); i++)
		v[i].order = &order;
	destination_request(&all, a, &v[0].pass, go, &v[0], at(0));
	destination_request(&all, same, &v[1].pass, go, &v[1], at(0));
	destination_request(&all, b, &v[2].pass, go, &v[2], at(0));
	ck_assert_int_eq(v[0].place, 1);
	ck_assert_int_eq(v[1].place, 0);
	ck_assert_int_eq(v[2].place, 2);
	destination_limit(a, 4, 1, at(0)); /* a reload: the bucket is as empty as it was */
	destinations_serve(&all, at(1000));
	ck_assert_int_eq(v[1].place, 3);
	destination_drop(&all, a);
	destination_drop(&all, same);
	destination_drop(&all, b);
	ck_assert_ptr_null(all.by_host);
	ck_assert_uint_eq(all.count, 0);
	destinations_release(&all);
}
END_TEST

struct again {
	struct destinations *all;
	struct destination *host;
	struct destination_pass pass;
	int left;
};

static void go_again(void *owner)
{
	struct again *a = owner;

	if (a->left-- > 0)
		destination_request(a->all, a->host, &a->pass, go_again, a, at(0));
}

START_TEST(asking_again_from_within_is_served_or_waits)
{
	struct destinations all = { 0 };
	struct again a = { .all = &all, .host = destination_use(&all, "a.test"), .left = 5 };

	destination_limit(a.host, 1, 3, at(0));
	destination_request(&all, a.host, &a.pass, go_again, &a, at(0));
	ck_assert_int_eq(a.left, 2);
	ck_assert_ptr_eq(a.pass.at, a.host);
	destinations_serve(&all, at(1000));
	ck_assert_int_eq(a.left, 1);
	destination_give_up(&all, &a.pass);
	ck_assert_int_eq(destinations_next(&all).us, INT64_MAX);
	destination_drop(&all, a.host);
	destinations_release(&all);
}
END_TEST

int main(void)
{
	return run_suite("monitor/destination",
	                 (const TTest *const[]){ those_without_a_token_wait_in_their_order,
	                                         a_newcomer_does_not_overtake,
	                                         hosts_do_not_wait_for_each_other,
	                                         asking_again_from_within_is_served_or_waits, NULL });
}
