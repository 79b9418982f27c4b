#include "order.h"

#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "record.h"

enum mark { UNSEEN, ENTERED, PLACED };

struct walk {
	struct rec	**rows;
	size_t		  n;
	struct rec	**out;
	size_t		  nout;
	enum mark	 *marks;
};

static size_t
index_of(const struct walk *w, const char *id)
{
	for (size_t i = 0; i < w->n; i++)
		if (strcmp(rec_str(w->rows[i], KEY(id), ""), id) == 0)
			return (i);
	return (w->n);
}

/* As deep as a chain of requirements is long. */
static void
place(struct walk *w, size_t i)
{
	const char	*id;
	size_t		 it = 0, other;

	if (w->marks[i] != UNSEEN)
		return;
	w->marks[i] = ENTERED;
	while (rec_next(w->rows[i], KEY(requires), &it, &id))
		if ((other = index_of(w, id)) < w->n)
			place(w, other);
	w->marks[i] = PLACED;
	w->out[w->nout++] = w->rows[i];
}

int
order_rows(struct rec **rows, size_t n)
{
	scoped_free struct rec	**out = calloc(n + 1, sizeof(*out));
	scoped_free enum mark	 *marks = calloc(n + 1, sizeof(*marks));
	struct walk		  w = { rows, n, out, 0, marks };

	if (out == NULL || marks == NULL)
		return (-1);
	for (size_t i = 0; i < n; i++)
		place(&w, i);
	memcpy(rows, out, n * sizeof(*rows));
	return (0);
}

static bool
requires(const struct rec *row, const char *id)
{
	const char	*v;
	size_t		 it = 0;

	while (rec_next(row, KEY(requires), &it, &v))
		if (strcmp(v, id) == 0)
			return (true);
	return (false);
}

/* Does any of those that still run need this one? */
static bool
is_needed(struct rec *const *rows, const bool *stopped, size_t n, size_t i)
{
	for (size_t j = 0; j < n; j++)
		if (j != i && !stopped[j] && requires(rows[j],
		    rec_str(rows[i], KEY(id), "")))
			return (true);
	return (false);
}

size_t
order_stoppable(struct rec *const *rows, const bool *stopped, size_t n,
    size_t *out, size_t max)
{
	size_t	 found = 0;

	for (int any = 0; any < 2 && found == 0; any++)
		for (size_t i = n; i-- > 0 && found < max;)
			if (!stopped[i] && (any == 1 ||
			    !is_needed(rows, stopped, n, i)))
				out[found++] = i;
	return (found);
}
