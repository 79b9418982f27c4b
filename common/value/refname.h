/*
 * Names of images as people and archives write them, made whole.
 */
#ifndef VALUE_REFNAME_H
#define VALUE_REFNAME_H

#include <stddef.h>

/*
 * "busybox" as "localhost/busybox:latest": a name without a host gets the
 * prefix, one without a tag gets :latest. NULL, or the reason why it is no
 * name for an image, for the end of a sentence.
 */
const char *refname_whole(const char *, const char *, char *, size_t);

#endif
