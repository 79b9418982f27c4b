/*
 * The journal: every change of a database in order, each value with a checksum
 * of its own. The Kyoto Cabinet file beside it is an index that can be made
 * again from the journal at any time. One fdatasync of one file makes a change
 * durable. Whatever the order in which the kernel writes pages, a power cut can
 * damage only the end of the journal, behind the last change that was reported
 * as done.
 */
#ifndef STATEKEEP_JOURNAL_H
#define STATEKEEP_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The changes of one transaction, encoded as they are collected. */
struct jbuf {
	uint8_t	*base;
	size_t	 len;
	size_t	 cap;
};

/*
 * Add a change: the new value of a key, or (NULL) its deletion. 0, or -1 with
 * ENOMEM.
 */
int	jbuf_add(struct jbuf *, const char *, const void *, size_t);
/* Add a change that marks the value of a key as damaged, for good. */
int	jbuf_add_damaged(struct jbuf *, const char *);
void	jbuf_clear(struct jbuf *);

/*
 * Append one transaction at this offset, where the last one ended. Returns the
 * new end; the caller makes it durable. Or -1 with errno: part of it may have
 * been written, for the caller to cut off.
 */
int64_t	journal_append(int, int64_t, const struct jbuf *);

/* Cut the journal off at this offset. errno is preserved. */
void	journal_cut(int, int64_t);

/*
 * journal_replay calls it with a key and its value (NULL: deleted). A value
 * with a wrong checksum comes with `damaged` set. A result that is not 0 ends
 * the replay.
 */
typedef int	(*journal_fn)(void *, const char *, size_t, const void *,
		    size_t, bool damaged);

struct replay {
	int64_t	 end;		/* of the last whole transaction */
	int64_t	 skipped;	/* bytes before it that could not be read */
	size_t	 changes;
};

/*
 * Read a whole journal. After a crash of the machine, zeros end it: pages that
 * were not synced. Else they are damage, behind which it goes on. 0, or -1 with
 * errno (of the read, or of the function).
 */
int	journal_replay(int, journal_fn, void *, bool crashed, struct replay *);

#endif
