/*
 * A container's environment: an ordered list of K=V in which a later value
 * takes the place of an earlier one.
 */
#ifndef ENGINE_ENV_H
#define ENGINE_ENV_H

#include <stddef.h>

#include "parse.h"
#include "records.h"

struct rec;

struct env {
	char	**list;		/* "KEY=VALUE", in order of appearance */
	size_t	  n;
};

void	env_clear(struct env *);
/* Set KEY=VALUE. 0, or -1 with errno. */
int	env_set(struct env *, const char *);
/* The value of a key, or NULL. */
const char *env_get(const struct env *, const char *);
void	env_unset(struct env *, const char *);
/* Append every entry to a record under the key given. 0 or -1. */
int	env_to_rec(const struct env *, struct rec *, struct key_str);

/*
 * -e and a line of --env-file: KEY=VALUE, KEY (the value that it has here,
 * nothing if it has none) or PREFIX* (every variable here that starts so).
 */
int	env_from_cli(struct env *, const char *, struct parse_err *);
/* --env-file: such lines; blank ones and those that start with # are not. */
int	env_from_file(struct env *, const char *, struct parse_err *);
/*
 * An entry of an image, which was written by a stranger: KEY=VALUE and
 * nothing else. It never reads the environment of this process.
 */
int	env_from_image(struct env *, const char *, struct parse_err *);
/* --env-host: everything this process has. 0 or -1. */
int	env_from_host(struct env *);

/* --label and a line of --label-file: KEY=VALUE or KEY. */
int	label_from_cli(struct env *, const char *, struct parse_err *);
int	label_from_file(struct env *, const char *, struct parse_err *);
/* All of a request's `label-file` and `label`, as `label` of a record. */
int	labels_take(const struct rec *request, struct rec *,
	    struct parse_err *);

#endif
