/*
 * Requests to launch: the first process of a container, step by step.
 *
 * All of these return 0, or -1 with the client's error set. Those that end in
 * _begin and have no _end are only sent: their answers are read by the next
 * that ends, or by client_sync.
 */
#ifndef CLIENT_LAUNCH_H
#define CLIENT_LAUNCH_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

#include "messages.h"

struct client;
struct rec;

/* The first process, with its namespaces; it waits. Descriptors are owned. */
int	launch_create_begin(struct client *, bool host_net);
int	launch_create_end(struct client *, pid_t *, int *pidfd, int *userns);
/* A descriptor that the container needs, lent; which of its kind. */
int	launch_give_begin(struct client *, enum launch_fd kind,
	    uint32_t index, int fd);
/* What it is to be; `single`: the process maps its own id, and no other. */
int	launch_define_begin(struct client *, const struct rec *, bool single);
/*
 * Its ids are mapped, build it: with a terminal of this size, whose master is
 * *console, the caller's; or, with console NULL, without one.
 */
int	launch_build_begin(struct client *, unsigned int rows,
	    unsigned int cols, bool tty);
int	launch_build_end(struct client *, int *console);
/* Execute its program: the answer comes when that has been done or failed. */
int	launch_exec_begin(struct client *);
int	launch_exec_end(struct client *);

#endif
