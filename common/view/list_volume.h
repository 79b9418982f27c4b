/*
 * The list of volumes, as podman volume ls has it.
 */
#ifndef VIEW_LIST_VOLUME_H
#define VIEW_LIST_VOLUME_H

#include "filter.h"
#include "list.h"

struct session;

extern const struct list_about		volume_list;
extern const struct filter_about	volume_filters;	/* of records */

/*
 * Print those of all volumes (nested `obj`) that pass the filter. The exit
 * code.
 */
int	list_volume(struct list *, struct session *, const struct rec *,
	    const struct filter *);
/*
 * A volume as an object: the JSON form, or what a template sees. The caller
 * owns it; NULL: no memory.
 */
json_t	*volume_object(struct session *, const struct rec *, bool json);

#endif
