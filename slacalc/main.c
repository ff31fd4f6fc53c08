/* slacalc: judges and reports what slamon observed. The only file of the program that exits. */
#include "slacalc/command.h"

#include <stdio.h>
#include <string.h>

enum { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2 };

static void write_help(struct text *out)
{
	text_add(out, "usage: slacalc COMMAND [OPTIONS] [ARGUMENTS]\n\n");
	for (const struct command *c = command_table; c->name; c++)
		text_printf(out, "  %-12s %s\n", c->name, c->summary);
	text_add(out, "\nslacalc COMMAND --help    how a command is used\n"
	              "slacalc --version         the version\n\n"
	              "exit status: 0 done, 1 refused or failed, 2 wrong usage\n");
}

/* slacalc --help, slacalc help [COMMAND], slacalc COMMAND [...] --help */
static bool asks_for_help(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "help") == 0)
		return true;
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

static int run(int argc, char **argv, struct error *err)
{
	struct text out = { 0 };
	const struct command *command = argc > 1 ? command_find(argv[1]) : NULL;

	if (command && !asks_for_help(argc, argv))
		return command->run(argc - 1, argv + 1, err);
	if (!command && argc > 2)
		command = command_find(argv[2]);
	if (argc > 1 && strcmp(argv[1], "--version") == 0)
		text_add(&out, "slacalc " GOVSLA_VERSION "\n");
	else if (asks_for_help(argc, argv) && command)
		text_add(&out, command->usage);
	else if (asks_for_help(argc, argv))
		write_help(&out);
	else if (argc > 1)
		error_set(err, ERROR_USAGE, "unknown command '%s'", argv[1]);
	else
		error_set(err, ERROR_USAGE, "no command given");
	if (err->code != ERROR_NONE)
		return error_hint(err, "slacalc --help");
	return command_print(&out, err);
}

int main(int argc, char **argv)
{
	struct error err = { 0 };

	if (run(argc, argv, &err) == 0)
		return EXIT_DONE;
	error_print(&err, stderr, "slacalc");
	return err.code == ERROR_USAGE ? EXIT_USAGE : EXIT_REFUSED;
}
