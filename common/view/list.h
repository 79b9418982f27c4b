/*
 * A list as a command prints it: its columns are declared, and it is printed
 * row by row as a table, by a template, as JSON, or as identifiers alone.
 */
#ifndef VIEW_LIST_H
#define VIEW_LIST_H

#include <stdbool.h>

#include "format.h"
#include "show.h"

struct rec;

enum { LIST_COLUMNS = 12 };		/* of a table without a template */

/* A column is a member of the templates' object, of the JSON one, or both. */
struct column {
	struct member	 member;	/* as tables and templates show it */
	const char	*heading;
	enum show	 json;		/* how JSON shows the same */
};
/* The same in all forms; in tables and templates; in JSON; shown otherwise in
 * JSON; what a function makes of it, as text and as a value. */
#define COLUMN_AS(n, h, how_text, k, how_json)				\
	{ { .name = n, .how = how_text, .key = k }, h, how_json }
#define COLUMN(n, h, how, k)	COLUMN_AS(n, h, how, k, how)
#define COLUMN_TEXT(n, h, how, k) COLUMN_AS(n, h, how, k, SHOW_NOT)
#define COLUMN_JSON(n, how, k)	COLUMN_AS(n, NULL, SHOW_NOT, k, how)
#define COLUMN_WORDS(n, h, fn, how_json)				\
	{ { .name = n, .how = SHOW_WORDS, .words = fn }, h, how_json }
#define COLUMN_VALUE(n, h, fn)						\
	{ { .name = n, .how = SHOW_VALUE, .value = fn }, h, SHOW_VALUE }
#define COLUMN_JSON_VALUE(n, fn)					\
	{ { .name = n, .value = fn }, NULL, SHOW_VALUE }
#define COLUMN_END		{ { .name = NULL }, NULL, SHOW_NOT }

struct list_about {
	struct tmpl_about	 tmpl;
	const struct column	*columns;	/* ends with a NULL name */
	const char		*plain;		/* columns of the table: "ID Name" */
	struct member		 quiet;		/* what --quiet prints */
	size_t			 indent;	/* of JSON; 0: on one line */
	bool			 heading_with_rows; /* no row, no heading */
};

struct list {
	const struct list_about	*about;
	struct shown		 shown;
	struct format		 format;
	struct table		*table;		/* without a template */
	const struct column	*plain[LIST_COLUMNS];
	size_t			 nplain;
	bool			 quiet;
	bool			 heading;	/* is to be printed */
};

/*
 * From a request's format, quiet, no-trunc and noheading. 0, or -1 after
 * telling the person why. list_close is due in both cases.
 */
int	list_open(struct list *, const struct list_about *, const struct rec *);
/* Add a column, by its name, to the table that is printed without a format. */
void	list_add_column(struct list *, const char *);
/* Is the list printed as JSON? */
bool	list_is_json(const struct list *);
/* Is a column shown? Finding it out may cost something. */
bool	list_shows(const struct list *, const char *);
/* Print a row, or hold it back: 0, or -1 after telling the person why. */
int	list_row(struct list *, const struct rec *, const void *more);
/*
 * Free; unless the exit code says that something failed, first print what was
 * held back. The exit code.
 */
int	list_close(struct list *, int);

/* The members of a row, in the form that is asked for. NULL: no memory. */
json_t	*list_object(const struct column *, const struct shown *);

#endif
