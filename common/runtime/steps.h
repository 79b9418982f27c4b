/*
 * Steps of a start that take no more than the helpers launch and monitor. In
 * which order, and why: engine/container/start.c.
 *
 * All of these return 0, or -1 with the client's error set.
 */
#ifndef RUNTIME_STEPS_H
#define RUNTIME_STEPS_H

#include <stdbool.h>

struct client;

/*
 * Write the file that the monitor makes into the exit record into an open run
 * directory: with blocks of its own the exit status is kept also on a disk
 * that is full by then. errno only.
 */
int	step_exit_room(int run_dir);
/* Give launch the inner ends of the pipes that the monitor has made. */
int	step_pipes(struct client *);
/*
 * Give launch the program for --init, as a sealed copy, so that no file of the
 * host is mapped in a container.
 */
int	step_init(struct client *);
/*
 * Have launch build the container, with a terminal of the size of ours or
 * without; then give the monitor the terminal's master.
 */
int	step_build_begin(struct client *, bool tty);
int	step_build_end(struct client *, bool tty);
/*
 * The payload is being executed. If that fails, *code is what podman exits
 * with: 127 when there is no such program, 126 when it cannot be executed.
 */
int	step_exec_end(struct client *, int *code);
/*
 * Kill the first process of a start that failed. A launch that was killed may
 * have let go of it before. errno stays.
 */
void	step_abandon(int pidfd);

#endif
