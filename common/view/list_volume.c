#include "lists.h"

#include <string.h>

#include "record.h"
#include "volumes.h"

static int
read_dangling(struct filter_term *t, const struct rec *all, struct parse_err *e)
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
	{ "name", FILTER_PATTERN, KEY_TEXT(name), NULL, NULL },
	{ "driver", FILTER_EQUAL, KEY_TEXT(driver), NULL, NULL },
	{ "scope", FILTER_MATCH, NULL, NULL, match_scope },
	{ "label", FILTER_PAIR, KEY_TEXT(label), NULL, NULL },
	{ "label!", FILTER_NO_PAIR, KEY_TEXT(label), NULL, NULL },
	{ "opt", FILTER_PAIR, KEY_TEXT(option), NULL, NULL },
	{ "dangling", FILTER_MATCH, NULL, read_dangling, match_dangling },
	{ "until", FILTER_BEFORE, KEY_TEXT(created), NULL, NULL },
	{ 0 }
};
const struct filter_about	volume_filters = { .keys = keys,
	.unknown = { "\"", "\" is an invalid volume filter" },
	.shape = FILTER_SHAPE, .any_pattern = true };

/* `fresh` is added to the record, where it holds. */
static const struct member	columns[] = {
	COLUMN("Name", "VOLUME NAME", SHOW_TEXT, name),
	COLUMN_OR("Driver", "DRIVER", SHOW_TEXT, driver, "local"),
	COLUMN("Mountpoint", "MOUNTPOINT", SHOW_TEXT, mountpoint),
	COLUMN_AS("CreatedAt", "CREATED AT", SHOW_TIME, created, SHOW_DATE),
	COLUMN("Labels", "LABELS", SHOW_PAIRS, label),
	COLUMN_FIXED("Scope", "SCOPE", SHOW_WORD, "local"),
	COLUMN("Options", "OPTIONS", SHOW_PAIRS, option),
	COLUMN_FIXED("MountCount", "MOUNT COUNT", SHOW_CONST, "0"),
	{ .name = "NeedsCopyUp", .heading = "NEEDS COPY UP", BOTH(SHOW_FLAG),
	    .key = KEY_TEXT(fresh), .optional = true },
	{ .name = "NeedsChown", .heading = "NEEDS CHOWN", BOTH(SHOW_FLAG),
	    .key = KEY_TEXT(fresh), .optional = true }, { 0 }
};

static void
derive(const struct list *l, struct rec *v)
{
	if (volumes_is_fresh(l->session, v))
		(void)rec_add_num(v, KEY(fresh), 1);
}

const struct list_about	list_of_volumes = {
	.tmpl = LIST_TMPL("list volume", "*entities.VolumeListReport"),
	.columns = columns, .plain = "Driver Name",
	.quiet = SHOWN(NULL, SHOW_TEXT, name), .indent = 2,
	.heading_with_rows = true, .key = KEY_TEXT(obj),
	.filters = &volume_filters, .derive = derive,
};

json_t *
volume_object(struct session *s, struct rec *v, bool json)
{
	derive(&(struct list){ .session = s }, v);
	return (show_object(&(struct shown){ .rec = v, .as_json = json },
	    columns));
}
