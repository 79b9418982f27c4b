#include "lists.h"

#include <string.h>

#include "record.h"
#include "say.h"
#include "session.h"
#include "volumes.h"

static int
read_dangling(struct filter_term *t, const void *all, struct parse_err *e)
{
	(void)all;
	t->number = strcmp(t->value, "true") == 0 ||
	    strcmp(t->value, "1") == 0;
	if (t->number == 1 || strcmp(t->value, "false") == 0 ||
	    strcmp(t->value, "0") == 0)
		return (0);
	return (parse_fail(e, "\"%s\" is not a valid value for the "
	    "\"dangling\" filter - must be true or false", t->value));
}

static bool
match_dangling(const struct filter_term *t, const struct rec *v)
{
	return ((rec_get(v, KEY(user)) == NULL) == (t->number == 1));
}

static bool
match_scope(const struct filter_term *t, const struct rec *v)
{
	(void)v;
	return (strcmp(t->value, "local") == 0);
}

static const struct filter_key	keys[] = {
	{ "name", FILTER_PATTERN, "name", NULL, NULL },
	{ "driver", FILTER_EQUAL, "driver", NULL, NULL },
	{ "scope", FILTER_MATCH, NULL, NULL, match_scope },
	{ "label", FILTER_PAIR, "label", NULL, NULL },
	{ "label!", FILTER_NO_PAIR, "label", NULL, NULL },
	{ "opt", FILTER_PAIR, "option", NULL, NULL },
	{ "dangling", FILTER_MATCH, NULL, read_dangling, match_dangling },
	{ "until", FILTER_BEFORE, "created", NULL, NULL },
	{ 0 }
};
const struct filter_about	volume_filters = { .keys = keys,
	.unknown = { "\"", "\" is an invalid volume filter" },
	.shape = FILTER_SHAPE, .any_pattern = true };

/* `fresh` is added to the record, where it holds. */
static const struct column	columns[] = {
	COLUMN("Name", "VOLUME NAME", SHOW_TEXT, KEY_TEXT(name)),
	COLUMN_OR("Driver", "DRIVER", SHOW_TEXT, KEY_TEXT(driver), "local"),
	COLUMN("Mountpoint", "MOUNTPOINT", SHOW_TEXT, KEY_TEXT(mountpoint)),
	COLUMN_AS("CreatedAt", "CREATED AT", SHOW_TIME, KEY_TEXT(created),
	    SHOW_DATE),
	COLUMN("Labels", "LABELS", SHOW_PAIRS, KEY_TEXT(label)),
	COLUMN("Scope", "SCOPE", SHOW_WORD, "local"),
	COLUMN("Options", "OPTIONS", SHOW_PAIRS, KEY_TEXT(option)),
	COLUMN("MountCount", "MOUNT COUNT", SHOW_CONST, "0"),
	COLUMN_OPTIONAL("NeedsCopyUp", "NEEDS COPY UP", SHOW_FLAG,
	    KEY_TEXT(fresh)),
	COLUMN_OPTIONAL("NeedsChown", "NEEDS CHOWN", SHOW_FLAG,
	    KEY_TEXT(fresh)),
	COLUMN_END
};
static const char *const	maps[] = { "Labels", "Options", NULL };
const struct list_about	list_of_volumes = {
	.tmpl = { "list volume", "*entities.VolumeListReport", maps, false,
	    true },
	.columns = columns, .plain = "Driver Name",
	.quiet = SHOWN(NULL, SHOW_TEXT, KEY_TEXT(name)), .indent = 2,
	.heading_with_rows = true,
};

/* The record, and whether the volume is fresh. */
static struct rec *
copy_of(struct session *s, const struct rec *v)
{
	struct rec	*copy = rec_new();

	(void)rec_add_all(copy, v);
	if (volumes_is_fresh(s, v))
		(void)rec_add_num(copy, KEY(fresh), 1);
	return (copy);
}

json_t *
volume_object(struct session *s, const struct rec *v, bool json)
{
	scoped_rec struct rec	*copy = copy_of(s, v);
	struct shown		 shown = { .rec = copy, .as_json = json };
	json_t			*j = list_object(columns, &shown);

	return (j);
}

int
list_volumes(struct list *l, struct session *s, const struct rec *all,
    const struct filter *f)
{
	struct rec	*v, *copy;
	size_t		 it = 0;
	int		 rc = 0;

	while (rc == 0 && (v = rec_sub(all, KEY(obj), &it)) != NULL) {
		/* Half removed: its removal has been reported, or will be. */
		if (rec_num(v, KEY(removing), 0) == 0 && filter_passes(f, v)) {
			copy = copy_of(s, v);
			rc = list_row(l, copy);
			rec_free(copy);
		}
		rec_free(v);
	}
	return (rc == -1 ? EXIT_ENGINE : 0);
}
