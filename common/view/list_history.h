/*
 * Histories: how an image was made, as podman has it; and what happened to a
 * container.
 */
#ifndef VIEW_LIST_HISTORY_H
#define VIEW_LIST_HISTORY_H

#include "list.h"

extern const struct list_about	image_history, ctr_history;

/* Whether moments are shown as "2 hours ago". Passed on as `more`. */
struct history {
	bool		 human;
	const char	*id;		/* of an image's step */
	int64_t		 size;
};

/*
 * Print the steps of an image, which has its id among all images (nested
 * `image`; NULL: they are not known). The exit code.
 */
int	list_image_history(struct list *, const struct rec *image,
	    const struct rec *all, bool human);
/* Print the entries (nested `entry`) of a container. The exit code. */
int	list_ctr_history(struct list *, const struct rec *entries, bool human);

#endif
