/*
 * Whose ids: the owner of the namespaces that are written, and the
 * subordinate ranges that the administrator gave it.
 */
#ifndef REFRESH_IDS_H
#define REFRESH_IDS_H

#include <sys/types.h>

#include <stdbool.h>

#include "map.h"

struct reader;

#define GROUPS_MADE	1000		/* from here on groups are people's */

struct ids {
	enum map_kind	 kind;
	uid_t		 uid;
	gid_t		 gid;
	char		 name[256];
	struct ranges	 uids;
	struct ranges	 gids;
	bool		 keep_groups;	/* the caller's groups must stay */
	/* not empty: why nothing can be mapped */
	char		 why[512];
};

/* Who the caller is, from the kernel: MAP_SYSTEM for root of the host. */
void	ids_init(struct ids *);
/*
 * Take the answer of subids, see its end, and check every number again. What is
 * wrong with the ranges is left in `why`. Dies in system mode when there is no
 * account that it could become.
 */
void	ids_take(struct ids *, const struct reader *);

#endif
