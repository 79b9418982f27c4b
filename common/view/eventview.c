#include "eventview.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "clock.h"
#include "human.h"
#include "parse.h"
#include "record.h"
#include "say.h"
#include "visible.h"

#define NITEMS(a)	(sizeof(a) / sizeof((a)[0]))
#define SHORT_ID	12

static const char *const	maps[] = { "Attributes", NULL };
static const struct tmpl_about	about = { "events", "*events.Event", maps,
				    false, false };

static const char *
text(const json_t *e, const char *key)
{
	const char	*s = json_string_value(json_object_get(e, key));

	return (s == NULL ? "" : s);
}

static bool
is_type(const json_t *e, const char *type)
{
	return (strcmp(text(e, "Type"), type) == 0);
}

/* By name, or by the beginning of the id. */
static bool
is_named(const json_t *e, const char *value)
{
	return (strcmp(text(e, "Name"), value) == 0 ||
	    (*value != '\0' && strncmp(text(e, "ID"), value,
	    strlen(value)) == 0));
}

static bool
is_container(const json_t *e, const char *v)
{
	return (is_type(e, "container") && is_named(e, v));
}

static bool
is_image(const json_t *e, const char *v)
{
	return (is_type(e, "image") && is_named(e, v));
}

static bool
is_pod(const json_t *e, const char *v)
{
	return (is_type(e, "pod") && is_named(e, v));
}

static bool
is_volume(const json_t *e, const char *v)
{
	return (is_type(e, "volume") && is_named(e, v));
}

static bool
is_status(const json_t *e, const char *v)
{
	return (strcmp(text(e, "Status"), strcmp(v, "die") == 0 ? "died" :
	    v) == 0);
}

static bool
has_label(const json_t *e, const char *v)
{
	const json_t		*labels = json_object_get(e, "Attributes");
	const char		*eq = strchr(v, '='), *have;
	scoped_free char	*key = NULL;

	key = strndup(v, eq == NULL ? strlen(v) : (size_t)(eq - v));
	if (key == NULL || (have = json_string_value(json_object_get(labels,
	    key))) == NULL)
		return (false);
	return (eq == NULL || strcmp(have, eq + 1) == 0);
}

static const struct kind {
	const char	*key;
	bool		(*matches)(const json_t *, const char *);
} kinds[] = {
	{ "container", is_container }, { "event", is_status },
	{ "image", is_image }, { "label", has_label }, { "pod", is_pod },
	{ "status", is_status }, { "type", is_type }, { "volume", is_volume },
};

static const struct kind *
kind_of(const char *filter)
{
	size_t	 n = strcspn(filter, "=");

	for (size_t i = 0; i < NITEMS(kinds); i++)
		if (strlen(kinds[i].key) == n &&
		    strncasecmp(kinds[i].key, filter, n) == 0)
			return (&kinds[i]);
	return (NULL);
}

/* Values of one key are alternatives, different keys must all hold. */
static bool
passes(const struct rec *opts, const json_t *e)
{
	const char	*v;
	size_t		 it;

	for (size_t i = 0; i < NITEMS(kinds); i++) {
		bool	 asked = false, found = false;

		for (it = 0; rec_next(opts, KEY(filter), &it, &v);)
			if (kind_of(v) == &kinds[i]) {
				asked = true;
				found |= kinds[i].matches(e,
				    strchr(v, '=') + 1);
			}
		if (asked && !found)
			return (false);
	}
	return (true);
}

static int
check_filters(const struct rec *opts)
{
	const char	*v;
	size_t		 it = 0;

	while (rec_next(opts, KEY(filter), &it, &v)) {
		if (strchr(v, '=') == NULL) {
			(void)say_error("invalid filter \"%s\": must be in "
			    "the format of filter=value", v);
			return (-1);
		}
		if (kind_of(v) == NULL) {
			(void)say_error("%.*s is an invalid filter; use "
			    "container, event, image, label, pod, type or "
			    "volume", (int)strcspn(v, "="), v);
			return (-1);
		}
	}
	return (0);
}

/*
 * As podman has it, a duration is taken back from now for --since, and
 * forward for --until.
 */
static int
moment(const struct rec *opts, const char *name, int sign, int64_t fallback,
    int64_t *out)
{
	const char		*v = rec_get(opts, KEY_FROM(name));
	struct parse_err	 e;
	int64_t			 d, now = clock_real_ns();

	*out = fallback;
	if (v == NULL)
		return (0);
	if (parse_duration(v, &d, &e) == 0) {
		*out = now + sign * d;
		return (0);
	}
	if (parse_time(v, now, out, &e) == 0)
		return (0);
	(void)say_error("parsing --%s \"%s\": unable to interpret time value",
	    name, v);
	return (-1);
}

int
eventview_open(struct eventview *v, const struct rec *opts)
{
	const char		*f = rec_get(opts, KEY(format));
	struct parse_err	 e;

	*v = (struct eventview){ .opts = opts,
	    .no_trunc = rec_flag(opts, KEY_AS(ask_no_trunc), true) };
	if (check_filters(opts) == -1 ||
	    moment(opts, "since", -1, INT64_MIN, &v->since) == -1 ||
	    moment(opts, "until", 1, INT64_MAX, &v->until) == -1)
		return (-1);
	if (f == NULL || *f == '\0')
		return (0);
	if (strcmp(f, "json") == 0) {
		v->json = true;
		return (0);
	}
	if (strncmp(f, "table ", 6) == 0)
		f += 6;
	if ((v->tmpl = tmpl_parse(&about, f, &e)) != NULL)
		return (0);
	(void)say_error("%s", e.text);
	return (-1);
}

void
eventview_close(struct eventview *v)
{
	tmpl_free(v->tmpl);
	v->tmpl = NULL;
}

int64_t
eventview_time(const json_t *e)
{
	struct parse_err	 err;
	int64_t			 t;

	return (parse_time(text(e, "Time"), 0, &t, &err) == -1 ? 0 : t);
}

bool
eventview_wants(const struct eventview *v, const json_t *e)
{
	int64_t	 t = eventview_time(e);

	return (t >= v->since && t <= v->until && passes(v->opts, e));
}

/* What comes from labels and names may not drive a terminal. */
static void
put(const char *s)
{
	size_t			 size = strlen(s) * 6 + 1;
	scoped_free char	*safe = NULL;

	if (isatty(STDOUT_FILENO) && (safe = malloc(size)) != NULL) {
		(void)visible_word(safe, size, s);
		s = safe;
	}
	(void)fputs(s, stdout);
}

static void
print_labels(const json_t *e)
{
	json_t		*labels = json_object_get(e, "Attributes"), *v;
	const char	*key;

	json_object_foreach(labels, key, v) {
		printf(", ");
		put(key);
		printf("=");
		put(json_string_value(v) == NULL ? "" :
		    json_string_value(v));
	}
}

/* The line that podman prints. */
static void
print_line(const struct eventview *v, const json_t *e)
{
	const char	*type = text(e, "Type"), *id = text(e, "ID");
	char		 when[64];

	human_go_time(eventview_time(e), when, sizeof(when));
	printf("%s ", when);
	put(type);
	printf(" ");
	put(text(e, "Status"));
	if (strcmp(type, "container") == 0 || strcmp(type, "pod") == 0) {
		printf(" %.*s (image=", v->no_trunc ? 64 : SHORT_ID, id);
		put(text(e, "Image"));
		printf(", name=");
		put(text(e, "Name"));
		print_labels(e);
		printf(")");
	} else if (strcmp(type, "image") == 0) {
		printf(" %.*s ", v->no_trunc ? 64 : SHORT_ID, id);
		put(text(e, "Name"));
	} else if (*text(e, "Name") != '\0') {
		printf(" ");
		put(text(e, "Name"));
	}
	printf("\n");
}

static int
print_json(json_t *e)
{
	scoped_free char	*line = NULL;

	(void)json_object_del(e, "Mark");
	if ((line = tmpl_json(e)) == NULL)
		return (say_error("out of memory"), -1);
	printf("%s\n", line);
	return (0);
}

static json_t *
member(const json_t *e, const char *key, json_t *fallback)
{
	json_t	*j = json_object_get(e, key);

	if (j == NULL || json_is_null(j))
		return (fallback);
	json_decref(fallback);
	return (json_incref(j));
}

/* What a template sees: all fields that podman's event has. */
static json_t *
template_row(const json_t *e)
{
	static const char *const	 keys[] = { "ID", "Image", "Name",
					    "Network", "Status", "Type",
					    "HealthStatus" };
	json_t				*o = json_object();
	json_t				*details = json_object();
	char				 when[64];

	(void)json_object_set_new(o, "ContainerExitCode", member(e,
	    "ContainerExitCode", json_integer(0)));
	for (size_t i = 0; i < NITEMS(keys); i++)
		(void)json_object_set_new(o, keys[i], member(e, keys[i],
		    json_string("")));
	human_go_time(eventview_time(e), when, sizeof(when));
	(void)json_object_set_new(o, "Time", json_string(when));
	(void)json_object_set_new(o, "Attributes", member(e, "Attributes",
	    json_object()));
	(void)json_object_set_new(details, "ID", json_string(""));
	(void)json_object_set(details, "Attributes", json_object_get(o,
	    "Attributes"));
	(void)json_object_set_new(o, "Details", details);
	(void)json_object_set_new(o, "Seq", member(e, "Seq",
	    json_integer(0)));
	return (o);
}

int
eventview_print(const struct eventview *v, json_t *e)
{
	struct parse_err	 err;
	json_t			*row;
	int			 rc;

	if (v->json)
		return (print_json(e));
	if (v->tmpl == NULL) {
		print_line(v, e);
		return (0);
	}
	row = template_row(e);
	rc = tmpl_exec(v->tmpl, row, stdout, isatty(STDOUT_FILENO) ?
	    TMPL_TTY : 0, &err);
	json_decref(row);
	if (rc == -1) {
		(void)say_error("%s", err.text);
		return (-1);
	}
	printf("\n");
	return (0);
}
