/*
 * The configuration, as resolve settles it: asked for with what of the
 * command line and the environment it depends on.
 */
#ifndef BULKHEAD_SETTLED_H
#define BULKHEAD_SETTLED_H

struct session;

/* Ask, and later take the answer. 0, or -1 with a sentence. */
int	settled_ask(struct session *);
int	settled_take(struct session *);
/* After a change: its digest, and the memfd for others. 0, or -1 as above. */
int	settled_seal(struct session *);

#endif
