/*
 * Calls: a request to a helper and its answer. Only this library includes
 * this header; others call the functions that are named for the requests.
 *
 * All of these return 0, or -1 with the client's error set. Descriptors are
 * lent. A NULL message is one whose fields are all 0.
 */
#ifndef CLIENT_CALL_H
#define CLIENT_CALL_H

#include <bsd/string.h>

#include "client.h"
#include "messages.h"
#include "records.h"

struct rec;

/* Copy a string into a field of a message: cut off where it does not fit. */
#define SET(field, value)	((void)strlcpy((field), (value), sizeof(field)))
/* The same for what must fit: false if it does not. */
#define FITS(field, value)						\
	(strlcpy((field), (value), sizeof(field)) < sizeof(field))

/* Request and answer, which the caller clears. */
int	call(struct client *, enum helper_id, enum msg_type,
	    const union msg *, const int *, unsigned int, struct packet *);
/* The same where the answer says only that it is done; its value, if any. */
int	call_void(struct client *, enum helper_id, enum msg_type,
	    const union msg *, const int *, unsigned int);
int	call_value(struct client *, enum helper_id, enum msg_type,
	    const union msg *, uint64_t *);
/* The same with a record as the request's descriptor. */
int	call_put(struct client *, enum helper_id, enum msg_type,
	    const union msg *, const struct rec *);
/*
 * The answer is a record of a type, which the caller frees; NULL with the error
 * set.
 */
struct rec *call_rec(struct client *, enum helper_id, enum msg_type,
	    const union msg *, const int *, unsigned int, enum record_type);
/* Done if it can be: error and errno stay as they are. */
void	call_quiet(struct client *, enum helper_id, enum msg_type,
	    const union msg *);

/*
 * Halves of a call, so that several helpers work at once. A helper has one
 * call that has begun and not ended; to begin another discards its answer.
 */
int	call_begin(struct client *, enum helper_id, enum msg_type,
	    const union msg *, const int *, unsigned int);
int	call_end(struct client *, enum helper_id, struct packet *);
int	call_end_void(struct client *, enum helper_id);
int	call_end_value(struct client *, enum helper_id, uint64_t *);
struct rec *call_end_rec(struct client *, enum helper_id, enum record_type);
/* The record in an answer, which is cleared. */
struct rec *call_take_rec(struct client *, enum helper_id, struct packet *,
	    enum record_type);
/* The answer is one descriptor, the caller's. -1 with the error set. */
int	call_end_fd(struct client *, enum helper_id);
/*
 * A request whose answer is read before the next call to this helper ends,
 * which fails with the first of these that failed; or by client_sync.
 */
int	call_async(struct client *, enum helper_id, enum msg_type,
	    const union msg *, const int *, unsigned int);
/* A sealed memfd that holds a record, the caller's. -1 with the error set. */
int	call_memfd(struct client *, const struct rec *, enum helper_id);

#endif
