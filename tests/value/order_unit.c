/*
 * In which order containers are started, and the other way round stopped.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "order.h"
#include "harness.h"
#include "record.h"

static struct rec *
row(const char *id, const char *a, const char *b)
{
	struct rec	*r = rec_new();

	(void)rec_add(r, KEY(id), id);
	if (a != NULL)
		(void)rec_add(r, KEY(requires), a);
	if (b != NULL)
		(void)rec_add(r, KEY(requires), b);
	return (r);
}

/* The ids in the order they have come into, as one word; frees the rows. */
static const char *
ordered(struct rec **rows, size_t n)
{
	static char	 out[64];

	*out = '\0';
	if (order_rows(rows, n) == -1)
		return ("failed");
	for (size_t i = 0; i < n; i++) {
		(void)strncat(out, rec_str(rows[i], KEY(id), "?"), 8);
		rec_free(rows[i]);
	}
	return (out);
}

static bool
is(const char *got, const char *want)
{
	if (strcmp(got, want) != 0)
		printf("#  gave <%s>\n#  want <%s>\n", got, want);
	return (strcmp(got, want) == 0);
}

/* The waves in which they stop, at most two at once: "bc,a". Frees them. */
static const char *
waves(struct rec **rows, size_t n)
{
	static char	 out[64];
	bool		 stopped[8] = { false };
	size_t		 next[2], found;

	*out = '\0';
	while ((found = order_stoppable(rows, stopped, n, next, 2)) > 0) {
		if (*out != '\0')
			(void)strncat(out, ",", 2);
		for (size_t i = 0; i < found; i++) {
			(void)strncat(out, rec_str(rows[next[i]], KEY(id), "?"),
			    8);
			stopped[next[i]] = true;
		}
	}
	for (size_t i = 0; i < n; i++)
		rec_free(rows[i]);
	return (out);
}

static void
stopping(void)
{
	struct rec	*free_ones[] = { row("a", NULL, NULL),
			    row("b", NULL, NULL), row("c", NULL, NULL) };
	struct rec	*chain[] = { row("a", "b", NULL), row("b", "c", NULL),
			    row("c", NULL, NULL) };
	struct rec	*diamond[] = { row("a", "b", "c"), row("b", "d", NULL),
			    row("c", "d", NULL), row("d", NULL, NULL) };
	struct rec	*circle[] = { row("a", "b", NULL), row("b", "a", NULL),
			    row("c", "a", NULL) };

	check(is(waves(free_ones, 3), "cb,a"), "S90: as many at once as are "
	    "asked for", __LINE__);
	check(is(waves(chain, 3), "a,b,c"), "S90: what is required stops "
	    "after what requires it", __LINE__);
	check(is(waves(diamond, 4), "a,cb,d"), "S90: and one that two require "
	    "after both", __LINE__);
	check(is(waves(circle, 3), "c,ba"), "S90: a circle stops, too",
	    __LINE__);
}

int
main(void)
{
	struct rec	*none[1] = { NULL };
	struct rec	*free_ones[] = { row("a", NULL, NULL),
			    row("b", NULL, NULL), row("c", NULL, NULL) };
	struct rec	*chain[] = { row("a", "b", NULL), row("b", "c", NULL),
			    row("c", NULL, NULL) };
	struct rec	*diamond[] = { row("a", "b", "c"), row("b", "d", NULL),
			    row("c", "d", NULL), row("d", NULL, NULL) };
	struct rec	*circle[] = { row("a", "b", NULL), row("b", "a", NULL),
			    row("c", NULL, NULL) };
	struct rec	*elsewhere[] = { row("a", "x", NULL),
			    row("b", "b", NULL) };

	check(is(ordered(none, 0), ""), "nothing to put in order", __LINE__);
	check(is(ordered(free_ones, 3), "abc"), "S88: those without "
	    "dependencies keep their order", __LINE__);
	check(is(ordered(chain, 3), "cba"), "S88: what is required comes "
	    "first", __LINE__);
	check(is(ordered(diamond, 4), "dbca"), "S88: one that two require "
	    "comes once, before both", __LINE__);
	check(is(ordered(circle, 3), "bac"), "a circle is no reason to forget "
	    "anybody", __LINE__);
	check(is(ordered(elsewhere, 2), "ab"), "what is not among them, and "
	    "itself, is passed over", __LINE__);
	stopping();
	return (finish());
}
