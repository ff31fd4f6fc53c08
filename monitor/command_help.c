/* What --help prints, of one command and of all: from the table alone. */
#include "monitor/command.h"

#include <string.h>

#define LINE_MOST 78

/* Words up to the end of a line; further lines begin at the column where this one stands. */
static void add_filled(struct text *out, int column, const char *words)
{
	int at = column;

	while (*words) {
		int length = (int)strcspn(words, " ");

		if (at > column && at + 1 + length > LINE_MOST) {
			text_printf(out, "\n%*s", column, "");
			at = column;
		}
		text_printf(out, "%s%.*s", at > column ? " " : "", length, words);
		at += length + (at > column);
		words += length + strspn(words + length, " ");
	}
	text_add(out, "\n");
}

/* "--timeout TIME" */
static const char *option_form(const struct command_option *option, char form[40])
{
	snprintf(form, 40, "--%s%s%s", option->name, option->argument ? " " : "",
	         option->argument ? option->argument : "");
	return form;
}

/* "usage: slamon ship FILE [--timeout TIME] [--json]", on further lines what is beyond LINE_MOST */
static void add_synopsis(const struct command *command, struct text *out)
{
	int indent = (int)(strlen("usage: slamon ") + strlen(command->name)),
	    at = indent + (command->file ? (int)strlen(" FILE") : 0);
	char form[40];

	text_printf(out, "usage: slamon %s%s", command->name, command->file ? " FILE" : "");
	for (const struct command_option *o = command->options; o->name; o++) {
		int width = (int)strlen(option_form(o, form)) + (int)strlen(" []");

		if (at + width > LINE_MOST) {
			text_printf(out, "\n%*s", indent, "");
			at = indent;
		}
		text_printf(out, " [%s]", form);
		at += width;
	}
	text_add(out, "\n\n");
}

static void add_row(const char *form, const char *meaning, int column, struct text *out)
{
	text_printf(out, "  %-*s", column - 2, form);
	add_filled(out, column, meaning);
}

static bool takes_time(const struct command *command)
{
	for (const struct command_option *o = command->options; o->name; o++)
		if (o->argument && strcmp(o->argument, "TIME") == 0)
			return true;
	return false;
}

/* What FILE is, the options, and what TIME is. */
static void add_rows(const struct command *command, struct text *out)
{
	char form[40];
	int column = (int)strlen("  --help  ");

	for (const struct command_option *o = command->options; o->name; o++)
		if ((int)strlen(option_form(o, form)) + 4 > column)
			column = (int)strlen(form) + 4;
	if (command->file)
		add_row("FILE", "configuration of a vantage (JSON); its keys: slamon config", column, out);
	for (const struct command_option *o = command->options; o->name; o++)
		add_row(option_form(o, form), o->text, column, out);
	add_row("--help", "this text", column, out);
	if (takes_time(command))
		add_row("TIME", "a number of seconds, or one with s, m, h or d, such as 90s or 6h", column,
		        out);
}

void command_help(const struct command *command, struct text *out)
{
	add_synopsis(command, out);
	add_filled(out, 0, command->about);
	text_add(out, "\n");
	add_rows(command, out);
	text_add(out, "\nexit status\n");
	for (const struct command_exit *e = command->exits; e->text; e++)
		text_printf(out, "  %d  %s\n", e->status, e->text);
	text_printf(out, "\nexample\n  %s\n", command->example);
}

void command_help_all(struct text *out)
{
	text_add(out, "usage: slamon COMMAND [FILE] [OPTIONS]\n\n");
	for (const struct command *c = command_table; c->name; c++)
		text_printf(out, "  %-8s%-5s  %s\n", c->name, c->file ? "FILE" : "", c->summary);
	text_add(out, "\nFILE is the configuration of a vantage (JSON).\n\n"
	              "slamon COMMAND --help    how a command is used, with an example\n"
	              "slamon --version         the version\n\n"
	              "exit status: 0 done, 1 refused or failed, 2 wrong usage; stats has more\n");
}
