/*
 * The list of pods, as podman pod ps has it, and a pod as pod inspect has it.
 */
#ifndef VIEW_LIST_POD_H
#define VIEW_LIST_POD_H

#include "filter.h"
#include "list.h"
#include "rows.h"

/* All of these are about pods with members, from pods_with_members. */
extern const struct list_about		pod_list;
extern const struct filter_about	pod_filters;
extern const struct order		pod_orders[];

/*
 * Print those of all pods (nested `obj`) that pass the filter, as a request
 * sorts them; of them the youngest alone with `latest`. The exit code.
 */
int	list_pod(struct list *, const struct rec *request, const struct rec *,
	    const struct filter *);
/*
 * A pod as an object: the JSON form, or what a template sees. The caller owns
 * it; NULL: no memory.
 */
json_t	*pod_object(const struct rec *, bool json);

#endif
