/*
 * Choosing and sorting the rows of a list, which stay where they are: ten
 * thousand of them must cost neither time nor memory.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "record.h"
#include "say.h"

struct rows {
	const struct rec	*all;
	const char		*key;
	struct place {
		size_t	 at;		/* where rec_sub finds the row */
		int64_t	 created;
	}			*places;
	size_t			 n;
	const struct order	*orders;
	const struct order	*order;
};

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
	return (o->how == BY_COUNT ? (int64_t)rec_count(r, KEY_FROM(o->key)) :
	    rec_num(r, KEY_NUM(o->key), 0));
}

static int
compare(const struct order *o, const struct rec *a, const struct rec *b)
{
	int64_t	 x, y;

	if (o->how == BY_TEXT)
		return (strcmp(show_str(a, KEY_FROM(o->key)), show_str(b,
		    KEY_FROM(o->key))));
	x = number(o, a);
	y = number(o, b);
	return (o->how == BY_NUMBER_DOWN ? (x < y) - (x > y) :
	    (x > y) - (x < y));
}

static bool
is_chosen(const struct rec *row, const struct choice *c)
{
	return ((c->wanted == NULL || c->wanted(row, c)) &&
	    (c->filter == NULL || filter_passes(c->filter, row)));
}

static int
choose(struct rows *r, const struct choice *c)
{
	struct rec	*row;
	size_t		 it = 0, at;

	r->places = calloc(rec_count(r->all, KEY_FROM(r->key)) + 1,
	    sizeof(*r->places));
	if (r->places == NULL)
		return (say_error("%s", strerror(errno)));
	for (at = it; (row = rec_sub(r->all, KEY_REC(r->key),
	    &it)) != NULL; at = it) {
		if (is_chosen(row, c))
			r->places[r->n++] = (struct place){ at,
			    rec_num(row, KEY(created), 0) };
		rec_free(row);
	}
	return (0);
}

static struct rec *
row_at(const struct rows *r, const struct place *p)
{
	size_t	 at = p->at;

	return (rec_sub(r->all, KEY_REC(r->key), &at));
}

/* Between rows of one age it is the identifier, then the name, then place. */
static int
by_order(const void *a, const void *b, void *ctx)
{
	static const struct order	 last[] = {
		{ "", KEY_TEXT(id), BY_TEXT },
		{ "", KEY_TEXT(line), BY_TEXT },
	};
	const struct rows		*r = ctx;
	const struct place		*p = a, *q = b;
	struct rec			*x = row_at(r, p), *y = row_at(r, q);
	int				 c = compare(r->order, x, y);

	if (c == 0)
		c = compare(r->orders, x, y);
	for (size_t i = 0; c == 0 && i < 2; i++)
		c = compare(&last[i], x, y);
	rec_free(x);
	rec_free(y);
	return (c != 0 ? c : (p->at > q->at) - (p->at < q->at));
}

/* The default needs no look at the rows, but for those of one age. */
static int
by_age(const void *a, const void *b, void *ctx)
{
	const struct rows	*r = ctx;
	const struct place	*p = a, *q = b;

	if (p->created == q->created)
		return (by_order(a, b, ctx));
	return ((p->created < q->created) == (r->orders->how ==
	    BY_NUMBER_DOWN) ? 1 : -1);
}

static void
sort(struct rows *r, const struct choice *c)
{
	r->orders = r->order = c->orders;
	qsort_r(r->places, r->n, sizeof(*r->places), by_age, r);
	if (c->last > 0 && c->last < r->n) {
		memmove(r->places, r->places + (r->n - c->last),
		    c->last * sizeof(*r->places));
		r->n = c->last;
	}
	r->order = order_find(c->orders, rec_str(c->request, KEY(sort),
	    "created"));
	if (r->order != c->orders)
		qsort_r(r->places, r->n, sizeof(*r->places), by_order, r);
	if (c->first && r->n > 1)
		r->n = 1;
}

/* Did the value of this key stand in a row? Then it is remembered. */
static bool
is_again(struct rec *seen, const struct rec *row, struct key_str key)
{
	const char	*v;
	size_t		 it = 0;

	while (rec_next(seen, key, &it, &v))
		if (strcmp(v, show_str(row, key)) == 0)
			return (true);
	(void)rec_add(seen, key, show_str(row, key));
	return (false);
}

static int
print(const struct rows *r, struct list *l, const struct choice *c)
{
	struct rec	*seen = rec_new(), *row;
	int		 rc = 0;

	for (size_t i = 0; rc == 0 && i < r->n; i++) {
		if ((row = row_at(r, &r->places[i])) == NULL)
			continue;
		if (c->once == NULL || !is_again(seen, row,
		    KEY_FROM(c->once))) {
			if (c->derive != NULL)
				c->derive(row, &l->shown);
			rc = list_row(l, row);
		}
		rec_free(row);
	}
	rec_free(seen);
	return (rc == -1 ? EXIT_ENGINE : 0);
}

int
list_rows(struct list *l, const struct rec *all, struct key_rec key,
    const struct choice *c)
{
	struct rows	 r = { .all = all, .key = key.name };
	int		 code = choose(&r, c);

	if (code == 0 && c->orders != NULL)
		sort(&r, c);
	if (code == 0)
		code = print(&r, l, c);
	free(r.places);
	return (code);
}
