/*
 * The client: the helpers that this command has started, and asking them.
 */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include <sys/types.h>

#include <stdbool.h>

#include "chan.h"
#include "error.h"
#include "spawn.h"

enum helper_id {
	H_REFRESH, H_RESOLVE, H_STATE, H_LOCK, H_STORE, H_FETCH, H_UNPACK,
	H_DIGEST,		/* of a layer as it is stored */
	H_DIGEST2,		/* of what inflate makes of it */
	H_INFLATE,
	H_CGROUP, H_SYSTEMD,
	H_REAPER,		/* and with it these two, by channel only: */
	H_MONITOR, H_LAUNCH,
	H_COUNT
};

#define CALL_POSTS	16

enum call_early { EARLY_NONE, EARLY_WANTED, EARLY_HERE, EARLY_NEVER };
#define CALL_ASKED	64		/* requests whose subject is known */

struct client {
	struct child	 helper[H_COUNT];
	int		 libexec_fd;
	int		 err_read;	/* what all of them say on stderr */
	int		 err_write;
	uint32_t	 seq;
	uint32_t	 sent[H_COUNT];	/* the request that call_end is for */
	uint32_t	 unasked[H_COUNT];	/* one that nobody waits for */
	enum call_early	 early[H_COUNT];
	struct packet	 kept[H_COUNT];	/* its answer, while another's is
					 * waited for */
	uint32_t	 posted[H_COUNT][CALL_POSTS];	/* not looked at yet */
	unsigned int	 nposted[H_COUNT];
	uint64_t	 value[H_COUNT];	/* of the last that was posted,
						 * and has been looked at */
	unsigned int	 trace;
	unsigned int	 verbose;
	uid_t		 uid;		/* helpers are born with it; 0: ours */
	gid_t		 gid;
	struct {
		enum msg_type	 type;
		uint32_t	 kind;	/* of object, if it is about one */
	}		 asked[CALL_ASKED]; /* by the low bits of seq */
	struct error	 error;		/* the last failure */
};

/* Find the helpers beside our own executable. 0, or -1 with an error. */
int	client_init(struct client *, unsigned int, unsigned int);
/* Start one. 0, or -1 with an error in `error`. */
int	client_start(struct client *, enum helper_id);
/* Start reaper, monitor and launch; the arguments are the clean-up's. */
int	client_start_reaper(struct client *, char *const *);
bool	client_has(const struct client *, enum helper_id);

/*
 * Ask and wait: 0 with the reply's packet, which the caller clears; or -1
 * with errno and `error`, and nothing to clear. The descriptors
 * are lent.
 */
int	call(struct client *, enum helper_id, enum msg_type,
	    const union msg *, const int *, unsigned int, struct packet *);
/* The same for requests whose reply says nothing but that it is done. */
int	call_void(struct client *, enum helper_id, enum msg_type,
	    const union msg *, const int *, unsigned int);
/* Done if it can be, without a word: errno and `error` stay. */
void	call_quiet(struct client *, enum helper_id, enum msg_type,
	    const union msg *);
/*
 * The halves, so that several helpers work at once. One that is waited for
 * at a time each; others may be posted: their replies are looked at before
 * the next wait, where the first that failed fails it, or by call_sync.
 */
int	call_async(struct client *, enum helper_id, enum msg_type,
	    const union msg *, const int *, unsigned int);
int	call_sync(struct client *, enum helper_id);
int	call_begin(struct client *, enum helper_id, enum msg_type,
	    const union msg *, const int *, unsigned int);
int	call_end(struct client *, enum helper_id, struct packet *);
/* The same for a reply that says nothing but that it is done. */
int	call_end_void(struct client *, enum helper_id);
/* Wait for a reply that is a record. NULL with an error in `error`. */
struct rec;
struct rec *call_end_rec(struct client *, enum helper_id);
struct rec *call_rec(struct client *, enum helper_id, enum msg_type,
	    const union msg *, const int *, unsigned int);
/* A sentence for a helper that ended without an answer. Returns -1. */
int	client_lost(struct client *, enum helper_id);

/*
 * Stop one and wait for it (the reaper is let go, not awaited); or let go of
 * all, without waiting.
 */
int	client_stop(struct client *, enum helper_id);
void	client_stop_all(struct client *);
/* Print what the helpers have said on stderr so far. */
void	client_drain(struct client *);

#endif
