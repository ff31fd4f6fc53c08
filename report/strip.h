/*
 * strip: a period as a strip of states, in SVG.
 *
 * One path per state, however many runs it has: runs are snapped to the picture's units, widened to the least
 * width that stays visible on paper, and merged where they then touch. So the picture is honest about where,
 * and generous about how long: figures are in the tables. Every state differs in pattern, not only in colour.
 *
 * All coordinates are whole numbers: SVG_WIDTH units across, whatever the period.
 *
 *     strip_patterns(out);                          once in a document
 *     strip_timeline(out, &a, &t, &excluded, "…");  one svg element per timeline
 *     strip_days(out, &period);                     the axis under them
 */
#ifndef GOVSLA_REPORT_STRIP_H
#define GOVSLA_REPORT_STRIP_H

#include "base/arena.h"
#include "base/text.h"
#include "calc/statement.h"
#include "report/words.h"

#define SVG_WIDTH 10000

/* The place of an instant of within, 0 … SVG_WIDTH. */
int svg_place(struct span within, int64_t instant);

/* The patterns that the strips and their legend fill with: an svg element without size. */
void strip_patterns(struct text *out);

/* The strip; excluded in µs, label is foreign text for those who cannot see the picture. */
void strip_timeline(struct text *out, struct arena *a, const struct timeline *t,
                    const struct span_set *excluded, const char *label);

/* The axis: a tick for each local midnight, the day of the month between them. */
void strip_days(struct text *out, const struct period *period);

/* The paths of day ticks alone, from y to y + height, for a picture that shares the axis. */
void strip_day_ticks(struct text *out, const struct period *period, int y, int height);

/* What the patterns mean. */
void strip_legend(struct text *out, enum language language);

/*
 * A level's range against its objective: a line up to 100 per cent, the objective, the band from the worst to
 * the best reading, the point value. Writes nothing when a figure is unknown.
 */
void strip_gauge(struct text *out, const struct statement *s, const struct level_result *result,
                 const char *label);

#endif
