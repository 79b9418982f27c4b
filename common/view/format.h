/*
 * --format: JSON, a Go template, or a template with a table around it; and
 * lists of rows in any of these.
 */
#ifndef VIEW_FORMAT_H
#define VIEW_FORMAT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "tmpl.h"

enum format_kind {
	FORMAT_PLAIN,		/* none was given: the command's own table */
	FORMAT_JSON,
	FORMAT_TEMPLATE,	/* once per row */
	FORMAT_TABLE,		/* once per row, in columns, with a heading */
	FORMAT_WHOLE,		/* once, with all rows as dot */
};

/* A field's heading where it is not its name in capitals. */
struct heading {
	const char	*field;
	const char	*text;
};

struct format {
	enum format_kind	 kind;
	struct tmpl		*tmpl;
	struct table		*table;
	json_t			*all;		/* FORMAT_WHOLE */
	bool			 tty;
	size_t			 count;
};

/* From the option (NULL: none). 0, or -1 after telling the person why. */
int	format_open(struct format *, const struct tmpl_about *, const char *);
/* The heading of a FORMAT_TABLE. 0 or -1 as above. */
int	format_heading(struct format *, const struct heading *);
/* One row, which is taken. With FORMAT_JSON it is printed as it is. */
int	format_row(struct format *, json_t *, size_t indent);	/* takes */
/* Print what was held back, free. 0 or -1 as above. */
int	format_close(struct format *, size_t indent);

/*
 * Print one value with an indent of its own per level, safe for terminals
 * even where JSON would allow more. The margin is put before each line.
 */
void	format_json(FILE *, json_t *, size_t indent, size_t margin);

#endif
