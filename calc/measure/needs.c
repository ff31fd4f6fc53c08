/*
 * needs: what a level cannot be judged without. What is missing is refused by name: a default would be a guess.
 */
#include "calc/measure/counted.h"
#include "calc/measure/method.h"
#include "calc/measure/outage_length.h"

static int refuse(const struct judge *j, const struct service *s, const char *key, struct error *err)
{
	return error_at(
	    err, NULL, 0,
	    arena_printf(j->arena, "services[%zu]%s%s", (size_t)(s - j->c->services), *key ? "." : "", key));
}

static int one_level(struct judge *j, const struct service *s, const struct level *l, struct error *err)
{
	if (judge_not_covered(j, s, l))
		return 0;
	if (method_of(l)->needs_samples && s->known_outages) {
		error_set(err, ERROR_DATA, "%s needs samples, the service has known outages",
		          method_name(l->method)); /* no metric without methods needs them */
		return refuse(j, s, "outages", err);
	}
	if (l->rule.slow_us && s->known_outages) {
		error_set(err, ERROR_DATA, "'slow_ms' needs samples, the service has known outages");
		return refuse(j, s, "outages", err);
	}
	if (l->metric == METRIC_LATENCY_RISE && !s->baseline_ms) {
		error_set(err, ERROR_DATA,
		          "the level '%s' needs the delay at the start of the contract: the key "
		          "'baseline_ms' is missing",
		          l->id);
		return refuse(j, s, "", err);
	}
	if (l->scope == SCOPE_NETWORK && !s->network) {
		error_set(err, ERROR_DATA,
		          "the level '%s' is judged over a network: the key 'network' is missing", l->id);
		return refuse(j, s, "", err);
	}
	if (l->scope == SCOPE_NETWORK && l->rolling_days) {
		error_set(err, ERROR_UNSUPPORTED,
		          "the level '%s' is judged over a network and over days: not supported together",
		          l->id);
		return refuse(j, s, "terms", err);
	}
	if (l->rolling_days && outage_rule_applies(l)) {
		error_set(
		    err, ERROR_UNSUPPORTED,
		    "the level '%s' looks at the length of outages and is judged over days: not supported "
		    "together",
		    l->id);
		return refuse(j, s, "terms", err);
	}
	if (l->rolling_days && l->rolling_days * US_PER_DAY < span_length(j->c->period.span)) {
		error_set(err, ERROR_DATA, "is longer than the %lld days over which the level '%s' is judged",
		          (long long)l->rolling_days, l->id);
		return error_at(err, NULL, 0, "period");
	}
	return 0;
}

int judge_needs(struct judge *j, const struct service *s, const struct level *l, struct error *err)
{
	if (one_level(j, s, l, err) < 0)
		return err->code;
	for (size_t i = 0; i < l->reading_count; i++)
		if (one_level(j, s, &l->readings[i], err) < 0)
			return err->code;
	return 0;
}
