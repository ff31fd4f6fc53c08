#include "monitor/observe/schedule.h"

#include <stddef.h>
#include <string.h>

#define GATHERED_SLOTS 1500 /* at least, in an interval */
#define GATHERED_MOST  4    /* times SCHEDULE_SLOT_US */

static uint64_t fnv1a(uint64_t hash, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(1099511628211);
	return hash;
}

/* FNV alone leaves ids that differ in the last character close together. */
static uint64_t finalise(uint64_t hash)
{
	hash = (hash ^ hash >> 33) * UINT64_C(0xff51afd7ed558ccd);
	hash = (hash ^ hash >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
	return hash ^ hash >> 33;
}

static int64_t gathered_slot_us(int64_t interval_us)
{
	int64_t slots = interval_us / GATHERED_SLOTS / SCHEDULE_SLOT_US;

	if (slots < 1)
		slots = 1;
	return SCHEDULE_SLOT_US * (slots < GATHERED_MOST ? slots : GATHERED_MOST);
}

int64_t schedule_offset_us(const char *vantage, const char *target, int64_t interval_us, bool gathered)
{
	uint64_t hash = fnv1a(UINT64_C(14695981039346656037), vantage, strlen(vantage) + 1);
	int64_t offset_us;

	hash = finalise(fnv1a(hash, target, strlen(target)));
	offset_us = (int64_t)(hash % (uint64_t)(interval_us / SCHEDULE_SLOT_US)) * SCHEDULE_SLOT_US;
	return gathered ? offset_us - offset_us % gathered_slot_us(interval_us) : offset_us;
}

int64_t schedule_first_us(int64_t from_us, int64_t interval_us, int64_t offset_us)
{
	int64_t k = (from_us - offset_us) / interval_us;

	if (k * interval_us + offset_us < from_us)
		k++;
	return k * interval_us + offset_us;
}

struct schedule_turn schedule_turn(int64_t due_us, int64_t now_us, int64_t interval_us)
{
	int64_t skipped = (now_us - due_us) / interval_us;
	int64_t most = SCHEDULE_CATCH_UP_US / interval_us;
	struct schedule_turn turn = { .send_us = due_us + skipped * interval_us };

	turn.missed = skipped < most ? skipped : most;
	turn.missed_us = turn.send_us - turn.missed * interval_us;
	turn.next_us = turn.send_us + interval_us;
	return turn;
}
