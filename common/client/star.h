/*
 * The star: the helpers that this command has started, and asking them.
 */
#ifndef CLIENT_STAR_H
#define CLIENT_STAR_H

#include <sys/types.h>

#include <stdbool.h>

#include "chan.h"
#include "spawn.h"

enum star_helper {
	H_REFRESH, H_RESOLVE, H_STATE, H_LOCK, H_STORE, H_FETCH, H_UNPACK,
	H_DIGEST,		/* of a layer as it is stored */
	H_DIGEST2,		/* of what inflate makes of it */
	H_INFLATE,
	H_CGROUP, H_SYSTEMD,
	H_REAPER,		/* and with it these two, by channel only: */
	H_MONITOR, H_LAUNCH,
	H_COUNT
};

#define STAR_POSTS	16

enum star_early { EARLY_NONE, EARLY_WANTED, EARLY_HERE, EARLY_NEVER };
#define STAR_ASKED	64		/* requests whose subject is known */
#define STAR_FAILED	8		/* failures whose number is known */

struct star {
	struct child	 helper[H_COUNT];
	int		 libexec_fd;
	int		 err_read;	/* what all of them say on stderr */
	int		 err_write;
	uint32_t	 seq;
	uint32_t	 sent[H_COUNT];	/* the request that star_wait is for */
	uint32_t	 unasked[H_COUNT];	/* one that nobody waits for */
	enum star_early	 early[H_COUNT];	/* its answer, while another's */
	struct packet	 kept[H_COUNT];		/* is waited for */
	uint32_t	 posted[H_COUNT][STAR_POSTS];	/* not looked at yet */
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
	}		 asked[STAR_ASKED]; /* by the low bits of seq */
	struct {
		uint32_t	 hash;	/* of its sentence */
		unsigned int	 code;	/* enum error_code */
	}		 failed[STAR_FAILED];
	unsigned int	 nfailed;
	char		 text[1024];	/* the sentence of the last failure */
};

/* Find the helpers beside our own executable. 0, or -1 with errno. */
int	star_init(struct star *, unsigned int, unsigned int);
/* Start one. 0, or -1 with a sentence in text. */
int	star_start(struct star *, enum star_helper);
/* Start reaper, monitor and launch; the arguments are the clean-up's. */
int	star_start_reaper(struct star *, char *const *);
bool	star_has(const struct star *, enum star_helper);

/*
 * Ask and wait: 0 with the reply's packet, which the caller clears; or -1
 * with errno and a sentence in text, and nothing to clear. The descriptors
 * are lent.
 */
int	star_ask(struct star *, enum star_helper, enum msg_type,
	    const union msg *, const int *, unsigned int, struct packet *);
/* The same for requests whose reply says nothing but that it is done. */
int	star_do(struct star *, enum star_helper, enum msg_type,
	    const union msg *, const int *, unsigned int);
/*
 * What failed and why, errno and the sentence: kept while something is undone
 * that may fail with a sentence of its own, and put back.
 */
struct star_failure {
	int	 error;
	char	 text[1024];
};
void	star_keep(const struct star *, struct star_failure *);
void	star_put_back(struct star *, const struct star_failure *);
/* Done if it can be, without a word: errno and the sentence stay. */
void	star_aside(struct star *, enum star_helper, enum msg_type,
	    const union msg *);
/*
 * The halves, so that several helpers work at once. One that is waited for
 * at a time each; others may be posted: their replies are looked at before
 * the next wait, where the first that failed fails it, or by star_settle.
 */
int	star_post(struct star *, enum star_helper, enum msg_type,
	    const union msg *, const int *, unsigned int);
int	star_settle(struct star *, enum star_helper);
int	star_send(struct star *, enum star_helper, enum msg_type,
	    const union msg *, const int *, unsigned int);
int	star_wait(struct star *, enum star_helper, struct packet *);
/* The same for a reply that says nothing but that it is done. */
int	star_done(struct star *, enum star_helper);
/* Wait for a reply that is a record. NULL with a sentence in text. */
struct rec;
struct rec *star_wait_rec(struct star *, enum star_helper);
struct rec *star_ask_rec(struct star *, enum star_helper, enum msg_type,
	    const union msg *, const int *, unsigned int);
/*
 * The number (errors.h) of the failure whose sentence is in text, also when
 * other requests have failed since; 0 when no helper has said it.
 */
unsigned int star_code(const struct star *);
/* A sentence for a helper that ended without an answer. Returns -1. */
int	star_lost(struct star *, enum star_helper);

/*
 * Stop one and wait for it (the reaper is let go, not awaited); or let go of
 * all, without waiting.
 */
int	star_stop(struct star *, enum star_helper);
void	star_stop_all(struct star *);
/* Print what the helpers have said on stderr so far. */
void	star_drain(struct star *);

#endif
