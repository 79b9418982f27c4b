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

struct rec;

/* What is shown, and how. */
struct shown {
	const struct rec	*rec;
	const void		*more;		/* of the table's own functions */
	int64_t			 now;
	bool			 no_trunc;	/* nothing is cut */
	bool			 as_json;	/* the JSON form, not a template's */
};

enum show {
	SHOW_NOT,
	/* Texts. */
	SHOW_TEXT,		/* the value of the key; "" if it has none */
	SHOW_ID,		/* the same, cut to SHORT_ID characters */
	SHOW_AGO,		/* ns as "2 minutes ago" */
	SHOW_TIME,		/* ns as Go prints a time */
	SHOW_DATE,		/* ns as in RFC 3339 */
	SHOW_SIZE,		/* bytes as "1.24 MB" */
	SHOW_WORD,		/* the key itself is the text */
	SHOW_WORDS,		/* what `words` says */
	/* Other values. */
	SHOW_NUMBER,		/* 0 if there is none */
	SHOW_FLAG,		/* a number that is not 0 */
	SHOW_SECONDS,		/* ns as seconds since the epoch */
	SHOW_MOMENT,		/* the same; 0 is Go's zero time */
	SHOW_LIST,		/* all values of the key */
	SHOW_PAIRS,		/* its K=V values as an object, sorted by K */
	SHOW_COUNT,		/* how many values the key has */
	SHOW_CONST,		/* the key itself is JSON */
	SHOW_VALUE,		/* what `value` makes */
	SHOW_OBJECT,		/* the table `members` */
};

#define SHORT_ID	12

typedef const char *show_words(const struct shown *, char *, size_t);
typedef json_t *show_value(const struct shown *);

struct member {
	const char		*name;		/* NULL ends a table */
	enum show		 how;
	const char		*key;
	show_words		*words;
	show_value		*value;
	const struct member	*members;
	bool			 optional;	/* JSON leaves it out where the
						 * record has not the key */
};

#define SHOWN(n, h, k)		{ .name = n, .how = h, .key = k }
#define SHOWN_OPTIONAL(n, h, k)					\
	{ .name = n, .how = h, .key = k, .optional = true }
#define SHOWN_VALUE(n, fn)	{ .name = n, .how = SHOW_VALUE, .value = fn }
#define SHOWN_OBJECT(n, table)						\
	{ .name = n, .how = SHOW_OBJECT, .members = table }

/* A member as text, in the buffer or borrowed from the record. */
const char *show_text(const struct shown *, const struct member *, char *,
	    size_t);
/* A member as a value, which the caller owns; NULL: no memory. */
json_t	*show_json(const struct shown *, const struct member *);
/* Add it to an object, if it is shown: 0, or -1 (memory). */
int	show_add(const struct shown *, const struct member *, json_t *);
/* All members of a table as an object, which the caller owns. */
json_t	*show_object(const struct shown *, const struct member *);

/* Values of a key as an array of strings; K=V values as a sorted object. */
json_t	*show_list(const struct rec *, const char *);
json_t	*show_pairs(const struct rec *, const char *);
/* The value of a key, "" if it has none. Borrowed. */
const char *show_str(const struct rec *, const char *);

#endif
