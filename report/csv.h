/* csv: the pieces that tables for a spreadsheet are written with. Internal to report/csv*.c. Each field ends in a comma. */
#ifndef GOVSLA_REPORT_CSV_H
#define GOVSLA_REPORT_CSV_H

#include "base/text.h"
#include "calc/statement.h"

void csv_begin(struct text *out, const char *columns);
void csv_field(struct text *out, const char *text);
void csv_number(struct text *out, const struct statement *s, int figure);
void csv_day(struct text *out, int64_t day); /* empty for INT64_MIN */
void csv_end(struct text *out);

#endif
