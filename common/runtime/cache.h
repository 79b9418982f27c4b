/*
 * What helpers have worked out before, kept in the run directory until the
 * next boot, by names that are digests of all that it depends on. To lose it
 * is no loss, and to keep it may fail.
 *
 * Helpers may write to the run directory, and one that was taken over must
 * not tell the next command what to do: what is kept carries a message
 * authentication code, and the key to that is in a file beside the directory,
 * which no helper can read. In system mode it is root's.
 */
#ifndef RUNTIME_CACHE_H
#define RUNTIME_CACHE_H

#include <sys/stat.h>
#include <sys/types.h>

#include <sha2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mac.h"

#define CACHE_NAME	65	/* hexadecimal digits and a NUL */

struct cache {
	struct mac_key	 key;	/* without, nothing is found or kept */
};

/* Have the key of the run directory of this path, made where that is said. */
void	cache_open(struct cache *, const char *, bool);
/* Let a name depend on a file as it is now. */
void	cache_add_file(SHA2_CTX *, const struct stat *);
/*
 * At most so many bytes, and how many they were, from a kind of its own below
 * this run directory. NULL: they are not kept. The caller frees.
 */
char	*cache_get(const struct cache *, int, const char *, const char *,
	    size_t, size_t *);
/* Keep bytes under a name: few names of a kind, the others make room. */
void	cache_put(const struct cache *, int, const char *, const char *,
	    const void *, size_t);

#endif
