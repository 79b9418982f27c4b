/*
 * Go templates (text/template) over JSON values, as people write them for
 * --format. Names, functions, printing and error texts follow Go and podman.
 */
#ifndef GOTMPL_TMPL_H
#define GOTMPL_TMPL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "parse.h"

struct tmpl;

enum { TMPL_TTY = 1, TMPL_MAP = 2 };

/* What a command's templates are about. */
struct tmpl_about {
	const char		*name;	/* in messages: "ps" */
	const char		*type;	/* of the value that is dot */
	const char *const	*maps;	/* fields that are maps: a key that is
					 * not there is no error; NULL ends */
	bool			 any_case;	/* .Host is member "host" */
	bool			 rows;		/* {{range}} gets them all */
};

/*
 * Parse. NULL with an error in Go's words. `about` must outlive it. Inside
 * text, the two characters \t and \n become a tab and a newline, as podman
 * has it for single quotes.
 */
struct tmpl *tmpl_parse(const struct tmpl_about *, const char *,
	    struct parse_err *);
void	tmpl_free(struct tmpl *);
/*
 * Execute with dot = the value, which is borrowed. TMPL_TTY: what comes
 * from the data cannot drive a terminal. TMPL_MAP: dot is a map, so that
 * any key may be missing. 0, or -1 with Go's message, part
 * of the output having been written.
 */
int	tmpl_exec(const struct tmpl *, json_t *, FILE *, unsigned int,
	    struct parse_err *);
/* Does it name this field anywhere, or all of dot at once? */
bool	tmpl_mentions(const struct tmpl *, const char *);

/* A string value from any bytes: what is not UTF-8 becomes U+FFFD. */
json_t	*tmpl_text(const char *);
/* The keys of an object, sorted, in malloc'd memory; NULL: no memory. */
const char **tmpl_keys(json_t *, size_t *);
/* Go's compact JSON of a value, in malloc'd memory; NULL: no memory. */
char	*tmpl_json(json_t *);

#endif
