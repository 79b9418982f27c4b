/*
 * Layers that are being made: bulkhead/stage/<token>/ and beside it
 * <token>.lock, which this process keeps locked. If the lock is free, the
 * process is dead, and store_tidy undoes what the lock file says it was doing.
 */
#ifndef STORE_STAGE_H
#define STORE_STAGE_H

#include <stdbool.h>
#include <stddef.h>

struct answer;
struct rec;
struct store;

#define STAGE	"bulkhead/stage"

/*
 * Make a staging directory for a layer on a parent ("" for a base), which is
 * fleeting (fresh.h) or not. Its descriptor (for the caller to close) and its
 * token, or -1 + error.
 */
int	stage_make(struct store *, const char *, bool, char *, size_t,
	    struct answer *);
/*
 * Move it into place as a layer, as the record of layer_unpack describes it:
 * the layer id in the buffer. The token is gone afterwards in any case.
 */
int	stage_commit(struct store *, const char *, const char *, const char *,
	    const struct rec *, char *, struct answer *);
/* Discard it. 0, or -1 when there is no such token. */
int	stage_abort(struct store *, const char *, struct answer *);
/* Discard all that this process has. */
void	stage_end(struct store *);
/* Discard what dead processes left. 0 or -1 with an error. */
int	stage_tidy(struct store *, struct answer *);
/*
 * Note what is about to be removed, for store_tidy to finish it if this process
 * is killed: layer IDs with a newline each. A token, or -1.
 */
int	stage_note(struct store *, const char *, char *, size_t,
	    struct answer *);
/* Leave the note for store_tidy, once this process has ended. */
void	stage_leave(const char *);
/* Remove the note: it is done. */
void	stage_forget(struct store *, const char *);

#endif
