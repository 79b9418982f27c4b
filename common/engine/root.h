/*
 * What a command that root started does as root, until it becomes the
 * engine's account. root.c begins with the whole list.
 */
#ifndef ENGINE_ROOT_H
#define ENGINE_ROOT_H

#include <stdbool.h>

struct session;

/*
 * Is this root's command? Then find the account that it will become. 0, or -1
 * with a sentence when there is no such account.
 */
int	root_find_account(struct session *);
/*
 * Could another user replace one of the directories on the way to the storage,
 * the state or the run directory? 0, or -1 with a sentence.
 */
int	root_check_dirs(struct session *);
/*
 * Open the directory of the storage; with `create`, make it where it is not
 * there and may be made. As root it must be a storage or empty. The descriptor
 * is the caller's; or -1 with a sentence and errno, ENOENT if it is not there.
 */
int	root_open_graph(struct session *, bool);
/*
 * Do what only root can, with what `need` says of the command, and become the
 * account for good. 0, or -1 with a sentence.
 */
int	root_give_up(struct session *, unsigned int);
/* Become the account where nothing has to be done before. */
void	root_leave(struct session *);

#endif
