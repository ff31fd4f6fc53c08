/*
 * health: whether a running slamon does its own work, from what it knows of itself (stats.h), and what to do if not.
 *
 * About the monitor only: targets that are down are its work, not its trouble. A trouble is of the last whole minute or
 * of now, so it ends by itself when it is over; only lost records stay, since they are worth knowing until a restart.
 * Pure: reads the document, asks nobody.
 *
 * When something is a trouble:
 *   missed       probes of the last minute were missed, by reason; what the references excused (own side) too
 *   lateness     one in a hundred of the last minute was sent later than HEALTH_LATE_US
 *   processor    more than HEALTH_CPU_PERCENT of one in the last minute
 *   spool        the disk takes nothing; records were lost; fuller than HEALTH_FULL_PERCENT
 *   ship         the last attempt failed
 *   clock        not synchronised: the times of samples prove nothing
 */
#ifndef GOVSLA_MONITOR_HEALTH_H
#define GOVSLA_MONITOR_HEALTH_H

#include <jansson.h>

#define HEALTH_LATE_US      1000000
#define HEALTH_CPU_PERCENT  80
#define HEALTH_FULL_PERCENT 80

/*
 * document: of stats_json(). Returns a new array, a trouble each: { "what": TEXT, "todo": TEXT }; empty when all is
 * well; NULL when out of memory.
 */
json_t *health_troubles(const json_t *document);

#endif
