/*
 * What run and create share: options, and the files that a person may name
 * for the ID and the process ID.
 */
#ifndef BULKHEAD_CREATING_H
#define BULKHEAD_CREATING_H

#include <sys/types.h>

#include "create.h"
#include "opt.h"

struct cli;

/* In container/create.c: what both take, and podman's that neither takes. */
extern const struct opt	create_options[], create_refused[];

struct creating {
	struct cli	*cli;
	struct create	 c;
	int		 cid_fd;
	int		 pid_fd;
};

/*
 * Make the container that the command line asks for; `start` is run's, else
 * NULL. 0, or -1 after saying why; the session may be open then. End it with
 * creating_clear in both cases.
 */
int	creating_make(struct creating *, struct cli *, struct start *);
/* The container is gone: so is its --cidfile. */
void	creating_undo(struct creating *);
/* Write --pidfile. */
void	creating_write_pid(struct creating *, pid_t);
void	creating_clear(struct creating *);

#endif
