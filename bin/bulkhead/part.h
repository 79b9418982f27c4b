/*
 * A question that a process of its own answers, so that a failure of its
 * subject affects nothing else: a helper that dies, a lock that is not
 * released, a missing account. `info` is made of these.
 */
#ifndef BULKHEAD_PART_H
#define BULKHEAD_PART_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

struct cli;
struct rec;

struct part {
	/*
	 * Runs in the child, which it may confine. Puts what it finds into
	 * the record. 0, or an exit code after saying an error.
	 */
	int		(*run)(struct cli *, const struct rec *,
			    struct rec *);
	bool		 quiet;		/* its warnings are not passed on */
	bool		 loud;		/* its stderr is ours, as stdout is */
	pid_t		 pid;
	int		 pidfd;
	int		 out;		/* memfds: the answer, and its stderr */
	int		 err;
	struct rec	*answer;	/* NULL: it failed */
	char		 why[1024];	/* then its sentence */
};

#define PART_FOREVER	INT64_MAX	/* a time to wait until */

/* Start one; the record (the configuration, may be NULL) is borrowed. */
void	part_start(struct part *, struct cli *, const struct rec *);
/*
 * Wait until this time (CLOCK_MONOTONIC, ms) and take what it found. What it
 * said on stderr is passed on, but for the sentence of its failure.
 */
void	part_wait(struct part *, int64_t);
void	part_clear(struct part *);
/*
 * One step in a process of its own, from start to end: its answer, for the
 * caller to free, or NULL; it has said why.
 */
struct rec *part_step(int (*)(struct cli *, const struct rec *,
	    struct rec *), struct cli *, const struct rec *);

#endif
