/*
 * A store keeps the settings that it was made with: each value that nobody
 * chose this time is taken from it, each that somebody chose must be its own.
 */
#ifndef BULKHEAD_PINNED_H
#define BULKHEAD_PINNED_H

#include <stddef.h>

struct rec;

/*
 * What state_open is told: the configuration's values, or those that the
 * store was made with, once they are merged (NULL: not known). A sealed
 * memfd, the caller's to close; or -1.
 */
int	pinned_fd(const struct rec *, const struct rec *);
/*
 * Merge what the store was made with (the second) into the configuration.
 * For each value taken from there, `pinned:KEY` is what it would have been.
 * 0, or -1 with the sentence that names both values.
 */
int	pinned_merge(struct rec *, const struct rec *, char *, size_t);
/* Give one record what was merged into another. */
void	pinned_copy(struct rec *, const struct rec *);

#endif
