/*
 * The last steps: from a process that has built a container to the program
 * that runs in it.
 */
#ifndef LAUNCH_EXEC_H
#define LAUNCH_EXEC_H

struct build;

/*
 * Become the container's program. Returns only on failure: -1 with the
 * fault filled, its error ENOENT when there is no such program.
 */
int	exec_run(struct build *);
/* While still the user who asked: let the container reopen its streams. */
void	exec_share_pipes(struct build *);

#endif
