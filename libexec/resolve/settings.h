/*
 * Settings: a name, its values, where they came from and what they
 * overrode. All values are text; a list has any number of them, the rest one.
 */
#ifndef RESOLVE_SETTINGS_H
#define RESOLVE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "schema.h"

#define ORIGIN_BUILTIN	"built-in"

struct setting {
	char			*name;		/* dotted, map members too */
	uint32_t		 hash;		/* of the name */
	const struct key	*key;
	char			**values;
	size_t			 n;
	char			*origin;	/* file:line, or an option */
	char			**overrode;	/* "origin value", oldest first */
	size_t			 noverrode;
	unsigned int		 line, col;	/* of the key; 0: in no file */
	bool			 append;	/* later lists are added */
};

/* Ordered by first appearance. */
struct settings {
	struct setting	*all;
	size_t		 n, cap;
	char		**warnings;
	size_t		 nwarnings;
	char		**problems;	/* by twos: which file, what */
	size_t		 nproblems;
};

/* What went wrong, as one sentence, and where. */
struct problem {
	char		text[768];	/* with the place in front */
	unsigned int	line, col;	/* 0: it is in no file */
	size_t		what;		/* where in text the place ends */
};
/* Fill it in (the first one stays). Returns -1. */
int	problem_set(struct problem *, const char *, ...)
	    __attribute__((format(printf, 2, 3)));
/* The same with a path, line and column in front. */
int	problem_at(struct problem *, const char *, unsigned int, unsigned int,
	    const char *, ...) __attribute__((format(printf, 5, 6)));
/* The same about a value: where it came from is in front. */
int	problem_of(struct problem *, const struct setting *, const char *, ...)
	    __attribute__((format(printf, 3, 4)));

void	settings_init(struct settings *);
void	settings_clear(struct settings *);
/*
 * Give a name its values, all copied. What it had before is remembered as
 * overridden, or kept in front where the setting appends. 0 or -1 (ENOMEM).
 */
int	settings_put(struct settings *, const struct key *, const char *,
	    char *const *, size_t, const char *);
/* The same for one value. */
int	settings_put_str(struct settings *, const char *, const char *,
	    const char *);
/* Replace values without touching where they came from. */
int	settings_refine(struct setting *, const char *);
/* Turn appending on or off for a list, now and for later files. */
int	settings_append(struct settings *, const struct key *, const char *,
	    bool);
/* By name; NULL if it was never given. */
struct setting *settings_find(const struct settings *, const char *);
/* First value, or the fallback where there is none or it is empty. */
const char *settings_str(const struct settings *, const char *, const char *);
/* Given by a file or an option, not by us? */
bool	settings_chosen(const struct settings *, const char *);
/* Given, but not to say anything else than the built-in value does? */
bool	settings_as_built_in(const struct setting *);
/* Add a warning line. */
int	settings_warn(struct settings *, const char *, ...)
	    __attribute__((format(printf, 2, 3)));
/* Remember what is wrong with a file that need not be right today. */
int	settings_problem(struct settings *, const char *, const char *);
/* No values any more, and by whom: an option that clears. 0 or -1. */
int	settings_drop(struct setting *, const char *);

#endif
