/* The table of commands: what main.c parses by and what --help prints (command_help.c). docs/man/slamon.1 says more. */
#include "monitor/command.h"

#include <string.h>

#define JSON(what)                                                                                           \
	{                                                                                                    \
		'j', "json", NULL, "as JSON: " what                                                          \
	}
#define FOR                                                                                                  \
	{                                                                                                    \
		'f', "for", "TIME", "stop after this time; default: at SIGTERM or SIGINT"                    \
	}
#define USAGE                                                                                                \
	{                                                                                                    \
		2, "the command line is wrong"                                                               \
	}

const struct command command_table[] = {
	{ .name = "run",
	  .file = true,
	  .run = command_run,
	  .summary = "probe by the schedule until a signal",
	  .about =
	      "Probes every target at its instants, keeps each sample in the spool and ships the spool to "
	      "PostgreSQL. SIGTERM and SIGINT end it: it waits for what is in flight and ships for at most "
	      "ship_wait_s; a second one gives up what is in flight. SIGHUP reads FILE again; a FILE that "
	      "is refused changes nothing.",
	  .options = { FOR, JSON("each sample as it comes, a line each") },
	  .exits = { { 0, "ended as told" },
	             { 1, "FILE was refused, or the spool, a socket or a file could not be opened" },
	             USAGE },
	  .example = "slamon run /etc/govsla/tokyo.json --for 6h" },
	{ .name = "once",
	  .file = true,
	  .run = command_once,
	  .summary = "probe each target one time and show what came of it",
	  .about = "Probes each target one time, 1 ms after another, and prints a line for each: up, down or "
	           "missed, the round trip, and what failed. The samples are kept and shipped as with run.",
	  .options = { { 'n', "no-spool", NULL, "only print: keep and ship nothing" }, JSON("the samples") },
	  .exits = { { 0, "done, also when targets are down" },
	             { 1, "FILE was refused, or the spool could not be opened" },
	             USAGE },
	  .example = "slamon once /etc/govsla/tokyo.json --no-spool" },
	{ .name = "check",
	  .file = true,
	  .run = command_check,
	  .summary = "check the configuration",
	  .about =
	      "Reads FILE and says what is in it, or what is wrong: file, line, key and cause. Becomes the "
	      "user that run would, opens what run would (sockets, certificates, keys), looks at the "
	      "spool's folder and disk, and warns of what this machine does not allow. Changes nothing.",
	  .options = { JSON("the result") },
	  .exits = { { 0, "accepted" }, { 1, "refused" }, USAGE },
	  .example = "slamon check /etc/govsla/tokyo.json" },
	{ .name = "ship",
	  .file = true,
	  .run = command_ship,
	  .summary = "empty the spool into PostgreSQL",
	  .about =
	      "Ships what is in the spool; probes nothing. Not while run is at work, which ships by itself.",
	  .options = { { 't', "timeout", "TIME",
	                 "give up after this time; default: ship_wait_s of FILE, 10 s where it says "
	                 "nothing" },
	               JSON("how many records were shipped") },
	  .exits = { { 0, "the spool is empty" },
	             { 1, "records are left in the spool, or FILE was refused" },
	             USAGE },
	  .example = "slamon ship /etc/govsla/tokyo.json --timeout 10m" },
	{ .name = "stats",
	  .file = true,
	  .run = command_stats,
	  .summary = "whether the running one is well, and what to do if not",
	  .about =
	      "Asks the slamon that runs by the same FILE, through the socket beside its spool. First comes "
	      "whether it does its own work; targets that are down are no trouble of its own.",
	  .options = { JSON("everything (govsla-stats/1)"),
	               { 'p', "prometheus", NULL,
	                 "as Prometheus' text format, for a scrape or node_exporter's textfile collector" } },
	  .exits = { { 0, "it runs and is well" },
	             { 1, "no answer in 5 s, or FILE was refused" },
	             USAGE,
	             { 3, "none runs: what its spool holds is shown" },
	             { 4, "it runs and has trouble" } },
	  .example = "slamon stats /etc/govsla/tokyo.json" },
	{ .name = "config",
	  .run = command_config,
	  .summary = "list every key of the configuration",
	  .about = "Prints every key with its type, limits, unit, default and meaning.",
	  .options = { JSON("the keys") },
	  .exits = { { 0, "done" }, USAGE },
	  .example = "slamon config | less" },
	{ .name = "reflect",
	  .run = command_reflect,
	  .summary = "answer STAMP probes of another slamon",
	  .about = "Answers STAMP packets (RFC 8762), those of 'stamp' probes, until SIGTERM or SIGINT; then "
	           "prints how many were answered and dropped. Needs no configuration.",
	  .options = { { 'l', "listen", "ADDRESS:PORT",
	                 "default: UDP port 862 of every address, for which it needs root or "
	                 "CAP_NET_BIND_SERVICE" },
	               { 's', "stateful", NULL,
	                 "number the answers of each session, so that senders see on which way packets are "
	                 "lost" },
	               { 'm', "sessions", "N",
	                 "with --stateful: at most so many sessions, 1 to 1000000; default: 10000",
	                 "stateful" },
	               { 'i', "idle", "TIME", "with --stateful: forget a session after so long; default: 15m",
	                 "stateful" },
	               { 'k', "key-file", "FILE",
	                 "answer only what is authenticated with this key: 16 to 64 bytes in hexadecimal "
	                 "digits, the same at both ends, not readable by everybody" },
	               { 'u', "user", "NAME",
	                 "become this user after binding; default: stay who started it" },
	               FOR,
	               JSON("the counts") },
	  .exits = { { 0, "ended as told" },
	             { 1, "the port, the key or the user could not be used" },
	             USAGE },
	  .example = "slamon reflect --stateful --key-file /etc/govsla/stamp.key --user slamon" },
	{ .name = NULL },
};

const struct command *command_find(const char *name)
{
	for (const struct command *command = command_table; command->name; command++)
		if (strcmp(command->name, name) == 0)
			return command;
	return NULL;
}
