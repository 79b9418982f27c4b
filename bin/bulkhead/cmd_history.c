/*
 * bulkhead history: of a container, what happened to it and who did that; of
 * an image, as podman's, how it was made.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bsd/string.h>

#include "cleanup.h"
#include "cmd.h"
#include "format.h"
#include "human.h"
#include "record.h"
#include "say.h"
#include "session.h"
#include "tmpl.h"

#define SHORT_ID	12
#define MADE_BY_CUT	45		/* podman cuts a command here */

struct history {
	struct cli	*g;
	struct session	 s;
	int64_t		 now;
	bool		 human;
	bool		 no_trunc;
	bool		 quiet;
	struct format	 format;
	json_t		*all;		/* for --format json */
};

static const char *const	maps[] = { NULL };
static const struct tmpl_about	about_image = { "history",
				    "images.historyReporter", maps, false,
				    true };
static const struct tmpl_about	about_ctr = { "history",
				    "containers.historyReporter", maps, false,
				    true };
static const struct heading	image_headings[] = {
	{ "Comment", "COMMENT" }, { "Created", "CREATED" },
	{ "CreatedAt", "CREATED AT" }, { "CreatedBy", "CREATED BY" },
	{ "CreatedSince", "CREATED SINCE" }, { "ID", "ID" },
	{ "Size", "SIZE" }, { "Tags", "TAGS" }, { NULL, NULL }
};
static const struct heading	ctr_headings[] = {
	{ "At", "AT" }, { "Command", "COMMAND" }, { "Events", "EVENTS" },
	{ "From", "FROM" }, { "ID", "CONTAINER ID" }, { "Name", "NAME" },
	{ "To", "TO" }, { "UID", "UID" }, { "When", "WHEN" },
	{ "Why", "WHY" }, { NULL, NULL }
};
static const char	image_table[] = "table {{.ID}}\t{{.Created}}\t"
			    "{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}";
static const char	ctr_table[] = "table {{.When}}\t{{.From}}\t{{.To}}\t"
			    "{{.UID}}\t{{.Command}}\t{{.Events}}\t{{.Why}}";

static const char *
text(const struct rec *r, const char *key)
{
	return (rec_str(r, key, ""));
}

static void
moment(const struct history *h, int64_t ns, char *out, size_t size)
{
	if (h->human)
		human_ago(ns, h->now, out, size);
	else
		human_rfc3339(ns - ns % 1000000000, out, size);
}

/* Open what was asked for, or the table that there is without. 0 or -1. */
static int
open_format(struct history *h, const struct tmpl_about *about,
    const struct heading *headings, const char *table)
{
	if (format_open(&h->format, about, opt_str(h->g->opts, "format",
	    table)) == -1)
		return (-1);
	return (format_heading(&h->format, headings));
}

/* podman prints its JSON in one line here. */
static int
put_row(struct history *h, json_t *row)
{
	if (h->format.kind != FORMAT_JSON)
		return (format_row(&h->format, row, 0));
	if (h->all == NULL)
		h->all = json_array();
	return (json_array_append_new(h->all, row));
}

static int
close_format(struct history *h)
{
	scoped_free char	*line = NULL;

	if (h->format.kind != FORMAT_JSON)
		return (format_close(&h->format, 0));
	line = h->all == NULL ? NULL : tmpl_json(h->all);
	printf("%s\n", line == NULL ? "[]" : line);
	json_decref(h->all);
	return (0);
}

static const char *
cut(const struct history *h, const char *id, char *out, size_t size)
{
	(void)snprintf(out, size, "%.*s", h->no_trunc ? 64 : SHORT_ID, id);
	return (out);
}

/* --- an image --- */

struct layers {
	struct rec	*all;		/* every image there is, or NULL */
	struct rec	*used;		/* `id`s that stood in a line */
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
		if (strcmp(text(image, "layer_id"), layer) == 0) {
			found = true;
			(void)strlcpy(id, text(image, "id"), 65);
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

static void
made_by(const struct history *h, const char *s, char *out, size_t size)
{
	if (h->no_trunc || strlen(s) <= MADE_BY_CUT)
		(void)strlcpy(out, s, size);
	else
		(void)snprintf(out, size, "%.*s...", MADE_BY_CUT - 3, s);
}

static json_t *
image_json(const struct rec *step, const char *id, int64_t size)
{
	char	 full[64], seconds[64];
	int64_t	 created = rec_num(step, "created", 0);
	json_t	*o;

	human_rfc3339(created, full, sizeof(full));
	human_rfc3339(created - created % 1000000000, seconds,
	    sizeof(seconds));
	o = json_pack("{s:s, s:s}", "id", id, "created", full);
	if (*text(step, "created_by") != '\0')
		(void)json_object_set_new(o, "CreatedBy", tmpl_text(text(step,
		    "created_by")));
	(void)json_object_set_new(o, "size", json_integer(size));
	(void)json_object_set_new(o, "comment", tmpl_text(text(step,
	    "comment")));
	(void)json_object_set_new(o, "Created", json_string(seconds));
	return (o);
}

static json_t *
image_row(const struct history *h, const struct rec *step, const char *id,
    int64_t bytes)
{
	char	 when[64], since[64], at[64], size[32], by[8192], cutid[65];
	int64_t	 created = rec_num(step, "created", 0);

	moment(h, created, when, sizeof(when));
	human_ago(created, h->now, since, sizeof(since));
	human_go_time(created - created % 1000000000, at, sizeof(at));
	human_size(bytes, size, sizeof(size));
	made_by(h, text(step, "created_by"), by, sizeof(by));
	return (json_pack("{s:s, s:s, s:s, s:s, s:o, s:s, s:o, s:[]}",
	    "ID", cut(h, id, cutid, sizeof(cutid)), "Created", when,
	    "CreatedAt", at, "CreatedSince", since, "CreatedBy",
	    tmpl_text(by), "Size", size, "Comment",
	    tmpl_text(text(step, "comment")), "Tags"));
}

static int
print_step(struct history *h, const struct rec *step, const char *id,
    int64_t size)
{
	char	 cutid[65];

	if (h->quiet) {
		printf("%s\n", cut(h, id, cutid, sizeof(cutid)));
		return (0);
	}
	return (put_row(h, h->format.kind == FORMAT_JSON ?
	    image_json(step, id, size) : image_row(h, step, id, size)));
}

/* The steps of a history, which are stored oldest first. */
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
print_steps(struct history *h, const struct rec *image, struct layers *l)
{
	size_t		  n, dirs = 0, sizes = 0;
	struct rec	**steps = steps_of(image, &n);
	const char	 *dir = "", *v, *name;
	char		  layer[96], id[65];
	int64_t		  size;
	int		  rc = steps == NULL ? -1 : 0;
	bool		  empty, more;

	more = rec_next(image, "layer", &dirs, &dir);
	for (size_t i = n; rc == 0 && i-- > 0;) {
		empty = rec_num(steps[i], "empty", 0) != 0;
		size = 0;
		if (!empty && rec_next(image, "layer_size", &sizes, &v))
			size = strtoll(v, NULL, 10);
		layer_id_of(more ? dir : "", layer, sizeof(layer));
		name = image_of(l, layer, id);
		if (i == n - 1)		/* the image itself */
			name = text(image, "id");
		rc = print_step(h, steps[i], name, size);
		if (!empty)
			more = rec_next(image, "layer", &dirs, &dir);
	}
	for (size_t i = 0; steps != NULL && i < n; i++)
		rec_free(steps[i]);
	free(steps);
	return (rc);
}

static int
history_of_image(struct history *h, const struct rec *image)
{
	struct layers	 l = { session_images(&h->s), rec_new() };
	int		 rc;

	if (l.used == NULL)
		return (-1);
	(void)rec_add(l.used, "id", text(image, "id"));
	rc = h->quiet ? 0 : open_format(h, &about_image, image_headings,
	    image_table);
	if (rc == 0)
		rc = print_steps(h, image, &l);
	if (rc == 0 && !h->quiet)
		rc = close_format(h);
	rec_free(l.all);
	rec_free(l.used);
	return (rc);
}

/* --- a container --- */

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

static void
events_of(const struct rec *e, char *out, size_t size)
{
	const char	*ev;
	size_t		 it = 0, n = 0;

	*out = '\0';
	while (rec_next(e, "ev", &it, &ev) && n < size)
		n += (size_t)snprintf(out + n, size - n, "%s%s",
		    n == 0 ? "" : ",", ev);
}

static void
why_of(const struct rec *e, char *out, size_t size)
{
	if (rec_get(e, "why") != NULL)
		(void)strlcpy(out, text(e, "why"), size);
	else if (rec_get(e, "exit") != NULL)
		(void)snprintf(out, size, "exit code %s", text(e, "exit"));
	else
		*out = '\0';
}

static json_t *
ctr_row(const struct history *h, const struct rec *e)
{
	char	 when[64], at[64], why[512], events[512], id[65];
	int64_t	 t = rec_num(e, "t", 0);

	moment(h, t, when, sizeof(when));
	human_rfc3339(t, at, sizeof(at));
	why_of(e, why, sizeof(why));
	events_of(e, events, sizeof(events));
	return (json_pack("{s:s, s:o, s:s, s:s, s:s, s:o, s:s, s:I, s:s,"
	    " s:o}", "At", at, "Command", tmpl_text(text(e, "cmd")),
	    "Events", events, "From", state_word(e, "from"), "ID",
	    h->format.kind == FORMAT_JSON ? text(e, "id") : cut(h, text(e,
	    "id"), id, sizeof(id)), "Name", tmpl_text(text(e, "name")), "To",
	    state_word(e, "to"), "UID", (json_int_t)rec_num(e, "uid", -1),
	    "When", when, "Why", tmpl_text(why)));
}

static int
print_entries(struct history *h, const struct rec *entries)
{
	struct rec	*e;
	char		 id[65];
	size_t		 it = 0;
	int		 rc = 0;

	while (rc == 0 && (e = rec_sub(entries, "entry", &it)) != NULL) {
		if (h->quiet)
			printf("%s\n", cut(h, text(e, "id"), id, sizeof(id)));
		else
			rc = put_row(h, ctr_row(h, e));
		rec_free(e);
	}
	return (rc);
}

static int
history_of_container(struct history *h, const struct rec *entries)
{
	int	 rc = h->quiet ? 0 : open_format(h, &about_ctr, ctr_headings,
		    ctr_table);

	if (rc == 0)
		rc = print_entries(h, entries);
	if (rc == 0 && !h->quiet)
		rc = close_format(h);
	return (rc);
}

static struct rec *
entries_of(struct history *h, const char *ref)
{
	union msg	 m;

	memset(&m.history_get, 0, sizeof(m.history_get));
	(void)strlcpy(m.history_get.ref, ref, sizeof(m.history_get.ref));
	return (call_rec(&h->s.client, H_STATE, MSG_history_get, &m, NULL,
	    0));
}

/*
 * A container that is there, then an image, then a container that was there:
 * so what podman's users ask for is what they get.
 */
static int
history_of(struct history *h, const char *ref)
{
	struct rec	*image = NULL, *entries;
	char		 id[65], why[sizeof(h->s.client.error.text)];
	bool		 there = session_find(&h->s, ref, id) == 0;
	int		 rc = -1;

	if (!there && (image = session_image(&h->s, ref)) != NULL) {
		rc = history_of_image(h, image);
		rec_free(image);
		return (rc == -1 ? EXIT_ENGINE : 0);
	}
	(void)strlcpy(why, h->s.client.error.text, sizeof(why));
	if ((entries = entries_of(h, there ? id : ref)) == NULL)
		return (session_error(&h->s));
	if (!there && rec_count(entries, "entry") == 0)
		(void)say_error("%s", why);
	else
		rc = history_of_container(h, entries);
	rec_free(entries);
	return (rc == -1 ? EXIT_ENGINE : 0);
}

int
cmd_history(struct cli *g, int argc, char **argv)
{
	struct history	 h = { .g = g, .now = human_now(),
			    .human = opt_flag(g->opts, "human", true),
			    .no_trunc = opt_flag(g->opts, "no-trunc", false),
			    .quiet = opt_flag(g->opts, "quiet", false) };
	int		 code;

	(void)argc;
	if (command_open(&h.s, g, NEED_STATE | NEED_STORE, NULL) == -1)
		return (EXIT_ENGINE);
	code = history_of(&h, argv[0]);
	session_close(&h.s);
	return (code);
}
