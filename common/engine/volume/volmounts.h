/*
 * Mounts that are volumes. In a definition such a mount has the key `volume`,
 * the volume's name; the volumes that a container uses stand in its definition
 * as nested `volume` too, from which statekeep makes the records that are not
 * there yet.
 */
#ifndef ENGINE_VOLMOUNTS_H
#define ENGINE_VOLMOUNTS_H

#include <stdbool.h>

struct rec;
struct session;

/* Of these functions, those that return int: 0, or -1 + error. */

/*
 * Mounts as the command line has them: volumes without a name get one, and
 * each a source. Nothing is made. Does nothing if there are no volumes.
 */
int	volmounts_find(struct session *, struct rec *);
/*
 * A definition that is about to be reserved: its mounts are those above, and
 * its image's VOLUMEs (NULL: no image) become anonymous volumes, or as
 * --image-volume has it: bind, tmpfs, ignore.
 */
int	volmounts_define(struct session *, struct rec *, const struct rec *,
	    const struct rec *, const char *mode);
/* It was not reserved: free the locks of volumes that were not made. */
void	volmounts_undo(struct session *, const struct rec *);
/* Make the directories of all volumes of a definition. 1: one was not used. */
int	volmounts_make(struct session *, const struct rec *);
/*
 * Before a container is built: mounts of volumes that were not used get the
 * key `copyup`, for launch to fill them, and their locks are held until
 * volmounts_filled, after the container was built.
 */
int	volmounts_fill(struct session *, struct rec *);
int	volmounts_filled(struct session *, const struct rec *);
/* Is one of this record's mounts a volume? */
bool	volmounts_any(const struct rec *);
/* Does one of its volumes lie below the graph root? */
bool	volmounts_inside(const struct rec *);

#endif
