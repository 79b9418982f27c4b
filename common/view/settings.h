/*
 * The configuration as a person sees it: the record that resolve makes, with
 * the text, type and origin of each key.
 */
#ifndef VIEW_SETTINGS_H
#define VIEW_SETTINGS_H

#include <jansson.h>

#include "parse.h"

struct rec;

/* What is known of a key (type, origin, pinned), or NULL. Borrowed. */
const char *setting_about(const struct rec *, const char *what,
	    const char *key);
/* Where its value is from: a file and line, a variable, an option. Borrowed. */
const char *setting_origin(const struct rec *, const char *key);
/* One key, and all that there is, as objects, which the caller owns. */
json_t	*setting_json(const struct rec *, const char *key);
json_t	*settings_json(const struct rec *);
/*
 * The keys that a word means, as `key` values: itself, those of a table, or
 * the one whose name ends in it. NULL with an error.
 */
struct rec *settings_find(const struct rec *, const char *word,
	    struct parse_err *);

#endif
