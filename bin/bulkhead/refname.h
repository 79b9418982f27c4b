/*
 * Names of images as people and archives write them, made whole.
 */
#ifndef BULKHEAD_REFNAME_H
#define BULKHEAD_REFNAME_H

#include <stddef.h>

/*
 * "busybox" as "localhost/busybox:latest": a name without a registry gets
 * the prefix, one without a tag or digest gets :latest. 0, or -1 with EINVAL
 * when it is no name, ENAMETOOLONG when it does not fit.
 */
int	refname_whole(const char *, const char *, char *, size_t);

#endif
