/*
 * The list of images, as podman images has it: one row for each name.
 */
#ifndef VIEW_LIST_IMAGE_H
#define VIEW_LIST_IMAGE_H

#include "list.h"

extern const struct list_about	image_list;

/* Is this a name that --sort of images takes? */
bool	image_is_order(const char *);
/*
 * Print those of all images (nested `image`) that a request wants (all,
 * filter, sort), and that the reference names, if it is not NULL. The rows of
 * containers are for counting them; NULL: they are not counted. The exit
 * code.
 */
int	list_image(struct list *, const struct rec *request,
	    const struct rec *all, const struct rec *ctrs,
	    const char *reference);

#endif
