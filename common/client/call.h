/*
 * Calls: a request to a helper and its answer. Only this library includes this
 * header; others call the functions of calls.h.
 *
 * All of these return 0 or what the answer holds; or -1, or NULL, with the
 * client's error set.
 */
#ifndef CLIENT_CALL_H
#define CLIENT_CALL_H

#include "client.h"
#include "messages.h"
#include "records.h"

struct rec;

struct request {
	enum helper_id	 who;
	enum msg_type	 type;
	union msg	 m;
	int		 fds[PROTO_FDS];	/* lent */
	unsigned int	 nfds;
	int		 memfd;		/* with a record, ours; or -1 */
	bool		 bad;		/* a field failed: the error is set */
};

/*
 * Halves of a call, so that several helpers work at once. A helper has one
 * call that has begun and not ended; to begin another discards its answer.
 * Sending closes the request's memfd.
 */
int	call_begin(struct client *, const struct request *);
/* The answer, which the caller clears. */
int	call_end(struct client *, enum helper_id, struct packet *);
/*
 * A request whose answer is read before the next call to this helper ends,
 * which fails with the first of these that failed; or by client_sync.
 */
int	call_async(struct client *, const struct request *);

/* Ends of a call; calls.h says what each kind of answer holds. */
int	call_end_done(struct client *, enum helper_id);
int64_t	call_end_value(struct client *, enum helper_id);
int64_t	call_end_text(struct client *, enum helper_id, char *, size_t);
int	call_end_fd(struct client *, enum helper_id, char *, size_t);
int64_t	call_end_fds(struct client *, enum helper_id, int fds[3]);
struct rec *call_end_rec(struct client *, enum helper_id, enum record_type);
/* The record in an answer, which is cleared. */
struct rec *call_take_rec(struct client *, enum helper_id, struct packet *,
	    enum record_type);

/*
 * The code of an errno that answers a request of this type about an object of
 * this kind (enum obj_kind; 0: it is about none). Never ERR_NONE.
 */
enum error_code	error_of_answer(enum msg_type, uint32_t, int);

#endif
