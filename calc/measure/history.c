#include "calc/statement.h"

struct history history_of(const struct statement *s, const struct service_result *r,
                          const struct level_result *l)
{
	/* what is paid for is not used again in a window: only a miss that is proved uses it up */
	bool paid = l->credit.due && (!l->level->rolling_days || l->verdict == VERDICT_BREACHED);

	return (struct history){ .service = r->service,
		                 .level = l->level->id,
		                 .span = s->the_case->period.span,
		                 .verdict = verdict_name(l->alone),
		                 .downtime_least_s = figure_text(s, l->alone_least),
		                 .downtime_most_s = figure_text(s, l->alone_most),
		                 .counted_s = figure_text(s, l->alone_counted),
		                 .credit = paid ? figure_text(s, l->credit.amount) : NULL };
}
