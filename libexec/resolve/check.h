/*
 * Whether values mean something (S19): done once, on what came out.
 */
#ifndef RESOLVE_CHECK_H
#define RESOLVE_CHECK_H

#include <stdbool.h>
#include <stdint.h>

struct problem;
struct setting;
struct settings;

/*
 * 0, or -1 with one sentence that names file and line. Leaves sizes in bytes
 * and capabilities by their full names.
 */
int	check_settings(struct settings *, struct problem *);
/* The same for one, as it is. */
int	check_setting(const struct setting *, struct problem *);
/*
 * A size such as 64m, 65536k, 1g or 512: bytes, of units that grow by 1024
 * or by 1000. False if it is not one.
 */
bool	check_size(const char *, unsigned int, uint64_t *);

#endif
