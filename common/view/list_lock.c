#include "lists.h"

#include <string.h>

#include "nitems.h"
#include "record.h"
#include "say.h"

#define CUT	30		/* of a command line */

const char *
lock_kind(const char *lock)
{
	static const char *const	kinds[][2] = {
		{ "ctr:", "container" }, { "pod:", "pod" },
		{ "vol:", "volume" },
	};

	for (size_t i = 0; i < NITEMS(kinds); i++)
		if (strncmp(lock, kinds[i][0], 4) == 0)
			return (kinds[i][1]);
	return ("");
}

/* A row: what a holder's claim says, and nested `waiter`. */
static const struct member	waiter[] = {
	SHOWN("Pid", SHOW_NUMBER, pid), SHOWN("Command", SHOW_TEXT, command),
	SHOWN("Age", SHOW_NUMBER, age_ns), { 0 }
};
static const struct member	columns[] = {
	{ .name = "Id", .json = SHOW_NUMBER, .key = KEY_TEXT(number),
	    .fallback = "null" },
	{ .name = "ID", .heading = "ID", .how = SHOW_TEXT,
	    .key = KEY_TEXT(number), .fallback = "-" },
	COLUMN_TEXT("Object", "OBJECT", SHOW_TEXT, object),
	COLUMN("Lock", "LOCK", SHOW_TEXT, lock),
	COLUMN("Kind", "KIND", SHOW_TEXT, kind),
	COLUMN("Name", "NAME", SHOW_TEXT, name),
	COLUMN("Held", "HELD", SHOW_FLAG, held),
	COLUMN("Shared", "SHARED", SHOW_FLAG, shared),
	COLUMN_JSON("Pid", SHOW_NUMBER, pid),
	COLUMN_TEXT("Holder", "HOLDER", SHOW_TEXT, pid),
	COLUMN_TEXT("Command", "COMMAND", SHOW_TEXT, shown_command),
	COLUMN_JSON("Command", SHOW_TEXT, command),
	COLUMN_AS("Age", "AGE", SHOW_PERIOD, age_ns, SHOW_NUMBER),
	{ .name = "Waiters", .heading = "WAITERS", .how = SHOW_COUNT,
	    .json = SHOW_OBJECTS, .key = KEY_TEXT(waiter), .members = waiter },
	{ 0 }
};
const struct list_about	list_of_locks = {
	.tmpl = LIST_TMPL("locks", "system.locksReporter"),
	.columns = columns, .plain = "ID Object Holder Command Age Waiters",
	.indent = 4,
};

/* The name of what a lock is of; its id, if that has no name. */
static void
add_object(struct rec *row, const char *lock, json_t *names, bool no_trunc)
{
	const char	*kind = lock_kind(lock);
	const char	*name = json_string_value(json_object_get(names,
			    lock));

	if (name != NULL)
		(void)rec_add(row, KEY(name), name);
	else
		(void)rec_addf(row, KEY(name), "%.*s", !no_trunc &&
		    strncmp(lock, "ctr:", 4) == 0 ? SHORT_ID : 150,
		    *kind == '\0' ? lock : lock + 4);
	(void)rec_add(row, KEY(kind), kind);
	(void)rec_addf(row, KEY(object), "%s%s%.120s", kind, *kind == '\0' ?
	    "" : " ", show_str(row, KEY(name)));
}

/* Print a lock with one that holds it, or NULL. */
static int
print_claim(struct list *l, const struct rec *lock, const struct rec *claim,
    json_t *names)
{
	scoped_rec struct rec	*row = rec_new();
	const char		*command = show_str(claim, KEY(command));
	struct rec		*c;

	if (claim != NULL)
		(void)rec_add_all(row, claim);
	rec_del(row, KEY(name));
	(void)rec_add(row, KEY_IN(shown, lock), show_str(lock, KEY(name)));
	if (rec_text(lock, KEY(number)) != NULL)
		(void)rec_copy(row, lock, KEY(number));
	(void)rec_addf(row, KEY(shown_command), "%.*s%s", l->shown.no_trunc ?
	    150 : CUT, command, !l->shown.no_trunc && strlen(command) > CUT ?
	    "..." : "");
	add_object(row, show_str(lock, KEY(name)), names, l->shown.no_trunc);
	rec_each(c, lock, KEY(claim))
		if (rec_num(c, KEY(held), 0) == 0)
			(void)rec_add_rec(row, KEY(waiter), c);
	return (list_row(l, row));
}

/* A row for each that holds it; one, if it is free. */
static int
print_lock(struct list *l, const struct rec *lock, json_t *names)
{
	struct rec	*c;
	size_t		 held = 0;

	rec_each(c, lock, KEY(claim))
		if (rec_num(c, KEY(held), 0) != 0 && ++held > 0 &&
		    print_claim(l, lock, c, names) == -1)
			return (-1);
	return (held == 0 ? print_claim(l, lock, NULL, names) : 0);
}

int
list_locks(struct list *l, const struct rec *locks, const struct rec *objects)
{
	json_t		*names = json_object();
	struct rec	*r;
	int		 rc = 0;

	/* Names of objects, by those of their locks. */
	rec_each(r, objects, KEY_IN(locks, lock))
		(void)json_object_set_new(names, show_str(r, KEY(name)),
		    rec_num(r, KEY(hidden), 0) != 0 ? json_null() :
		    json_string(show_str(r, KEY(of))));
	rec_each(r, locks, KEY_IN(locks, lock))
		if (!json_is_null(json_object_get(names, show_str(r,
		    KEY(name)))) && (rc = print_lock(l, r, names)) == -1)
			break;
	json_decref(names);
	return (rc == -1 ? EXIT_ENGINE : 0);
}
