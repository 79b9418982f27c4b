/*
 * Options, declared. A command's options are rows of struct opt; the parser,
 * the help text, the shell completions and the list of what is refused are
 * all made from them.
 */
#ifndef CLI_OPT_H
#define CLI_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rec;

enum opt_kind {
	OPT_FLAG,	/* --x, --x=false; kept as "true" or "false" */
	OPT_STRING,	/* one value, the last one counts */
	OPT_ARRAY,	/* each occurrence is one value */
	OPT_LIST,	/* each occurrence is a comma separated list (CSV) */
	OPT_FILE_ARRAY,	/* the same two, of small files to be read: they are */
	OPT_FILE_LIST,	/* opened before root is given up (given.h) */
	OPT_INT,	/* kept as a decimal number */
	OPT_UINT,
	OPT_DURATION,	/* Go syntax; kept as nanoseconds */
	OPT_SIGNAL,	/* name or number; kept as a number */
	OPT_SIZE,	/* k, m, g, t suffixes; kept as bytes */
	OPT_ONLY,	/* podman's, of which we do the values in `complete` */
	OPT_ONE_OF,	/* one of the values in `complete`, which are all */
	OPT_IGNORED,	/* takes a value, means nothing here, as in podman */
	OPT_IGNORED_FLAG,
	OPT_REFUSED,	/* podman's, takes a value: refused by name */
	OPT_REFUSED_FLAG,
};

struct opt {
	const char	*name;		/* long name; NULL ends a table */
	char		 letter;	/* short name, or 0 */
	enum opt_kind	 kind;
	const char	*metavar;	/* NULL: podman's word for the kind */
	const char	*help;		/* NULL: hidden */
	const char	*def;		/* shown in the help; never stored */
	const char	*complete;	/* what completes it: file, container,
					 * image, a|b|c, or NULL */
};

/* A row: OPT("sort", 0, STRING, "Sort output by: id, size", .def = "id") */
#define OPT(row_name, row_letter, row_kind, row_help, ...)		\
	{ row_name, row_letter, OPT_##row_kind, .help = row_help, __VA_ARGS__ }
/* Rows that many commands have. */
#define OPT_HELP	OPT("help", 0, FLAG, NULL)
/* podman's option, not supported yet: with a value, or without one. */
#define OPT_NO(row_name, ...)						\
	{ row_name, .kind = OPT_REFUSED, __VA_ARGS__ }
#define OPT_NO_FLAG(row_name, ...)					\
	{ row_name, .kind = OPT_REFUSED_FLAG, __VA_ARGS__ }

enum { OPT_TABLES = 3 };

struct opt_set {
	const char		*program;	/* for messages */
	const char		*command;	/* the same, as typed */
	const struct opt	*tables[OPT_TABLES];
	/* kept in a record of their own */
	const struct opt	*global[2];
	bool			 stop_early;	/* at the first positional */
};

/*
 * Parse argv[0..argc) (without the command's own name). Options go into the
 * first record under their long name, global ones into the second; argv is
 * reordered so that the positionals come first, and their number is
 * returned. -1: it was not understood, and the person has been told. --help
 * sets "help".
 */
int	opt_parse(const struct opt_set *, int, char **, struct rec *,
	    struct rec *);

/*
 * given_open the files that the options of the kinds OPT_FILE_ARRAY and
 * OPT_FILE_LIST name.
 */
void	opt_open_files(const struct opt_set *, const struct rec *);

/* Was it given? */
bool	opt_given(const struct rec *, const char *);
/* A flag's value, or the fallback if it was not given. */
bool	opt_flag(const struct rec *, const char *, bool);
/* The last value, or the fallback. */
const char *opt_str(const struct rec *, const char *, const char *);
/* A number, size, duration or signal, or the fallback. */
int64_t	opt_num(const struct rec *, const char *, int64_t);

/* Is this word in a list with such a separator (NULL: an empty one)? */
bool	opt_among(const char *, char separator, const char *);
/*
 * A moment, in ns since the epoch; relative ones are to now. It is not changed
 * if the option was not given. 0, or -1 after telling the person why.
 */
int	opt_time(const struct rec *, const char *, int64_t now, int64_t *);

/* The row of a long name or letter in a set, or NULL. */
const struct opt *opt_find(const struct opt_set *, const char *, size_t);
const struct opt *opt_letter(const struct opt_set *, char);
/* What help, pages and lists say of a kind of option. */
struct opt_words {
	const char	*metavar;	/* podman's; "": it takes no value */
	const char	*argument;	/* the manual page's, or NULL */
	const char	*takes;		/* the word of --dump-options */
	bool		 quoted;	/* its default is */
};
const struct opt_words *opt_words(const struct opt *);
/* The options of these tables that are not hidden, by name. Their number. */
enum { OPT_ROWS = 512 };
size_t	opt_shown(const struct opt *const *, size_t,
	    const struct opt *[OPT_ROWS]);
/* podman's list of the options in these tables, aligned, on stdout. */
void	opt_help(const struct opt *const *, size_t);

#endif
