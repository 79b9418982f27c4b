/*
 * Settings: a name, its values, their origin and the values they replaced. All
 * values are text; a list has any number of them, others have one.
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
	char			**overrode;	/* "origin value", oldest 1st */
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
	char		**problems;	/* in pairs: file, message */
	size_t		 nproblems;
};

/* A problem: a message and its place. */
struct problem {
	char		text[768];	/* begins with the place */
	unsigned int	line, col;	/* 0: not in a file */
	size_t		what;		/* end of the place in text */
	int		error;		/* errno; 0: the text is wrong */
};
/* Set the problem, if it is the first. Returns -1. */
int	problem_set(struct problem *, const char *, ...)
	    __attribute__((format(printf, 2, 3)));
/* There is no memory. Returns -1. */
int	problem_no_memory(struct problem *);
/* "cannot read PATH: ", and what errno means. Returns -1. */
int	problem_errno(struct problem *, const char *path);
/* The same with a path, line and column in front. */
int	problem_at(struct problem *, const char *, unsigned int, unsigned int,
	    const char *, ...) __attribute__((format(printf, 5, 6)));
/* The same about a value, with its origin in front. */
int	problem_of(struct problem *, const struct setting *, const char *, ...)
	    __attribute__((format(printf, 3, 4)));

void	settings_init(struct settings *);
void	settings_clear(struct settings *);
/*
 * Set the values of a name, which are copied. Its earlier values are recorded
 * as overridden, or kept in front if the setting appends. 0 or -1 (ENOMEM).
 */
int	settings_put(struct settings *, const struct key *, const char *,
	    char *const *, size_t, const char *);
/* The same for one value. */
int	settings_put_str(struct settings *, const char *, const char *,
	    const char *);
/* Replace values, but not their origin. */
int	settings_refine(struct setting *, const char *);
/* Turn appending on or off for a list, now and for later files. */
int	settings_append(struct settings *, const struct key *, const char *,
	    bool);
/* Find a setting by name; NULL if it has no values. */
struct setting *settings_find(const struct settings *, const char *);
/* The first value, or the fallback if there is none or it is empty. */
const char *settings_str(const struct settings *, const char *, const char *);
/* Was it set by a file or an option? */
bool	settings_chosen(const struct settings *, const char *);
/* Was it set to another value than the built-in one? */
bool	settings_as_built_in(const struct setting *);
/* Add a warning line. */
int	settings_warn(struct settings *, const char *, ...)
	    __attribute__((format(printf, 2, 3)));
/* Record a problem of a file that is not needed now. */
int	settings_problem(struct settings *, const char *, const char *);
/* Remove all values, and record the option that cleared them. 0 or -1. */
int	settings_drop(struct setting *, const char *);

#endif
