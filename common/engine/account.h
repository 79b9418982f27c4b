/*
 * Who this command runs as. Started by root it is the engine's own account
 * that does everything; root is only kept to start `refresh` and to open what
 * only root can open.
 */
#ifndef ENGINE_ACCOUNT_H
#define ENGINE_ACCOUNT_H

#include <sys/types.h>

#include <stddef.h>

/* The engine's account. 0, or -1 with errno ENOENT when there is none. */
int	account_find(uid_t *, gid_t *);
/* The command that makes it: of this installation, or of the sources. */
void	account_maker(char *, size_t);
/*
 * Become it for good: groups, ids, capabilities, read back; fatal when any
 * step fails.
 */
void	account_become(uid_t, gid_t);

#endif
