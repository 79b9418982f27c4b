/*
 * Volumes: directories below the graph root that outlive containers. Their
 * records are statekeep's, their directories the store's.
 */
#ifndef ENGINE_VOLUMES_H
#define ENGINE_VOLUMES_H

#include <limits.h>
#include <stdbool.h>

struct rec;
struct session;

#define VOLUME_NAME	256		/* bytes, with its NUL */

/* All of these fail with -1 or NULL, errno and a message. */

/*
 * The directory of all volumes, relative to the graph root; "" if it is not
 * below the graph root.
 */
const char *volumes_base(const struct session *);
/*
 * The path of a volume's files, relative to the graph root. `legacy`: where
 * versions before this one put it, and podman its own.
 */
int	volumes_path(struct session *, const char *, bool, char[PATH_MAX]);
/* Is the volume of this record there? */
bool	volumes_is_legacy(struct session *, const struct rec *);

/* All, nested `obj`; one by its name, or the beginning that no other has. */
struct rec *volumes_list(struct session *);
struct rec *volumes_find(struct session *, const char *);
/* One by its exact name; NULL with ENOENT and a message. */
struct rec *volumes_get(struct session *, const char *);
/* A new record for state_object_put; with `own` of an anonymous one. */
struct rec *volumes_record(struct session *, const char *, bool own);
/*
 * Allocate the lock of a new record, unless there is a volume of this name. If
 * a killed command has begun to remove that, finish it before.
 */
int	volumes_lock_new(struct session *, const struct rec *have,
	    const char *name, struct rec *);
/*
 * Make one of that name, with these keys in its record, and put the name into
 * a buffer of VOLUME_NAME bytes. With `keep` it is no failure if it exists.
 */
int	volumes_create(struct session *, const char *, const struct rec *keys,
	    bool keep, char *);
/* Will the first container to use it fill it from the image? */
bool	volumes_is_fresh(struct session *, const struct rec *);
/*
 * Remove a volume, which at most this container ("": none) uses, with its
 * data; also finishes a removal that was cut short.
 */
int	volumes_remove(struct session *, const char *, const char *);
/* Remove a container's anonymous volumes that no other container uses. */
int	volumes_drop_own(struct session *, const struct rec *);
/*
 * After a boot: remove volumes that were half removed, and those of containers
 * with --rm. A warning for each that fails: then -1.
 */
int	volumes_refresh(struct session *);

#endif
