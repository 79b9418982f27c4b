/*
 * Layers that this process has made for an image that is not made yet. When
 * that fails, or this process ends first, they go again, unless something
 * else has come to use them; a note says so to those who tidy up after it.
 */
#ifndef STORE_FRESH_H
#define STORE_FRESH_H

struct answer;
struct store;

/* This layer is about to be made. 0, or -1 + sentence. */
int	fresh_add(struct store *, const char *, struct answer *);
/* The one that was added last was there already. 0, or -1 + sentence. */
int	fresh_not(struct store *, struct answer *);
/* An image is made of all of them: they stay. */
void	fresh_keep(struct store *);
/*
 * Remove them, if nothing uses them. Errors are not reported: the caller has
 * gone. What could not be removed is left to the next store_tidy.
 */
void	fresh_end(struct store *);

#endif
