/*
 * How the values of a record are shown: the members of podman's objects,
 * declared. Lists and inspect are tables of these.
 */
#ifndef VIEW_SHOW_H
#define VIEW_SHOW_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "records.h"

struct rec;

/* What is shown, and how. */
struct shown {
	const struct rec	*rec;
	int64_t			 now;
	bool			 no_trunc;	/* nothing is cut */
	/* the JSON form, not a template's */
	bool			 as_json;
	/* SHOW_WHEN is no "2 hours ago" */
	bool			 as_date;
};

enum show {
	SHOW_NOT,
	/* Texts. */
	SHOW_TEXT,		/* the value of the key, or the fallback */
	SHOW_ID,		/* the same, cut to SHORT_ID characters */
	SHOW_WORD,		/* the key itself */
	SHOW_AGO,		/* ns as "2 minutes ago" */
	SHOW_TIME,		/* ns as Go prints a time */
	SHOW_DATE,		/* ns as in RFC 3339 */
	SHOW_WHEN,		/* ns as the command line asks for */
	SHOW_PERIOD,		/* ns as "2 minutes"; "" if there are none */
	SHOW_SIZE,		/* bytes as "1.24 MB" */
	/* Other values. */
	SHOW_NUMBER,		/* 0 if there is none */
	SHOW_FLAG,		/* a number that is not 0 */
	SHOW_SECONDS,		/* ns as seconds since the epoch */
	SHOW_MOMENT,		/* the same; 0 is Go's zero time */
	SHOW_COUNT,		/* how many values the key has */
	SHOW_LIST,		/* all of them */
	SHOW_LIST_OR_NULL,	/* the same; null if there are none */
	SHOW_LIST_OF_ONE,	/* the first, in a list */
	SHOW_PAIRS,		/* K=V values as an object, sorted by K */
	SHOW_CONST,		/* the key itself is JSON */
	SHOW_OBJECT,		/* the table `members`, of this record */
	SHOW_OBJECTS,		/* a list of them, of the key's records */
};

#define SHORT_ID	12

struct member {
	const char		*name;		/* NULL ends a table */
	const char		*heading;	/* of a list's column */
	enum show		 how;		/* in tables and templates */
	enum show		 json;		/* in JSON */
	const char		*key;
	const char		*fallback;	/* NULL: "", or 0; JSON, if it
						 * is for a number */
	const struct member	*members;
	bool			 optional;	/* JSON leaves it out where the
						 * record has not the key */
};
#define BOTH(h)			.how = h, .json = h
/* The key is a name of records.h; FIXED has a word or JSON instead. */
#define SHOWN(n, h, k)		{ .name = n, BOTH(h), .key = KEY_TEXT(k) }
#define SHOWN_OR(n, h, k, f)						\
	{ .name = n, BOTH(h), .key = KEY_TEXT(k), .fallback = f }
#define SHOWN_OPTIONAL(n, h, k)						\
	{ .name = n, BOTH(h), .key = KEY_TEXT(k), .optional = true }
#define SHOWN_OBJECT(n, table)						\
	{ .name = n, BOTH(SHOW_OBJECT), .members = table }
#define SHOWN_OBJECTS(n, k, table)					\
	{ .name = n, BOTH(SHOW_OBJECTS), .key = KEY_TEXT(k), .members = table }
#define FIXED(n, h, text)	{ .name = n, BOTH(h), .key = text }

/* A member as text, in the buffer or borrowed from the record. */
const char *show_text(const struct shown *, const struct member *, char *,
	    size_t);
/* All members of a table as an object, which the caller owns. NULL: memory. */
json_t	*show_object(const struct shown *, const struct member *);

/* The value of a key, "" if it has none. Borrowed. */
const char *show_str(const struct rec *, struct key_str);
/* Is this one of the values of a key? */
bool	show_has(const struct rec *, struct key_str, const char *);
/* All values of a key; NULL: no memory. */
json_t	*show_list(const struct rec *, struct key_str);
/*
 * The values of a key, each cut to a width, with something between: the
 * caller's; NULL: no memory.
 */
char	*show_joined(const struct rec *, struct key_str, const char *between,
	    int width);
/* A member of a parsed object; the fallback, which it takes, if it is null. */
json_t	*show_member(const json_t *, const char *, json_t *fallback);

#endif
