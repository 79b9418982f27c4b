/*
 * A list as a command prints it: its columns are declared, and it is printed
 * row by row as a table, by a template, as JSON, or as identifiers alone.
 */
#ifndef VIEW_LIST_H
#define VIEW_LIST_H

#include <stdbool.h>

#include "filter.h"
#include "format.h"
#include "records.h"
#include "show.h"

struct rec;

enum { LIST_COLUMNS = 12 };		/* of a table without a template */

/* A member of the templates' object, of the JSON one, or of both. */
struct column {
	struct member	 member;	/* as tables and templates show it */
	const char	*heading;
	enum show	 json;		/* how JSON shows the same */
};
#define COLUMN_AS(n, h, how_text, k, how_json)				\
	{ SHOWN(n, how_text, k), h, how_json }
#define COLUMN(n, h, how, k)	COLUMN_AS(n, h, how, k, how)
#define COLUMN_TEXT(n, h, how, k) COLUMN_AS(n, h, how, k, SHOW_NOT)
#define COLUMN_JSON(n, how, k)	COLUMN_AS(n, NULL, SHOW_NOT, k, how)
#define COLUMN_OR(n, h, how, k, f) { SHOWN_OR(n, how, k, f), h, how }
#define COLUMN_OPTIONAL(n, h, how, k) { SHOWN_OPTIONAL(n, how, k), h, how }
#define COLUMN_END		{ { .name = NULL }, NULL, SHOW_NOT }

struct list_about {
	struct tmpl_about	 tmpl;
	const struct column	*columns;	/* up to COLUMN_END */
	/* columns of the table: "ID Name" */
	const char		*plain;
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
/* Is a column shown? Finding it out may cost something. */
bool	list_shows(const struct list *, const char *);
/* Print a row, or hold it back: 0, or -1 after telling the person why. */
int	list_row(struct list *, const struct rec *);
/*
 * Free; unless the exit code says that something failed, first print what was
 * held back. The exit code.
 */
int	list_close(struct list *, int);
/* The members of a row, in the form that is asked for. NULL: no memory. */
json_t	*list_object(const struct column *, const struct shown *);

/* A name of --sort: which values are compared, and how. */
struct order {
	const char	*name;		/* NULL ends a table */
	const char	*key;
	enum { BY_TEXT, BY_NUMBER, BY_NUMBER_DOWN, BY_COUNT } how;
};
/* The row with this name, or NULL. */
const struct order *order_find(const struct order *, const char *);

/* Which rows are printed, and in which order; what is NULL or 0 has no say. */
struct choice {
	const struct filter	*filter;
	bool			(*wanted)(const struct rec *row,
				    const struct choice *);
	const struct rec	*request;	/* for `wanted`, and its sort */
	const char		*operand;	/* for `wanted` */
	/* the first is by `created`: the default, and for equals */
	const struct order	*orders;
	/* only so many of the youngest */
	size_t			 last;
	bool			 first;		/* only one */
	/* each value of this key once */
	const char		*once;
	/* Add to a row what its columns show and its record has not. */
	void			(*derive)(struct rec *, const struct shown *);
};
/*
 * Print records that are nested under a key. They are read in place, one by
 * one: of those that are not printed yet only their places are in memory.
 * 0, or the exit code after telling the person why.
 */
int	list_rows(struct list *, const struct rec *, struct key_rec key,
	    const struct choice *);

#endif
