/*
 * The user namespace that `store` and `unpack` work in when files of several
 * owners are written or deleted: the three messages of it, as handlers.
 */
#ifndef PROTOCOL_USERNS_H
#define PROTOCOL_USERNS_H

#include <stdbool.h>

struct packet;
struct answer;

/*
 * Handlers for userns_make, userns_ready and userns_join. Put them into the
 * program's table. The context is not used.
 */
int	userns_on_make(void *, struct packet *, struct answer *);
int	userns_on_ready(void *, struct packet *, struct answer *);
int	userns_on_join(void *, struct packet *, struct answer *);
/* Is this process root of a namespace of its own? */
bool	userns_inside(void);
/* Is only one id mapped, so that ownership cannot be kept? */
bool	userns_single(void);

#endif
