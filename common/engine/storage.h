/*
 * What containers have in the storage: their writable layers, and the user
 * namespace in which the store can change what belongs to their ids.
 */
#ifndef ENGINE_STORAGE_H
#define ENGINE_STORAGE_H

#include <stdbool.h>

struct rec;
struct session;

/*
 * Give the store a user namespace with all the ids that this user's containers
 * have. 0, also when it has one already; or -1.
 */
int	storage_userns(struct session *);
/*
 * The same as cheaply as possible: that of the container that was made here,
 * where its ids are the storage's. Without, deletions wait in the trash.
 */
void	storage_join_userns(struct session *);
/* In such a namespace, empty the trash and discard what is half made. */
void	storage_tidy(struct session *);
/* The same. -1: something is left, for the reason that is put there. */
#define TIDY_WHY	256
int	storage_tidied(struct session *, char [TIDY_WHY]);
/*
 * Have a container's writable layer made, or found again, as its definition
 * says; store_rw_make_end has the answer. One that is made now must be kept
 * when its record is durable (storage_layer_keep), or the next boot takes it
 * away (libexec/store/sweep.c). 0 or -1.
 */
int	storage_layer_begin(struct session *, const char *, const struct rec *,
	    bool made_now);
void	storage_layer_keep(struct session *, const char *, const struct rec *);
/*
 * Once its layer is there, list the container where other engines on the store
 * look; client_sync has the answer, EEXIST: a name that the user `gave` is
 * another's there. 0 or -1.
 */
int	storage_list_begin(struct session *, const char *, const struct rec *,
	    bool gave);

#endif
