/*
 * --filter for lists of objects, by a table of what can be asked.
 */
#ifndef VIEW_OBJFILTER_H
#define VIEW_OBJFILTER_H

#include <stdbool.h>

struct rec;

/* Does an object match a value? */
typedef bool obj_match(const struct rec *, const char *);

struct objfilter {
	const char	*key;
	obj_match	*match;
	bool		 every;		/* all of its values must match */
};

/*
 * Are all keys of the option `filter` in the table? `kind` is podman's word in
 * the sentence if not, or NULL. 0, or -1 after telling the person.
 */
int	objfilter_check(const struct rec *, const struct objfilter *,
	    const char *);
/* Does an object match the options? */
bool	objfilter_match(const struct rec *, const struct objfilter *,
	    const struct rec *);

/* K=V pairs under a record's key: is K, or K=V, among them? */
bool	objfilter_pair(const struct rec *, const char *, const char *);
/* Does a text match a regular expression (never an error: then it does not)? */
bool	objfilter_regex(const char *, const char *);
/* Was it made before a moment, in the words of --until? */
bool	objfilter_until(const struct rec *, const char *);
/* podman's true and false: 1, 0, or -1 after telling the person. */
int	objfilter_truth(const char *);

#endif
