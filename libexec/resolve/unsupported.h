/* Settings that are read and have no effect. */
#ifndef RESOLVE_UNSUPPORTED_H
#define RESOLVE_UNSUPPORTED_H

struct problem;
struct settings;

/*
 * Add one warning that names each setting whose key is not supported and which
 * a file or variable has set to something else than the built-in value. 0, or
 * -1 with a message.
 */
int	unsupported_warn(struct settings *, struct problem *);

#endif
