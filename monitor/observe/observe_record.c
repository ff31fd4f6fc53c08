/* observe_record: each instant becomes exactly one record: of a probe that ended, or missed. */
#include "monitor/observe/observe_part.h"

#include "base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HINT_EVERY_US INT64_C(60000000)

/* ---- what people are told ---- */

static const char *failure_text(const struct record *record)
{
	const char *name = sample_failure_name(record->failure);

	return name && *name ? name : "answered";
}

static const char *hint_of(int cause)
{
	switch (cause) {
	case EMFILE:
		return "raise the limit of open files: LimitNOFILE= of the unit, or ulimit -n";
	case ENFILE:
		return "raise the system's limit of open files: sysctl fs.file-max";
	case ENOMEM:
	case ENOBUFS:
		return "this machine is short of memory: fewer targets, or a higher MemoryMax= of the unit";
	case ENETUNREACH:
	case EHOSTUNREACH:
	case EADDRNOTAVAIL:
		return "look at this machine's own addresses and routes: ip address, ip route";
	case EPERM:
	case EACCES:
		return "a firewall or missing rights of this machine forbid it: see the manual on privileges";
	case OBSERVE_KIND_SHUT:
		return "the log says why at the last start or reload: the line of this kind of probe";
	default:
		return NULL;
	}
}

/* Once for many targets that fail alike. */
static void hint(struct lasting *lasting, int cause)
{
	struct moment now = moment_now();
	const char *text = hint_of(cause);

	if (!text ||
	    (text == hint_of(lasting->last_cause) && moment_between(lasting->hinted, now) < HINT_EVERY_US))
		return;
	lasting->last_cause = cause;
	lasting->hinted = now;
	log_line("hint", "%s", text);
}

static void log_change(const struct target *target, const struct record *record, int cause)
{
	struct lasting_target *state = target->lasting;

	if (record->outcome == state->last_outcome)
		return;
	if ((state->last_outcome >= 0 || record->outcome != SAMPLE_UP) &&
	    changes_admit(&target->observer->lasting->changes, record->outcome, moment_now()))
		log_line(target->config->id, "%s (%s%s%s)", sample_outcome_name(record->outcome),
		         failure_text(record), cause ? ": " : "", cause ? strerror(cause) : "");
	state->last_outcome = record->outcome;
	if (cause)
		hint(target->observer->lasting, cause);
}

void observer_log_changes(struct lasting *lasting, bool rest)
{
	struct changes_sum sum;

	if (rest ? changes_rest(&lasting->changes, &sum) : changes_sum(&lasting->changes, moment_now(), &sum))
		log_line("run", "changes without a line of their own: %lld down, %lld up, %lld missed",
		         (long long)sum.down, (long long)sum.up, (long long)sum.missed);
}

/* ---- records ---- */

void observer_hand_on(struct target *target, const struct record *record, int cause)
{
	struct observer *o = target->observer;

	if (!o->once)
		log_change(target, record, cause);
	o->record(o->arg, target->config, record);
}

struct record observer_blank_record(const struct target *target, int64_t scheduled_us)
{
	struct record record = record_blank(RECORD_SAMPLE, scheduled_us);

	record.target = (int32_t)target->config->number;
	record.outcome = SAMPLE_MISSED;
	return record;
}

void observer_miss(struct target *target, int64_t scheduled_us, struct verdict verdict)
{
	struct record record = observer_blank_record(target, scheduled_us);

	record_miss(&record, verdict.failure);
	observer_hand_on(target, &record, verdict.cause);
}

/* ---- instants that were missed while this process could not run ---- */

/* Room for one more. There is always room for some, so without memory the oldest is written at once. */
static void make_room(struct observer *o)
{
	size_t size = o->gap_size ? 2 * o->gap_size : OBSERVE_GAPS_LEAST;
	struct gap *gaps = realloc(o->gaps, size * sizeof *gaps);

	if (gaps) {
		o->gaps = gaps;
		o->gap_size = size;
		return;
	}
	if (o->gap_first == 0)
		observer_write_gaps(o, o->gaps[0].left);
	memmove(o->gaps, o->gaps + o->gap_first, (o->gap_count - o->gap_first) * sizeof *o->gaps);
	o->gap_count -= o->gap_first;
	o->gap_first = 0;
}

void observer_add_gap(struct observer *o, struct target *target, int64_t first_us, int64_t count)
{
	if (o->gap_count == o->gap_size)
		make_room(o);
	o->gaps[o->gap_count++] = (struct gap){ target, first_us, count };
}

void observer_write_gaps(struct observer *o, int64_t most)
{
	while (o->gap_first < o->gap_count && most-- > 0) {
		struct gap *gap = &o->gaps[o->gap_first];

		observer_miss(gap->target, gap->next_us, verdict_of(FAILURE_NOT_RUNNING));
		gap->next_us += gap->target->interval_us;
		if (--gap->left == 0)
			o->gap_first++;
	}
	if (o->gap_first == o->gap_count)
		o->gap_first = o->gap_count = 0;
}
