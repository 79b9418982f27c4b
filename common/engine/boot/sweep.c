#include "sweep.h"

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
#include "reconcile.h"
#include "record.h"
#include "row.h"
#include "session.h"
#include "states.h"
#include "storage.h"

#define ID_LEN		64

/*
 * Reconcile its row. Is its run directory of no use now? If there is no row,
 * *gone: the command that made or removed it was killed.
 */
static bool
is_idle(struct session *s, const char *id, bool look_only, bool *gone)
{
	scoped_rec struct rec	*row = NULL;
	bool			 idle;

	row = look_only ? container_load(s, id) : container_reconciled(s, id);
	*gone = row == NULL && errno == ENOENT;
	if (row == NULL)
		idle = *gone;
	else
		idle = rec_num(row, KEY(state), 0) == CTR_CREATED ||
		    rec_num(row, KEY(state), 0) == CTR_EXITED;
	return (idle);
}

/*
 * Remove what is left of a container without a row. A command that makes
 * one takes its lock before it makes more than the directory, so with the
 * lock there is no such command, unless it has only the directory: the row
 * is looked up again. False: not now.
 */
static bool
remove_forgotten(struct session *s, const char *id)
{
	struct rec	*row;
	bool		 done = false;

	if (locks_take(s, "ctr", id, 0) == -1)
		return (false);
	if ((row = container_load(s, id)) == NULL && errno == ENOENT)
		done = exit_remove_leftovers(s, id) == 0;
	rec_free(row);
	locks_drop(s, "ctr", id);
	return (done);
}

static void
sweep_one(struct session *s, int all, const char *id, sweep_fn *tell,
    void *ctx)
{
	scoped_fd int	 dir = openat(all, id, O_RDONLY | O_DIRECTORY |
			    O_NOFOLLOW | O_CLOEXEC);
	bool		 look_only = tell != NULL, gone;
	struct stat	 held, named;

	if (dir == -1 || flock(dir, LOCK_EX | LOCK_NB) == -1 ||
	    !is_idle(s, id, look_only, &gone))
		return;
	/* The name may be that of a new directory by now, for the next run. */
	if (fstat(dir, &held) == -1 || fstatat(all, id, &named,
	    AT_SYMLINK_NOFOLLOW) == -1 || held.st_ino != named.st_ino)
		return;
	if (look_only)
		tell(ctx, "leftover", id, "the run directory of nothing that "
		    "runs");
	else if (!gone || remove_forgotten(s, id)) {
		cgroup_remove(all, id);
		(void)path_remove(all, id);
	}
	error_clear(&s->client.error);
}

static void
sweep_run_dirs(struct session *s, sweep_fn *tell, void *ctx)
{
	DIR		*d = path_open_dir(s->run_dir, "ctr");
	struct dirent	*e;

	if (d == NULL)
		return;
	while ((e = readdir(d)) != NULL)
		if (strlen(e->d_name) == ID_LEN)
			sweep_one(s, dirfd(d), e->d_name, tell, ctx);
	closedir(d);
}

void
sweep_containers(struct session *s)
{
	sweep_run_dirs(s, NULL, NULL);
}

void
sweep_store(struct session *s)
{
	if (s->untidy)
		storage_tidy(s);
}

/* The IDs of all containers of this state, as `ctr`. NULL with an error. */
static struct rec *
all_ids(struct session *s)
{
	struct rec	*rows = state_containers(&s->client), *row;
	struct rec	*ids = rows == NULL ? NULL : rec_new();
	size_t		 it = 0;

	while (ids != NULL && (row = rec_sub(rows, KEY(ctr), &it)) != NULL) {
		(void)rec_add(ids, KEY_IN(alive, ctr), rec_str(row, KEY(id),
		    ""));
		rec_free(row);
	}
	rec_free(rows);
	return (ids);
}

/* What store_sweep answers. NULL with an error. */
static struct rec *
ask_sweep(struct session *s, bool plan)
{
	struct rec	*ids = all_ids(s), *answer;

	if (ids == NULL)
		return (NULL);
	answer = store_sweep(&s->client, ids, plan, s->boot_id);
	rec_free(ids);
	return (answer);
}

/* What fails is tried again by the next command, or in the next boot. */
void
sweep_boot(struct session *s)
{
	struct rec	*swept;

	sweep_run_dirs(s, NULL, NULL);
	swept = ask_sweep(s, false);
	if (swept != NULL && rec_num(swept, KEY(left), 0) != 0)
		storage_tidy(s);
	rec_free(swept);
	error_clear(&s->client.error);
}

void
sweep_plan(struct session *s, sweep_fn *tell, void *ctx)
{
	struct rec	*found, *item;
	size_t		 it = 0;

	sweep_run_dirs(s, tell, ctx);
	found = ask_sweep(s, true);
	while (found != NULL && (item = rec_sub(found, KEY(item),
	    &it)) != NULL) {
		tell(ctx, rec_str(item, KEY(kind), ""), rec_str(item, KEY(id),
		    ""),
		    rec_str(item, KEY(why), ""));
		rec_free(item);
	}
	rec_free(found);
	error_clear(&s->client.error);
}
