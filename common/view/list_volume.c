#include "list_volume.h"

#include <string.h>

#include "record.h"
#include "say.h"
#include "session.h"
#include "volumes.h"

/* --- filters --- */

static bool
match_name(const struct filter_term *t, const void *v)
{
	return (filter_is_like(t, show_str(v, "name")));
}

static bool
match_driver(const struct filter_term *t, const void *v)
{
	return (strcmp(rec_str(v, "driver", "local"), t->value) == 0);
}

static bool
match_scope(const struct filter_term *t, const void *v)
{
	(void)v;
	return (strcmp(t->value, "local") == 0);
}

static bool
match_option(const struct filter_term *t, const void *v)
{
	return (filter_is_pair(t, v, "option"));
}

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
match_dangling(const struct filter_term *t, const void *v)
{
	return ((rec_get(v, "user") == NULL) == (t->number == 1));
}

static const struct filter_key	keys[] = {
	{ .name = "name", .match = match_name, .read = filter_read_pattern },
	{ .name = "driver", .match = match_driver },
	{ .name = "scope", .match = match_scope },
	{ .name = "label", .match = filter_label, .every = true },
	{ .name = "label!", .match = filter_no_label, .every = true },
	{ .name = "opt", .match = match_option },
	{ .name = "dangling", .match = match_dangling, .read = read_dangling },
	{ .name = "until", .match = filter_before, .read = filter_read_time },
	{ 0 }
};
const struct filter_about	volume_filters = { .keys = keys,
	.unknown = { "\"", "\" is an invalid volume filter" },
	.shape = FILTER_SHAPE };

/* --- columns --- */

static const char *
driver_of(const struct shown *s, char *out, size_t size)
{
	(void)out;
	(void)size;
	return (rec_str(s->rec, "driver", "local"));
}

/* `fresh` is added to the record, where it holds. */
static const struct column	columns[] = {
	COLUMN("Name", "VOLUME NAME", SHOW_TEXT, "name"),
	COLUMN_WORDS("Driver", "DRIVER", driver_of, SHOW_WORDS),
	COLUMN("Mountpoint", "MOUNTPOINT", SHOW_TEXT, "mountpoint"),
	COLUMN_AS("CreatedAt", "CREATED AT", SHOW_TIME, "created", SHOW_DATE),
	COLUMN("Labels", "LABELS", SHOW_PAIRS, "label"),
	COLUMN("Scope", "SCOPE", SHOW_WORD, "local"),
	COLUMN("Options", "OPTIONS", SHOW_PAIRS, "option"),
	COLUMN("MountCount", "MOUNT COUNT", SHOW_CONST, "0"),
	{ { .name = "NeedsCopyUp", .how = SHOW_FLAG, .key = "fresh",
	    .optional = true }, "NEEDS COPY UP", SHOW_FLAG },
	{ { .name = "NeedsChown", .how = SHOW_FLAG, .key = "fresh",
	    .optional = true }, "NEEDS CHOWN", SHOW_FLAG },
	COLUMN_END
};
static const char *const	maps[] = { "Labels", "Options", NULL };
const struct list_about	volume_list = {
	.tmpl = { "list volume", "*entities.VolumeListReport", maps, false,
	    true },
	.columns = columns, .plain = "Driver Name",
	.quiet = { .how = SHOW_TEXT, .key = "name" }, .indent = 2,
	.heading_with_rows = true,
};

/* --- rows --- */

/* A copy of the record, which knows whether the volume is fresh. */
static struct rec *
known(struct session *s, const struct rec *v)
{
	struct rec	*copy = rec_new();

	if (copy == NULL || rec_add_all(copy, v) == -1 ||
	    (volumes_is_fresh(s, v) && rec_add_num(copy, "fresh", 1) == -1)) {
		rec_free(copy);
		return (NULL);
	}
	return (copy);
}

json_t *
volume_object(struct session *s, const struct rec *v, bool json)
{
	struct rec	*copy = known(s, v);
	struct shown	 shown = { .rec = copy, .as_json = json };
	json_t		*j = copy == NULL ? NULL : list_object(columns, &shown);

	rec_free(copy);
	return (j);
}

int
list_volume(struct list *l, struct session *s, const struct rec *all,
    const struct filter *f)
{
	struct rec	*v, *copy;
	size_t		 it = 0;
	int		 rc = 0;

	while (rc == 0 && (v = rec_sub(all, "obj", &it)) != NULL) {
		/* Half removed: its removal has been reported, or will be. */
		if (rec_num(v, "removing", 0) == 0 && filter_passes(f, v)) {
			copy = known(s, v);
			rc = copy == NULL ? (say_error("out of memory"), -1) :
			    list_row(l, copy, NULL);
			rec_free(copy);
		}
		rec_free(v);
	}
	return (rc == -1 ? EXIT_ENGINE : 0);
}
