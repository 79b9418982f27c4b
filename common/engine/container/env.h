/*
 * A container's environment: an ordered list of K=V in which a later value
 * takes the place of an earlier one.
 */
#ifndef ENGINE_ENV_H
#define ENGINE_ENV_H

#include <stdbool.h>
#include <stddef.h>

#include "parse.h"

struct rec;

struct env {
	char		**list;	/* "KEY=VALUE", in order of appearance */
	size_t		  n;
	/* what KEY alone may name beside the variables of this process */
	const char	**engine;
	size_t		  nengine;
};

#define scoped_env	__attribute__((cleanup(env_clear)))

void	env_clear(struct env *);
/* The value of a key, or NULL. */
const char *env_get(const struct env *, const char *);

/* All of these return 0, or -1 with an error. */

/* --unsetenv: remove a key. */
int	env_unset(struct env *, const char *, struct parse_err *);
/*
 * -e: KEY=VALUE, KEY (with its value here, if it has one) or PREFIX* (every
 * variable here that starts so). --env-file: such lines, but blank ones and
 * those that start with #.
 */
int	env_from_cli(struct env *, const char *, struct parse_err *);
int	env_from_file(struct env *, const char *, struct parse_err *);
/*
 * An entry of an image, which was written by a stranger: KEY=VALUE only. It
 * never reads the environment of this process.
 */
int	env_from_image(struct env *, const char *, struct parse_err *);
/*
 * All of a configuration, an image (or NULL) and a request, as `env` of a
 * definition, which has its hostname already. In system mode a configuration
 * names no variables of this process: its reader is the account's.
 */
int	env_take(const struct rec *request, const struct rec *config,
	    bool system, const struct rec *image, struct rec *def,
	    struct parse_err *);

/* --label-file: lines of KEY=VALUE or KEY. */
int	label_from_file(struct env *, const char *, struct parse_err *);
/* All of an image (or NULL) and a request, as `label` of a record. */
int	labels_take(const struct rec *image, const struct rec *request,
	    struct rec *, struct parse_err *);

#endif
