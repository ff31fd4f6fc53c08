/*
 * corrections: which of the later findings about a target hold.
 *
 * A correction is in effect when it was entered by the case's as_of and nothing that was entered by then supersedes
 * it. What is superseded stays so, even when its successor is superseded in turn: of a chain only the last holds.
 * Nothing is erased; the statement lists all of them. Where two in effect overlap, the one entered later is followed
 * (at the same instant: the one whose id comes later).
 *
 * They are laid over what was observed: a sample inside one has its outcome, and the timeline inside it is exactly
 * that state. What a correction does not cover stays as observed, also the stretch between its end and the next sample.
 */
#ifndef GOVSLA_CALC_CORRECTIONS_H
#define GOVSLA_CALC_CORRECTIONS_H

#include "calc/judge.h"

/* Why x is not in effect, had without (NULL: none) never been entered; NULL when it is in effect. */
const char *correction_why_not(struct arena *a, const struct sla_case *c, const struct correction *x,
                               const struct correction *without);

/* Whether it is. */
bool correction_in_effect(const struct sla_case *c, const struct correction *x,
                          const struct correction *without);

/* Whether it is about this observation. */
bool correction_concerns(const struct correction *x, const struct observation *o);

/* Order in which they are followed, the last wins: negative when x comes before y. */
int correction_order(const struct correction *x, const struct correction *y);

/* ---- while a case is judged ---- */

/* Fills j->corrections: those in effect, but for j->without. */
void corrections_choose(struct judge *j);

/* Whether one of them covers the instant (µs) of the observation. */
bool corrections_hold(const struct judge *j, const struct observation *o, int64_t us);

/* Gives the observation corrected samples (a copy), and its timeline the corrected states. */
void corrections_of_samples(struct judge *j, struct observation *o);
void corrections_of_timeline(struct judge *j, const struct observation *o, struct timeline *t);

/* What they cover of an observation, in ticks: exactly, and as the minutes of the samples that they cover. */
struct span_set corrections_time(struct judge *j, const struct observation *o, struct span within);
struct span_set corrections_minutes(struct judge *j, const struct observation *o, struct span within);

#endif
