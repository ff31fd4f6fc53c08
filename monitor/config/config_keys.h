/*
 * config_keys: the tables of the configuration's keys, by which config.c reads a file and config_describe() tells what may
 * stand in one. What is inside "probe" is said by each kind.
 */
#ifndef GOVSLA_MONITOR_CONFIG_KEYS_H
#define GOVSLA_MONITOR_CONFIG_KEYS_H

#include "monitor/probe/probe.h"
#include "monitor/probe/setting.h"

extern const struct setting config_settings[];        /* of the file: struct config */
extern const struct setting config_spool_settings[];  /* of "spool": struct spool_config */
extern const struct setting config_target_settings[]; /* of each of "targets": struct target_config */

/* The keys of "probe": which kind, and the kind's own. */
void config_probe_settings(const struct probe_kind *kind, struct setting table[3]);

#endif
