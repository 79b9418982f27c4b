/*
 * A failure as errno and one message, from the deepest step of the build to the
 * reply that the front end shows.
 */
#ifndef LAUNCH_FAULT_H
#define LAUNCH_FAULT_H

struct fault {
	int	 error;
	char	 text[900];
};

/* Record errno and "message: strerror". Returns -1. */
int	fault_errno(struct fault *, const char *, ...)
	    __attribute__((format(printf, 2, 3)));
/* Record an error number and a message as it is. Returns -1. */
int	fault_set(struct fault *, int, const char *, ...)
	    __attribute__((format(printf, 3, 4)));

#endif
