#include "monitor/status/tally.h"

void tally_count(struct tally *tally, const struct record *record)
{
	if (record->kind != RECORD_SAMPLE)
		return;
	if (record->outcome == SAMPLE_UP)
		tally->up++;
	else if (record->outcome == SAMPLE_DOWN)
		tally->down++;
	else
		tally->missed++;
	if (record->failure != FAILURE_NONE && record->failure <= FAILURE_MISSED_LAST)
		tally->failed[record->failure]++;
	lateness_count(&tally->lateness, record->lateness_us);
}
