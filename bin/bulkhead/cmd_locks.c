/*
 * system locks: who holds which lock, and who waits. system renumber: new
 * numbers for all of them, from 0.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bsd/string.h>

#include "cmd.h"
#include "event.h"
#include "format.h"
#include "human.h"
#include "locks.h"
#include "record.h"
#include "say.h"
#include "session.h"

#define SHORT_ID	12
#define CUT		30		/* of a command line */
#define GROUP		32		/* num_locks is rounded up to this */
#define WAIT_MS		8000		/* who comes after us waits longer */

struct view {
	struct cli	*g;
	struct session	 s;
	json_t		*names;		/* of what has locks, by their names */
	bool		 no_trunc;
	struct format	 format;
};

static const char *const	maps[] = { NULL };
static const struct tmpl_about	about = { "locks", "system.locksReporter",
				    maps, false, true };
static const struct heading	headings[] = {
	{ "Age", "AGE" }, { "Command", "COMMAND" }, { "Held", "HELD" },
	{ "Holder", "HOLDER" }, { "ID", "ID" }, { "Kind", "KIND" },
	{ "Lock", "LOCK" }, { "Name", "NAME" }, { "Object", "OBJECT" },
	{ "Shared", "SHARED" }, { "Waiters", "WAITERS" }, { NULL, NULL }
};
static const char	plain[] = "table {{.ID}}\t{{.Object}}\t{{.Holder}}\t"
			    "{{.Command}}\t{{.Age}}\t{{.Waiters}}";

/* "container", "pod" or "volume" for what a lock's name begins with; or "". */
static const char *
kind_of(const char *lock)
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

static void
learn_names(struct view *v)
{
	struct rec	*objects = locks_objects(&v->s), *o;
	size_t		 it = 0;

	v->names = json_object();
	while (objects != NULL &&
	    (o = rec_sub(objects, "lock", &it)) != NULL) {
		(void)json_object_set_new(v->names, rec_str(o, "name", ""),
		    json_string(rec_str(o, "of", "")));
		rec_free(o);
	}
	rec_free(objects);
}

/* The name of what it is the lock of; its id, if that has no name. */
static void
name_of(const struct view *v, const char *lock, char *out, size_t size)
{
	const char	*name = json_string_value(json_object_get(v->names,
			    lock));

	if (name != NULL) {
		(void)strlcpy(out, name, size);
		return;
	}
	(void)strlcpy(out, *kind_of(lock) == '\0' ? lock : lock + 4, size);
	if (!v->no_trunc && strncmp(lock, "ctr:", 4) == 0)
		out[SHORT_ID] = '\0';
}

static json_t *
waiters_of(const struct rec *lock)
{
	json_t		*all = json_array();
	struct rec	*c;
	size_t		 it = 0;

	while ((c = rec_sub(lock, "claim", &it)) != NULL) {
		if (rec_num(c, "held", 0) == 0)
			(void)json_array_append_new(all, json_pack(
			    "{s:I, s:s, s:I}", "Pid",
			    (json_int_t)rec_num(c, "pid", 0), "Command",
			    rec_str(c, "command", ""), "Age",
			    (json_int_t)rec_num(c, "age_ns", 0)));
		rec_free(c);
	}
	return (all);
}

static json_t *
json_row(const struct rec *lock, const struct rec *claim, const char *name)
{
	const char	*what = rec_str(lock, "name", "");
	json_t		*id = rec_get(lock, "number") == NULL ? json_null() :
			    json_integer(rec_num(lock, "number", 0));

	return (json_pack("{s:o, s:s, s:s, s:s, s:b, s:b, s:I, s:s, s:I, s:o}",
	    "Id", id, "Lock", what, "Kind", kind_of(what), "Name", name,
	    "Held", claim != NULL, "Shared", claim != NULL &&
	    rec_num(claim, "shared", 0) != 0,
	    "Pid", (json_int_t)(claim == NULL ? 0 : rec_num(claim, "pid", 0)),
	    "Command", claim == NULL ? "" : rec_str(claim, "command", ""),
	    "Age", (json_int_t)(claim == NULL ? 0 :
	    rec_num(claim, "age_ns", 0)), "Waiters", waiters_of(lock)));
}

static json_t *
text_row(const struct view *v, const struct rec *lock,
    const struct rec *claim, const char *name)
{
	const char	*what = rec_str(lock, "name", "");
	char		 command[160] = "", age[64] = "", object[160];
	json_t		*waiters = waiters_of(lock);
	json_int_t	 n = (json_int_t)json_array_size(waiters);

	json_decref(waiters);
	if (claim != NULL) {
		(void)snprintf(command, sizeof(command), "%.*s",
		    v->no_trunc ? 150 : CUT, rec_str(claim, "command", ""));
		if (!v->no_trunc && strlen(rec_str(claim, "command", "")) >
		    CUT)
			(void)strlcat(command, "...", sizeof(command));
		human_duration(rec_num(claim, "age_ns", 0), age, sizeof(age));
	}
	(void)snprintf(object, sizeof(object), "%s%s%.120s", kind_of(what),
	    *kind_of(what) == '\0' ? "" : " ", name);
	return (json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:I, s:b,"
	    " s:b}", "ID", rec_str(lock, "number", "-"), "Object", object,
	    "Kind", kind_of(what), "Name", name, "Lock", what,
	    "Holder", claim == NULL ? "" : rec_str(claim, "pid", ""),
	    "Command", tmpl_text(command), "Age", age, "Waiters", n,
	    "Held", claim != NULL, "Shared", claim != NULL &&
	    rec_num(claim, "shared", 0) != 0));
}

static int
print_claim(struct view *v, const struct rec *lock, const struct rec *claim)
{
	char	 name[160];

	name_of(v, rec_str(lock, "name", ""), name, sizeof(name));
	return (format_row(&v->format, v->format.kind == FORMAT_JSON ?
	    json_row(lock, claim, name) : text_row(v, lock, claim, name), 4));
}

/* A line for each who holds it; one, if nobody does. */
static int
print_lock(struct view *v, const struct rec *lock)
{
	struct rec	*c;
	size_t		 it = 0, held = 0;
	int		 rc = 0;

	while (rc == 0 && (c = rec_sub(lock, "claim", &it)) != NULL) {
		if (rec_num(c, "held", 0) != 0) {
			rc = print_claim(v, lock, c);
			held++;
		}
		rec_free(c);
	}
	return (rc == 0 && held == 0 ? print_claim(v, lock, NULL) : rc);
}

static int
print_all(struct view *v, const struct rec *locks)
{
	struct rec	*lock;
	size_t		 it = 0;
	int		 rc;

	if (format_open(&v->format, &about, opt_str(v->g->opts, "format",
	    plain)) == -1)
		return (EXIT_ENGINE);
	rc = opt_flag(v->g->opts, "noheading", false) ? 0 :
	    format_heading(&v->format, headings);
	while (rc == 0 && (lock = rec_sub(locks, "lock", &it)) != NULL) {
		rc = print_lock(v, lock);
		rec_free(lock);
	}
	if (format_close(&v->format, 4) == -1)
		rc = -1;
	return (rc == -1 ? EXIT_ENGINE : 0);
}

/* Whatever is wrong with its size, or with the names: the table is shown. */
int
cmd_locks(struct cli *g, int argc, char **argv)
{
	struct view	 v = { .g = g, .s = { .locks_any = true },
			    .no_trunc = opt_flag(g->opts, "no-trunc", false) };
	union msg	 m = { .lock_list = { .all = opt_flag(g->opts, "all",
			    false) } };
	struct rec	*locks;
	int		 code;

	(void)argc;
	(void)argv;
	if (command_open(&v.s, g, NEED_STATE | NEED_LOCK, NULL) == -1)
		return (EXIT_ENGINE);
	learn_names(&v);
	locks = call_rec(&v.s.client, H_LOCK, MSG_lock_list, &m, NULL, 0);
	code = locks == NULL ? session_error(&v.s) : print_all(&v, locks);
	rec_free(locks);
	json_decref(v.names);
	session_close(&v.s);
	return (code);
}

/* --- renumber --- */

static int
check_room(struct session *s, size_t n)
{
	int64_t	 count = rec_num(s->config, "engine.num_locks", 2048);

	if (strcmp(session_config(s, "engine.lock_type", "shm"), "file") == 0 ||
	    (int64_t)n <= (count + GROUP - 1) / GROUP * GROUP)
		return (0);
	return (error_set(&s->client.error, ENOSPC, "there are %zu containers, "
	    "pods and volumes, but engine.num_locks is %lld: raise it, or "
	    "remove some of them", n, (long long)count));
}

static void
print_plan(const struct rec *locks)
{
	struct rec	*l;
	size_t		 it = 0;

	for (; (l = rec_sub(locks, "lock", &it)) != NULL; rec_free(l)) {
		const char	*was = rec_str(l, "was", "none");
		const char	*now = rec_str(l, "number", "");

		if (strcmp(was, now) != 0)
			printf("%s %s: lock %s -> %s\n",
			    kind_of(rec_str(l, "name", "")),
			    rec_str(l, "of", ""), was, now);
	}
}

/* What there is, is looked at with the store to ourselves, and is so then. */
static int
renumber(struct session *s, bool plan_only)
{
	struct rec	*objects = locks_objects(s), *locks = NULL;
	int		 rc = -1;

	if (objects != NULL &&
	    check_room(s, rec_count(objects, "lock")) == 0 &&
	    (locks = locks_fresh(objects)) != NULL)
		rc = 0;
	if (rc == 0)
		print_plan(locks);
	if (rc == 0 && !plan_only && (locks_begin(s) == -1 ||
	    locks_install(s, locks) == -1))
		rc = -1;
	rec_free(locks);
	rec_free(objects);
	return (rc);
}

static int
renumber_alone(struct session *s)
{
	struct error	 f;
	int			 rc;

	if (locks_store(s, WAIT_MS) == -1)
		return (-1);
	rc = renumber(s, false);
	error_save(&s->client.error, &f);
	locks_store_drop(s);
	if (rc == 0)
		event_tell(s, "system", "renumber", NULL, NULL);
	error_restore(&s->client.error, &f);
	return (rc);
}

int
cmd_renumber(struct cli *g, int argc, char **argv)
{
	struct session	 s = { .locks_any = true };
	int		 code = 0, rc;

	(void)argc;
	(void)argv;
	if (command_open(&s, g, NEED_STATE | NEED_LOCK, NULL) == -1)
		return (EXIT_ENGINE);
	rc = opt_flag(g->opts, "plan", false) ? renumber(&s, true) :
	    renumber_alone(&s);
	if (rc == -1)
		code = session_error(&s);
	session_close(&s);
	return (code);
}
