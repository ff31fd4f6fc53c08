/* slamon: observes, and keeps what came of it. Reads the command line; the only file of the program that exits. */
#include "base/error.h"
#include "monitor/command.h"
#include "monitor/probe/memory.h"

#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define LARGE_BLOCK (256 << 10) /* bytes; what is larger goes back to the system when it is freed */
/*
 * Of malloc: one for each thread that may be there for long: the loop, the spool's writer, who reads configurations, who
 * connects to the database. In a heap of all, the loop would wait while another gives back 40 MB of it.
 */
#define HEAPS             4
#define SESSIONS_STANDARD 10000 /* of a stateful reflector: 1.2 MB */
#define SESSIONS_MOST     1000000
#define IDLE_STANDARD_S   900 /* REFWAIT of RFC 5357 section 3.1 */

enum status { STATUS_REFUSED = 1, STATUS_USAGE = 2 };

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
	if (optopt && !strchr(given, '='))
		return error_set(err, ERROR_USAGE, "'%s' has no option '-%c'", command->name, optopt);
	return error_set(err, ERROR_USAGE, "'%s' has no option '%s'", command->name, given);
}

static int take_option(const struct command_option *option, struct command_options *options,
                       struct error *err)
{
	switch (option->letter) {
	case 'f':
		return parse_span(option->name, &options->for_s, err);
	case 'i':
		return parse_span(option->name, &options->idle_s, err);
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
	case 'p':
		options->prometheus = true;
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

/* What would be ignored is refused: an option whose other is not there. given: by their places in the table. */
static int check_needs(const struct command *command, const bool given[COMMAND_OPTIONS_MOST],
                       struct error *err)
{
	for (size_t i = 0; command->options[i].name; i++) {
		const char *needs = given[i] ? command->options[i].needs : NULL;

		for (size_t k = 0; needs && command->options[k].name; k++)
			if (strcmp(command->options[k].name, needs) == 0 && !given[k])
				return error_set(err, ERROR_USAGE, "--%s needs --%s",
				                 command->options[i].name, needs);
	}
	return 0;
}

static int parse_options(const struct command *command, int argc, char **argv,
                         struct command_options *options, struct error *err)
{
	struct option longs[COMMAND_OPTIONS_MOST + 1] = { 0 };
	bool given[COMMAND_OPTIONS_MOST] = { false };
	int letter, at = 0;

	for (size_t i = 0; command->options[i].name; i++)
		longs[i] = (struct option){ command->options[i].name,
			                    command->options[i].argument ? required_argument : no_argument,
			                    NULL, command->options[i].letter };
	opterr = 0;
	while ((letter = getopt_long(argc, argv, ":", longs, &at)) != -1) {
		if (letter == '?' || letter == ':')
			return refuse_option(command, letter, argv[optind - 1], err);
		if (given[at])
			return error_set(err, ERROR_USAGE, "--%s is there twice", longs[at].name);
		given[at] = true;
		if (take_option(&command->options[at], options, err) < 0)
			return err->code;
	}
	return check_needs(command, given, err);
}

static int parse(const struct command *command, int argc, char **argv, struct command_options *options,
                 struct error *err)
{
	*options = (struct command_options){ .timeout_s = -1,
		                             .sessions = SESSIONS_STANDARD,
		                             .idle_s = IDLE_STANDARD_S };
	if (parse_options(command, argc, argv, options, err) < 0)
		return err->code;
	if (argc - optind > command->file)
		return error_set(err, ERROR_USAGE, "'%s' is one argument too many",
		                 argv[optind + command->file]);
	if (argc - optind < command->file)
		return error_set(err, ERROR_USAGE, "'%s' needs the configuration file", command->name);
	options->file = command->file ? argv[optind] : NULL;
	return 0;
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

/* Returns what the command returned, or ERROR_USAGE. */
static int run(const struct command *command, int argc, char **argv, struct error *err)
{
	struct command_options options;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a limit of file sizes is a full disk */
	raise_descriptor_limit();
	mallopt(M_ARENA_MAX, HEAPS);            /* or each thread there ever was keeps memory of its own */
	mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK); /* or it grows, and a former file's tables stay resident */
	if (memory_begin(err) < 0)
		return err->code;
	if (parse(command, argc, argv, &options, err) < 0)
		return error_hint(err, "slamon %s --help", command->name);
	return command->run(&options, err);
}

static bool is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static bool asks_for_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (is_help(argv[i]))
			return true;
	return false;
}

/* slamon --help, slamon help [COMMAND], slamon COMMAND [...] --help, slamon --version */
static int inform(int argc, char **argv, struct error *err)
{
	bool first = argc > 1 && (is_help(argv[1]) || strcmp(argv[1], "help") == 0);
	const char *name = argc > 1 ? argv[1 + first] : NULL;
	const struct command *command = name ? command_find(name) : NULL;
	struct text out = { 0 };

	if (argc == 1)
		error_set(err, ERROR_USAGE, "no command given");
	else if (!name)
		command_help_all(&out);
	else if (command)
		command_help(command, &out);
	else if (argc == 2 && strcmp(name, "--version") == 0)
		text_add(&out, "slamon " GOVSLA_VERSION "\n");
	else
		error_set(err, ERROR_USAGE, "no command '%s'", name);
	if (command_print_text(&out, err) < 0)
		return error_hint(err, "slamon --help");
	return 0;
}

int main(int argc, char **argv)
{
	const struct command *command = argc > 1 ? command_find(argv[1]) : NULL;
	struct error err = { 0 };
	int status = command && !asks_for_help(argc, argv) ? run(command, argc - 1, argv + 1, &err)
	                                                   : inform(argc, argv, &err);

	if (status >= 0 && (fflush(stdout) != 0 || ferror(stdout)))
		error_set(&err, ERROR_IO, "cannot write to standard output");
	if (err.code == ERROR_NONE)
		return status;
	error_print(&err, stderr, "slamon");
	return err.code == ERROR_USAGE ? STATUS_USAGE : STATUS_REFUSED;
}
