/*
 * Commands that print a list: what they declare, and their common `run`.
 */
#ifndef BULKHEAD_LISTING_H
#define BULKHEAD_LISTING_H

#include "lists.h"

struct cli;
struct rec;

struct listing {
	const struct list_about	*list;
	/*
	 * Options of the command's own: columns, the time. 0, or -1 after
	 * telling the person why. NULL: there are none.
	 */
	int			(*prepare)(struct list *, const struct rec *);
	unsigned int		need;	/* the helpers that have the rows */
	/* What more such a list needs, or NULL. */
	unsigned int		(*more)(const struct list *);
	/* The rows; the caller frees. NULL with the session's error. */
	struct rec		*(*rows)(struct cli *, struct list *);
	/* Print them. The exit code. NULL: as list_rows does. */
	int			(*print)(struct cli *, struct list *,
				    const struct rec *);
};

/* Warn of the nested `obj` of a list, pods or volumes, that are damaged. */
void	listing_say_damaged(const struct rec *, const char *noun);
/* The `run` of a command whose `about` is one. In container/ps.c. */
int	listing_run(struct cli *);

#endif
