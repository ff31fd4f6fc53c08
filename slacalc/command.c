#include "slacalc/command.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>

#define OPTIONS_MOST 16

/* getopt_long()'s two forms of the same options. */
struct forms {
	struct option longs[OPTIONS_MOST + 1];
	char shorts[2 * OPTIONS_MOST + 2];
	bool seen[OPTIONS_MOST];
};

static size_t make_forms(const struct command_option *options, struct forms *forms)
{
	size_t count = 0, letters = 0;

	memset(forms, 0, sizeof *forms);
	forms->shorts[letters++] = ':'; /* a missing value is told apart from an unknown option */
	for (; options[count].name && count < OPTIONS_MOST; count++) {
		const struct command_option *o = &options[count];

		forms->longs[count] = (struct option){ o->name, o->value ? required_argument : no_argument,
			                               NULL, 256 + (int)count };
		if (o->letter)
			forms->shorts[letters++] = o->letter;
		if (o->letter && o->value)
			forms->shorts[letters++] = ':';
	}
	return count;
}

static int refuse(char **argv, int got, struct error *err)
{
	const char *given = argv[optind - 1];

	if (got == ':')
		error_set(err, ERROR_USAGE, "option '%s' needs a value", given);
	else if (optopt > 0 && optopt < 256)
		error_set(err, ERROR_USAGE, "unknown option '-%c'", optopt);
	else
		error_set(err, ERROR_USAGE, "unknown option '%s'", given);
	return error_hint(err, "slacalc %s --help", argv[0]);
}

static int take(const struct command_option *options, size_t count, int got, struct forms *forms, char **argv,
                struct error *err)
{
	size_t at = 0;

	if (got >= 256)
		at = (size_t)(got - 256);
	else
		while (at < count && options[at].letter != got)
			at++;
	if (forms->seen[at]) {
		error_set(err, ERROR_USAGE, "option '--%s' is given twice", options[at].name);
		return error_hint(err, "slacalc %s --help", argv[0]);
	}
	forms->seen[at] = true;
	if (options[at].value)
		*options[at].value = optarg;
	else
		*options[at].flag = true;
	return 0;
}

static int take_operands(int argc, char **argv, const char **operands, size_t least, size_t most,
                         struct error *err)
{
	size_t count = (size_t)(argc - optind);

	if (count > most)
		error_set(err, ERROR_USAGE, "unexpected argument '%s'", argv[optind + (int)most]);
	else if (count < least)
		error_set(err, ERROR_USAGE, "'%s' needs %s argument", argv[0], count ? "one more" : "an");
	if (err->code != ERROR_NONE)
		return error_hint(err, "slacalc %s --help", argv[0]);
	for (size_t i = 0; i < count; i++)
		operands[i] = argv[optind + (int)i];
	return 0;
}

int command_options(int argc, char **argv, const struct command_option *options, const char **operands,
                    size_t least, size_t most, struct error *err)
{
	struct forms forms;
	size_t count = make_forms(options, &forms);
	int got;

	opterr = 0;
	optind = 0; /* GNU: start afresh */
	while ((got = getopt_long(argc, argv, forms.shorts, forms.longs, NULL)) != -1) {
		if (got == '?' || got == ':')
			return refuse(argv, got, err);
		if (take(options, count, got, &forms, argv, err) < 0)
			return err->code;
	}
	return take_operands(argc, argv, operands, least, most, err);
}

int command_language(const char *text, enum language *out, struct error *err)
{
	if (!text || strcmp(text, "en") == 0)
		*out = LANGUAGE_EN;
	else if (strcmp(text, "ja") == 0)
		*out = LANGUAGE_JA;
	else
		return error_set(err, ERROR_USAGE, "'--lang %s' is neither ja nor en", text);
	return 0;
}

int command_print(struct text *text, struct error *err)
{
	if (err->code == ERROR_NONE && text_failed(text))
		error_set(err, ERROR_MEMORY, "out of memory while composing the output");
	if (err->code == ERROR_NONE &&
	    (fwrite(text_string(text), 1, text->length, stdout) != text->length || fflush(stdout) != 0))
		error_set(err, ERROR_IO, "cannot write to standard output: %s", strerror(errno));
	text_release(text);
	return err->code;
}
