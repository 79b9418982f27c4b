/*
 * The life of every helper: five calls in main, in this order. A helper that
 * can only be confined when the front end has sent it the directories it works
 * in says so in struct helper, with sandbox_at, in place of the fourth.
 */
#ifndef PROTOCOL_HELPER_H
#define PROTOCOL_HELPER_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

#include "chan.h"

#define HELPER_FD	3
#define HELPER_DIRS	4

struct policy;

/*
 * The answer of a handler. It starts as an empty `reply`. A handler that
 * returns 0 may have set value and text, or a type with descriptors (which are
 * closed after sending). One that returns -1 leaves errno, and may have set a
 * message with answer_text.
 */
struct answer {
	enum msg_type	 type;
	union msg	 body;
	int		 fds[PROTO_FDS];
	unsigned int	 nfds;
	char		 text[1024];
	uint64_t	 value;
	bool		 later;		/* helper_reply follows later */
};

struct handler {
	enum msg_type	 type;
	unsigned int	 when;		/* the states that allow it */
	int		(*run)(void *, struct packet *, struct answer *);
};

struct helper {
	const char		*name;
	enum role		 self;
	const struct policy	*policy;
	const struct policy	*inner;		/* of a process that it forks,
						 * for -P; or NULL */
	/*
	 * helper_serve confines the process when this request has arrived in
	 * a state that allows it, before its handler runs; 0: main has called
	 * helper_sandbox. `dirs` puts the descriptors of the policy's DIR
	 * rows into the array, which comes with -1 in each place.
	 */
	enum msg_type		 sandbox_at;
	void			(*dirs)(const void *, const struct packet *,
				    int[HELPER_DIRS]);
	bool			 confined;
	struct chan		 chan;
};

/* -P prints the policy and exits; -t traces; -v; -p role. Exits on misuse. */
void	helper_args(struct helper *, int, char **);
/* Descriptor 3 must be a packet socket; close what is above it, or exit. */
void	helper_socket(struct helper *);
/*
 * The same for programs that are started with more than descriptor 3: the last
 * argument is the highest descriptor that stays open.
 */
void	helper_socket_upto(struct helper *, int);
/* no_new_privs, not dumpable, no capabilities (but those of the policy). */
void	helper_drop(struct helper *);
/*
 * Limits, Landlock, then seccomp, all from the policy. The array gives a
 * descriptor for each DIR row that the policy has (-1: no such directory in
 * this run, the row grants nothing). Every step is fatal, except Landlock on
 * a kernel that has none, which is logged at debug level.
 */
void	helper_sandbox(struct helper *, const int *, size_t);
/*
 * Serve until the channel closes: EX_OK, or EX_PROTOCOL. Confine the process
 * at `sandbox_at`.
 */
int	helper_serve(struct helper *, const struct handler *, size_t,
	    unsigned int *, void *);
/*
 * Serve one packet (for programs with a poll loop of their own).
 * 1: served. 0: closed. -1: the peer broke the protocol.
 */
int	helper_once(struct chan *, const struct handler *, size_t,
	    unsigned int *, void *);
/* Send the reply that a handler has postponed with answer.later. */
int	helper_reply(struct chan *, uint32_t, uint32_t, uint64_t, const char *);

/* Set the message of a failure (or the text of a reply). Returns -1. */
int	answer_text(struct answer *, const char *, ...)
	    __attribute__((format(printf, 2, 3)));
/* Answer with one descriptor, which is taken. Returns 0, or -1 if it is -1. */
int	answer_fd(struct answer *, int);			/* takes */
/* Answer with a record, which is encoded into a sealed memfd. 0 or -1. */
struct rec;
int	answer_rec(struct answer *, const struct rec *);
/*
 * The record in the n-th descriptor of a request, of this type (enum
 * record_type), which the caller frees. NULL with errno and a message.
 */
struct rec *request_rec(struct packet *, unsigned int, unsigned int,
	    struct answer *);

#endif
