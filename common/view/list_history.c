#include "lists.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <bsd/string.h>

#include "cleanup.h"
#include "record.h"
#include "say.h"
#include "states.h"

#define MADE_BY_CUT	45		/* podman cuts a command here */
#define SECOND		1000000000

/* --- an image --- */

static const struct member	step_columns[] = {
	COLUMN_JSON("id", SHOW_TEXT, id),
	COLUMN_JSON("created", SHOW_DATE, created),
	COLUMN_TEXT("ID", "ID", SHOW_ID, id),
	COLUMN_TEXT("Created", "CREATED", SHOW_WHEN, created),
	COLUMN_TEXT("CreatedAt", "CREATED AT", SHOW_TIME, second),
	COLUMN_TEXT("CreatedSince", "CREATED SINCE", SHOW_AGO, created),
	COLUMN_TEXT("CreatedBy", "CREATED BY", SHOW_TEXT, shown_by),
	{ .name = "CreatedBy", .json = SHOW_TEXT,
	    .key = KEY_TEXT(created_by), .optional = true },
	COLUMN_JSON("size", SHOW_NUMBER, size),
	COLUMN_TEXT("Size", "SIZE", SHOW_SIZE, size),
	COLUMN_JSON("comment", SHOW_TEXT, comment),
	COLUMN_TEXT("Comment", "COMMENT", SHOW_TEXT, comment),
	COLUMN_JSON("Created", SHOW_DATE, second),
	{ .name = "Tags", .heading = "TAGS", .how = SHOW_CONST, .key = "[]" },
	{ 0 }
};
const struct list_about	list_of_steps = {
	.tmpl = LIST_TMPL("history", "images.historyReporter"),
	.columns = step_columns, .plain = "ID Created CreatedBy Size Comment",
	.quiet = SHOWN(NULL, SHOW_ID, id),
};

/* The id of the image that ends with a layer ("overlay/<id>/diff"), or "". */
static void
image_of(const struct rec *all, const char *dir, char *id)
{
	const char	*layer = strchr(dir, '/');
	size_t		 n = layer == NULL ? 0 : strcspn(++layer, "/");
	struct rec	*image;

	*id = '\0';
	rec_each(image, n == 0 ? NULL : all, KEY_IN(images, image))
		if (strncmp(show_str(image, KEY(layer_id)), layer, n) == 0) {
			(void)strlcpy(id, show_str(image, KEY(id)), ID_TEXT);
			return;
		}
}

/* A step that is the end of an image has its id, the first time. */
static void
add_id(struct rec *step, const char *id, struct rec *used)
{
	if (*id == '\0' || show_has(used, KEY(id), id))
		id = "<missing>";
	else
		(void)rec_add(used, KEY(id), id);
	(void)rec_add(step, KEY(id), id);
}

static void
derive(struct rec *step, const struct shown *s)
{
	const char	*by = show_str(step, KEY(created_by));
	int64_t		 ns = rec_num(step, KEY(created), 0);
	bool		 cut = !s->no_trunc && strlen(by) > MADE_BY_CUT;

	(void)rec_add_num(step, KEY(second), ns - ns % SECOND);
	(void)rec_addf(step, KEY(shown_by), "%.*s%s", cut ? MADE_BY_CUT - 3 :
	    (int)strlen(by), by, cut ? "..." : "");
}

int
list_steps(struct list *l, const struct rec *image, const struct rec *all)
{
	scoped_rec struct rec	*used = rec_new();
	size_t			 n = rec_count(image, KEY(history));
	size_t			 it = 0, dirs = 0, sizes = 0;
	scoped_free size_t	*steps = calloc(n + 1, sizeof(*steps));
	const char		*dir = "", *size;
	char			 id[ID_TEXT];
	int			 rc = 0;

	/* The steps are stored oldest first. */
	for (size_t i = 0; steps != NULL && i < n; i++) {
		steps[i] = it;
		rec_free(rec_sub(image, KEY(history), &it));
	}
	(void)rec_next(image, KEY_IN(image, layer), &dirs, &dir);
	(void)strlcpy(id, show_str(image, KEY(id)), sizeof(id));
	for (size_t i = n; steps != NULL && rc == 0 && i-- > 0;) {
		scoped_rec struct rec	*step = rec_sub(image, KEY(history),
					    &steps[i]);

		if (i < n - 1)
			image_of(all, dir, id);
		add_id(step, id, used);
		if (rec_num(step, KEY(empty), 0) == 0) {
			if (rec_next(image, KEY(layer_size), &sizes, &size))
				(void)rec_add(step, KEY_IN(shown, size), size);
			if (!rec_next(image, KEY_IN(image, layer), &dirs, &dir))
				dir = "";
		}
		derive(step, &l->shown);
		rc = list_row(l, step);
	}
	return (rc == -1 ? EXIT_ENGINE : 0);
}

/* --- a container --- */

static const struct member	entry_columns[] = {
	COLUMN("At", "AT", SHOW_DATE, t),
	COLUMN("Command", "COMMAND", SHOW_TEXT, cmd),
	COLUMN("Events", "EVENTS", SHOW_TEXT, events),
	COLUMN("From", "FROM", SHOW_TEXT, from_name),
	COLUMN_AS("ID", "CONTAINER ID", SHOW_ID, id, SHOW_TEXT),
	COLUMN("Name", "NAME", SHOW_TEXT, name),
	COLUMN("To", "TO", SHOW_TEXT, to_name),
	COLUMN_OR("UID", "UID", SHOW_NUMBER, uid, "-1"),
	COLUMN("When", "WHEN", SHOW_WHEN, t),
	COLUMN("Why", "WHY", SHOW_TEXT, why), { 0 }
};

static void
add_state(struct rec *e, struct key_num key, struct key_str name)
{
	unsigned int	 state = (unsigned int)rec_num(e, key, 0);

	(void)rec_add(e, name, state == 0 ? "" : ctr_state_name(state));
}

static void
derive_entry(const struct list *l, struct rec *e)
{
	scoped_free char	*events = show_joined(e, KEY(ev), ",", INT_MAX);

	(void)l;
	add_state(e, KEY(from), KEY(from_name));
	add_state(e, KEY(to), KEY(to_name));
	(void)rec_add(e, KEY(events), events == NULL ? "" : events);
	if (rec_get(e, KEY(why)) == NULL && rec_text(e, KEY(exit)) != NULL)
		(void)rec_addf(e, KEY(why), "exit code %s",
		    rec_text(e, KEY(exit)));
}

const struct list_about	list_of_entries = {
	.tmpl = LIST_TMPL("history", "containers.historyReporter"),
	.columns = entry_columns,
	.plain = "When From To UID Command Events Why",
	.quiet = SHOWN(NULL, SHOW_ID, id), .key = KEY_TEXT(entry),
	.derive = derive_entry,
};
