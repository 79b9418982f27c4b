/*
 * The last steps from the process that has built a container to the program
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
/* As the user who asked: make the streams accessible to the container. */
void	exec_share_pipes(struct build *);
/*
 * Start a session, and connect the container's streams, or its terminal, to
 * descriptors 0 to 2. After the user was looked up. 0, or -1 with the fault.
 */
int	exec_place_streams(struct build *);
/* Map the seccomp filter that was given. 0, or -1 with the fault filled. */
int	exec_map_filter(struct build *);

#endif
