#include "order.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"
#include "scope.h"

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
		if (strcmp(rec_str(w->rows[i], "id", ""), id) == 0)
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
	while (rec_next(w->rows[i], "requires", &it, &id))
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
