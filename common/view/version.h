/*
 * Which bulkhead this is, and on what.
 */
#ifndef VIEW_VERSION_H
#define VIEW_VERSION_H

#include <jansson.h>

#define BULKHEAD_VERSION	"0.1.0"

/* podman's version record; the caller owns it. NULL: no memory. */
json_t	*version_json(void);

#endif
