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

/*
 * The directory of all volumes, relative to the graph root; "" if it is not
 * below the graph root.
 */
const char *volumes_base(const struct session *);
/*
 * The path of a volume's files, relative to the graph root. `legacy`: where
 * versions before this one put it, and podman its own. 0, or -1 + sentence.
 */
int	volumes_path(struct session *, const char *, bool, char[PATH_MAX]);
/* Is the volume of this record there? */
bool	volumes_is_legacy(struct session *, const struct rec *);

/* A new record for obj_put: NULL with a sentence. */
struct rec *volumes_record(struct session *, const char *, bool);
/* One by its exact name; NULL with ENOENT and a sentence. */
struct rec *volumes_get(struct session *, const char *);
/* Will the first container to use it fill it from the image? */
bool	volumes_is_fresh(struct session *, const struct rec *);
/*
 * Remove a volume, which at most this container ("": none) uses, with its
 * data; also finishes a removal that was cut short. 0, or -1 + sentence.
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
