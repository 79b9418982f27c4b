/*
 * Directories that belong to the engine, or to its account.
 */
#ifndef ENGINE_OWNDIR_H
#define ENGINE_OWNDIR_H

struct session;

/* Make and open one. The caller's descriptor, or -1 with an error. */
int	owndir_open(struct session *, const char *);

#endif
