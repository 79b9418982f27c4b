/*
 * The list of containers, as podman ps has it, and the filters of containers.
 */
#ifndef VIEW_LIST_CTR_H
#define VIEW_LIST_CTR_H

#include "filter.h"
#include "list.h"
#include "rows.h"

/*
 * Filters of rows. filter_open is given all rows (nested `ctr`), for before=
 * and since=.
 */
extern const struct filter_about	ctr_filters;
extern const struct list_about		ctr_list;
extern const struct order		ctr_orders[];

/*
 * Print the rows that a request wants (all, filter, last, latest, sort) in
 * the list, which is open. A row whose record is damaged is given to the
 * function as well. The exit code.
 */
int	list_ctr(struct list *, const struct rec *request,
	    const struct rec *rows,
	    void (*damaged)(const struct rec *));

#endif
