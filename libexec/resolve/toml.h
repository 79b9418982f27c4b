/*
 * A parser for TOML 1.0. The tree has the position of every value. Nothing here
 * opens a file or knows the meaning of a key.
 */
#ifndef RESOLVE_TOML_H
#define RESOLVE_TOML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TOML_MAX	(1u << 20)	/* bytes of one document */
#define TOML_NODES	20000u		/* values and tables in one */
#define TOML_DEPTH	32u		/* nested tables and arrays */

enum toml_kind {
	TOML_STRING, TOML_INTEGER, TOML_FLOAT, TOML_BOOLEAN,
	TOML_DATETIME,		/* with an offset from UTC */
	TOML_LOCAL_DATETIME, TOML_LOCAL_DATE, TOML_LOCAL_TIME,
	TOML_ARRAY, TOML_TABLE,
};

/*
 * A value, in the order of the document. Text is the string, or the date and
 * time as written (with a T between them); it ends in NUL, and a string may
 * have more NULs in it: `len` is its length.
 */
struct toml {
	enum toml_kind	 kind;
	unsigned int	 line, col;	/* of the value, or of the key */
	unsigned int	 made;		/* how it was made; for the parser */
	uint32_t	 hash;
	const char	*key;		/* NULL in an array */
	size_t		 key_len;
	const char	*text;
	size_t		 len;
	int64_t		 integer;	/* booleans too */
	double		 real;
	struct toml	*next;
	struct toml	*first, *last;	/* members of an array or a table */
};

struct toml_error {
	unsigned int	 line, col;
	char		 what[96];
	char		 near[48];	/* the offending text, made printable */
};

struct toml_doc;

/* Parse; the text is not kept. NULL: the error is filled in. */
struct toml_doc	*toml_parse(const char *, size_t, struct toml_error *)
		    __attribute__((warn_unused_result));
void		 toml_free(struct toml_doc *);
/* The top table. Valid while the document lives, as all below. */
const struct toml *toml_root(const struct toml_doc *);
/* A member of a table, or NULL. */
const struct toml *toml_find(const struct toml *, const char *);
/*
 * Copy the text at p, up to the end of the line, made printable, and cut to
 * the size with "..." behind it.
 */
void	toml_quote(const char *, const char *end, char *, size_t);
/* The kind for messages: "a string", "an array". */
const char	*toml_kind_name(enum toml_kind);

#endif
