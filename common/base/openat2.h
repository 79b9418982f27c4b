#ifndef BASE_OPENAT2_H
#define BASE_OPENAT2_H

#include <sys/types.h>

#include <linux/openat2.h>
#include <stdint.h>

/*
 * openat2(2) with these RESOLVE_ flags, tried again when a rename raced with
 * the walk. A descriptor (close-on-exec), or -1 with errno.
 */
int	openat2_resolved(int, const char *, int flags, mode_t, uint64_t);

#endif
