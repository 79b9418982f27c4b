/*
 * A definition while it is composed: for the files define*.c.
 */
#ifndef ENGINE_DEFINE_IMPL_H
#define ENGINE_DEFINE_IMPL_H

#include <stddef.h>

#include "define.h"
#include "parse.h"

struct rec;
struct session;

/* What each step works on. */
struct work {
	struct session		*s;
	const struct rec	*config;
	const struct rec	*opts;
	const struct rec	*image;		/* NULL with --rootfs */
	struct rec		*def;
	const char		*id;
	int			 argc;
	char			**argv;
	struct parse_err	 err;
};

/* A step: each value of an option is parsed, or a function adds something. */
struct step {
	const char	*option;
	int		(*parse)(const char *, struct rec *,
			    struct parse_err *);
	int		(*add)(struct work *);
};

/* 0, or -1 with w->err or, where that is empty, errno. */
int	define_steps(struct work *, const struct step *, size_t);

/* --- steps: 0 or -1 as above --- */

/* The network, its name servers, the host name, sysctls; users. */
int	define_namespaces(struct work *);
/* What a container has of the host: names, time zone; and its OOM score. */
int	define_host(struct work *);

#endif
