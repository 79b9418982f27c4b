#include "derive.h"

#include <string.h>

#include "history.h"
#include "nitems.h"
#include "record.h"
#include "row.h"

#define NOTHING		0u		/* before it is made, after it is
					 * removed */

enum side { NEW = 1u << NOTHING, GONE = 1u << NOTHING,
    MAKING = 1u << CTR_CREATING, MADE = 1u << CTR_CREATED,
    STARTING = 1u << CTR_STARTING, RUNS = 1u << CTR_RUNNING,
    STOPS = 1u << CTR_STOPPING, PAUSED = 1u << CTR_PAUSED,
    ENDED = 1u << CTR_EXITED, GOING = 1u << CTR_REMOVING,
    LIVE = RUNS | STOPS | PAUSED, REST = MADE | ENDED,
    ANY = ~0u };

/* The first row that matches is used. */
static const struct change {
	unsigned int	 before;
	unsigned int	 after;
	const char	*events[3];
} changes[] = {
	{ NEW,			MAKING,		{ 0 } },
	{ MAKING,		GONE,		{ 0 } },
	{ MAKING,		MADE,		{ "create" } },
	{ MAKING,		LIVE,		{ "create", "init", "start" } },
	{ REST | STARTING,	RUNS,		{ "init", "start" } },
	{ RUNS,			PAUSED,		{ "pause" } },
	{ PAUSED,		RUNS,		{ "unpause" } },
	{ LIVE,			REST,		{ "died", "cleanup" } },
	{ LIVE,			GOING,		{ "died" } },
	{ LIVE,			GONE,		{ "died", "remove" } },
	{ STARTING,		REST,		{ "cleanup" } },
	{ ANY,			GONE,		{ "remove" } },
};

/* These events precede those that they cause. */
static const char *const	 first[] = { "stop", "kill", "restart",
				    "rename" };

static unsigned int
side_of(const struct rec *row)
{
	return (1u << (row == NULL ? NOTHING : row_state(row)));
}

static bool
has_states(const struct transition *t)
{
	return (strcmp(t->type, "container") == 0);
}

static const struct change *
find(const struct transition *t)
{
	unsigned int	 before = side_of(t->before), after = side_of(t->after);

	for (size_t i = 0; i < NITEMS(changes); i++)
		if ((changes[i].before & before) != 0 &&
		    (changes[i].after & after) != 0)
			return (&changes[i]);
	return (NULL);
}

bool
derive_silent(const struct transition *t)
{
	if (!has_states(t) || t->before == NULL)
		return (has_states(t) && t->after != NULL);
	if (t->after == NULL)
		return (row_state(t->before) == CTR_CREATING);
	return (row_same(t->before, t->after));
}

static bool
is_first(const char *status)
{
	for (size_t i = 0; i < NITEMS(first); i++)
		if (strcmp(status, first[i]) == 0)
			return (true);
	return (false);
}

static int
add_notes(struct rec *e, const struct rec *notes, bool early)
{
	struct rec	*n;
	size_t		 it = 0;
	int		 rc = 0;

	while (notes != NULL && rc == 0 &&
	    (n = rec_sub(notes, KEY(note), &it)) != NULL) {
		const char	*status = rec_str(n, KEY(status), "");

		if (rec_get(n, KEY(type)) != NULL)
			rc = early ? rec_add_rec(e, KEY(note), n) : 0;
		else if (is_first(status) == early)
			rc = rec_add(e, KEY(ev), status);
		rec_free(n);
	}
	return (rc);
}

static int
add_own(struct rec *e, const struct transition *t)
{
	const struct change	*c;
	int			 rc = 0;

	if (!has_states(t)) {
		if (strcmp(t->type, "pod") != 0 &&
		    strcmp(t->type, "volume") != 0)
			return (0);
		if (t->before == NULL && t->after != NULL)
			return (rec_add(e, KEY(ev), "create"));
		return (t->after == NULL ? rec_add(e, KEY(ev), "remove") : 0);
	}
	if ((c = find(t)) == NULL)
		return (0);
	for (size_t i = 0; rc == 0 && i < NITEMS(c->events) &&
	    c->events[i] != NULL; i++)
		rc = rec_add(e, KEY(ev), c->events[i]);
	return (rc);
}

int
derive_add(struct rec *e, const struct transition *t, const struct rec *notes)
{
	if (add_notes(e, notes, true) == -1 || add_own(e, t) == -1 ||
	    add_notes(e, notes, false) == -1)
		return (-1);
	return (0);
}
