/*
 * What a command that root started does as root, until it becomes the
 * engine's account. root.c begins with the whole list.
 */
#ifndef ENGINE_ROOT_H
#define ENGINE_ROOT_H

#include <stdbool.h>

struct rec;
struct session;

/* Find the account that root's session becomes. 0, or -1 with an error. */
int	root_find_account(struct session *);
/*
 * Do what only root can, and become the account for good; fatal when that
 * fails. 0, or -1 with an error.
 */
int	root_give_up(struct session *);
/*
 * Of a process without a session that is root: become the account, or user
 * 65534 if there is none. Fatal as above.
 */
void	root_drop(void);
/*
 * Open what --log-opt path= of these options names, and its old file, as root.
 * A new file is the account's. What cannot be opened is tried again, as the
 * account, when it is needed. The session borrows the options.
 */
void	root_open_log(struct session *, const struct rec *opts);
/* The descriptor of the log, or of its old file; the caller's. -1: none. */
int	root_take_log(struct session *, const char *path, bool old);

#endif
