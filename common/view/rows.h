/*
 * The rows of a list that were chosen and sorted, while they lie in the record
 * that they came in: only their places are kept.
 */
#ifndef VIEW_ROWS_H
#define VIEW_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct list;
struct rec;

/* A name of --sort: which values are compared, and how. */
struct order {
	const char	*name;		/* NULL ends a table */
	const char	*key;
	enum { BY_TEXT, BY_NUMBER, BY_NUMBER_DOWN, BY_COUNT } how;
};
/* The row with this name, or NULL. */
const struct order *order_find(const struct order *, const char *);
/* As strcmp, of two records. */
int	order_compare(const struct order *, const struct rec *,
	    const struct rec *);

struct rows {
	const struct rec	*all;
	const char		*key;
	struct row_place {
		size_t	 at;		/* where rec_sub finds the row */
		int64_t	 created;
	}			*places;
	size_t			 n;
	const struct order	*orders;	/* the first one decides between
						 * equals: by `created` */
	const struct order	*order;
};

/*
 * Choose, of a record's nested ones under a key, those for which the function
 * is true. 0, or -1 (memory). rows_free is due in both cases.
 */
int	rows_choose(struct rows *, const struct rec *, const char *,
	    bool (*)(const struct rec *, const void *), const void *);
/* Sort as the first order says, and keep the last so many (0: all). */
void	rows_keep_last(struct rows *, const struct order *, size_t);
/* Sort by an order of the table. */
void	rows_sort(struct rows *, const struct order *, const char *);
/* A row as a new record, or NULL. */
struct rec *rows_get(const struct rows *, size_t);
/* Print all of them: 0, or -1 after telling the person why. */
int	rows_print(const struct rows *, struct list *, const void *more);
void	rows_free(struct rows *);

#endif
