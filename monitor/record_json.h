/* record_json: a sample's record as JSON, for `slamon once --json` and `slamon run --json`. */
#ifndef GOVSLA_MONITOR_RECORD_JSON_H
#define GOVSLA_MONITOR_RECORD_JSON_H

#include "monitor/config/config.h"
#include "monitor/record/record.h"

#include <jansson.h>

/* A new reference, NULL when out of memory. What does not apply or is not known is null. */
json_t *record_json(const struct target_config *target, const struct record *record);

#endif
