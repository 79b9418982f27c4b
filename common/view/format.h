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

#define TABLE_COLUMNS	64

/*
 * Columns as podman prints them: at least 12 wide, two spaces between, the
 * last one as it is. All 0 at the beginning.
 */
struct table {
	char	*text;			/* with its tabs */
	size_t	 len, cap;
	bool	 started;		/* the row has a cell */
	size_t	 column;
	size_t	 wide;			/* characters in the open cell */
	size_t	 width[TABLE_COLUMNS];	/* grow as cells come */
	bool	 failed;
};

/* Append a cell to the row, made safe for a terminal; end the row. */
void	table_cell(struct table *, const char *);
void	table_row(struct table *);
/* Append text whose cells end with tabs and rows with newlines. */
void	table_text(struct table *, const char *);
/* 0, or -1 if memory ran out on the way. */
int	table_print(const struct table *, FILE *);

enum format_kind {
	FORMAT_PLAIN,		/* none was given: the command's own table */
	FORMAT_JSON,
	FORMAT_TEMPLATE,	/* once per row */
	FORMAT_TABLE,		/* once per row, in columns, with a heading */
	FORMAT_WHOLE,		/* once, with all rows as dot */
};

struct format {
	enum format_kind	 kind;
	struct tmpl		*tmpl;
	struct table		 table;		/* FORMAT_TABLE, _PLAIN */
	json_t			*all;		/* FORMAT_WHOLE */
	size_t			 indent;	/* of JSON; 0: on one line */
	bool			 tty;
	size_t			 count;
};

/*
 * From the option (NULL: none), with the indent that JSON will have. 0, or -1
 * after telling the person why.
 */
int	format_open(struct format *, const struct tmpl_about *, const char *,
	    size_t indent);
/* The heading of a FORMAT_TABLE, as its row. 0 or -1 as above. */
int	format_heading(struct format *, json_t *);	/* takes */
/* One row. With FORMAT_JSON it is printed as it is. */
int	format_row(struct format *, json_t *);		/* takes */
/* Print what was held back, free. 0 or -1 as above. */
int	format_close(struct format *);
/* Only free. */
void	format_clear(struct format *);

/*
 * Print one value with an indent of its own per level, safe for terminals
 * even where JSON would allow more. The margin is put before each line.
 */
void	format_json(FILE *, json_t *, size_t indent, size_t margin);

#endif
