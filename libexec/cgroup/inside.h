/*
 * What is done inside of the container's pid namespace, where a number can
 * name no process but the container's.
 */
#ifndef CGROUP_INSIDE_H
#define CGROUP_INSIDE_H

#include <stdint.h>

/* What comes out on the socket; a `left` has the process as its sender. */
enum note_kind { NOTE_LEFT = 1, NOTE_DONE = 2, NOTE_FAILED = 3 };

struct policy;

struct note {
	uint32_t	 kind;
	int32_t		 error;
	uint32_t	 moved;
};

/*
 * Gather what is in this pid namespace, say so on the socket, and exit. Of
 * the policy the Landlock rules are used: slot 0 is its /proc.
 */
_Noreturn void inside(int sock, int procs, const struct policy *);

#endif
