/*
 * Whose ids: the owner of the namespaces that are written, and the
 * subordinate ranges that the administrator gave it.
 */
#ifndef REFRESH_IDS_H
#define REFRESH_IDS_H

#include <sys/types.h>

#include <stdbool.h>

#include "map.h"

#define ACCOUNT		"bulkhead"	/* the engine's own, in system mode */
#define GROUPS_MADE	1000		/* from here on groups are people's */

struct ids {
	bool		 system;
	uid_t		 uid;
	gid_t		 gid;
	char		 name[256];
	struct ranges	 uids;
	struct ranges	 gids;
	bool		 keep_groups;	/* the caller's groups must stay */
	char		 why[512];	/* not empty: why nothing can be mapped */
};

/*
 * Find out from the kernel and the system's databases, never from the peer.
 * What is wrong with the ranges is left in `why`, to be told when asked; a
 * missing account in system mode is fatal.
 */
void	ids_load(struct ids *);

#endif
