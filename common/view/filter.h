/*
 * --filter of ps, stop, kill, rm and start: which rows are meant. Values of
 * one key are alternatives, different keys must all hold, as with podman.
 */
#ifndef VIEW_FILTER_H
#define VIEW_FILTER_H

#include <stdbool.h>

struct rec;
struct filter;

/*
 * From the `filter` values of the options; all rows (nested `ctr`) are for
 * before= and since=. NULL after telling the person why.
 */
struct filter	*filter_new(const struct rec *, const struct rec *);
bool		 filter_row(const struct filter *, const struct rec *);
/* Does it ask for a state? Then ps need not be asked for --all. */
bool		 filter_has_status(const struct filter *);
void		 filter_free(struct filter *);

#endif
