/* Names of capabilities, and the functions that set them. */
#ifndef LAUNCH_CAPS_H
#define LAUNCH_CAPS_H

#include <stdint.h>

struct fault;

/* A set, one bit for each capability. */
typedef uint64_t capset;

/* The number of a name like "CAP_CHOWN", or -1. */
int	caps_find(const char *);
/* The name of a number, or NULL. */
const char *caps_name(int);

/* Drop all but these from the bounding set, and read it back. 0 or -1. */
int	caps_bound(capset, struct fault *);
/*
 * Make permitted, effective, inheritable and ambient sets exactly these, and
 * read all of them back from the kernel. 0, or -1 with the fault filled.
 */
int	caps_set(capset permitted, capset effective, capset inheritable,
	    capset ambient, struct fault *);

#endif
