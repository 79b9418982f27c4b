#include "list_history.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bsd/string.h>

#include "human.h"
#include "record.h"
#include "say.h"

#define MADE_BY_CUT	45		/* podman cuts a command here */
#define SECOND		1000000000

static const char *
moment(const struct shown *s, const char *key, char *out, size_t size)
{
	const struct history	*h = s->more;
	int64_t			 ns = rec_num(s->rec, key, 0);

	if (h->human)
		human_ago(ns, s->now, out, size);
	else
		human_rfc3339(ns - ns % SECOND, out, size);
	return (out);
}

/* --- columns of an image --- */

static const char *
created(const struct shown *s, char *out, size_t size)
{
	return (moment(s, "created", out, size));
}

/* Both without the fraction of a second. */
static const char *
created_at(const struct shown *s, char *out, size_t size)
{
	int64_t	 ns = rec_num(s->rec, "created", 0);

	(s->as_json ? human_rfc3339 : human_go_time)(ns - ns % SECOND, out,
	    size);
	return (out);
}

static const char *
step_id(const struct shown *s, char *out, size_t size)
{
	const struct history	*h = s->more;

	snprintf(out, size, "%.*s", s->no_trunc || s->as_json ? 64 : SHORT_ID,
	    h->id);
	return (out);
}

static const char *
step_size(const struct shown *s, char *out, size_t size)
{
	human_size(((const struct history *)s->more)->size, out, size);
	return (out);
}

static json_t *
step_bytes(const struct shown *s)
{
	return (json_integer(((const struct history *)s->more)->size));
}

static const char *
made_by(const struct shown *s, char *out, size_t size)
{
	const char	*by = show_str(s->rec, "created_by");

	if (s->no_trunc || strlen(by) <= MADE_BY_CUT)
		return (by);
	snprintf(out, size, "%.*s...", MADE_BY_CUT - 3, by);
	return (out);
}

static const struct column	image_columns[] = {
	{ { .name = "id", .words = step_id }, NULL, SHOW_WORDS },
	COLUMN_JSON("created", SHOW_DATE, "created"),
	COLUMN_WORDS("ID", "ID", step_id, SHOW_NOT),
	COLUMN_WORDS("Created", "CREATED", created, SHOW_NOT),
	COLUMN_WORDS("CreatedAt", "CREATED AT", created_at, SHOW_NOT),
	COLUMN_TEXT("CreatedSince", "CREATED SINCE", SHOW_AGO, "created"),
	{ { .name = "CreatedBy", .how = SHOW_WORDS, .key = "created_by",
	    .words = made_by, .optional = true }, "CREATED BY", SHOW_TEXT },
	COLUMN_JSON_VALUE("size", step_bytes),
	COLUMN_WORDS("Size", "SIZE", step_size, SHOW_NOT),
	COLUMN_JSON("comment", SHOW_TEXT, "comment"),
	COLUMN_TEXT("Comment", "COMMENT", SHOW_TEXT, "comment"),
	{ { .name = "Created", .words = created_at }, NULL, SHOW_WORDS },
	COLUMN_TEXT("Tags", "TAGS", SHOW_CONST, "[]"),
	COLUMN_END
};
static const char *const	maps[] = { NULL };
const struct list_about	image_history = {
	.tmpl = { "history", "images.historyReporter", maps, false, true },
	.columns = image_columns, .plain = "ID Created CreatedBy Size Comment",
	.quiet = { .how = SHOW_WORDS, .words = step_id },
};

/* --- columns of a container --- */

static const char *
when(const struct shown *s, char *out, size_t size)
{
	return (moment(s, "t", out, size));
}

static const char *
state_word(const struct rec *e, const char *key)
{
	static const char *const	 words[] = { "", "creating",
		"created", "starting", "running", "stopping", "exited",
		"removing", "paused" };
	int64_t				 n = rec_num(e, key, 0);

	return (n < 0 || n >= (int64_t)(sizeof(words) / sizeof(words[0])) ?
	    "" : words[n]);
}

static const char *
from(const struct shown *s, char *out, size_t size)
{
	(void)out;
	(void)size;
	return (state_word(s->rec, "from"));
}

static const char *
to(const struct shown *s, char *out, size_t size)
{
	(void)out;
	(void)size;
	return (state_word(s->rec, "to"));
}

static const char *
events_of(const struct shown *s, char *out, size_t size)
{
	const char	*ev;
	size_t		 it = 0, n = 0;

	*out = '\0';
	while (rec_next(s->rec, "ev", &it, &ev) && n < size)
		n += (size_t)snprintf(out + n, size - n, "%s%s",
		    n == 0 ? "" : ",", ev);
	return (out);
}

static const char *
why(const struct shown *s, char *out, size_t size)
{
	*out = '\0';
	if (rec_get(s->rec, "why") != NULL)
		return (rec_get(s->rec, "why"));
	if (rec_get(s->rec, "exit") != NULL)
		snprintf(out, size, "exit code %s", show_str(s->rec, "exit"));
	return (out);
}

static const char *
uid_text(const struct shown *s, char *out, size_t size)
{
	snprintf(out, size, "%lld", (long long)rec_num(s->rec, "uid", -1));
	return (out);
}

static json_t *
uid(const struct shown *s)
{
	return (json_integer(rec_num(s->rec, "uid", -1)));
}

static const struct column	ctr_columns[] = {
	COLUMN("At", "AT", SHOW_DATE, "t"),
	COLUMN("Command", "COMMAND", SHOW_TEXT, "cmd"),
	COLUMN_WORDS("Events", "EVENTS", events_of, SHOW_WORDS),
	COLUMN_WORDS("From", "FROM", from, SHOW_WORDS),
	COLUMN_AS("ID", "CONTAINER ID", SHOW_ID, "id", SHOW_TEXT),
	COLUMN("Name", "NAME", SHOW_TEXT, "name"),
	COLUMN_WORDS("To", "TO", to, SHOW_WORDS),
	{ { .name = "UID", .how = SHOW_VALUE, .words = uid_text,
	    .value = uid }, "UID", SHOW_VALUE },
	COLUMN_WORDS("When", "WHEN", when, SHOW_WORDS),
	COLUMN_WORDS("Why", "WHY", why, SHOW_WORDS),
	COLUMN_END
};
const struct list_about	ctr_history = {
	.tmpl = { "history", "containers.historyReporter", maps, false,
	    true },
	.columns = ctr_columns, .plain = "When From To UID Command Events Why",
	.quiet = { .how = SHOW_ID, .key = "id" },
};

int
list_ctr_history(struct list *l, const struct rec *entries, bool human)
{
	struct history	 h = { .human = human };
	struct rec	*e;
	size_t		 it = 0;
	int		 rc = 0;

	while (rc == 0 && (e = rec_sub(entries, "entry", &it)) != NULL) {
		rc = list_row(l, e, &h);
		rec_free(e);
	}
	return (rc == -1 ? EXIT_ENGINE : 0);
}

/* --- steps of an image --- */

struct layers {
	const struct rec	*all;	/* every image there is, or NULL */
	struct rec		*used;	/* `id`s that stood in a row */
};

/* The image that ends with this layer, unless it was there already. */
static const char *
image_of(struct layers *l, const char *layer, char *id)
{
	struct rec	*image;
	const char	*used;
	size_t		 it = 0, at;
	bool		 found = false;

	while (l->all != NULL && *layer != '\0' && !found &&
	    (image = rec_sub(l->all, "image", &it)) != NULL) {
		if (strcmp(show_str(image, "layer_id"), layer) == 0) {
			found = true;
			(void)strlcpy(id, show_str(image, "id"), 65);
			for (at = 0; rec_next(l->used, "id", &at, &used);)
				found &= strcmp(used, id) != 0;
		}
		rec_free(image);
	}
	if (!found)
		return ("<missing>");
	(void)rec_add(l->used, "id", id);
	return (id);
}

/* "overlay/<id>/diff" */
static void
layer_id_of(const char *dir, char *out, size_t size)
{
	const char	*slash = strchr(dir, '/');

	*out = '\0';
	if (slash != NULL)
		(void)snprintf(out, size, "%.*s", (int)strcspn(slash + 1,
		    "/"), slash + 1);
}

/* The steps, which are stored oldest first. */
static struct rec **
steps_of(const struct rec *image, size_t *n)
{
	struct rec	**steps = calloc(rec_count(image, "history") + 1,
			    sizeof(struct rec *));
	size_t		  it = 0;

	*n = 0;
	while (steps != NULL &&
	    (steps[*n] = rec_sub(image, "history", &it)) != NULL)
		(*n)++;
	return (steps);
}

static int
print_steps(struct list *list, const struct rec *image, struct layers *l,
    struct history *h)
{
	size_t		  n, dirs = 0, sizes = 0;
	struct rec	**steps = steps_of(image, &n);
	const char	 *dir = "", *v;
	char		  layer[96], id[65];
	int		  rc = steps == NULL ? -1 : 0;
	bool		  empty, more;

	more = rec_next(image, "layer", &dirs, &dir);
	for (size_t i = n; rc == 0 && i-- > 0;) {
		empty = rec_num(steps[i], "empty", 0) != 0;
		h->size = 0;
		if (!empty && rec_next(image, "layer_size", &sizes, &v))
			h->size = strtoll(v, NULL, 10);
		layer_id_of(more ? dir : "", layer, sizeof(layer));
		h->id = image_of(l, layer, id);
		if (i == n - 1)		/* the image itself */
			h->id = show_str(image, "id");
		rc = list_row(list, steps[i], h);
		if (!empty)
			more = rec_next(image, "layer", &dirs, &dir);
	}
	for (size_t i = 0; steps != NULL && i < n; i++)
		rec_free(steps[i]);
	free(steps);
	return (rc);
}

int
list_image_history(struct list *list, const struct rec *image,
    const struct rec *all, bool human)
{
	struct layers	 l = { all, rec_new() };
	struct history	 h = { .human = human };
	int		 rc = -1;

	if (l.used == NULL)
		return (say_error("%s", strerror(ENOMEM)));
	(void)rec_add(l.used, "id", show_str(image, "id"));
	rc = print_steps(list, image, &l, &h);
	rec_free(l.used);
	return (rc == -1 ? EXIT_ENGINE : 0);
}
