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
/*
 * Start a session, and put the container's streams, or its terminal, where its
 * program expects them. Once the user is known. 0, or -1 with the fault.
 */
int	exec_place_streams(struct build *);
/* Map the seccomp filter that was given. 0, or -1 with the fault filled. */
int	exec_map_filter(struct build *);

#endif
