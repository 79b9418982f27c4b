/*
 * The order in which containers are started: what one requires comes before
 * it. Stopped they are in the opposite order.
 */
#ifndef VALUE_ORDER_H
#define VALUE_ORDER_H

#include <stdbool.h>
#include <stddef.h>

struct rec;

/*
 * Put an array of rows (id, and `requires` with ids) into that order; those
 * that do not depend on one another stay as they were, and so do the members
 * of a circle, which has no order. 0, or -1 (ENOMEM): unchanged.
 */
int	order_rows(struct rec **, size_t);
/*
 * Which of them may be stopped next: at most so many of those that are not
 * stopped yet and that no other such one requires, the last first. In a
 * circle, where each is required, any. How many; 0: all are stopped.
 */
size_t	order_stoppable(struct rec *const *, const bool *, size_t, size_t *,
	    size_t);

#endif
