/*
 * One line of values with commas between them, as Go's encoding/csv reads it.
 */
#ifndef VALUE_CSV_H
#define VALUE_CSV_H

#include <stddef.h>

struct parse_err;

/*
 * Cut the text up in place. A field that begins with a quote ends with one,
 * may have commas, and has a quote for each two in it; in other fields a quote
 * is a mistake. The fields point into the text. How many there are, or -1 with
 * a sentence: a misplaced quote, or more fields than there is room for.
 */
int	csv_split(char *text, const char **fields, size_t room,
	    struct parse_err *);

#endif
