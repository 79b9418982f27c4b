/*
 * Message authentication codes: HMAC-SHA256 (RFC 2104) with a key in a file
 * that only this user can read, so that others may keep what we have said
 * and cannot change it. In system mode the user is root.
 */
#ifndef RUNTIME_MAC_H
#define RUNTIME_MAC_H

#include <sha2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAC_KEY		32		/* bytes */
#define MAC_LEN		SHA256_DIGEST_LENGTH
#define MAC_TEXT	(2 * MAC_LEN + 1)	/* hexadecimal, with a NUL */

struct rec;

struct mac_key {
	uint8_t	 bytes[MAC_KEY];
	bool	 there;
};

/*
 * Read the key at this path, and make it there where that is said. Without a
 * file that is ours, and closed to all others, there is none.
 */
void	mac_open(struct mac_key *, const char *, bool);
/* Wipe it: who takes this process over later must not have it. */
void	mac_forget(struct mac_key *);
/* The code of what is given to SHA256Update between the two. */
void	mac_begin(const struct mac_key *, SHA2_CTX *);
void	mac_end(const struct mac_key *, SHA2_CTX *, uint8_t *);
/* Compare in a time that tells nothing of where they differ. */
bool	mac_same(const void *, const void *, size_t);
/* The code of a record, as text. 0, or -1 without a key or memory. */
int	mac_record(const struct mac_key *, const struct rec *, char *);

#endif
