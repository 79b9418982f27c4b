/*
 * What helpers have worked out before, kept in the run directory until the
 * next boot, by names that are digests of all that it depends on. To lose it
 * is no loss, and to keep it may fail.
 */
#ifndef BULKHEAD_CACHE_H
#define BULKHEAD_CACHE_H

#include <sys/stat.h>
#include <sys/types.h>

#include <sha2.h>
#include <stddef.h>

#define CACHE_NAME	65	/* hexadecimal digits and a NUL */

/* Let a name depend on a file as it is now. */
void	cache_add_file(SHA2_CTX *, const struct stat *);
/*
 * At most so many bytes, and how many they were, from a kind of its own below
 * this run directory. NULL: they are not kept. The caller frees.
 */
char	*cache_get(int, const char *, const char *, size_t, size_t *);
/* Keep bytes under a name: few names of a kind, the others make room. */
void	cache_put(int, const char *, const char *, const void *, size_t);

#endif
