/* Resolve the reference of a local image, as podman does. */
#ifndef STORE_NAMES_H
#define STORE_NAMES_H

#include <jansson.h>
#include <stdbool.h>

struct answer;
struct store;

/*
 * The image that a reference means, borrowed from s->images (which must be
 * loaded); NULL with errno and podman's message. The name by which it was
 * found (one of the image's own) is put in *by, NULL if by id or digest.
 */
json_t	*names_find(struct store *, const char *, const char **,
	    struct answer *);
/* Is this one of the image's names? */
bool	names_has(const json_t *, const char *);

#endif
