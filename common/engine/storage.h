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
 * Give the store a user namespace with all the ids that this user's
 * containers have. 0, also when it has one already; or -1.
 */
int	storage_userns(struct session *);
/*
 * Have the store delete what is in its trash and discard what is half made,
 * in such a namespace. A later command tries again what fails.
 */
void	storage_tidy(struct session *);
/*
 * Have a container's writable layer made, or found again, as its definition
 * says. 0, or -1 with a sentence. The store answers (store_rw_make_end)
 * with what start needs to know of it. One that is made now must be kept when
 * its record is durable, or the next boot takes it away (sweep.h).
 */
int	storage_layer_begin(struct session *, const char *, const struct rec *,
	    bool);
void	storage_layer_keep(struct session *, const char *, const struct rec *);
/*
 * Once its layer is there, have the container listed where other engines on
 * the store look; a name that the user gave must be free there, too. 0, or
 * -1 with a sentence. client_sync tells whether it is done; EEXIST: the name
 * is another's.
 */
int	storage_list_begin(struct session *, const char *, const struct rec *,
	    bool);
/*
 * Give the store such a namespace as cheaply as possible: that of the
 * container that was made here, where its ids are the storage's. Failing is
 * no error: what cannot be deleted now stays in the trash.
 */
void	storage_join_userns(struct session *);

#endif
