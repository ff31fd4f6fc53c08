#include "base/error.h"
#include "monitor/command.h"

#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define LARGE_BLOCK       (256 << 10) /* bytes; what is larger goes back to the system when it is freed */
#define SESSIONS_STANDARD 10000       /* of a stateful reflector: 1.2 MB */
#define SESSIONS_MOST     1000000
#define IDLE_STANDARD_S   900 /* REFWAIT of RFC 5357 section 3.1 */

enum status { STATUS_OK = 0, STATUS_REFUSED = 1, STATUS_USAGE = 2 };

static const char usage[] =
    "usage: slamon run FILE [--for TIME]         probe by the schedule; stop with SIGTERM\n"
    "       slamon once FILE [--no-spool]        probe each target one time\n"
    "       slamon check FILE                    check the configuration\n"
    "       slamon ship FILE [--timeout TIME]    empty the spool into the database\n"
    "       slamon stats FILE                    what the running one knows of itself\n"
    "       slamon config                        print every key of the configuration\n"
    "       slamon reflect [--listen ADDRESS:PORT] [--stateful] [--sessions N] [--idle TIME]\n"
    "              [--key-file FILE] [--user NAME] [--for TIME]    answer STAMP probes\n"
    "       slamon --help | --version\n"
    "TIME is a number with s, m, h or d, such as 6h. --json: results as JSON; with run,\n"
    "one line for each sample.\n";

struct command {
	const char *name;
	bool file;
	const char *letters; /* of its options, as getopt gives them */
	int (*run)(const struct command_options *options, struct error *err);
};

static const struct command commands[] = {
	{ "run", true, "fj", command_run },
	{ "once", true, "jn", command_once },
	{ "check", true, "j", command_check },
	{ "ship", true, "jt", command_ship },
	{ "stats", true, "j", command_stats },
	{ "config", false, "j", command_config },
	{ "reflect", false, "fijklmsu", command_reflect },
};

static const struct option long_options[] = {
	{ "for", required_argument, NULL, 'f' },
	{ "idle", required_argument, NULL, 'i' },
	{ "json", no_argument, NULL, 'j' },
	{ "key-file", required_argument, NULL, 'k' },
	{ "listen", required_argument, NULL, 'l' },
	{ "no-spool", no_argument, NULL, 'n' },
	{ "sessions", required_argument, NULL, 'm' },
	{ "stateful", no_argument, NULL, 's' },
	{ "timeout", required_argument, NULL, 't' },
	{ "user", required_argument, NULL, 'u' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'v' },
	{ NULL, 0, NULL, 0 },
};

/* "90", "90s", "30m", "6h", "2d" → seconds; at most ten years. */
static int parse_time(const char *text, int64_t *out_s, struct error *err)
{
	static const struct {
		char letter;
		int64_t s;
	} units[] = { { '\0', 1 }, { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	size_t digits = strspn(text, "0123456789");
	int64_t number = digits && digits < 10 ? strtoll(text, NULL, 10) : -1;

	for (size_t i = 0; number >= 0 && i < sizeof units / sizeof units[0]; i++)
		if (text[digits] == units[i].letter && (!text[digits] || !text[digits + 1])) {
			*out_s = number * units[i].s;
			if (*out_s <= INT64_C(10) * 366 * 86400)
				return 0;
		}
	return error_set(err, ERROR_USAGE, "'%s' is not a time such as 90s, 30m or 6h", text);
}

/* A time that is not nothing. */
static int parse_span(const char *name, int64_t *out_s, struct error *err)
{
	if (parse_time(optarg, out_s, err) == 0 && *out_s == 0)
		return error_set(err, ERROR_USAGE, "--%s must be longer than 0", name);
	return err->code;
}

static int parse_number(const char *text, int64_t least, int64_t most, int64_t *out, struct error *err)
{
	size_t digits = strspn(text, "0123456789");

	*out = digits && digits < 10 && !text[digits] ? strtoll(text, NULL, 10) : -1;
	if (*out >= least && *out <= most)
		return 0;
	return error_set(err, ERROR_USAGE, "'%s' is not a whole number from %lld to %lld", text,
	                 (long long)least, (long long)most);
}

/* Of an option that getopt_long() does not know, argv[optind - 1] is what was given; of one letter, optopt. */
static int refuse_option(const struct command *command, int letter, const char *given, struct error *err)
{
	if (letter == ':')
		return error_set(err, ERROR_USAGE, "option '%s' needs a value", given);
	if (optopt)
		return error_set(err, ERROR_USAGE, "'%s' has no option '-%c'", command->name, optopt);
	return error_set(err, ERROR_USAGE, "'%s' has no option '%s'", command->name, given);
}

static int take_option(const struct command *command, int letter, const char *name,
                       struct command_options *options, struct error *err)
{
	if (!strchr(command->letters, letter))
		return error_set(err, ERROR_USAGE, "'%s' has no option '--%s'", command->name, name);
	switch (letter) {
	case 'f':
		return parse_span(name, &options->for_s, err);
	case 'i':
		return parse_span(name, &options->idle_s, err);
	case 'j':
		options->json = true;
		break;
	case 'k':
		options->key_file = optarg;
		break;
	case 'l':
		options->listen = optarg;
		break;
	case 'm':
		return parse_number(optarg, 1, SESSIONS_MOST, &options->sessions, err);
	case 'n':
		options->no_spool = true;
		break;
	case 's':
		options->stateful = true;
		break;
	case 't':
		return parse_time(optarg, &options->timeout_s, err);
	case 'u':
		options->user = optarg;
		break;
	}
	return 0;
}

static int parse(const struct command *command, int argc, char **argv, struct command_options *options,
                 struct error *err)
{
	int letter, at = 0;

	*options = (struct command_options){ .timeout_s = -1,
		                             .sessions = SESSIONS_STANDARD,
		                             .idle_s = IDLE_STANDARD_S };
	opterr = 0;
	while ((letter = getopt_long(argc, argv, ":", long_options, &at)) != -1) {
		if (letter == '?' || letter == ':')
			return refuse_option(command, letter, argv[optind - 1], err);
		if (take_option(command, letter, long_options[at].name, options, err) < 0)
			return err->code;
	}
	if (argc - optind > command->file)
		return error_set(err, ERROR_USAGE, "'%s' is one argument too many",
		                 argv[optind + command->file]);
	if (argc - optind < command->file)
		return error_set(err, ERROR_USAGE, "'%s' needs the configuration file", command->name);
	options->file = command->file ? argv[optind] : NULL;
	return 0;
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

/* Each probe in flight may hold a descriptor. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int run(const struct command *command, int argc, char **argv)
{
	struct command_options options;
	struct error err = { 0 };
	int status;

	signal(SIGPIPE, SIG_IGN);
	raise_descriptor_limit();
	mallopt(M_ARENA_MAX, 1); /* or each thread that ever read a configuration keeps memory of its own */
	mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK); /* or it grows, and a former file's tables stay resident */
	if (parse(command, argc, argv, &options, &err) == 0 && (status = command->run(&options, &err)) >= 0) {
		if (fflush(stdout) == 0 && !ferror(stdout))
			return status;
		error_set(&err, ERROR_IO, "cannot write to standard output");
	}
	error_print(&err, stderr, "slamon");
	if (err.code != ERROR_USAGE)
		return STATUS_REFUSED;
	fputs(usage, stderr);
	return STATUS_USAGE;
}

/* slamon help, slamon --help, slamon run FILE --help */
static bool asks_for_help(int argc, char **argv)
{
	const char *last = argv[argc - 1];

	return argc > 1 && (strcmp(last, "--help") == 0 || strcmp(last, "-h") == 0 ||
	                    (argc == 2 && strcmp(last, "help") == 0));
}

int main(int argc, char **argv)
{
	const struct command *command = argc > 1 ? find_command(argv[1]) : NULL;

	if (asks_for_help(argc, argv)) {
		fputs(usage, stdout);
		return STATUS_OK;
	}
	if (command)
		return run(command, argc - 1, argv + 1);
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("slamon " GOVSLA_VERSION);
		return STATUS_OK;
	}
	if (argc > 1)
		fprintf(stderr, "slamon: no command '%s'\n", argv[1]);
	fputs(usage, stderr);
	return STATUS_USAGE;
}
