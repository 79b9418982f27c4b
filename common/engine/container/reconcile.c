/*
 * What is done after an end, or to remove a container; and the check that does
 * it later if a command was killed: what a row says is compared with what there
 * is, and the row is corrected.
 *
 *  creating, removing	if no command holds its lock, the container is removed
 *  starting		the same, and it has no process: created again, or
 *			removed if it goes at its end (--rm)
 *  running, stopping,	its process has ended, and no monitor or reaper is
 *  paused		about to record that: exited, or removed (--rm)
 *  running, stopping	its cgroup is frozen: thawed
 *  paused		its cgroup is not frozen: running
 *
 * Root corrects nothing: a row is the word of a program of the account, which
 * names directories that are removed and cgroups that are written to.
 *
 * From with_lock on, true means that the row has changed, and has to
 * be read again.
 */
#include "reconcile.h"

#include <sys/wait.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "calls.h"
#include "cgroup.h"
#include "clock.h"
#include "ctrfiles.h"
#include "freeze.h"
#include "hostroot.h"
#include "locks.h"
#include "monitor.h"
#include "process.h"
#include "record.h"
#include "row.h"
#include "running.h"
#include "session.h"
#include "states.h"
#include "storage.h"
#include "volumes.h"

int
exit_code_of(int status)
{
	return (WIFEXITED(status) ? WEXITSTATUS(status) :
	    128 + WTERMSIG(status));
}

/* A row of a list has no definition: then the log is where logs usually are. */
static void
remove_log(struct session *s, const struct rec *row)
{
	scoped_rec struct rec	*def = container_def(row);

	ctrlog_remove(s, rec_str(row, KEY(id), ""), def);
}

/*
 * What the container wrote is moved out of the way; the store deletes it while
 * we print and leave, as root of a namespace with the ids that its files have.
 */
static int
layer_removed(struct session *s)
{
	int64_t	 left = store_rw_remove_end(&s->client);

	if (left == -1)
		return (-1);
	if (left != 0)
		storage_join_userns(s);
	return (0);
}

static int
remove_layer(struct session *s, const char *id)
{
	return (store_rw_remove_begin(&s->client, id) == -1 ? -1 :
	    layer_removed(s));
}

int
exit_remove_leftovers(struct session *s, const char *id)
{
	ctrlog_remove(s, id, NULL);
	return (client_has(&s->client, H_STORE) ? remove_layer(s, id) : 0);
}

/*
 * Mark it as one that is being removed, if it is as it was seen: from here on
 * no command starts it or goes on with it.
 */
static int
mark_removing(struct session *s, const struct rec *row, int code)
{
	scoped_rec struct rec	*keys = rec_new();
	unsigned int		 state = (unsigned int)rec_num(row,
				    KEY(state), 0);

	(void)rec_add_num(keys, KEY(exit), code);
	if (state == CTR_CREATING)
		(void)rec_add_num(keys, KEY(unborn), 1);
	container_expect(keys, row);
	return (container_set(s, rec_str(row, KEY(id), ""), 1u << state,
	    CTR_REMOVING, keys));
}

static int
row_removed(struct session *s)
{
	return (state_container_remove_end(&s->client) == 0 ||
	    errno == ENOENT ? 0 : -1);
}

/*
 * The end of a container with --rm: remove it completely. Its run directory
 * goes last; while it exists, the reaper and the next sweep know what may be
 * left.
 */
static int
remove_at_once(struct session *s, const struct rec *row, int code)
{
	const char	*id = rec_str(row, KEY(id), "");
	int		 layer, state;

	if (store_rw_remove_begin(&s->client, id) == -1 ||
	    state_container_remove_begin(&s->client, id, code) == -1)
		return (-1);
	locks_free(s, row, "ctr");
	remove_log(s, row);
	layer = layer_removed(s);
	state = row_removed(s);
	if (layer == -1 || state == -1)
		return (-1);
	rundir_remove(s, id);
	return (0);
}

int
exit_remove(struct session *s, const struct rec *row, int code)
{
	const char	*id = rec_str(row, KEY(id), "");
	int64_t		 state = rec_num(row, KEY(state), 0);
	bool		 rm = rec_num(row, KEY(rm), 0) != 0;

	/* ps has no store: the next command that has one goes on here. */
	if (!client_has(&s->client, H_STORE))
		return (state == CTR_REMOVING ? -1 :
		    mark_removing(s, row, code));
	/*
	 * While the row exists: a command that finds it partly removed goes on
	 * here.
	 */
	if ((s->rm_volumes || rm || rec_num(row, KEY(unborn), 0) != 0 ||
	    state == CTR_CREATING) && volumes_drop_own(s, row) == -1)
		return (-1);
	if (rm)
		return (remove_at_once(s, row, code));
	if (remove_layer(s, id) == -1)
		return (-1);
	remove_log(s, row);
	rundir_remove(s, id);
	locks_free(s, row, "ctr");
	return (state_container_remove_begin(&s->client, id, code) == -1 ? -1 :
	    row_removed(s));
}

/*
 * Remove its run directory, unless a command works with it, which may have
 * begun to use it for the next run. A sweep finds what stays here.
 */
static void
leave_run_dir(struct session *s, const char *id)
{
	scoped_rec struct rec	*now = NULL;

	if (locks_take(s, "ctr", id, 0) == 0) {
		now = state_container_get(&s->client, id);
		if (now == NULL ? errno == ENOENT : CTR_IN(rec_num(now,
		    KEY(state), 0), 1 << CTR_EXITED | 1 << CTR_CREATED))
			rundir_remove(s, id);
		locks_drop(s, "ctr", id);
	}
	error_clear(&s->client.error);
}

/* After an error: has another command recorded the end? */
static int
unless_recorded(void)
{
	return (errno == EBUSY || errno == ENOENT || errno == ESTALE ? 0 : -1);
}

/*
 * It may have been recorded, and be running again, by now: what is recorded
 * must be the end of the process that was seen to end.
 */
int
exit_record(struct session *s, const struct rec *row, int status, int64_t when)
{
	const char		*id = rec_str(row, KEY(id), "");
	int			 code = exit_code_of(status);
	scoped_rec struct rec	*keys = NULL, *now = NULL;

	if (rec_num(row, KEY(rm), 0) != 0)
		return (exit_remove(s, row, code));
	if (when == 0)
		when = clock_real_ns();
	keys = rec_new();
	/* The row as it is after this end says what follows from it. */
	if (restart_wanted(row)) {
		if ((now = state_container_get(&s->client, id)) == NULL)
			return (unless_recorded());
		restart_decide(now, code, when, keys);
	}
	(void)rec_add_num(keys, KEY(exit), code);
	(void)rec_add_num(keys, KEY(finished), when);
	(void)rec_add_num(keys, KEY(log_lost), exit_log_lost(s, id));
	container_expect(keys, row);
	if (container_set(s, id, CTR_STARTED, CTR_EXITED, keys) == -1)
		return (unless_recorded());
	leave_run_dir(s, id);
	return (0);
}

/*
 * Has it a process, or has that ended so recently that its monitor or reaper is
 * about to record the end?
 */
static bool
is_alive(struct session *s, const struct rec *row)
{
	pid_t		 pid = (pid_t)rec_num(row, KEY(pid), 0);
	uint64_t	 start = (uint64_t)rec_num(row, KEY(pid_start), 0);
	int64_t		 when;
	int		 status;

	if (pid > 0 && start != 0 && process_start_time(pid) == start)
		return (true);
	if (exit_read(s, rec_str(row, KEY(id), ""), &status, &when) == 0)
		return (false);
	return (running_is_hidden(s, rec_str(row, KEY(id), "")) ||
	    monitor_is_there(s->run_dir, rec_str(row, KEY(id), "")) ||
	    (errno == ENOENT && running_has_reaper(s, rec_str(row, KEY(id),
	    ""))));
}

static bool
reconcile_ended(struct session *s, const struct rec *row)
{
	const char	*id = rec_str(row, KEY(id), "");
	int		 status = 255 << 8;
	int64_t		 when = 0;

	if (is_alive(s, row))
		return (false);
	if (s->reaped_id != NULL && strcmp(s->reaped_id, id) == 0)
		status = s->reaped;
	/* Its reaper may be about to: then both do the same thing. */
	(void)exit_read(s, id, &status, &when);
	return (exit_record(s, row, status, when) == 0);
}

/*
 * Take the lock of a container that no command seems to work with, and re-read
 * the row: that command may have finished before it released the lock. If the
 * state is still the same, act on it.
 */
static bool
with_lock(struct session *s, const struct rec *row,
    bool (*act)(struct session *, const struct rec *))
{
	const char		*id = rec_str(row, KEY(id), "");
	scoped_rec struct rec	*now = NULL;
	bool			 changed;

	if (locks_take(s, "ctr", id, 0) == -1)
		return (false);
	now = state_container_get(&s->client, id);
	changed = now == NULL || rec_num(now, KEY(state), 0) !=
	    rec_num(row, KEY(state), 0) || act(s, now);
	locks_drop(s, "ctr", id);
	return (changed);
}

/* Without a cgroup that can be read nothing is known. */
static bool
is_half_paused(struct session *s, const struct rec *row)
{
	bool	 paused = rec_num(row, KEY(state), 0) == CTR_PAUSED;
	int	 frozen = cgroup_frozen(session_run_env(s), rec_str(row,
		    KEY(id), ""));

	return (frozen != -1 && (frozen == 1) != paused);
}

/*
 * Caller holds the container lock. A pause that was killed before it recorded
 * the state is undone; an unpause is recorded.
 */
static bool
finish_pause(struct session *s, const struct rec *row)
{
	const char	*id = rec_str(row, KEY(id), "");

	if (!is_half_paused(s, row))
		return (false);
	if (rec_num(row, KEY(state), 0) == CTR_PAUSED)
		return (container_set(s, id, 1u << CTR_PAUSED, CTR_RUNNING,
		    NULL) == 0);
	(void)cgroup_thaw(session_run_env(s), id);
	return (false);
}

/*
 * Caller holds the container lock. Remove a container that was made or removed
 * in part. A command that lost the lock, because its lock broker was killed,
 * fails at the state CTR_REMOVING. A command without a store, such as ps, only
 * records that state: the next one with a store removes the rest.
 */
static bool
drop_partial(struct session *s, const struct rec *row)
{
	if (rec_num(row, KEY(state), 0) != CTR_REMOVING) {
		if (mark_removing(s, row, 0) == -1)
			return (false);
		if (!client_has(&s->client, H_STORE))
			return (true);
	}
	return (exit_remove(s, row, 0) == 0);
}

/* Caller holds the container lock. The command that started it was killed. */
static bool
undo_start(struct session *s, const struct rec *row)
{
	const char		*id = rec_str(row, KEY(id), "");
	scoped_rec struct rec	*keys = NULL;

	if (is_alive(s, row))
		return (false);
	if (rec_num(row, KEY(rm), 0) != 0)
		return (drop_partial(s, row));
	keys = rec_new();
	(void)rec_add_num(keys, KEY(pid), 0);
	if (container_set(s, id, 1u << CTR_STARTING, CTR_CREATED, keys) == -1)
		return (false);
	rundir_remove(s, id);
	return (true);
}

static bool
reconcile_row(struct session *s, const struct rec *row)
{
	if (host_root())
		return (false);
	switch (rec_num(row, KEY(state), 0)) {
	case CTR_CREATING:
	case CTR_REMOVING:
		return (with_lock(s, row, drop_partial));
	case CTR_STARTING:
		return (!is_alive(s, row) && with_lock(s, row, undo_start));
	case CTR_PAUSED:
		cgroup_find_again(session_run_env(s), row);
		/* FALLTHROUGH */
	case CTR_RUNNING:
	case CTR_STOPPING:
		return (reconcile_ended(s, row) || (is_half_paused(s, row) &&
		    with_lock(s, row, finish_pause)));
	default:
		return (false);
	}
}

struct rec *
containers_reconciled(struct session *s)
{
	struct rec	*rows = state_containers(&s->client), *row;
	bool		 changed = false;

	/* The reply's value counts the rows that may be out of date. */
	if (rows == NULL || s->client.value[H_STATE] == 0)
		return (rows);
	rec_each(row, rows, KEY(ctr))
		changed |= reconcile_row(s, row);
	if (!changed)
		return (rows);
	rec_free(rows);
	return (state_containers(&s->client));
}

struct rec *
container_again(struct session *s, const char *id)
{
	struct rec	*row = state_container_get(&s->client, id);

	if (row == NULL || !reconcile_row(s, row))
		return (row);
	rec_free(row);
	return (state_container_get(&s->client, id));
}

struct rec *
container_reconciled(struct session *s, const char *ref)
{
	char	 id[ID_TEXT];

	return (state_container_find(&s->client, ref, id) == -1 ? NULL :
	    container_again(s, id));
}

void
reconcile_forgotten(struct session *s, const char *id)
{
	scoped_rec struct rec	*row = container_reconciled(s, id);

	if (row == NULL && errno == ENOENT && rec_is_id(id) &&
	    exit_remove_leftovers(s, id) == 0)
		rundir_remove(s, id);
}
