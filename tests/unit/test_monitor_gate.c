/* gate: never more inside than the limit, in the order of their coming, and nobody is forgotten. */
#include "monitor/net/gate.h"
#include "suite.h"

struct visitor {
	struct gate_pass pass;
	int *order, place;
};

static void enter(void *owner)
{
	struct visitor *v = owner;

	v->place = ++*v->order;
}

START_TEST(those_beyond_the_limit_wait_in_their_order)
{
	struct gate gate;
	struct visitor v[5] = { 0 };
	int order = 0;

	gate = (struct gate){ .most = 2 };
	for (size_t i = 0; i < ROWS(v); i++) {
		v[i].order = &order;
		gate_request(&gate, &v[i].pass, enter, &v[i]);
	}
	ck_assert_int_eq(order, 2);
	ck_assert_uint_eq(gate.waiting.count, 3);
	gate_leave(&gate, &v[3].pass); /* gives up */
	gate_leave(&gate, &v[1].pass);
	ck_assert_int_eq(v[2].place, 3);
	gate_leave(&gate, &v[1].pass); /* again: harmless */
	ck_assert_int_eq(order, 3);
	gate_leave(&gate, &v[0].pass);
	ck_assert_int_eq(v[4].place, 4);
	ck_assert_int_eq(v[3].place, 0);
	gate_leave(&gate, &v[2].pass);
	gate_leave(&gate, &v[4].pass);
	ck_assert_uint_eq(gate.inside.count + gate.waiting.count, 0);
}
END_TEST

START_TEST(without_a_limit_nobody_waits)
{
	struct gate gate = { 0 };
	struct visitor v[100] = { 0 };
	int order = 0;

	for (size_t i = 0; i < ROWS(v); i++) {
		v[i].order = &order;
		gate_request(&gate, &v[i].pass, enter, &v[i]);
	}
	ck_assert_int_eq(order, 100);
}
END_TEST

struct chain {
	struct gate *gate;
	struct gate_pass pass;
	struct chain *next;
	int *left;
};

static void enter_and_leave(void *owner)
{
	struct chain *c = owner;

	(*c->left)--;
	gate_leave(c->gate, &c->pass);
}

START_TEST(leaving_from_within_entering_lets_all_through)
{
	struct gate gate;
	struct chain c[50] = { 0 };
	struct visitor blocker = { 0 };
	int order = 0, left = (int)ROWS(c);

	gate = (struct gate){ .most = 1 };
	blocker.order = &order;
	gate_request(&gate, &blocker.pass, enter, &blocker);
	for (size_t i = 0; i < ROWS(c); i++) {
		c[i].gate = &gate;
		c[i].left = &left;
		gate_request(&gate, &c[i].pass, enter_and_leave, &c[i]);
	}
	ck_assert_int_eq(left, (int)ROWS(c));
	gate_leave(&gate, &blocker.pass);
	ck_assert_int_eq(left, 0);
	ck_assert_uint_eq(gate.inside.count + gate.waiting.count, 0);
}
END_TEST

struct returner {
	struct visitor first, again;
	struct gate *gate;
};

static void leave_and_ask_again(void *owner)
{
	struct returner *r = owner;

	enter(&r->first);
	gate_leave(r->gate, &r->first.pass);
	gate_request(r->gate, &r->again.pass, enter, &r->again);
}

START_TEST(who_asks_again_from_within_entering_waits_behind_the_others)
{
	struct gate gate = { .most = 1 };
	int order = 0;
	struct visitor inside = { .order = &order }, waiting = { .order = &order };
	struct returner r = { .first.order = &order, .again.order = &order, .gate = &gate };

	gate_request(&gate, &inside.pass, enter, &inside);
	gate_request(&gate, &r.first.pass, leave_and_ask_again, &r);
	gate_request(&gate, &waiting.pass, enter, &waiting);
	gate_leave(&gate, &inside.pass);
	ck_assert_int_eq(r.first.place, 2);
	ck_assert_int_eq(waiting.place, 3);
	ck_assert_int_eq(r.again.place, 0);
	gate_leave(&gate, &waiting.pass);
	ck_assert_int_eq(r.again.place, 4);
}
END_TEST

START_TEST(who_stays_too_long_is_counted_as_gone)
{
	struct gate gate;
	struct visitor v[4] = { 0 };
	int order = 0;

	gate = (struct gate){ .most = 1 };
	for (size_t i = 0; i < ROWS(v); i++) {
		v[i].order = &order;
		gate_request(&gate, &v[i].pass, enter, &v[i]);
	}
	gate_tire(&gate, v[0].pass.entered);
	ck_assert_int_eq(order, 1);
	gate_tire(&gate, moment_after(v[0].pass.entered, GATE_PATIENCE_US));
	ck_assert_int_eq(order, 1);
	gate_tire(&gate, moment_after(v[0].pass.entered, GATE_PATIENCE_US + 1));
	ck_assert_int_eq(order, 2);
	ck_assert_int_eq(v[1].place, 2);
	gate_leave(&gate, &v[0].pass); /* it did not know: harmless */
	ck_assert_int_eq(order, 2);
	gate_leave(&gate, &v[1].pass);
	ck_assert_int_eq(v[2].place, 3);
	gate_leave(&gate, &v[3].pass);
	ck_assert_uint_eq(gate.waiting.count, 0);
	gate_tire(&gate,
	          moment_after(v[2].pass.entered, 2 * GATE_PATIENCE_US)); /* nobody waits: it may stay */
	ck_assert_uint_eq(gate.inside.count, 1);
}
END_TEST

int main(void)
{
	return run_suite("gate", (const TTest *const[]){
	                             those_beyond_the_limit_wait_in_their_order, without_a_limit_nobody_waits,
	                             leaving_from_within_entering_lets_all_through,
	                             who_asks_again_from_within_entering_waits_behind_the_others,
	                             who_stays_too_long_is_counted_as_gone, NULL });
}
