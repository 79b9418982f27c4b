#ifndef MONITOR_WATCH_H
#define MONITOR_WATCH_H

#include <stddef.h>

struct monitor;

/* Serve the front end until it has opened the monitor, or has gone. */
void	watch_open(struct monitor *);
/*
 * Serve the container, its viewers and its clients, until the container's
 * output is written and the status has been given to the front end.
 */
void	watch(struct monitor *);
/* Format the time of the container's end, for answers. */
void	watch_finished(const struct monitor *, char *, size_t);

#endif
