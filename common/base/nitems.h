#ifndef BASE_NITEMS_H
#define BASE_NITEMS_H

/* The number of elements of an array; not for a pointer. */
#define NITEMS(a)	(sizeof(a) / sizeof((a)[0]))

#endif
