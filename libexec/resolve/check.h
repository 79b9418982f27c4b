/* Check the merged values, once, for what their keys allow. */
#ifndef RESOLVE_CHECK_H
#define RESOLVE_CHECK_H

#include <stdbool.h>
#include <stdint.h>

struct problem;
struct setting;
struct settings;

/*
 * 0, or -1 with a message that names file and line. Converts sizes to bytes and
 * capabilities to their full names.
 */
int	check_settings(struct settings *, struct problem *);
/* The same for one setting, without converting it. */
int	check_setting(const struct setting *, struct problem *);
/*
 * A size such as 64m, 65536k, 1g or 512 to bytes, with units of 1024 or of
 * 1000. False if it is malformed.
 */
bool	check_size(const char *, unsigned int, uint64_t *);

#endif
