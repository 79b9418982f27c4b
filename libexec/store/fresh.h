/*
 * Layers that this process has made for an image that is not recorded yet. They
 * are removed if that fails or this process ends first, unless something else
 * uses them by then. A note on disk lists them, for store_tidy after a crash.
 */
#ifndef STORE_FRESH_H
#define STORE_FRESH_H

struct answer;
struct store;

/* This layer is about to be made. 0, or -1 + error. */
int	fresh_add(struct store *, const char *, struct answer *);
/* The layer that was added last existed already. 0, or -1 + error. */
int	fresh_not(struct store *, struct answer *);
/* An image uses all of them now: keep them. */
void	fresh_keep(struct store *);
/*
 * Remove those that nothing uses. Errors are not reported, because the channel
 * is closed: the next store_tidy removes the rest.
 */
void	fresh_end(struct store *);

#endif
