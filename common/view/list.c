#include "list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "record.h"
#include "say.h"

#define CELL_MAX	256		/* of what is not in the record */

/* --- printing --- */

const char *const	list_maps[] = { "Labels", "Options", NULL };

static const struct member *
find_column(const struct list_about *about, const char *name, size_t n)
{
	const struct member	*c = about->columns;

	for (; c->name != NULL; c++)
		if (c->how != SHOW_NOT && strlen(c->name) == n &&
		    memcmp(c->name, name, n) == 0)
			return (c);
	return (NULL);
}

void
list_add_column(struct list *l, const char *name)
{
	l->plain[l->nplain++] = find_column(l->about, name, strlen(name));
}

int
list_open(struct list *l, const struct list_about *about,
    const struct rec *request)
{
	const char	*name = about->plain;
	size_t		 n;

	*l = (struct list){ .about = about, .request = request,
	    .quiet = rec_flag(request, KEY(quiet), false),
	    .heading = !rec_flag(request, KEY(noheading), false),
	    .shown = { .now = clock_real_ns(),
	    .no_trunc = rec_flag(request, KEY_AS(ask_no_trunc), false) } };
	if (format_open(&l->format, &about->tmpl, rec_get(request, KEY(format)),
	    about->indent) == -1)
		return (-1);
	l->shown.as_json = l->format.kind == FORMAT_JSON && !l->quiet;
	for (; *name != '\0'; name += n + (name[n] == ' ')) {
		n = strcspn(name, " ");
		l->plain[l->nplain++] = find_column(about, name, n);
	}
	return (0);
}

bool
list_shows(const struct list *l, const char *name)
{
	return (l->shown.as_json || (l->format.tmpl != NULL &&
	    tmpl_mentions(l->format.tmpl, name)));
}

/* Once, before the first row or at the end; of a template as its object. */
static int
print_heading(struct list *l)
{
	const struct member	*c = l->about->columns;
	json_t			*o;

	if (!l->heading)
		return (0);
	l->heading = false;
	if (l->format.kind == FORMAT_PLAIN) {
		for (size_t i = 0; i < l->nplain; i++)
			table_cell(&l->format.table, l->plain[i]->heading);
		table_row(&l->format.table);
		return (0);
	}
	for (o = json_object(); c->name != NULL; c++)
		if (c->heading != NULL)
			(void)json_object_set_new(o, c->name,
			    json_string(c->heading));
	return (format_heading(&l->format, o));
}

int
list_row(struct list *l, const struct rec *rec)
{
	char	 buf[CELL_MAX];

	l->shown.rec = rec;
	if (l->quiet) {
		puts(show_text(&l->shown, &l->about->quiet, buf, sizeof(buf)));
		return (0);
	}
	if (print_heading(l) == -1)
		return (-1);
	if (l->format.kind != FORMAT_PLAIN)
		return (format_row(&l->format, show_object(&l->shown,
		    l->about->columns)));
	for (size_t i = 0; i < l->nplain; i++)
		table_cell(&l->format.table, show_text(&l->shown,
		    l->plain[i], buf, sizeof(buf)));
	table_row(&l->format.table);
	return (0);
}

int
list_close(struct list *l, int code)
{
	if (code == 0 && !l->quiet && (l->format.kind != FORMAT_PLAIN ||
	    !l->about->heading_with_rows) && print_heading(l) == -1)
		code = EXIT_ENGINE;
	if (code != 0 || l->quiet)
		format_clear(&l->format);
	else if (format_close(&l->format) == -1)
		code = EXIT_ENGINE;
	return (code);
}

/* --- rows, which stay where they are: sorting must cost little memory --- */

struct rows {
	const struct list	*l;
	const struct rec	*all;
	struct place {
		size_t	 at;		/* where rec_sub finds the row */
		int64_t	 created;
	}			*places;
	size_t			 n;
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

/* The row at a place, or NULL; moves on. */
static struct rec *
row_at(const struct rows *r, size_t *at)
{
	struct rec	*row = rec_sub(r->all, KEY_REC(r->l->about->key), at);

	if (row != NULL && r->l->about->prepare != NULL)
		r->l->about->prepare(r->l, row);
	return (row);
}

static int
choose(struct rows *r)
{
	const struct list_about	*about = r->l->about;
	size_t			 it = 0;

	r->places = calloc(rec_count(r->all, KEY_FROM(about->key)) + 1,
	    sizeof(*r->places));
	if (r->places == NULL)
		return (say_error(error_of_errno(errno), "%s",
		    strerror(errno)));
	for (;;) {
		size_t			 at = it;
		scoped_rec struct rec	*row = row_at(r, &it);

		if (row == NULL)
			return (0);
		/* Skip objects that are being removed. */
		if (rec_num(row, KEY(removing), 0) != 0)
			continue;
		if ((about->wanted == NULL || about->wanted(r->l, row)) &&
		    (r->l->filter.n == 0 || filter_passes(&r->l->filter, row)))
			r->places[r->n++] = (struct place){ at,
			    rec_num(row, KEY(created), 0) };
	}
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
	size_t				 i = ((const struct place *)a)->at;
	size_t				 k = ((const struct place *)b)->at;
	int				 c = (i > k) - (i < k), d;
	scoped_rec struct rec		*x = row_at(r, &i);
	scoped_rec struct rec		*y = row_at(r, &k);

	if ((d = compare(r->order, x, y)) != 0 ||
	    (d = compare(r->l->about->orders, x, y)) != 0 ||
	    (d = compare(&last[0], x, y)) != 0 ||
	    (d = compare(&last[1], x, y)) != 0)
		return (d);
	return (c);
}

/* The default needs no look at the rows, but for those of one age. */
static int
by_age(const void *a, const void *b, void *ctx)
{
	const struct rows	*r = ctx;
	const struct place	*p = a, *q = b;

	if (p->created == q->created)
		return (by_order(a, b, ctx));
	return ((p->created < q->created) == (r->l->about->orders->how ==
	    BY_NUMBER_DOWN) ? 1 : -1);
}

static void
sort(struct rows *r)
{
	const struct list_about	*about = r->l->about;
	const struct rec	*request = r->l->request;
	bool			 latest = rec_flag(request, KEY(latest), false);
	int64_t			 last = latest && !about->latest_is_first ? 1 :
				    rec_num(request, KEY(last), -1);

	r->order = about->orders;
	qsort_r(r->places, r->n, sizeof(*r->places), by_age, r);
	if (last > 0 && (size_t)last < r->n) {
		memmove(r->places, r->places + (r->n - (size_t)last),
		    (size_t)last * sizeof(*r->places));
		r->n = (size_t)last;
	}
	r->order = order_find(about->orders, rec_str(request, KEY(sort),
	    "created"));
	if (r->order != about->orders)
		qsort_r(r->places, r->n, sizeof(*r->places), by_order, r);
	if (latest && r->n > 1)
		r->n = 1;
}

static int
print(const struct rows *r, struct list *l)
{
	scoped_rec struct rec	*seen = rec_new();
	const char		*value;
	int			 rc = 0;

	for (size_t i = 0; rc == 0 && i < r->n; i++) {
		scoped_rec struct rec	*row = row_at(r, &r->places[i].at);

		if (row == NULL)
			continue;
		if (l->once != NULL) {
			value = show_str(row, KEY_FROM(l->once));
			if (show_has(seen, KEY_FROM(l->once), value))
				continue;
			(void)rec_add(seen, KEY_FROM(l->once), value);
		}
		if (l->about->derive != NULL)
			l->about->derive(l, row);
		rc = list_row(l, row);
	}
	return (rc == -1 ? EXIT_ENGINE : 0);
}

int
list_rows(struct list *l, const struct rec *rows, const struct rec *all)
{
	struct rows		 r = { .l = l, .all = rows };
	bool			 filtered = l->about->filters != NULL &&
				    rec_count(l->request, KEY(filter)) > 0;
	struct parse_err	 e;
	int			 code;

	if (filtered && filter_open(&l->filter, l->about->filters, l->request,
	    all, &e) == -1)
		code = say_parse(&e);
	else if ((code = choose(&r)) == 0) {
		if (l->about->orders != NULL)
			sort(&r);
		code = print(&r, l);
	}
	if (filtered)
		filter_close(&l->filter);
	free(r.places);
	return (code);
}
