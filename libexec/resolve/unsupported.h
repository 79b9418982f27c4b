/* Settings that are read and have no effect. */
#ifndef RESOLVE_UNSUPPORTED_H
#define RESOLVE_UNSUPPORTED_H

#include <stdbool.h>

struct problem;
struct setting;
struct settings;

/*
 * Has it a value that an ordinary user's containers, or root's, cannot have,
 * where they can have others?
 */
bool	unsupported_value(const struct setting *, bool rootless);

/*
 * As root: why this value of a setting has no effect on root's containers,
 * though a user's take it; NULL: it has one. Root's part of bulkhead would have
 * to open or show something of root's because this program says so.
 */
const char *unsupported_for_root(const struct setting *, const char *);

/*
 * Add one warning that names each setting that is not supported and which a
 * file or variable has set to something else than the built-in value. 0, or
 * -1 with a message.
 */
int	unsupported_warn(struct settings *, bool rootless, struct problem *);

#endif
