/*
 * Records as podman's inspect shows them.
 */
#ifndef VIEW_INSPECT_H
#define VIEW_INSPECT_H

#include <jansson.h>
#include <stdbool.h>

struct rec;

/*
 * A container from its row with nested `def`, and the configuration. With
 * `filled`, members that podman's JSON leaves out are there, empty, so that
 * templates may name them. The caller owns it; NULL: no memory.
 */
json_t	*inspect_container(const struct rec *, const struct rec *, bool);
/*
 * An image from its record, to which keys are added; graph root and driver
 * are of the configuration.
 */
json_t	*inspect_image(struct rec *, const struct rec *, bool);

#endif
