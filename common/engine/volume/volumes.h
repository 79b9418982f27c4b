/*
 * Volumes: directories below the graph root that outlive containers. A mount
 * of a definition that is one has the key `volume`, its name; those that a
 * container uses stand in its definition as nested `volume`, from which
 * statekeep makes what is not there yet.
 */
#ifndef ENGINE_VOLUMES_H
#define ENGINE_VOLUMES_H

#include <stdbool.h>

struct rec;
struct session;
struct start;

/* All of these: 0, or -1 with a sentence in the client's error. */

/*
 * Mounts as the command line has them: those that are volumes get a name, if
 * they have none, and where they come from. Nothing is made. For a command
 * without volumes it does nothing.
 */
int	volumes_find(struct session *, struct rec *);
/*
 * A definition that is about to be reserved: its mounts are those above, and
 * its image's VOLUMEs (NULL: no image) become volumes of its own.
 */
int	volumes_define(struct session *, struct rec *, struct rec *,
	    const struct rec *);
/* It was not reserved: what was taken for volumes that are not made. */
void	volumes_undo(struct session *, const struct rec *);
/*
 * Before a container is built: make the directories that are not there, and
 * say in the mounts which of them are to be filled. After it was built.
 */
int	volumes_ready(struct session *, struct rec *);
int	volumes_settle(struct session *, const struct rec *);
/* Is one of this record's mounts a volume? */
bool	volumes_any(const struct rec *);
/* Does a volume of this record lie in the storage? */
bool	volumes_inside(const struct rec *);

/* A new record for obj_put: NULL with a sentence. */
struct rec *volumes_record(struct session *, const char *, bool);
/*
 * 64 random hexadecimal digits, the ID of a container or pod or the name of an
 * anonymous volume, in a buffer of 65 bytes. 0, or -1 with errno.
 */
int	volumes_name(char *);
/* One by its exact name; NULL with ENOENT and a sentence. */
struct rec *volumes_get(struct session *, const char *);
/* The directory of one, or of all of a definition, made where it is not. */
int	volumes_make_dir(struct session *, const char *);
int	volumes_make_dirs(struct session *, const struct rec *);
/*
 * Remove one, which nobody uses but this container (""), with its data. What
 * was begun is finished.
 */
int	volumes_remove(struct session *, const char *, const char *);
/* Remove a container's own ones, as far as nobody else uses them. */
int	volumes_drop_own(struct session *, const struct rec *);
/*
 * After a boot: what was half removed goes, and what belonged to a container
 * that was to go at its end. Each one's failure is said, and is its own: -1.
 */
int	volumes_refresh(struct session *);
/* Delete now what was removed. */
void	volumes_tidy(struct session *);

#endif
