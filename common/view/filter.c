#include "filter.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "human.h"
#include "parse.h"
#include "record.h"
#include "restart.h"
#include "say.h"
#include "session.h"

struct term {
	char		*key;
	char		*value;
	regex_t		 re;
	bool		 is_re;
	int64_t		 created;	/* of the container that it names */
};

struct filter {
	struct term	*terms;
	size_t		 n;
};

typedef bool match_fn(const struct term *, const struct rec *);

static bool
match_id(const struct term *t, const struct rec *row)
{
	const char	*id = rec_str(row, "id", "");

	return (strncmp(id, t->value, strlen(t->value)) == 0 ||
	    (t->is_re && regexec(&t->re, id, 0, NULL, 0) == 0));
}

static bool
match_name(const struct term *t, const struct rec *row)
{
	return (t->is_re &&
	    regexec(&t->re, rec_str(row, "name", ""), 0, NULL, 0) == 0);
}

static bool
match_status(const struct term *t, const struct rec *row)
{
	const char	*want = t->value;

	if (strcmp(want, "stopped") == 0)
		want = "exited";
	return (strcmp(rec_str(row, "state_name", ""), want) == 0);
}

/* KEY, or KEY=VALUE. */
static bool
match_label(const struct term *t, const struct rec *row)
{
	size_t		 it = 0, n = strlen(t->value);
	const char	*label;

	while (rec_next(row, "label", &it, &label))
		if (strcmp(label, t->value) == 0 ||
		    (strchr(t->value, '=') == NULL && label[n] == '=' &&
		    strncmp(label, t->value, n) == 0))
			return (true);
	return (false);
}

/* An image by id, by name, or by name without the tag. */
static bool
match_ancestor(const struct term *t, const struct rec *row)
{
	const char	*name = rec_str(row, "image_name", ""), *tail;
	size_t		 n = strlen(t->value);

	if (strncmp(rec_str(row, "image", ""), t->value, n) == 0)
		return (true);
	for (tail = name; tail != NULL; tail = strchr(tail, '/')) {
		tail += *tail == '/';
		if (strncmp(tail, t->value, n) == 0 &&
		    (tail[n] == '\0' || tail[n] == ':'))
			return (true);
	}
	return (false);
}

static bool
match_exited(const struct term *t, const struct rec *row)
{
	return (rec_num(row, "state", 0) == CTR_EXITED &&
	    strcmp(rec_str(row, "exit", ""), t->value) == 0);
}

static bool
match_policy(const struct term *t, const struct rec *row)
{
	return (strcmp(rec_str(row, "restart", ""), t->value) == 0);
}

static bool
match_at_boot(const struct term *t, const struct rec *row)
{
	return (restart_at_boot(row) == (parse_bool(t->value) == 1));
}

static bool
match_before(const struct term *t, const struct rec *row)
{
	return (rec_num(row, "created", 0) < t->created);
}

static bool
match_since(const struct term *t, const struct rec *row)
{
	return (rec_num(row, "created", 0) > t->created);
}

static bool
match_no_label(const struct term *t, const struct rec *row)
{
	return (!match_label(t, row));
}

/* By name, or the beginning of its id. */
static bool
match_pod(const struct term *t, const struct rec *row)
{
	const char	*id = rec_get(row, "pod");

	return (id != NULL && (strncmp(id, t->value, strlen(t->value)) == 0 ||
	    strcmp(rec_str(row, "pod_name", ""), t->value) == 0));
}

static bool
match_volume(const struct term *t, const struct rec *row)
{
	const char	*name;
	size_t		 it = 0;

	while (rec_next(row, "volume", &it, &name))
		if (strcmp(name, t->value) == 0)
			return (true);
	return (false);
}

static bool
is_state(const char *name)
{
	static const char *const	 names[] = { "unknown", "configured",
	    "created", "creating", "damaged", "exited", "initialized",
	    "paused", "removing", "running", "starting", "stopped",
	    "stopping" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return (true);
	return (false);
}

static const struct {
	const char	*key;
	match_fn	*match;
	bool		 regex;
	bool		 container;
} kinds[] = {
	{ "id", match_id, true, false },
	{ "name", match_name, true, false },
	{ "status", match_status, false, false },
	{ "label", match_label, false, false },
	{ "label!", match_no_label, false, false },
	{ "ancestor", match_ancestor, false, false },
	{ "exited", match_exited, false, false },
	{ "restart-policy", match_policy, false, false },
	{ "should-start-on-boot", match_at_boot, false, false },
	{ "before", match_before, false, true },
	{ "since", match_since, false, true },
	{ "until", match_before, false, false },
	{ "pod", match_pod, false, false },
	{ "volume", match_volume, false, false },
};
#define NKINDS	(sizeof(kinds) / sizeof(kinds[0]))

static size_t
kind_of(const char *key)
{
	size_t	 i;

	for (i = 0; i < NKINDS && strcmp(kinds[i].key, key) != 0; i++)
		;
	return (i);
}

/* When was the container made that before= or since= names? */
static int64_t
created_of(const struct rec *rows, const char *ref)
{
	struct rec	*row;
	size_t		 it = 0;
	int64_t		 created = -1;

	while (created == -1 && (row = rec_sub(rows, "ctr", &it)) != NULL) {
		if (strcmp(rec_str(row, "name", ""), ref) == 0 ||
		    strncmp(rec_str(row, "id", ""), ref, strlen(ref)) == 0)
			created = rec_num(row, "created", 0);
		rec_free(row);
	}
	return (created);
}

static int
term_read(struct term *t, const char *text, const struct rec *rows)
{
	struct parse_err	 err;
	const char		*eq = strchr(text, '=');
	size_t			 kind;

	if (eq == NULL)
		return (say_error("invalid filter \"%s\": a filter is "
		    "KEY=VALUE", text), -1);
	t->key = strndup(text, (size_t)(eq - text));
	t->value = strdup(eq + 1);
	if (t->key == NULL || t->value == NULL)
		return (say_error("out of memory"), -1);
	if ((kind = kind_of(t->key)) == NKINDS)
		return (say_error("%s is an invalid filter", t->key), -1);
	if (kinds[kind].regex) {
		if (regcomp(&t->re, t->value, REG_EXTENDED | REG_NOSUB) != 0)
			return (say_error("filter \"%s\" is not a regular "
			    "expression", text), -1);
		t->is_re = true;
	}
	if (strcmp(t->key, "status") == 0 && !is_state(t->value))
		return (say_error("unknown container state: %s: invalid "
		    "argument", t->value), -1);
	if (strcmp(t->key, "should-start-on-boot") == 0 &&
	    parse_bool(t->value) == -1)
		return (say_error("filter \"%s\" is neither true nor false",
		    text), -1);
	if (strcmp(t->key, "until") == 0 &&
	    parse_time(t->value, human_now(), &t->created, &err) == -1)
		return (say_error("%s", err.text), -1);
	if (!kinds[kind].container)
		return (0);
	if ((t->created = created_of(rows, t->value)) == -1)
		return (say_error("no container with name or ID \"%s\" found: "
		    "no such container", t->value), -1);
	return (0);
}

struct filter *
filter_new(const struct rec *opts, const struct rec *rows)
{
	struct filter	*f = calloc(1, sizeof(*f));
	size_t		 it = 0, n = rec_count(opts, "filter");
	const char	*text;

	if (f == NULL || (f->terms = calloc(n + 1, sizeof(*f->terms))) == NULL) {
		(void)say_error("out of memory");
		filter_free(f);
		return (NULL);
	}
	while (rec_next(opts, "filter", &it, &text))
		if (term_read(&f->terms[f->n++], text, rows) == -1) {
			filter_free(f);
			return (NULL);
		}
	return (f);
}

/* Does any value of this term's key match? */
static bool
key_matches(const struct filter *f, const char *key, const struct rec *row)
{
	match_fn	*match = kinds[kind_of(key)].match;

	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->terms[i].key, key) == 0 &&
		    match(&f->terms[i], row))
			return (true);
	return (false);
}

bool
filter_row(const struct filter *f, const struct rec *row)
{
	for (size_t i = 0; i < f->n; i++) {
		/* Labels must all hold; of other keys one value is enough. */
		if (strncmp(f->terms[i].key, "label", 5) == 0 ?
		    !kinds[kind_of(f->terms[i].key)].match(&f->terms[i], row) :
		    !key_matches(f, f->terms[i].key, row))
			return (false);
	}
	return (true);
}

bool
filter_has_status(const struct filter *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->terms[i].key, "status") == 0)
			return (true);
	return (false);
}

void
filter_free(struct filter *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; f->terms != NULL && i < f->n; i++) {
		free(f->terms[i].key);
		free(f->terms[i].value);
		if (f->terms[i].is_re)
			regfree(&f->terms[i].re);
	}
	free(f->terms);
	free(f);
}
