/*
 * A store keeps the settings that it was made with: values that are not chosen
 * this time are taken from it, and chosen ones must be its own.
 */
#ifndef ENGINE_PINNED_H
#define ENGINE_PINNED_H

#include <stddef.h>

struct rec;
struct session;

/*
 * What state_open is told: the configuration's values, or those that the
 * store was made with, once they are merged. With root's key, what root says
 * of each path, too. A sealed memfd, the caller's to close; or -1.
 */
int	pinned_fd(struct session *);
/*
 * Merge what the store was made with into the session's configuration. For
 * each value taken from there, `pinned:KEY` is what it would have been. Root
 * takes no path that root has not chosen before. 0, or -1 with the sentence
 * that names both values.
 */
int	pinned_merge(struct session *, const struct rec *);
/* Give one record what was merged into another. */
void	pinned_copy(struct rec *, const struct rec *);

#endif
