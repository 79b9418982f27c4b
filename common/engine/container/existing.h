/*
 * Starting a container that exists. In this order: existing_prepare; the
 * session is opened with NEED_EXISTING; existing_find; existing_start. One
 * session starts one container, because a reaper has one.
 */
#ifndef ENGINE_EXISTING_H
#define ENGINE_EXISTING_H

#include <stdbool.h>
#include <stdint.h>

#include "record.h"
#include "start.h"

struct session;

#define NEED_EXISTING	(NEED_END | NEED_WRITE | NEED_MORE)

struct existing {
	/* Of the caller, who keeps them. */
	struct session	*s;
	const char	*ref;
	int64_t		 due;		/* a policy starts it: restart_due */
	const char	*detach_keys;	/* NULL: as it was created */
	bool		 attach;
	bool		 attach_in;	/* ... its standard input in any case */
	bool		 sig_proxy;

	char		 id[ID_TEXT];
	struct rec	*row;
	struct start	 start;		/* what came of it */
};

/*
 * Have the session call back while it is root, to open what is mounted again.
 * A start by policy takes what the reaper has kept instead.
 */
void	existing_prepare(struct existing *);
/*
 * Look it up. 0; 1: it runs already, and no policy starts it; -1 with the
 * session's error.
 */
int	existing_find(struct existing *);
/*
 * start_container, with this command for its reaper, and what follows from its
 * end or failure. 0; -1 with the session's error, and start.code.
 */
int	existing_start(struct existing *, char *const *cleanup);
void	existing_clear(struct existing *);

#endif
