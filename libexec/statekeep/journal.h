/*
 * The journal: every change of a database in the order in which it was made,
 * each value under its own checksum. It is what counts; the Kyoto Cabinet
 * file beside it is an index that can be made again from it at any time.
 * One fdatasync of one file makes a change durable, and no order in which
 * the kernel writes pages out can break more than the end that nobody was
 * told about.
 */
#ifndef STATEKEEP_JOURNAL_H
#define STATEKEEP_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Changes of one transaction, encoded as they are collected. */
struct jbuf {
	uint8_t	*base;
	size_t	 len;
	size_t	 cap;
};

/* Add "key becomes these bytes" or (NULL) "key is gone". 0 or -1 ENOMEM. */
int	jbuf_add(struct jbuf *, const char *, const void *, size_t);
/* Add "what this key had is damaged", so that it is known for ever. */
int	jbuf_add_damaged(struct jbuf *, const char *);
void	jbuf_clear(struct jbuf *);

/*
 * Append one transaction at the offset given, which is where the last one
 * ended. Returns the new end, or -1 with errno: then half of it may be there,
 * for the caller to cut off. It is the caller's to make it durable.
 */
int64_t	journal_append(int, int64_t, const struct jbuf *);

/* Take back what was appended behind this offset. errno is kept. */
void	journal_cut(int, int64_t);

/*
 * What journal_replay calls: key, value (NULL: gone). A value that is not
 * what was written comes with `damaged` set. Non-zero stops the replay.
 */
typedef int	(*journal_fn)(void *, const char *, size_t, const void *, size_t,
		    bool damaged);

struct replay {
	int64_t	 end;		/* where the last whole transaction ends */
	int64_t	 skipped;	/* bytes that made no sense before that */
	size_t	 changes;
};

/* Read a whole journal. 0, or -1 with errno (of reading, or of the caller). */
int	journal_replay(int, journal_fn, void *, struct replay *);

#endif
