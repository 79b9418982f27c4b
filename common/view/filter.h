/*
 * --filter: which records of a list are meant. What may be asked of a kind of
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

/* How a value is compared with those of the record's key. */
enum filter_how {
	FILTER_EQUAL,		/* one of them is the value */
	FILTER_PREFIX,		/* one of them begins with it */
	FILTER_PATTERN,		/* one of them fits a regular expression */
	FILTER_ID,		/* one of these two */
	FILTER_PAIR,		/* K=V is one of them, or a K=... for K */
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
	 * Check the value of a term, and work it out. The argument before
	 * the last is what filter_open was given. 0, or -1 with a sentence.
	 * NULL: any text, but for moments.
	 */
	int		 (*read)(struct filter_term *, const void *,
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

struct filter {
	const struct filter_about	*about;
	struct filter_term		*terms;
	size_t				 n;
};

/*
 * From the `filter` values of a request, which must outlive it. 0, or -1
 * with a sentence; filter_close is due in both cases.
 */
int	filter_open(struct filter *, const struct filter_about *,
	    const struct rec *, const void *, struct parse_err *);
bool	filter_passes(const struct filter *, const struct rec *);
/* Is a key asked for? */
bool	filter_has(const struct filter *, const char *);
void	filter_close(struct filter *);

#endif
