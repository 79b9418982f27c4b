/*
 * How long a helper may take for an answer.
 */
#ifndef CLIENT_DEADLINE_H
#define CLIENT_DEADLINE_H

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
 * From now on so many ms (0: any number); with a process, so many without
 * that process using the processor.
 */
void	deadline_start(struct deadline *, int64_t, pid_t);
/* What is left of it, for poll(2). */
int	deadline_left_ms(const struct deadline *);
/*
 * Is it over? Progress that was made since it was started starts it anew, as
 * does finding that we were stopped ourselves meanwhile.
 */
bool	deadline_missed(struct deadline *);

#endif
