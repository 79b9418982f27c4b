/* Requests to the user's service manager. */
#ifndef SYSTEMD_BUS_H
#define SYSTEMD_BUS_H

#include <stddef.h>
#include <stdint.h>

struct sd_bus;

/* A connection over this socket, which is taken. NULL with errno. */
struct sd_bus *bus_open(int);			/* takes */
/*
 * Start a scope with one process, or a slice (pid 0), unless it exists. The
 * path of its control group is copied into `group`. 0, or -1 with a message.
 */
int	bus_start(struct sd_bus *, const char *unit, const char *slice,
	    uint32_t pid, char *group, size_t group_len, char *why,
	    size_t why_len);
/* Move one more process into a scope. 0, or -1 with a message. */
int	bus_attach(struct sd_bus *, const char *unit, uint32_t pid,
	    char *why, size_t why_len);
/* Stop a scope or slice, if it exists. 0, or -1 with a message. */
int	bus_stop(struct sd_bus *, const char *unit, char *why,
	    size_t why_len);

#endif
