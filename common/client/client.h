/*
 * The client: the helper programs that this command has started. What they
 * are asked is in calls.h.
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

#define CALL_ASYNC	16		/* requests that are only sent */
#define CLIENT_SEND_MS	30000		/* for room in a channel */

#define CALL_ASKED	64		/* requests whose subject is known */

/* Of the request that call_end is for. */
enum answer_state {
	ANSWER_NONE,		/* none is waited for, or it is being read */
	ANSWER_WANTED,		/* it was asked, and has not answered */
	ANSWER_HERE,		/* it answered before it was waited for */
	ANSWER_NEVER,		/* its channel was closed before that */
	ANSWER_OTHER		/* it is of another version than we are */
};

struct client {
	struct child	 helper[H_COUNT];
	int		 libexec_fd;
	int		 err_read;	/* what all of them say on stderr */
	int		 err_write;
	uint32_t	 seq;
	uint32_t	 sent[H_COUNT];	/* the request that call_end is for */
	uint32_t	 abandoned[H_COUNT]; /* one whose answer is discarded */
	enum answer_state answer_state[H_COUNT];
	struct packet	 answer[H_COUNT]; /* to `sent`, received while waiting
					 * for another helper */
	uint32_t	 posted[H_COUNT][CALL_ASYNC];	/* by call_async */
	unsigned int	 nposted[H_COUNT];
	uint64_t	 value[H_COUNT]; /* of the last of these answers, or
					 * of the last that was a record */
	unsigned int	 trace;
	unsigned int	 verbose;
	void		 (*said)(const char *); /* gets what they say; NULL */
	char		 reason[512];	/* for which one of them ends */
	uid_t		 uid;		/* helpers are born with it; 0: ours */
	gid_t		 gid;
	struct asked {
		enum msg_type	 type;
		uint32_t	 kind;	/* of object, if it is about one */
		unsigned int	 wait_ms; /* which its answer may take longer */
	}		 asked[CALL_ASKED]; /* by the low bits of seq */
	int		 deadline_ms;	/* of all; 0: each its own */
	struct error	 error;		/* the last failure */
	struct error	 lost[H_COUNT];	/* why it ended, if that is known */
};

/*
 * Find the helpers beside our own executable; they are started with this
 * level of trace and of words, and what they write on stderr is given to a
 * function, unless that is NULL. 0, or -1 with `error` set.
 */
int	client_init(struct client *, unsigned int trace, unsigned int verbose,
	    void (*said)(const char *));
/* Start one, if it is not running. 0, or -1 with `error` set. */
int	client_start(struct client *, enum helper_id);
/*
 * Start reaper, monitor and launch; the arguments are the clean-up's. 0, or
 * -1 with `error` set.
 */
int	client_start_reaper(struct client *, char *const *);
/* Is its channel open? */
bool	client_has(const struct client *, enum helper_id);

/*
 * Wait for the answers to all requests to a helper that were only sent. 0, or
 * -1 with the error of the first that failed.
 */
int	client_sync(struct client *, enum helper_id);
/*
 * Put the error of a helper that ended without an answer, and reap it; or
 * (ETIME in the error) of one that has not answered for so many ms, and kill
 * it. Returns -1 with errno EPIPE.
 */
int	client_lost(struct client *, enum helper_id);
int	client_late(struct client *, enum helper_id, int64_t);
/*
 * Put the error of a helper that is not running: why it ended, if that is
 * known. Returns -1 with errno EPIPE.
 */
int	client_gone(struct client *, enum helper_id);
/* The file name of a helper. */
const char *client_name(enum helper_id);

/*
 * Stop one and wait for it (the reaper is let go, not awaited); or let go of
 * all, without waiting.
 */
int	client_stop(struct client *, enum helper_id);
void	client_stop_all(struct client *);
/*
 * Pass on what the helpers have said on stderr so far, but keep the line in
 * which one says why it ends ("fatal", "internal fault").
 */
void	client_drain(struct client *);
/* Pass that on, too. */
void	client_say_reason(struct client *);
/*
 * Take the reason that the program of this name gave, without the name, into a
 * buffer: the buffer, or NULL if there is none.
 */
const char *client_take_reason(struct client *, const char *name, char *,
	    size_t);

#endif
