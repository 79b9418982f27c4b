/*
 * System calls by name, for the architectures of one machine.
 */
#ifndef RESOLVE_CALLS_H
#define RESOLVE_CALLS_H

#include <stdint.h>

/*
 * The number of a call on an architecture (libseccomp's token, or its token for
 * the native one), or -1 if it has none.
 */
int64_t	calls_number(uint32_t, const char *);

#endif
