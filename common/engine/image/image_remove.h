/*
 * Removing images.
 */
#ifndef ENGINE_IMAGE_REMOVE_H
#define ENGINE_IMAGE_REMOVE_H

#include <stdbool.h>

struct rec;
struct session;

/*
 * Remove an image, or one of its names; by force with the containers that
 * use it. What was done, as `untagged` and `deleted`, for the caller to free;
 * or NULL with an error: ENOENT, EBUSY.
 */
struct rec *image_remove(struct session *, const char *ref, bool force);

#endif
