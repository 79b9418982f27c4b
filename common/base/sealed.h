#ifndef BASE_SEALED_H
#define BASE_SEALED_H

#include <stddef.h>

/* A sealed memfd with these bytes, which cannot change any more, or -1. */
int	sealed_fd(const char *, const void *, size_t);
/*
 * A sealed memfd with a copy of a program, for execution in containers:
 * /proc/PID/exe there cannot be written. The descriptor, or -1 with errno
 * (ENOEXEC: not a regular file; EACCES if the sysctl vm.memfd_noexec is 2).
 */
int	sealed_program(int, const char *);
/* Seal a memfd. 0 or -1. */
int	sealed_seal(int);
/*
 * Map such a descriptor read-only. NULL with EPERM if it is not a memfd with
 * all seals, EMSGSIZE if larger than max. The caller unmaps with sealed_unmap.
 */
void	*sealed_map(int, size_t, size_t *);
void	sealed_unmap(void *, size_t);

#endif
