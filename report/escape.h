/*
 * escape: foreign text put safely into HTML, CSV and onto a terminal, one function per context.
 *
 * Names come from registries, files and people; none is trusted. Bytes that are not UTF-8, control characters
 * and the marks that turn the direction of writing around (which make a name read as another) become U+FFFD.
 * Not for building a document: the emitters of page_*.c write their own tags as they are.
 */
#ifndef GOVSLA_REPORT_ESCAPE_H
#define GOVSLA_REPORT_ESCAPE_H

#include "base/text.h"

/* Between tags. NULL writes nothing. Line breaks and tabs stay. */
void escape_html(struct text *out, const char *text);

/* Inside an attribute value in double quotes. Line breaks and tabs become character references. */
void escape_attribute(struct text *out, const char *text);

/*
 * One field of a CSV record (RFC 4180): quoted where it must be. A field that a spreadsheet would run as a
 * formula (it begins with = + - @, a tab or a carriage return, also after blanks) gets a leading apostrophe.
 * NULL writes an empty field.
 */
void escape_csv(struct text *out, const char *text);

/* The same for a number of ours, which may begin with '-': quoted where it must be, nothing put before it. */
void escape_csv_number(struct text *out, const char *number);

/* One line on a terminal: line breaks and tabs are replaced too, so that a name cannot move the cursor. */
void escape_terminal(struct text *out, const char *text);

#endif
