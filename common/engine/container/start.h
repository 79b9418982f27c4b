/* Starting a container, with the helpers that a session has opened. */
#ifndef ENGINE_START_H
#define ENGINE_START_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

#include "filters.h"

struct rec;
struct session;

/* A container on its way from a definition to its first process. */
struct start {
	struct session	*s;
	const char	*id;
	struct rec	*def;		/* borrowed; name is set */
	bool		 attach_in, attach_out, attach_err;
	bool		 sig_proxy;
	bool		 named;		/* by the user, just now */

	bool		 tty, stdin_open, host_net;	/* as in def */

	/* Requests already sent. */
	bool		 has_process;	/* launch_create */
	bool		 begun;		/* ... and mon_open */
	bool		 layer_asked;	/* rw_make */
	struct rec	*full;		/* the definition as launch gets it */
	struct seccomp_filter filter;

	int		 pidfd, userns;	/* of the first process */

	/* Set by start_container. */
	pid_t		 pid;
	uint64_t	 pid_start;	/* as process_start_time has it */
	bool		 recorded;	/* as running */
	bool		 name_taken;	/* by another engine's container */
	int		 code;		/* 125, 126, 127 when it failed */
	bool		 left;		/* it runs on: detached, or no reader */
	bool		 ended;
	int		 wait_status;	/* raw, when it has ended */
	int64_t		 finished;	/* ns */
};

/* These return 0, or -1 with an error. */

/*
 * Have its first process made already, by a launch that has just been started;
 * host_net is set.
 */
int	start_process(struct start *);
/*
 * That, and have its pipes made, while its image is looked up; tty and
 * stdin_open are set, too. When it fails or no start follows, its run
 * directory is the caller's to remove.
 */
int	start_begin(struct start *);
/*
 * Is a filter kept, or none wanted, for a container that is to have `cap` and
 * `seccomp` of this record? Then no compiler is needed.
 */
bool	start_has_filter(struct start *, const struct rec *);
/*
 * Build and run it. When it is attached, stay until it ends or the person
 * detaches. On -1 nothing is left running.
 */
int	start_container(struct start *);
/*
 * Record that it failed, with the client's error, coming from a state that only
 * this start has made, whatever others have done since.
 */
int	start_failed(struct start *, unsigned int from, unsigned int to);
/* Is any of its streams attached? */
bool	start_attached(const struct start *);

#endif
