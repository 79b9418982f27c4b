/*
 * --filter: which objects of a list are meant. What may be asked of a kind of
 * object is a table; values of one key are alternatives, different keys must
 * all hold.
 */
#ifndef VIEW_FILTER_H
#define VIEW_FILTER_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parse.h"

struct rec;
struct filter_term;

/* Does an object match a term? */
typedef bool filter_match(const struct filter_term *, const void *object);
/*
 * Check the value of a term, and prepare it. The last but one argument is
 * what filter_open was given. 0, or -1 with a sentence.
 */
typedef int filter_read(struct filter_term *, const void *,
	    struct parse_err *);

struct filter_key {
	const char	*name;		/* NULL ends a table */
	filter_match	*match;
	filter_read	*read;		/* NULL: any text */
	bool		 every;		/* all its values must match, not one */
	bool		 truth;		/* without a value it is "true" */
};

/* A table, and podman's words for what is not in it. */
struct filter_about {
	const struct filter_key	*keys;
	const char		*unknown[2];	/* before the key, behind it */
	const char		*shape[2];	/* around a filter without = */
	bool			 fold;		/* any case of letters */
	bool			 key_first;	/* unknown before its shape */
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

struct filter {
	struct filter_term	*terms;
	size_t			 n;
};

/*
 * From the `filter` values of a request, which must outlive it. 0, or -1
 * with a sentence; filter_close is due in both cases.
 */
int	filter_open(struct filter *, const struct filter_about *,
	    const struct rec *, const void *, struct parse_err *);
bool	filter_passes(const struct filter *, const void *object);
/* Is a key asked for? */
bool	filter_has(const struct filter *, const char *);
void	filter_close(struct filter *);

/* Values that several tables know. A pattern may be no regular expression:
 * then nothing matches it. */
int	filter_read_regex(struct filter_term *, const void *,
	    struct parse_err *);
int	filter_read_pattern(struct filter_term *, const void *,
	    struct parse_err *);
int	filter_read_time(struct filter_term *, const void *,
	    struct parse_err *);

/* The same for matches: of the text, if there is a regular expression. */
bool	filter_is_like(const struct filter_term *, const char *);
/* Does the text begin with the value? */
bool	filter_is_prefix(const struct filter_term *, const char *);
/* K=V pairs under a record's key: is K, or K=V, among them? */
bool	filter_is_pair(const struct filter_term *, const struct rec *,
	    const char *);
/* These are matches of records, by their keys `label` and `created`. */
filter_match	filter_label, filter_no_label, filter_before, filter_after;

#endif
