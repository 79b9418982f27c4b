#include <bsd/string.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "clock.h"
#include "events.h"
#include "human.h"
#include "nitems.h"
#include "record.h"
#include "say.h"
#include "visible.h"

static const char *
text(const json_t *e, const char *key)
{
	const char	*s = json_string_value(json_object_get(e, key));

	return (s == NULL ? "" : s);
}

/* Of the type that the key says; by name, or the beginning of the id. */
static bool
match_object(const struct filter_term *t, const struct rec *r)
{
	return (strcmp(show_str(r, KEY(type)), t->key->name) == 0 &&
	    (strcmp(show_str(r, KEY(name)), t->value) == 0 ||
	    (*t->value != '\0' && strncmp(show_str(r, KEY(id)), t->value,
	    strlen(t->value)) == 0)));
}

static int
read_status(struct filter_term *t, const struct rec *all, struct parse_err *e)
{
	(void)all;
	(void)e;
	if (strcmp(t->value, "die") == 0)
		t->value = "died";
	return (0);
}

static const struct filter_key	keys[] = {
	{ "container", FILTER_MATCH, NULL, NULL, match_object },
	{ "event", FILTER_EQUAL, KEY_TEXT(status), read_status, NULL },
	{ "image", FILTER_MATCH, NULL, NULL, match_object },
	{ "label", FILTER_ANY_PAIR, KEY_TEXT(label), NULL, NULL },
	{ "pod", FILTER_MATCH, NULL, NULL, match_object },
	{ "status", FILTER_EQUAL, KEY_TEXT(status), read_status, NULL },
	{ "type", FILTER_EQUAL, KEY_TEXT(type), NULL, NULL },
	{ "volume", FILTER_MATCH, NULL, NULL, match_object },
	{ 0 }
};
static const struct filter_about	filters = { .keys = keys,
	.unknown = { "", " is an invalid filter; use container, event, image, "
	    "label, pod, type or volume" },
	.shape = { "invalid filter \"",
	    "\": must be in the format of filter=value" },
	.any_case = true };

static bool
passes(const struct filter *f, const json_t *e)
{
	scoped_rec struct rec	*r = rec_new();
	json_t			*labels = json_object_get(e, "Attributes"), *v;
	const char		*key;

	(void)rec_add(r, KEY(type), text(e, "Type"));
	(void)rec_add(r, KEY(status), text(e, "Status"));
	(void)rec_add(r, KEY(id), text(e, "ID"));
	(void)rec_add(r, KEY(name), text(e, "Name"));
	json_object_foreach(labels, key, v)
		if (json_is_string(v))
			(void)rec_addf(r, KEY(label), "%s=%s", key,
			    json_string_value(v));
	return (filter_passes(f, r));
}

/*
 * As podman has it, a duration is taken back from now for --since, and
 * forward for --until.
 */
static int
moment(const struct rec *opts, const char *name, int sign, int64_t *out)
{
	const char		*v = rec_get(opts, KEY_FROM(name));
	struct parse_err	 e;
	int64_t			 d, now = clock_real_ns();

	if (v == NULL)
		return (0);
	if (parse_duration(v, &d, &e) == 0)
		*out = now + sign * d;
	else if (parse_time(v, now, out, &e) == -1) {
		(void)say_error(ERR_INVALID_ARG, "parsing --%s \"%s\": unable "
		    "to interpret time value", name, v);
		return (-1);
	}
	return (0);
}

int
eventview_open(struct eventview *v, const struct rec *opts)
{
	static const char *const	 maps[] = { "Attributes", NULL };
	static const struct tmpl_about	 about = { "events", "*events.Event",
					    maps, false, false };
	const char			*f = show_str(opts, KEY(format));
	struct parse_err		 e;

	*v = (struct eventview){ .since = INT64_MIN, .until = INT64_MAX,
	    .ns = "",
	    .no_trunc = rec_flag(opts, KEY_AS(ask_no_trunc), true),
	    .json = strcmp(f, "json") == 0 };
	if (filter_open(&v->filter, &filters, opts, NULL, &e) == -1) {
		(void)say_parse(&e);
		return (-1);
	}
	if (moment(opts, "since", -1, &v->since) == -1 ||
	    moment(opts, "until", 1, &v->until) == -1)
		return (-1);
	v->stream = rec_flag(opts, KEY(stream), true);
	v->silent = v->stream && v->since == INT64_MIN &&
	    v->until == INT64_MAX;
	v->stream &= v->until >= clock_real_ns();
	if (*f == '\0' || v->json)
		return (0);
	if ((v->tmpl = tmpl_parse(&about, strncmp(f, "table ", 6) == 0 ? f + 6 :
	    f, &e)) == NULL) {
		(void)say_parse(&e);
		return (-1);
	}
	return (0);
}

void
eventview_close(struct eventview *v)
{
	filter_close(&v->filter);
	tmpl_free(v->tmpl);
}

int64_t
eventview_time(const json_t *e)
{
	struct parse_err	 err;
	int64_t			 t;

	return (parse_time(text(e, "Time"), 0, &t, &err) == -1 ? 0 : t);
}

/* What comes from labels and names may not drive a terminal. */
static void
put(const char *before, const char *s)
{
	size_t			 size = strlen(s) * 6 + 1;
	scoped_free char	*safe = NULL;

	if (isatty(STDOUT_FILENO) && (safe = malloc(size)) != NULL) {
		(void)visible_word(safe, size, s);
		s = safe;
	}
	printf("%s%s", before, s);
}

/* A character as JSON writes it that wants no other than ASCII. */
static void
put_json_escape(int32_t r)
{
	unsigned int	 u = (unsigned int)r;

	if (u < 0x10000)
		printf("\\u%04x", u);
	else
		printf("\\u%04x\\u%04x", 0xd800 + ((u - 0x10000) >> 10),
		    0xdc00 + ((u - 0x10000) & 0x3ff));
}

/* JSON, with the same care; it stays the same JSON. */
static void
put_json(const char *s)
{
	bool	 tty = isatty(STDOUT_FILENO);
	int32_t	 r;
	size_t	 n;

	for (; *s != '\0'; s += n) {
		r = utf8_next(s, &n);
		if (tty && r != -1 && visible_hides(r))
			put_json_escape(r);
		else
			fwrite(s, 1, n, stdout);
	}
	putchar('\n');
}

/* The line that podman prints. */
static void
print_line(const struct eventview *v, const json_t *e)
{
	json_t		*labels = json_object_get(e, "Attributes"), *value;
	const char	*type = text(e, "Type"), *key;
	char		 id[ID_TEXT], when[64];

	(void)strlcpy(id, text(e, "ID"), v->no_trunc ? ID_TEXT : SHORT_ID + 1);
	human_go_time(eventview_time(e), when, sizeof(when));
	printf("%s", when);
	put(" ", type);
	put(" ", text(e, "Status"));
	if (strcmp(type, "container") == 0 || strcmp(type, "pod") == 0) {
		put(" ", id);
		put(" (image=", text(e, "Image"));
		put(", name=", text(e, "Name"));
		json_object_foreach(labels, key, value) {
			put(", ", key);
			put("=", text(labels, key));
		}
		printf(")");
	} else if (strcmp(type, "image") == 0) {
		put(" ", id);
		put(" ", text(e, "Name"));
	} else if (*text(e, "Name") != '\0')
		put(" ", text(e, "Name"));
	printf("\n");
}

/* What a template sees: all fields that podman's event has. */
static json_t *
template_row(const json_t *e)
{
	static const char *const	 keys_of[] = { "ID", "Image", "Name",
					    "Network", "Status", "Type",
					    "HealthStatus" };
	json_t				*labels = show_member(e, "Attributes",
					    json_object());
	json_t				*o = json_object();
	char				 when[64];

	human_go_time(eventview_time(e), when, sizeof(when));
	(void)json_object_set_new(o, "ContainerExitCode", show_member(e,
	    "ContainerExitCode", json_integer(0)));
	for (size_t i = 0; i < NITEMS(keys_of); i++)
		(void)json_object_set_new(o, keys_of[i], show_member(e,
		    keys_of[i], json_string("")));
	(void)json_object_update_new(o, json_pack(
	    "{s:s, s:O, s:{s:s, s:o}, s:o}", "Time", when, "Attributes",
	    labels, "Details", "ID", "", "Attributes", labels, "Seq",
	    show_member(e, "Seq", json_integer(0))));
	return (o);
}

/* Containers, pods and volumes are of a namespace; images and the rest not. */
static bool
is_in_namespace(const struct eventview *v, const json_t *e)
{
	const char	*type = text(e, "Type");

	return (*v->ns == '\0' || strcmp(text(e, "Namespace"), v->ns) == 0 ||
	    (strcmp(type, "container") != 0 && strcmp(type, "pod") != 0 &&
	    strcmp(type, "volume") != 0));
}

int
eventview_print(const struct eventview *v, json_t *e)
{
	int64_t			 t = eventview_time(e);
	scoped_free char	*line = NULL;
	struct parse_err	 err;
	json_t			*row;
	int			 rc;

	if (t < v->since || t > v->until || !is_in_namespace(v, e) ||
	    (v->filter.n > 0 && !passes(&v->filter, e)))
		return (0);
	if (v->json) {
		(void)json_object_del(e, "Mark");
		if ((line = tmpl_json(e)) == NULL) {
			(void)say_error(ERR_NO_MEMORY, "out of memory");
			return (-1);
		}
		put_json(line);
	} else if (v->tmpl == NULL)
		print_line(v, e);
	else {
		row = template_row(e);
		rc = tmpl_exec(v->tmpl, row, stdout, isatty(STDOUT_FILENO) ?
		    TMPL_TTY : 0, &err);
		json_decref(row);
		if (rc == -1) {
			(void)say_parse(&err);
			return (-1);
		}
		printf("\n");
	}
	return (0);
}
