/*
 * network: the measure of a network as a whole, which every service of it gets.
 *
 * Source: NTT West's line services (official, catalogue): availability over all lines of the network together; if the
 * network misses, every contractor is refunded. So T and the seconds of each state are summed over all services of
 * the case with the same network and the same terms, each with its own exclusions and time that counts.
 *
 * The case must hold every service of the network: the sums are over what is in it.
 */
#include "calc/measure/counted.h"
#include "calc/measure/time_count.h"

#include <string.h>

struct network_sum { /* what was counted once for all services of a network */
	struct network_sum *next;
	const struct level *level;
	const char *network;
	bool bare;
	struct time_count count;
};

static bool in_network(struct judge *j, const struct service *a, const struct service *s,
                       const struct level *l)
{
	return a->terms == s->terms && a->network && strcmp(a->network, s->network) == 0 &&
	       !judge_not_covered(j, a, l);
}

/* The accepted exclusions of a service in the time that counts; none while the figures without them are made. */
static struct span_set exclusions_of(struct judge *j, const struct service *s, const struct level *l)
{
	const struct span_set none = { NULL, 0 };
	struct counted c = judge_counted(j, s, l);

	return j->bare ? none : span_set_intersection(j->arena, &j->accepted[s - j->c->services], &c.time);
}

bool network_has_exclusions(struct judge *j, const struct service *s, const struct level *l)
{
	for (size_t i = 0; l->scope == SCOPE_NETWORK && i < j->c->service_count; i++)
		if (j->accepted[i].count && in_network(j, &j->c->services[i], s, l))
			return true;
	return false;
}

/* ---- sums ---- */

static int sum(struct judge *j, const char *what, const char *network, const int *nodes, size_t count)
{
	return judge_sum(j, arena_printf(j->arena, "%s, all of network %s", what, network),
	                 "sum over the network", nodes, count);
}

#define NODES_OF(counts, count, member, out)                                                                 \
	for (size_t node_ = 0; node_ < (count); node_++)                                                     \
	(out)[node_] = (counts)[node_].member

static struct state_seconds sum_states(struct judge *j, const char *network, const char *reading,
                                       const struct state_seconds *all, size_t count)
{
	int *nodes = arena_array(j->arena, count, sizeof *nodes);
	struct state_seconds n;

	NODES_OF(all, count, down, nodes);
	n.down = sum(j, arena_printf(j->arena, "seconds down, %s", reading), network, nodes, count);
	NODES_OF(all, count, either, nodes);
	n.either =
	    sum(j, arena_printf(j->arena, "seconds either up or down, %s", reading), network, nodes, count);
	NODES_OF(all, count, unmeasured, nodes);
	n.unmeasured =
	    sum(j, arena_printf(j->arena, "seconds unmeasured, %s", reading), network, nodes, count);
	NODES_OF(all, count, obscured, nodes);
	n.obscured = sum(j, arena_printf(j->arena, "seconds obscured, %s", reading), network, nodes, count);
	return n;
}

static struct time_count sum_counts(struct judge *j, const char *network, const struct time_count *all,
                                    size_t count)
{
	int *nodes = arena_array(j->arena, count, sizeof *nodes);
	struct state_seconds *states = arena_array(j->arena, count, sizeof *states);
	struct time_count c;

	NODES_OF(all, count, base, nodes);
	c.base = sum(j, "T", network, nodes, count);
	NODES_OF(all, count, real, nodes);
	c.real = sum(j, "T in real time", network, nodes, count);
	NODES_OF(all, count, excluded, nodes);
	c.excluded = sum(j, "seconds excluded", network, nodes, count);
	NODES_OF(all, count, range, states);
	c.range = sum_states(j, network, "range", states, count);
	NODES_OF(all, count, point, states);
	c.point = sum_states(j, network, "changes at the midpoint", states, count);
	NODES_OF(all, count, least, nodes);
	c.least = sum(j, "downtime by the length of outages, least", network, nodes, count);
	NODES_OF(all, count, most, nodes);
	c.most = sum(j, "downtime by the length of outages, most", network, nodes, count);
	NODES_OF(all, count, at_point, nodes);
	c.at_point = sum(j, "downtime by the length of outages, point value", network, nodes, count);
	return c;
}

static struct time_count count_all(struct judge *j, const struct service *s, const struct level *l)
{
	struct time_count *all = arena_array(j->arena, j->c->service_count, sizeof *all);
	size_t count = 0;

	for (size_t i = 0; i < j->c->service_count; i++) {
		const struct service *other = &j->c->services[i];
		struct span_set excluded;

		if (!in_network(j, other, s, l))
			continue;
		excluded = exclusions_of(j, other, l);
		all[count++] = availability_count(j, other, l, &excluded);
	}
	return sum_counts(j, s->network, all, count);
}

/* ---- counted once for all services of the network ---- */

static struct network_sum *find(const struct judge *j, const struct service *s, const struct level *l)
{
	struct network_sum *n = j->networks;

	while (n && (n->level != l || n->bare != j->bare || strcmp(n->network, s->network) != 0))
		n = n->next;
	return n;
}

struct time_count network_count(struct judge *j, const struct service *s, const struct level *l)
{
	struct network_sum *n = find(j, s, l);

	if (!n) {
		n = arena_new(j->arena, struct network_sum);
		*n = (struct network_sum){ j->networks, l, s->network, j->bare, count_all(j, s, l) };
		j->networks = n;
	}
	return n->count;
}
