#include "monitor/gate.h"

void gate_init(struct gate *gate, size_t most)
{
	*gate = (struct gate){ .most = most };
}

static void let_in(struct gate *gate, struct gate_pass *pass)
{
	pass->state = GATE_INSIDE;
	gate->inside++;
	pass->enter(pass->owner);
}

static void take_out(struct gate *gate, struct gate_pass *pass)
{
	*(pass->before ? &pass->before->after : &gate->first) = pass->after;
	*(pass->after ? &pass->after->before : &gate->last) = pass->before;
	pass->before = pass->after = NULL;
	gate->waiting--;
}

void gate_request(struct gate *gate, struct gate_pass *pass, void (*enter)(void *owner), void *owner)
{
	*pass = (struct gate_pass){ .state = GATE_WAITING, .enter = enter, .owner = owner };
	if (!gate->most || (gate->inside < gate->most && !gate->first)) {
		let_in(gate, pass);
		return;
	}
	pass->before = gate->last;
	*(gate->last ? &gate->last->after : &gate->first) = pass;
	gate->last = pass;
	gate->waiting++;
}

void gate_leave(struct gate *gate, struct gate_pass *pass)
{
	enum gate_state state = pass->state;

	pass->state = GATE_OUTSIDE;
	if (state == GATE_WAITING)
		take_out(gate, pass);
	if (state == GATE_INSIDE)
		gate->inside--;
	if (gate->letting_in) /* the call further out goes on */
		return;
	gate->letting_in = true;
	while (gate->first && gate->inside < gate->most) {
		struct gate_pass *next = gate->first;

		take_out(gate, next);
		let_in(gate, next);
	}
	gate->letting_in = false;
}
