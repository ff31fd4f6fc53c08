/* What commands print on standard output: a document or a text, whole, with one way to fail. */
#include "monitor/command.h"

int command_print_json(json_t *document, size_t flags, const char *what, struct error *err)
{
	if (!document || json_dumpf(document, stdout, flags) < 0)
		error_set(err, ERROR_IO, "cannot write %s", what);
	putchar('\n');
	json_decref(document);
	return err->code;
}

int command_print_text(struct text *text, struct error *err)
{
	if (text_failed(text))
		error_set(err, ERROR_MEMORY, "out of memory");
	if (err->code == ERROR_NONE)
		fputs(text_string(text), stdout);
	text_release(text);
	return err->code;
}
