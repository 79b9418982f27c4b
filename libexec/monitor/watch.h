#ifndef MONITOR_WATCH_H
#define MONITOR_WATCH_H

#include <stddef.h>

struct monitor;

/*
 * Serve the container, its viewers and its clients, until nobody is owed
 * anything any more.
 */
void	watch(struct monitor *);
/* When the container ended, as answers give it, into a buffer. */
void	watch_finished(const struct monitor *, char *, size_t);

#endif
