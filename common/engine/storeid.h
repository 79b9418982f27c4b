/*
 * What tells one store from another, also from one that was removed and made
 * again in its place: the directory of its state, and when that was made.
 */
#ifndef ENGINE_STOREID_H
#define ENGINE_STOREID_H

#include <stddef.h>

/* A file name for the store whose state directory this is. 0 or -1. */
int	store_id(int, char *, size_t);

#endif
