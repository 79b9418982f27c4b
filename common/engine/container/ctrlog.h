/*
 * The log of a container, and the old file that a full log is rotated to.
 */
#ifndef ENGINE_CTRLOG_H
#define ENGINE_CTRLOG_H

#include <stdbool.h>

struct rec;
struct session;

/*
 * Open the log of the container of a definition, or the old file, with these
 * flags of open(2). The engine's own directory is reached by descriptor: in
 * system mode the account may not be able to walk there. The caller's
 * descriptor, or -1 with errno.
 */
int	ctrlog_open(struct session *, const struct rec *def, bool old,
	    int flags);
/* Remove both. */
void	ctrlog_remove(struct session *, const struct rec *def);

#endif
