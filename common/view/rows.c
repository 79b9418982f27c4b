#include "rows.h"

#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "record.h"

const struct order *
order_find(const struct order *o, const char *name)
{
	for (; o->name != NULL; o++)
		if (strcmp(o->name, name) == 0)
			return (o);
	return (NULL);
}

static int64_t
number(const struct order *o, const struct rec *r)
{
	return (o->how == BY_COUNT ? (int64_t)rec_count(r, o->key) :
	    rec_num(r, o->key, 0));
}

int
order_compare(const struct order *o, const struct rec *a, const struct rec *b)
{
	int64_t	 x, y;

	if (o->how == BY_TEXT)
		return (strcmp(show_str(a, o->key), show_str(b, o->key)));
	x = number(o, a);
	y = number(o, b);
	return (o->how == BY_NUMBER_DOWN ? (x < y) - (x > y) :
	    (x > y) - (x < y));
}

int
rows_choose(struct rows *r, const struct rec *all, const char *key,
    bool (*wanted)(const struct rec *, const void *), const void *ctx)
{
	struct rec	*row;
	size_t		 it = 0, at;

	*r = (struct rows){ .all = all, .key = key };
	r->places = calloc(rec_count(all, key) + 1, sizeof(*r->places));
	if (r->places == NULL)
		return (-1);
	for (at = it; (row = rec_sub(all, key, &it)) != NULL; at = it) {
		if (wanted(row, ctx))
			r->places[r->n++] = (struct row_place){ at,
			    rec_num(row, "created", 0) };
		rec_free(row);
	}
	return (0);
}

struct rec *
rows_get(const struct rows *r, size_t i)
{
	size_t	 at = r->places[i].at;

	return (rec_sub(r->all, r->key, &at));
}

static int
by_created(const void *a, const void *b, void *ctx)
{
	const struct rows	*r = ctx;
	const struct row_place	*x = a, *y = b;
	bool			 down = r->orders->how == BY_NUMBER_DOWN;

	if (x->created != y->created)
		return ((x->created < y->created) == down ? 1 : -1);
	return (x->at < y->at ? -1 : x->at > y->at);
}

/* Both are decoded for each comparison, which is cheap enough. */
static int
by_order(const void *a, const void *b, void *ctx)
{
	const struct rows	*r = ctx;
	size_t			 i = ((const struct row_place *)a)->at;
	size_t			 j = ((const struct row_place *)b)->at;
	struct rec		*x = rec_sub(r->all, r->key, &i);
	struct rec		*y = rec_sub(r->all, r->key, &j);
	int			 c = order_compare(r->order, x, y);

	rec_free(x);
	rec_free(y);
	return (c != 0 ? c : by_created(a, b, ctx));
}

void
rows_sort(struct rows *r, const struct order *orders, const char *name)
{
	r->orders = orders;
	r->order = order_find(orders, name);
	qsort_r(r->places, r->n, sizeof(*r->places), r->order == orders ?
	    by_created : by_order, r);
}

void
rows_keep_last(struct rows *r, const struct order *orders, size_t n)
{
	rows_sort(r, orders, orders->name);
	if (n == 0 || n >= r->n)
		return;
	memmove(r->places, r->places + (r->n - n), n * sizeof(*r->places));
	r->n = n;
}

int
rows_print(const struct rows *r, struct list *l, const void *more)
{
	struct rec	*row;
	int		 rc = 0;

	for (size_t i = 0; i < r->n && rc == 0; i++)
		if ((row = rows_get(r, i)) != NULL) {
			rc = list_row(l, row, more);
			rec_free(row);
		}
	return (rc);
}

void
rows_free(struct rows *r)
{
	free(r->places);
	*r = (struct rows){ 0 };
}
