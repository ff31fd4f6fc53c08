/*
 * running: months_running: a miss that counts only when so many months in a row missed. Internal to calc/.
 */
#ifndef GOVSLA_CALC_RUNNING_H
#define GOVSLA_CALC_RUNNING_H

#include "calc/judge.h"

/* Whether a miss of this period counts, by the history of the months before. */
enum held running_held(const struct sla_case *c, const struct service *s, const struct level *l);

/* Keeps the verdict of this period by itself in alone; where a miss does not count the level is met. */
void running_apply(const struct sla_case *c, const struct service *s, struct level_result *r);

#endif
