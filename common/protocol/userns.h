/*
 * The user namespace in which `store` and `unpack` write or delete files of
 * several owners: handlers for its three messages.
 */
#ifndef PROTOCOL_USERNS_H
#define PROTOCOL_USERNS_H

#include <stdbool.h>

struct packet;
struct answer;

/*
 * Handlers for userns_make, userns_ready and userns_join, for the program's
 * table. The context is not used.
 */
int	userns_on_make(void *, struct packet *, struct answer *);
int	userns_on_ready(void *, struct packet *, struct answer *);
int	userns_on_join(void *, struct packet *, struct answer *);
/* Is this process root of a namespace of its own? */
bool	userns_inside(void);
/* Is only one id mapped, so that ownership cannot be kept? */
bool	userns_single(void);

#endif
