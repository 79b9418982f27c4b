/*
 * Requests to refresh: maps of user and group ids, and mounts with them; and
 * the user namespaces of the helpers that need one.
 *
 * All of these return 0, or a descriptor that the caller closes; or -1 with
 * the client's error set.
 */
#ifndef CLIENT_IDS_H
#define CLIENT_IDS_H

#include <stdbool.h>
#include <stdint.h>

#include "client.h"

/*
 * How many ids a container gets, and why it is only one, if it is, in a
 * buffer of 1024 bytes.
 */
int	ids_query(struct client *, uint64_t *count, char *why);
/*
 * A user namespace that the caller made: write its maps, for a slot of ids
 * (0: those of the store). Only sent: by client_sync.
 */
int	ids_write_begin(struct client *, uint32_t slot, int userns);
/*
 * A directory or file that ids_mount may be asked for; flags: enum
 * grant_flags. Grants are numbered from 0 in the order in which they are made.
 */
int	ids_grant(struct client *, uint32_t flags, int fd);
/* The same, only sent; and that there are no more. */
int	ids_grant_begin(struct client *, uint32_t flags, int fd);
int	ids_seal_begin(struct client *);
/* A detached mount of a grant with a slot's ids; flags: enum grant_flags. */
int	ids_mount(struct client *, unsigned int grant, uint32_t slot,
	    uint32_t flags);
int	ids_mount_begin(struct client *, unsigned int grant, uint32_t slot,
	    uint32_t flags);
int	ids_mount_end(struct client *);

/*
 * Give a helper (store, unpack) a user namespace of its own with all the ids
 * that this user's containers have, or with one id only. A helper can do it
 * only once.
 */
int	ids_give_userns(struct client *, enum helper_id, bool single);
/* Have it enter one that is there. */
int	ids_join_userns(struct client *, enum helper_id, int userns,
	    bool single);

#endif
