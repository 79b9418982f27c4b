/*
 * Volumes as objects of their own: found, made and removed by their names,
 * and not on behalf of a container.
 */
#ifndef ENGINE_MANAGE_H
#define ENGINE_MANAGE_H

#include <stdbool.h>
#include <stdint.h>

struct rec;
struct session;

#define VOLUME_NAME	256		/* bytes, with its NUL */

/* All of these fail with errno and a sentence. */

/* All, nested `obj`; one by its name, or the beginning that no other has. */
struct rec *volumes_list(struct session *);
struct rec *volumes_find_one(struct session *, const char *);
/*
 * Make one of that name, with these keys in its record, and put the name into
 * a buffer of VOLUME_NAME bytes. With `keep` it is no failure if it exists.
 */
int	volumes_create(struct session *, const char *, const struct rec *keys,
	    bool keep, char *);
/*
 * Remove the containers that use a volume, each stopped in so many seconds
 * (-1: its own timeout).
 */
int	volumes_remove_users(struct session *, const struct rec *, int64_t);

#endif
