#include "list_lock.h"

#include <stdio.h>
#include <string.h>

#include <bsd/string.h>

#include "human.h"
#include "record.h"
#include "say.h"

#define CUT	30		/* of a command line */

/* A row: a lock, with one of those that hold it. */
struct held {
	const struct rec	*claim;	/* NULL: it is free */
	const char		*name;	/* of the object; NULL: not known */
};

const char *
lock_kind(const char *lock)
{
	static const char *const	kinds[][2] = {
		{ "ctr:", "container" }, { "pod:", "pod" },
		{ "vol:", "volume" },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strncmp(lock, kinds[i][0], 4) == 0)
			return (kinds[i][1]);
	return ("");
}

/* --- columns --- */

static const struct rec *
claim_of(const struct shown *s)
{
	return (((const struct held *)s->more)->claim);
}

static const char *
kind_of(const struct shown *s, char *out, size_t size)
{
	(void)out;
	(void)size;
	return (lock_kind(show_str(s->rec, "name")));
}

/* The name of what it is the lock of; its id, if that has no name. */
static const char *
name_of(const struct shown *s, char *out, size_t size)
{
	const struct held	*h = s->more;
	const char		*lock = show_str(s->rec, "name");

	if (h->name != NULL)
		return (h->name);
	(void)snprintf(out, size, "%.*s", !s->no_trunc &&
	    strncmp(lock, "ctr:", 4) == 0 ? SHORT_ID : 150,
	    *lock_kind(lock) == '\0' ? lock : lock + 4);
	return (out);
}

static const char *
object_of(const struct shown *s, char *out, size_t size)
{
	const char	*kind = lock_kind(show_str(s->rec, "name"));
	char		 name[160];

	(void)snprintf(out, size, "%s%s%.120s", kind, *kind == '\0' ? "" :
	    " ", name_of(s, name, sizeof(name)));
	return (out);
}

static const char *
number_of(const struct shown *s, char *out, size_t size)
{
	(void)out;
	(void)size;
	return (rec_str(s->rec, "number", "-"));
}

static json_t *
number(const struct shown *s)
{
	return (rec_get(s->rec, "number") == NULL ? json_null() :
	    json_integer(rec_num(s->rec, "number", 0)));
}

static const char *
holder_of(const struct shown *s, char *out, size_t size)
{
	(void)out;
	(void)size;
	return (claim_of(s) == NULL ? "" : show_str(claim_of(s), "pid"));
}

static json_t *
pid(const struct shown *s)
{
	return (json_integer(claim_of(s) == NULL ? 0 : rec_num(claim_of(s),
	    "pid", 0)));
}

static const char *
command_of(const struct shown *s, char *out, size_t size)
{
	const char	*command = claim_of(s) == NULL ? "" :
			    show_str(claim_of(s), "command");
	size_t		 max = s->no_trunc ? 150 : CUT;

	if (s->as_json)
		return (command);
	(void)snprintf(out, size, "%.*s%s", (int)max, command,
	    !s->no_trunc && strlen(command) > CUT ? "..." : "");
	return (out);
}

static const char *
age_of(const struct shown *s, char *out, size_t size)
{
	*out = '\0';
	if (claim_of(s) != NULL)
		human_duration(rec_num(claim_of(s), "age_ns", 0), out, size);
	return (out);
}

static json_t *
age(const struct shown *s)
{
	return (json_integer(claim_of(s) == NULL ? 0 : rec_num(claim_of(s),
	    "age_ns", 0)));
}

static json_t *
is_held(const struct shown *s)
{
	return (json_boolean(claim_of(s) != NULL));
}

static json_t *
is_shared(const struct shown *s)
{
	return (json_boolean(claim_of(s) != NULL && rec_num(claim_of(s),
	    "shared", 0) != 0));
}

static json_t *
waiters_of(const struct shown *s)
{
	json_t		*all = json_array();
	struct rec	*c;
	size_t		 it = 0;

	while ((c = rec_sub(s->rec, "claim", &it)) != NULL) {
		if (rec_num(c, "held", 0) == 0)
			(void)json_array_append_new(all, json_pack(
			    "{s:I, s:s, s:I}", "Pid",
			    (json_int_t)rec_num(c, "pid", 0), "Command",
			    show_str(c, "command"), "Age",
			    (json_int_t)rec_num(c, "age_ns", 0)));
		rec_free(c);
	}
	return (all);
}

static const char *
waiters_text(const struct shown *s, char *out, size_t size)
{
	json_t	*waiters = waiters_of(s);

	(void)snprintf(out, size, "%zu", json_array_size(waiters));
	json_decref(waiters);
	return (out);
}

static json_t *
waiters(const struct shown *s)
{
	json_t	*all = waiters_of(s), *n;

	if (s->as_json)
		return (all);
	n = json_integer((json_int_t)json_array_size(all));
	json_decref(all);
	return (n);
}

static const struct column	columns[] = {
	COLUMN_JSON_VALUE("Id", number),
	COLUMN_WORDS("ID", "ID", number_of, SHOW_NOT),
	COLUMN_WORDS("Object", "OBJECT", object_of, SHOW_NOT),
	COLUMN_JSON("Lock", SHOW_TEXT, "name"),
	COLUMN_WORDS("Kind", "KIND", kind_of, SHOW_WORDS),
	COLUMN_WORDS("Name", "NAME", name_of, SHOW_WORDS),
	COLUMN_TEXT("Lock", "LOCK", SHOW_TEXT, "name"),
	COLUMN_JSON_VALUE("Held", is_held),
	COLUMN_JSON_VALUE("Shared", is_shared),
	COLUMN_JSON_VALUE("Pid", pid),
	COLUMN_WORDS("Holder", "HOLDER", holder_of, SHOW_NOT),
	COLUMN_WORDS("Command", "COMMAND", command_of, SHOW_WORDS),
	COLUMN_WORDS("Age", "AGE", age_of, SHOW_NOT),
	COLUMN_JSON_VALUE("Age", age),
	{ { .name = "Waiters", .how = SHOW_VALUE, .words = waiters_text,
	    .value = waiters }, "WAITERS", SHOW_VALUE },
	{ { .name = "Held", .how = SHOW_VALUE, .value = is_held }, "HELD",
	    SHOW_NOT },
	{ { .name = "Shared", .how = SHOW_VALUE, .value = is_shared },
	    "SHARED", SHOW_NOT },
	COLUMN_END
};
static const char *const	maps[] = { NULL };
const struct list_about	lock_about = {
	.tmpl = { "locks", "system.locksReporter", maps, false, true },
	.columns = columns, .plain = "ID Object Holder Command Age Waiters",
	.indent = 4,
};

/* --- rows --- */

/* Names of objects, by those of their locks. */
static json_t *
learn_names(const struct rec *objects)
{
	json_t		*names = json_object();
	struct rec	*o;
	size_t		 it = 0;

	while (objects != NULL &&
	    (o = rec_sub(objects, "lock", &it)) != NULL) {
		(void)json_object_set_new(names, show_str(o, "name"),
		    json_string(show_str(o, "of")));
		rec_free(o);
	}
	return (names);
}

/* A row for each that holds it; one, if it is free. */
static int
print_lock(struct list *l, const struct rec *lock, const char *name)
{
	struct held	 h = { NULL, name };
	struct rec	*c;
	size_t		 it = 0, held = 0;
	int		 rc = 0;

	while (rc == 0 && (c = rec_sub(lock, "claim", &it)) != NULL) {
		h.claim = c;
		if (rec_num(c, "held", 0) != 0 && ++held > 0)
			rc = list_row(l, lock, &h);
		rec_free(c);
	}
	h.claim = NULL;
	return (rc == 0 && held == 0 ? list_row(l, lock, &h) : rc);
}

int
list_lock(struct list *l, const struct rec *locks, const struct rec *objects)
{
	json_t		*names = learn_names(objects);
	struct rec	*lock;
	size_t		 it = 0;
	int		 rc = 0;

	while (rc == 0 && (lock = rec_sub(locks, "lock", &it)) != NULL) {
		rc = print_lock(l, lock, json_string_value(json_object_get(
		    names, show_str(lock, "name"))));
		rec_free(lock);
	}
	json_decref(names);
	return (rc == -1 ? EXIT_ENGINE : 0);
}
