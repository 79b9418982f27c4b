/*
 * Locks of files with a time-out: a blocking lock of the kernel, which queues
 * and wakes without polling; a timer ends the wait.
 */
#ifndef PROTOCOL_FILELOCK_H
#define PROTOCOL_FILELOCK_H

#include <stdbool.h>

/* Install the timer's handler. Once, before confinement. 0 or -1. */
int	filelock_init(void);
/*
 * Lock a file, shared or not; also changes a lock that is already held.
 * 0, or -1: ETIMEDOUT, ECONNRESET when the peer on descriptor 3 has gone.
 */
int	filelock_take(int, bool exclusive, unsigned int wait_ms);
void	filelock_drop(int);

#endif
