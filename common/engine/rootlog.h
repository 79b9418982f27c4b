/*
 * --log-opt path= of root's command line: the log may lie where the engine's
 * account can make no file. It is opened before root is given up, and only by
 * the command that names it: a path that stands in the state database, which
 * the account can write, is never opened as root.
 */
#ifndef ENGINE_ROOTLOG_H
#define ENGINE_ROOTLOG_H

#include <stdbool.h>

struct rec;

/*
 * Open what --log-opt path= of these options names, and its old file, as root;
 * for others nothing is done. A file that is made here is the account's. What
 * cannot be opened is tried again, as the account, when it is needed.
 */
void	rootlog_open(const struct rec *opts);
/* The descriptor of the log, or of its old file; the caller's. -1: none. */
int	rootlog_take(const char *path, bool old);

#endif
