/*
 * A list as a command prints it: its filters, columns and orders are tables,
 * and its rows are printed as a table, by a template, as JSON, or as
 * identifiers alone.
 */
#ifndef VIEW_LIST_H
#define VIEW_LIST_H

#include <regex.h>
#include <stdbool.h>

#include "format.h"
#include "parse.h"
#include "show.h"

struct list;
struct rec;
struct filter_term;

/* How the value of a --filter is compared with those of the record's key. */
enum filter_how {
	FILTER_EQUAL,		/* one of them is the value */
	FILTER_PREFIX,		/* one of them begins with it */
	FILTER_PATTERN,		/* one of them fits a regular expression */
	FILTER_ID,		/* one of these two */
	FILTER_PAIR,		/* K=V is one of them, or a K=... for K */
	FILTER_ANY_PAIR,	/* the same; one of several is enough */
	FILTER_NO_PAIR,
	FILTER_BEFORE,		/* a moment that comes before the value */
	FILTER_AFTER,
	FILTER_TRUTH,		/* a number: is it not 0? */
	FILTER_MATCH,		/* what `match` says */
};

struct filter_key {
	const char	*name;		/* NULL ends a table */
	enum filter_how	 how;
	const char	*key;
	/*
	 * Check the value of a term, and work it out, from all records if need
	 * be. 0, or -1 with an error. NULL: any text, but for moments.
	 */
	int		 (*read)(struct filter_term *, const struct rec *,
			    struct parse_err *);
	bool		 (*match)(const struct filter_term *,
			    const struct rec *);
};

/* A table, and podman's words for what is not in it. */
struct filter_about {
	const struct filter_key	*keys;
	const char		*unknown[2];	/* before the key, behind it */
	const char		*shape[2];	/* around a filter without = */
	bool			 any_case;	/* of letters in keys */
	bool			 any_pattern;	/* also what is no expression */
	bool			 every;		/* value of a key must hold */
	/* K is K=true, for FILTER_TRUTH; unknown keys need no = */
	bool			 bare;
};
#define FILTER_UNKNOWN	{ "", " is an invalid filter" }
#define FILTER_SHAPE	{ "invalid filter \"", "\": a filter is KEY=VALUE" }

struct filter_term {
	const struct filter_key	*key;
	const char		*value;		/* borrowed from the request */
	regex_t			 regex;
	bool			 is_regex;
	int64_t			 number;	/* a moment in ns, or a truth */
};

/*
 * Values of one key are alternatives, different keys must all hold; of labels
 * all that are named must be there.
 */
struct filter {
	const struct filter_about	*about;
	struct filter_term		*terms;
	size_t				 n;
};

/*
 * From the `filter` values of a request, which must outlive it, and all
 * records. 0, or -1 with an error; filter_close is due in both cases.
 */
int	filter_open(struct filter *, const struct filter_about *,
	    const struct rec *request, const struct rec *all,
	    struct parse_err *);
bool	filter_passes(const struct filter *, const struct rec *);
void	filter_close(struct filter *);

/* A column: a member of the templates' object, of the JSON one, or of both. */
#define COLUMN_AS(n, h, text, k, as_json)				\
	{ .name = n, .heading = h, .how = text, .json = as_json,	\
	    .key = KEY_TEXT(k) }
#define COLUMN(n, h, x, k)	COLUMN_AS(n, h, x, k, x)
#define COLUMN_TEXT(n, h, x, k)	COLUMN_AS(n, h, x, k, SHOW_NOT)
#define COLUMN_JSON(n, x, k)	COLUMN_AS(n, NULL, SHOW_NOT, k, x)
#define COLUMN_OR(n, h, x, k, f)					\
	{ .name = n, .heading = h, BOTH(x), .key = KEY_TEXT(k), .fallback = f }
/* The same text or JSON in all rows. */
#define COLUMN_FIXED(n, h, x, text)					\
	{ .name = n, .heading = h, BOTH(x), .key = text }
#define COLUMN_WORD(n, h, text)						\
	{ .name = n, .heading = h, .how = SHOW_WORD, .key = text }
#define COLUMN_LITERAL(n, text)	{ .name = n, .json = SHOW_CONST, .key = text }

/* A name of --sort: which values are compared, and how. */
struct order {
	const char	*name;		/* NULL ends a table */
	const char	*key;
	enum { BY_TEXT, BY_NUMBER, BY_NUMBER_DOWN, BY_COUNT } how;
};
/* The row with this name, or NULL. */
const struct order *order_find(const struct order *, const char *);

/* Name of the list and Go's type in messages of templates. */
#define LIST_TMPL(name, type)	{ name, type, list_maps, false, true }
extern const char *const	list_maps[];

struct list_about {
	struct tmpl_about	 tmpl;		/* LIST_TMPL */
	const struct member	*columns;
	/* columns of the table: "ID Name" */
	const char		*plain;
	struct member		 quiet;		/* what --quiet prints */
	size_t			 indent;	/* of JSON; 0: on one line */
	bool			 heading_with_rows; /* no row, no heading */
	/* For list_rows; all but the key may be NULL. */
	const char		*key;		/* rows are nested under it */
	const struct filter_about *filters;
	/* the first is by `created`: the default, and for equals */
	const struct order	*orders;
	/* --latest is the first as sorted; else the youngest */
	bool			 latest_is_first;
	/* Add to a row what filters are about and its record has not. */
	void			(*prepare)(const struct list *, struct rec *);
	bool			(*wanted)(const struct list *,
				    const struct rec *);
	/* The same as prepare, of rows that are shown, for columns. */
	void			(*derive)(const struct list *, struct rec *);
};

enum { LIST_COLUMNS = 12 };		/* of a table without a template */

struct list {
	const struct list_about	*about;
	const struct rec	*request;
	struct shown		 shown;
	struct format		 format;
	struct filter		 filter;	/* in list_rows */
	const struct member	*plain[LIST_COLUMNS];
	size_t			 nplain;
	bool			 quiet;
	bool			 heading;	/* is to be printed */
	const char		*once;		/* of rows with the same value
						 * of this key only one */
	/* What a list's functions need besides: see lists.h. */
	struct session		*session;
	const char		*reference;
	void			(*damaged)(const struct rec *);
};

/*
 * From a request (the command's options), which must outlive it. 0, or -1
 * after telling the person why. list_close is due in both cases.
 */
int	list_open(struct list *, const struct list_about *, const struct rec *);
/* Add a column, by its name, to the table that is printed without a format. */
void	list_add_column(struct list *, const char *);
/* Is a column shown? Finding it out may cost something. */
bool	list_shows(const struct list *, const char *);
/* Print a row, or hold it back: 0, or -1 after telling the person why. */
int	list_row(struct list *, const struct rec *);
/*
 * Print the nested records that the request wants, in its order; filters are
 * given `all`. Rows are read in place, one by one: of those that are not
 * printed yet only their places are in memory. 0, or the exit code after
 * telling the person why.
 */
int	list_rows(struct list *, const struct rec *rows,
	    const struct rec *all);
/*
 * Free; unless the exit code says that something failed, first print what was
 * held back. The exit code.
 */
int	list_close(struct list *, int);

#endif
