/*
 * The order in which containers are started: what one requires comes before
 * it. Stopped they are in the opposite order.
 */
#ifndef BULKHEAD_ORDER_H
#define BULKHEAD_ORDER_H

#include <stddef.h>

struct rec;

/*
 * Put an array of rows (id, and `requires` with ids) into that order; those
 * that do not depend on one another stay as they were, and so do the members
 * of a circle, which nobody can put right. 0, or -1 (ENOMEM): unchanged.
 */
int	order_rows(struct rec **, size_t);

#endif
