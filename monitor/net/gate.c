#include "monitor/net/gate.h"

static void put_in(struct gate_list *list, struct gate_pass *pass)
{
	pass->before = list->last;
	pass->after = NULL;
	*(list->last ? &list->last->after : &list->first) = pass;
	list->last = pass;
	list->count++;
}

static void take_out(struct gate_list *list, struct gate_pass *pass)
{
	*(pass->before ? &pass->before->after : &list->first) = pass->after;
	*(pass->after ? &pass->after->before : &list->last) = pass->before;
	pass->before = pass->after = NULL;
	list->count--;
}

static void let_in(struct gate *gate, struct gate_pass *pass)
{
	pass->state = GATE_INSIDE;
	pass->entered = moment_now();
	put_in(&gate->inside, pass);
	pass->enter(pass->owner);
}

void gate_request(struct gate *gate, struct gate_pass *pass, void (*enter)(void *owner), void *owner)
{
	*pass = (struct gate_pass){ .state = GATE_WAITING, .enter = enter, .owner = owner };
	if (!gate->most || (gate->inside.count < gate->most && !gate->waiting.first))
		let_in(gate, pass);
	else
		put_in(&gate->waiting, pass);
}

static void put_out(struct gate *gate, struct gate_pass *pass)
{
	if (pass->state == GATE_WAITING)
		take_out(&gate->waiting, pass);
	else if (pass->state == GATE_INSIDE)
		take_out(&gate->inside, pass);
	pass->state = GATE_OUTSIDE;
}

static void let_others_in(struct gate *gate)
{
	if (gate->letting_in) /* the call further out goes on */
		return;
	gate->letting_in = true;
	while (gate->waiting.first && gate->inside.count < gate->most) {
		struct gate_pass *next = gate->waiting.first;

		take_out(&gate->waiting, next);
		let_in(gate, next);
	}
	gate->letting_in = false;
}

void gate_leave(struct gate *gate, struct gate_pass *pass)
{
	put_out(gate, pass);
	let_others_in(gate);
}

void gate_tire(struct gate *gate, struct moment now)
{
	while (gate->waiting.first && gate->inside.first &&
	       moment_between(gate->inside.first->entered, now) > GATE_PATIENCE_US)
		put_out(gate, gate->inside.first);
	let_others_in(gate);
}
