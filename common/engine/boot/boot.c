#include "boot.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "calls.h"
#include "cgroup.h"
#include "cleanup.h"
#include "locks.h"
#include "path.h"
#include "pods.h"
#include "reconcile.h"
#include "record.h"
#include "row.h"
#include "session.h"
#include "states.h"
#include "storage.h"
#include "volumes.h"

#define LOCK_NAME	"refresh"
#define WAIT_MS		120000		/* for another command's refresh */
#define ALIVE		"alive"

static void
add_item(struct rec *out, const char *kind, const char *id, const char *name,
    const char *then, const char *why)
{
	scoped_rec struct rec	*item = rec_new();

	(void)rec_add(item, KEY(kind), kind);
	(void)rec_add(item, KEY(id), id);
	(void)rec_add(item, KEY(name), name);
	(void)rec_add(item, KEY(then), then);
	(void)rec_add(item, KEY(why), why);
	(void)rec_add_rec(out, KEY(item), item);
}

/* --- what killed commands left --- */

/*
 * Reconcile its row, unless it is only looked at. Is its run directory of no
 * use now? If there is no row, *gone: the command that made or removed it was
 * killed.
 */
static bool
is_idle(struct session *s, const char *id, bool look_only, bool *gone)
{
	scoped_rec struct rec	*row = look_only ? container_load(s, id) :
				    container_reconciled(s, id);
	int64_t			 state = rec_num(row, KEY(state), 0);

	*gone = row == NULL && errno == ENOENT;
	return (*gone || (row != NULL && (state == CTR_CREATED ||
	    state == CTR_EXITED)));
}

/*
 * Remove the files of a container without a row. A command that makes
 * one takes its lock before it makes more than the directory, so with the
 * lock there is no such command, unless it has only the directory: the row
 * is looked up again. False: not now.
 */
static bool
remove_forgotten(struct session *s, const char *id)
{
	scoped_rec struct rec	*row = NULL;
	bool			 done = false;

	if (locks_take(s, "ctr", id, 0) == -1)
		return (false);
	if ((row = container_load(s, id)) == NULL && errno == ENOENT)
		done = exit_remove_leftovers(s, id) == 0;
	locks_drop(s, "ctr", id);
	return (done);
}

/* The error of a container that is there after its removal. Returns -1. */
static int
removal_fails(struct session *s, const struct rec *row)
{
	if (s->client.error.text[0] != '\0')
		return (-1);
	return (error_set(&s->client.error, EBUSY, "another command works with "
	    "container %s", rec_str(row, KEY(id), "")));
}

/* A sweep. The next refresh tries again what this one cannot remove. */
struct sweep {
	struct session	*s;
	bool		 plan;		/* only look */
	bool		 says;		/* warn of what cannot be removed */
	struct rec	*out;		/* gets an item for each thing that is,
					 * or would be, removed; or NULL */
	int		 rc;		/* -1: something is left */
};

/* It is removed, or would be; or it is not, for this reason. */
static void
swept(struct sweep *w, const char *kind, const char *id, const char *why,
    const char *error)
{
	if (error == NULL) {
		if (w->out != NULL)
			add_item(w->out, kind, id, "", "removed", why);
		return;
	}
	w->rc = -1;
	if (w->says)
		session_warn(w->s, "%s %.12s (%s) cannot be removed: %s; "
		    "bulkhead refresh --apply tries it again", kind, id, why,
		    error);
}

static void
sweep_run_dir(struct sweep *w, int all, const char *id)
{
	static const char	 why[] = "the run directory of nothing that "
				    "runs";
	struct session		*s = w->s;
	scoped_fd int		 dir = openat(all, id, O_RDONLY | O_DIRECTORY |
				    O_NOFOLLOW | O_CLOEXEC);
	struct stat		 held, named;
	bool			 gone;

	if (dir == -1 || flock(dir, LOCK_EX | LOCK_NB) == -1 ||
	    !is_idle(s, id, w->plan, &gone))
		return;
	/* The name may be that of a new directory by now, for the next run. */
	if (fstat(dir, &held) == -1 || fstatat(all, id, &named,
	    AT_SYMLINK_NOFOLLOW) == -1 || held.st_ino != named.st_ino)
		return;
	if (w->plan)
		swept(w, "leftover", id, why, NULL);
	else if (!gone || remove_forgotten(s, id)) {
		cgroup_remove(all, id);
		swept(w, "leftover", id, why, path_remove(all, id) == -1 ?
		    strerror(errno) : NULL);
	}
	error_clear(&s->client.error);
}

static void
sweep_run_dirs(struct sweep *w)
{
	DIR		*d = path_open_dir(w->s->run_dir, "ctr");
	struct dirent	*e;

	if (d == NULL)
		return;
	while ((e = readdir(d)) != NULL)
		if (rec_is_id(e->d_name))
			sweep_run_dir(w, dirfd(d), e->d_name);
	closedir(d);
}

void
sweep_containers(struct session *s)
{
	struct sweep	 w = { .s = s };

	if (session_see_all(s) == 0) {
		sweep_run_dirs(&w);
		session_see_own(s);
	}
	error_clear(&s->client.error);
}

void
sweep_store(struct session *s)
{
	if (s->untidy)
		storage_tidy(s);
}

/* --- what the last boot left --- */

/*
 * What store_sweep answers, of what belongs to no container of this state.
 * NULL with an error.
 */
static struct rec *
ask_sweep(struct session *s, bool plan)
{
	scoped_rec struct rec	*rows = state_containers(&s->client);
	scoped_rec struct rec	*ids = rows == NULL ? NULL : rec_new();
	struct rec		*row;

	if (ids == NULL)
		return (NULL);
	rec_each(row, rows, KEY(ctr))
		(void)rec_add(ids, KEY_IN(alive, ctr), rec_str(row, KEY(id),
		    ""));
	return (store_sweep(&s->client, ids, plan, s->boot_id));
}

/*
 * Leftovers of killed commands, however recent, and the writable layers of
 * containers whose records ended with the last boot. What is half made or
 * half removed is deleted at once, so only a layer can fail by itself.
 */
static void
sweep_all(struct sweep *w)
{
	scoped_rec struct rec	*found = NULL;
	struct session		*s = w->s;
	struct rec		*item;
	char			 why[TIDY_WHY] = "";
	const char		*error;

	sweep_run_dirs(w);
	found = ask_sweep(s, w->plan);
	if (rec_num(found, KEY(left), 0) != 0)
		(void)storage_tidied(s, why);
	rec_each(item, found, KEY(item)) {
		error = rec_get(item, KEY(error));
		if (error == NULL && *why != '\0' && strcmp(rec_str(item,
		    KEY(kind), ""), "layer") != 0)
			error = why;
		swept(w, rec_str(item, KEY(kind), ""), rec_str(item, KEY(id),
		    ""), rec_str(item, KEY(why), ""), error);
	}
	error_clear(&s->client.error);
}

/* Reconciling removes it; it is gone if it is not found then. */
static void
sweep_removing(struct sweep *w, const char *id)
{
	struct session		*s = w->s;
	scoped_rec struct rec	*row = container_reconciled(s, id);
	bool			 gone = row == NULL && errno == ENOENT;

	if (row != NULL)
		(void)removal_fails(s, row);
	swept(w, "container", id, "its removal is not finished", gone ? NULL :
	    error_message(&s->client.error));
	error_clear(&s->client.error);
}

static int
sweep_boot(struct session *s, struct rec *done)
{
	struct sweep		 w = { .s = s, .says = true, .out = done };
	scoped_rec struct rec	*rows = s->stale ? NULL :
				    state_containers(&s->client);
	scoped_rec struct rec	*items = s->stale ? NULL :
				    state_refresh(&s->client, REFRESH_PLAN);
	struct rec		*row, *item;

	rec_each(row, rows, KEY(ctr))
		if (rec_num(row, KEY(state), 0) == CTR_REMOVING)
			sweep_removing(&w, rec_str(row, KEY(id), ""));
	/* Those of --rm of an earlier boot are in no list. */
	rec_each(item, items, KEY(item))
		if (strcmp(rec_str(item, KEY(then), ""), "removed") == 0)
			sweep_removing(&w, rec_str(item, KEY(id), ""));
	sweep_all(&w);
	return (w.rc);
}

int
boot_sweep(struct session *s, struct rec *done)
{
	int	 rc;

	if (session_see_all(s) == -1)
		return (-1);
	rc = sweep_boot(s, done);
	session_see_own(s);
	return (rc);
}

static void
plan_sweep(struct session *s, struct rec *plan)
{
	struct sweep	 w = { .s = s, .plan = true, .out = plan };

	sweep_all(&w);
}

/* Those that have a cgroup of their own. */
static void
plan_pods(struct session *s, struct rec *plan)
{
	scoped_rec struct rec	*all = state_objects(&s->client, OBJ_POD);
	struct rec		*pod;

	rec_each(pod, all, KEY(obj))
		if (rec_get(pod, KEY(cgroup)) != NULL)
			add_item(plan, "pod", rec_str(pod, KEY(id), ""),
			    rec_str(pod, KEY(name), ""), "cgroup made again",
			    "none outlives its boot");
}

/*
 * A container of which the state has noted its end. One that was half made or
 * half removed goes when it is reconciled; a damaged one stays until it is
 * removed by name.
 */
static int
refresh_container(struct session *s, const struct rec *item)
{
	scoped_rec struct rec	*row = NULL;

	if (rec_get(item, KEY(error)) != NULL)
		return (error_set(&s->client.error, errno, "%s", rec_get(item,
		    KEY(error))));
	if (strcmp(rec_str(item, KEY(then), ""), "removed") != 0)
		return (0);
	row = container_reconciled(s, rec_str(item, KEY(id), ""));
	if (row == NULL)
		return (errno == ENOENT ? 0 : -1);
	return (removal_fails(s, row));
}

static int
refresh_containers(struct session *s, const struct rec *items,
    struct rec *done)
{
	struct rec	*item;
	int		 rc = 0;

	rec_each(item, items, KEY(item)) {
		if (strcmp(rec_str(item, KEY(kind), ""), "container") == 0 &&
		    refresh_container(s, item) == -1) {
			session_warn(s, "container %s could not be refreshed: "
			    "%s", rec_str(item, KEY(id), "?"),
			    error_message(&s->client.error));
			rc = -1;
		} else if (done != NULL)
			(void)rec_add_rec(done, KEY(item), item);
	}
	return (rc);
}

/* For tools that look for it. What decides stands in the state. */
static void
write_alive(struct session *s)
{
	scoped_free char	*have = path_slurp(s->run_dir, ALIVE, 80, NULL);

	if (have == NULL || strcmp(have, s->boot_id) != 0)
		(void)path_replace(s->run_dir, ALIVE, s->boot_id,
		    strlen(s->boot_id), 0644, false);
}

static int
refresh(struct session *s, struct rec *done)
{
	scoped_rec struct rec	*items = state_refresh(&s->client,
				    REFRESH_APPLY);
	int			 rc;

	if (items == NULL)
		return (-1);
	rc = refresh_containers(s, items, done);
	if (done != NULL)
		plan_pods(s, done);
	if (pods_refresh(s) == -1)
		rc = -1;
	if (volumes_refresh(s) == -1)
		rc = -1;
	if (sweep_boot(s, done) == -1)
		rc = -1;
	write_alive(s);
	if (state_refresh_done(&s->client, REFRESH_DONE) == -1)
		return (-1);
	s->stale = false;
	error_clear(&s->client.error);
	return (rc);
}

int
boot_refresh(struct session *s, struct rec *done)
{
	int	 rc;

	/* The lock of a command that is killed is free: the next refreshes. */
	if (locks_ready(s) == -1 ||
	    lock_take(&s->client, LOCK_NAME, false, WAIT_MS, false) == -1)
		return (-1);
	if ((rc = session_see_all(s)) == 0) {
		rc = refresh(s, done);
		session_see_own(s);
	}
	lock_drop(&s->client, LOCK_NAME);
	return (rc);
}

int
boot_plan(struct session *s, struct rec *out)
{
	scoped_rec struct rec	*items = NULL;

	if (!client_has(&s->client, H_STATE))
		return (0);
	if ((s->stale && ((items = state_refresh(&s->client,
	    REFRESH_PLAN)) == NULL || rec_add_all(out, items) == -1)) ||
	    session_see_all(s) == -1)
		return (-1);
	if (s->stale)
		plan_pods(s, out);
	if (client_has(&s->client, H_STORE))
		plan_sweep(s, out);
	session_see_own(s);
	return (0);
}
