/*
 * Keys that only this user can read (in system mode root), so that others may
 * keep what we have said and cannot change it: message authentication codes,
 * HMAC-SHA256 (RFC 2104), and a cache whose entries carry them.
 *
 * The cache has what helpers worked out before, in the run directory until the
 * next boot, by names that are digests of all that it depends on. To lose it
 * is no loss, and to keep it may fail. Helpers may write there, and one that
 * was taken over must not tell the next command what to do: the key is in a
 * file beside the directory, which no helper can read.
 */
#ifndef RUNTIME_CACHE_H
#define RUNTIME_CACHE_H

#include <sys/stat.h>

#include <sha2.h>
#include <stdbool.h>
#include <stddef.h>

#define MAC_KEY		32		/* bytes */
#define MAC_LEN		SHA256_DIGEST_LENGTH
#define MAC_TEXT	(2 * MAC_LEN + 1)	/* hexadecimal, with a NUL */
#define CACHE_NAME	65		/* hexadecimal, with a NUL */

struct rec;

struct mac_key {
	uint8_t	 bytes[MAC_KEY];
	bool	 there;
};

/*
 * Read the key at this path, and make it there where that is said. Without a
 * file that is ours, and closed to all others, there is none.
 */
void	mac_open(struct mac_key *, const char *path, bool make);
/* Wipe it: who takes this process over later must not have it. */
void	mac_forget(struct mac_key *);
/* Compare in a time that tells nothing of where they differ. */
bool	mac_same(const void *, const void *, size_t);
/* The code of a record, as text. 0, or -1 without a key or memory. */
int	mac_record(const struct mac_key *, const struct rec *, char *);

/* Have the key of the run directory of this path, made where that is said. */
void	cache_open(struct mac_key *, const char *run_dir, bool make);
/* Let a name depend on a file as it is now. */
void	cache_add_file(SHA2_CTX *, const struct stat *);
/*
 * At most so many bytes, and how many they were, from a kind of its own below
 * this run directory. NULL: they are not kept, or there is no key. The caller
 * frees.
 */
char	*cache_get(const struct mac_key *, int run_dir, const char *kind,
	    const char *name, size_t max, size_t *);
/* Keep bytes under a name: few names of a kind, the others make room. */
void	cache_put(const struct mac_key *, int run_dir, const char *kind,
	    const char *name, const void *, size_t);

#endif
