/*
 * The few things that are asked of the user's service manager.
 */
#ifndef SYSTEMD_BUS_H
#define SYSTEMD_BUS_H

#include <stddef.h>
#include <stdint.h>

struct sd_bus;

/* A connection over this socket, which it owns. NULL with errno. */
struct sd_bus *bus_open(int);			/* takes */
/*
 * Start a scope with one process in it, or a slice (pid 0), unless it is
 * there. The path of its control group. 0, or -1 with a sentence.
 */
int	bus_start(struct sd_bus *, const char *unit, const char *slice,
	    uint32_t pid, char *group, size_t group_len, char *why,
	    size_t why_len);
/* Put one more process into it. 0, or -1 with a sentence. */
int	bus_attach(struct sd_bus *, const char *unit, uint32_t pid,
	    char *why, size_t why_len);
/* Stop it; one that is not there is stopped. 0, or -1 with a sentence. */
int	bus_stop(struct sd_bus *, const char *unit, char *why,
	    size_t why_len);

#endif
