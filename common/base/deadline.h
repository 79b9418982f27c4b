/*
 * A time by which something must have come from another process, or from one
 * that makes no progress.
 */
#ifndef BASE_DEADLINE_H
#define BASE_DEADLINE_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

struct deadline {
	int64_t		 allowed_ms;	/* 0: any time */
	int64_t		 at_ms;		/* of CLOCK_MONOTONIC */
	pid_t		 pid;		/* whose progress counts; 0: none's */
	uint64_t	 cpu;		/* the processor time that it had used
					 * when that was last looked at */
};

/*
 * In so many ms from now; 0: never. With a process, its progress, which is
 * processor time that it used, starts the time anew.
 */
void	deadline_start(struct deadline *, int64_t, pid_t);
/* The ms that are left of it, for poll(2). */
int	deadline_left_ms(const struct deadline *);
/*
 * Is it over? Progress that was made since it was started starts it anew, as
 * does finding that this process was stopped meanwhile.
 */
bool	deadline_missed(struct deadline *);

#endif
