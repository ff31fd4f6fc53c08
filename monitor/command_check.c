/*
 * command_check: slamon check: what is in a configuration, or where it is wrong. What depends on this machine and on who
 * asks is said and refuses nothing, since the file may be meant for another. Nothing is changed: no file is made.
 */
#include "monitor/command.h"

#include "base/log.h"
#include "monitor/config/config.h"
#include "monitor/keep.h"
#include "monitor/observe/observe.h"
#include "monitor/spool/spool_place.h"

#include <uv.h>

#define NOT_HERE "would not start on this machine"

/* ---- limits that an outage reaches ---- */

/*
 * Of those that are silent, the in-flight cap takes what it should not: the outage is measured but in part. Where it is
 * just reached too: a probe is over a little after the instant that is a timeout later, since it was sent a little late.
 */
static void tell_caps(const struct config *config)
{
	const struct target_config *first = NULL;
	int64_t in_flight_ms = 0; /* probes, of targets that are all silent */
	size_t more = 0;

	for (size_t i = 0; i < config->target_count; i++) {
		const struct target_config *t = &config->targets[i];
		bool capped = t->timeout_s >= t->interval_s * t->in_flight_max;

		in_flight_ms += capped ? t->in_flight_max * 1000 : t->timeout_s * 1000 / t->interval_s;
		more += capped && first;
		first = capped && !first ? t : first;
	}
	if (first)
		log_line(
		    "in flight",
		    "'%s'%s: timeout_s is not less than interval_s times in_flight_max: while there is no "
		    "answer, instants are missed (in-flight cap)",
		    first->id, more ? " and others" : "");
	if (in_flight_ms / 1000 >= config->in_flight_max)
		log_line(
		    "in flight",
		    "while no target answers, %lld probes are in flight, and in_flight_max is %lld: the rest "
		    "is missed (in-flight cap)",
		    (long long)(in_flight_ms / 1000), (long long)config->in_flight_max);
}

/* ---- references that see less than they speak for ---- */

static const struct target_config *slower_of(const struct target_config *a, const struct target_config *b)
{
	return !a || b->interval_s > a->interval_s ? b : a;
}

static const struct target_config *slowest_reference(const struct config *config,
                                                     const struct target_config *target)
{
	const struct target_config *slowest = NULL;

	for (size_t i = 0; i < target->references.count; i++)
		slowest = slower_of(slowest,
		                    config->references[config_reference(config, target->references.at[i])]);
	return slowest;
}

static void tell_references(const struct config *config)
{
	const struct target_config *slowest = NULL;

	for (size_t i = 0; i < config->reference_count; i++)
		slowest = slower_of(slowest, config->references[i]);
	for (size_t i = 0; i < config->target_count; i++) {
		const struct target_config *t = &config->targets[i],
		                           *r = t->references.at ? slowest_reference(config, t) : slowest;

		if (t->reference || !r || r->interval_s <= t->interval_s)
			continue;
		log_line(
		    "own side",
		    "the reference '%s' is probed every %lld s, and '%s', for which it speaks, every %lld s: "
		    "what is between two of its probes is not seen",
		    r->id, (long long)r->interval_s, t->id, (long long)t->interval_s);
		return; /* one shows it; to mend it is the same for all */
	}
}

/* ---- this machine ---- */

static void forget_record(void *arg, const struct target_config *target, const struct record *record)
{
	(void)arg;
	(void)target;
	(void)record;
}

/* Opens all that a run or a reload would, sockets and files of certificates. */
static void try_to_observe(const struct config *config)
{
	struct error err = { 0 };
	struct observer *observer;
	uv_loop_t loop;

	if (uv_loop_init(&loop) < 0)
		return;
	if (observer_open(&observer, &loop, config, forget_record, NULL, &err) == 0) {
		observer_tell_demand(observer);
		observer_close(observer, NULL);
	} else {
		log_error(NOT_HERE, &err);
	}
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
}

/* usable: whether this process is who would write it; what another may only he can tell. */
static void look_at_spool(const struct spool_config *spool, bool usable)
{
	struct error place = { 0 }, lasts = { 0 }, room = { 0 };

	if (usable && spool_place_usable(spool->path, &place) < 0) {
		log_error(NOT_HERE, &place);
		return;
	}
	if (spool_place_lasts(spool->path, &lasts) < 0)
		log_error("spool", &lasts);
	if (spool_place_has_room(spool->path, spool_config_bytes(spool), &room) < 0)
		log_error("spool", &room);
}

/* As the user that a run would become, where this process may. */
static void try_here(const struct config *config, const char *file)
{
	struct error user = { 0 };
	bool became = keep_privileges(config, file, &user) == 0;

	if (!became)
		log_error(NOT_HERE, &user);
	look_at_spool(&config->spool, became);
	try_to_observe(config);
}

/* ---- the result ---- */

static size_t count_kind(const struct config *config, const struct probe_kind *kind)
{
	size_t n = 0;

	for (size_t i = 0; i < config->target_count; i++)
		n += config->targets[i].kind == kind;
	return n;
}

static int print_json(const char *file, const struct config *config, struct error *err)
{
	json_t *kinds = json_object(), *root;

	for (const struct probe_kind *const *kind = probe_kinds(); *kind; kind++)
		if (count_kind(config, *kind))
			json_object_set_new(kinds, (*kind)->name,
			                    json_integer((json_int_t)count_kind(config, *kind)));
	root = json_pack("{s:s, s:b, s:s, s:I, s:o}", "file", file, "accepted", 1, "vantage", config->vantage,
	                 "targets", (json_int_t)config->target_count, "kinds", kinds);
	return command_print_json(root, JSON_INDENT(1), "the result", err);
}

static void print(const char *file, const struct config *config)
{
	printf("%s: accepted, vantage '%s', %zu targets", file, config->vantage, config->target_count);
	for (const struct probe_kind *const *kind = probe_kinds(); *kind; kind++)
		if (count_kind(config, *kind))
			printf(", %zu %s", count_kind(config, *kind), (*kind)->name);
	putchar('\n');
}

/* The same that is said on standard error, for programs. */
static void print_refusal(const char *file, const struct error *refused)
{
	struct error unseen = { 0 };
	json_t *root = json_pack(
	    "{s:s, s:b, s:i, s:s, s:s, s:s}", "file", refused->file[0] ? refused->file : file, "accepted", 0,
	    "line", refused->line, "key", refused->field, "cause", refused->text, "hint", refused->hint);

	(void)!command_print_json(root, JSON_INDENT(1), "the result", &unseen);
}

int command_check(const struct command_options *options, struct error *err)
{
	struct config config;

	if (config_load(&config, options->file, err) < 0) {
		if (options->json)
			print_refusal(options->file, err);
		return err->code;
	}
	tell_caps(&config);
	tell_references(&config);
	try_here(&config, options->file);
	if (options->json)
		(void)!print_json(options->file, &config, err);
	else
		print(options->file, &config);
	config_release(&config);
	return err->code;
}
