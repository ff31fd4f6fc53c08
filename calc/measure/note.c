/* note: what a reader must know of a level's figures besides the level itself. */
#include "calc/judge.h"

static void add(struct level_result *r, const char *note)
{
	r->notes[r->note_count++] = note;
}

static const char *of_months(struct judge *j, const struct level_result *r)
{
	long long months = (long long)r->level->months_running;

	return r->alone == VERDICT_BREACHED
	           ? arena_printf(
	                 j->arena,
	                 "this month alone is breached; a miss counts when %lld months in a row missed",
	                 months)
	           : arena_printf(j->arena,
	                          "this month alone is not provable; a miss counts when %lld months in a row "
	                          "missed",
	                          months);
}

void judge_notes(struct judge *j, struct level_result *r)
{
	r->notes = arena_array(j->arena, 3, sizeof *r->notes);
	r->note_count = 0;
	if (r->held != HELD_NO && r->alone != VERDICT_MET)
		add(r, of_months(j, r));
	if (r->level->rolling_days)
		add(r, arena_printf(j->arena, "judged over the %lld days up to the end of the period",
		                    (long long)r->level->rolling_days));
	if (r->network)
		add(r, arena_printf(j->arena, "measured over the whole network %s", r->network));
}
