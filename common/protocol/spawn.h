/*
 * Start a helper: a new program with an empty environment, a packet socket on
 * descriptor 3, and the caller's choice of stderr.
 */
#ifndef PROTOCOL_SPAWN_H
#define PROTOCOL_SPAWN_H

#include <sys/types.h>

#include <signal.h>
#include <stdbool.h>

#include "chan.h"

struct child {
	struct chan	 chan;		/* our end of its descriptor 3 */
	pid_t		 pid;
	int		 pidfd;
	const char	*name;
};

struct spawn {
	int		 dir_fd;	/* libexec directory, or AT_FDCWD */
	const char	*file;		/* name beneath it */
	bool		 sealed;	/* run a sealed copy of it in memory */
	enum role	 self;		/* the parent's role */
	enum role	 peer;		/* the child's role */
	int		 stderr_fd;	/* -1: inherit */
	const int	*fds;		/* borrowed; they become 4, 5, ... */
	size_t		 nfds;
	int		 chan_fd;	/* -1: make a pair; else lend this
					 * one as its descriptor 3 */
	char *const	*args;		/* more arguments, NULL at the end */
	unsigned int	 trace;		/* pass -t */
	unsigned int	 verbose;
	uid_t		 uid;		/* change to this account; 0: */
	gid_t		 gid;		/* keep the ids */
};

/*
 * 0, or -1 with errno of the step that failed, also of execve in the child
 * (through a close-on-exec pipe). With chan_fd the child's chan.fd is -1.
 */
int	spawn_helper(const struct spawn *, struct child *);
/* Close its channel, wait. Exit status, or 128 + signal. */
int	spawn_stop(struct child *);
/* The status that waitid returned, in the form of wait(2). */
int	spawn_status(const siginfo_t *);

#endif
