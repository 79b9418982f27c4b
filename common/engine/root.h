/*
 * What a command that root started does as root, until it becomes the
 * engine's account. root.c begins with the whole list.
 */
#ifndef ENGINE_ROOT_H
#define ENGINE_ROOT_H

#include <sys/types.h>

#include <stdbool.h>

struct rec;
struct session;

/* The engine's account. 0, or -1 with errno ENOENT when there is none. */
int	root_account(uid_t *, gid_t *);
/* Find the account that root's session becomes. 0, or -1 with a sentence. */
int	root_find_account(struct session *);
/*
 * Become an account for good: groups, ids, capabilities, read back; fatal when
 * any step fails.
 */
void	root_become(uid_t, gid_t);
/*
 * Do what only root can, and become the account for good. 0, or -1 with a
 * sentence.
 */
int	root_give_up(struct session *);
/* Become the account where nothing has to be done before. */
void	root_leave(struct session *);
/*
 * Open what --log-opt path= of these options names, and its old file, as root.
 * A file that is made here is the account's. What
 * cannot be opened is tried again, as the account, when it is needed.
 */
void	root_open_log(const struct rec *opts);
/* The descriptor of the log, or of its old file; the caller's. -1: none. */
int	root_take_log(const char *path, bool old);

#endif
