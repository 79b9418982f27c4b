/*
 * Capabilities are kept in the permitted set and are effective only around
 * the system call that needs them.
 */
#ifndef REFRESH_CAPS_H
#define REFRESH_CAPS_H

#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>

#include "procaps.h"

/* Read what is permitted now, make nothing effective. Dies if it cannot. */
void	caps_drop_effective(void);
/* Empty the bounding set, if CAP_SETPCAP is there to do it. */
void	caps_unbound(void);
/* Are all of these permitted? */
bool	caps_have(uint64_t);
/* Make exactly these effective: 0, or -1 with EPERM if one is missing. */
int	caps_raise(uint64_t);
/* Make none effective. Dies if that fails, for nothing after it is safe. */
void	caps_lower(void);

#endif
