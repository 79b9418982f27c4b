/*
 * The [[registry]] tables of registries.conf(5), and what must be true of its
 * values. One registry is five settings, named by its prefix:
 *
 *	registries.registry.PREFIX.location
 *	registries.registry.PREFIX.insecure		true or false
 *	registries.registry.PREFIX.blocked		true or false
 *	registries.registry.PREFIX.mirror-by-digest-only
 *	registries.registry.PREFIX.mirror		a list, best first
 *
 * A mirror is its location, followed by ",insecure", ",digest-only" or
 * ",tag-only" where it says so.
 */
#ifndef RESOLVE_REGISTRY_H
#define RESOLVE_REGISTRY_H

#include <stdio.h>

struct document;
struct problem;
struct settings;
struct toml;

/*
 * Each registry of an array replaces the one of an earlier file with its
 * prefix. 0, or -1 with a message.
 */
int	registries_merge(struct settings *, const struct document *,
	    const struct toml *, struct problem *);
/*
 * Check the search list, short names and registries, after all files were
 * merged. 0, or -1 with a message.
 */
int	registries_check(const struct settings *, struct problem *);
/* All registries as [[registry]] tables of a file. */
void	registries_print(FILE *, const struct settings *);

#endif
