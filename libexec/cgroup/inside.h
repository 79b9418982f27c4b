/*
 * The part that runs inside the container's pid namespace, where a pid can name
 * only a process of the container.
 */
#ifndef CGROUP_INSIDE_H
#define CGROUP_INSIDE_H

#include <stdint.h>

/* The notes on the socket; a `left` has the process as its sender. */
enum note_kind { NOTE_LEFT = 1, NOTE_DONE = 2, NOTE_FAILED = 3 };

struct policy;

struct note {
	uint32_t	 kind;
	int32_t		 error;
	uint32_t	 moved;
};

/*
 * Move the processes of this pid namespace, report on the socket, and exit.
 * Only the Landlock rules of the policy are applied: DIR 0 is the namespace's
 * /proc.
 */
_Noreturn void inside(int sock, int procs, const struct policy *);

#endif
