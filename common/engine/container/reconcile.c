/*
 * What a row says is compared with what there is, and the row is corrected:
 *
 *  creating, removing	if no command holds its lock, the container is removed
 *  starting		the same, and it has no process: created again, or
 *			removed if it goes at its end (--rm)
 *  running, stopping,	its process has ended, and no monitor or reaper is
 *  paused		about to record that: exited, or removed (--rm)
 *  running		its cgroup is frozen: thawed
 *  paused		its cgroup is not frozen: running
 *
 * The functions named reconcile_ return true if the row has changed, and has to
 * be read again.
 */
#include "reconcile.h"

#include <sys/types.h>

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "calls.h"
#include "cgroup.h"
#include "ctrfiles.h"
#include "exit.h"
#include "freeze.h"
#include "locks.h"
#include "monitor.h"
#include "process.h"
#include "record.h"
#include "row.h"
#include "session.h"
#include "states.h"

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
	return (monitor_is_there(s->run_dir, rec_str(row, KEY(id), "")) ||
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
	now = container_load(s, id);
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
 * With the lock: a pause that was killed before it recorded the state is
 * undone; an unpause is recorded.
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
 * With the lock: remove a container that was made or removed in part. A command
 * that lost the lock, because its lock broker was killed, fails at the state
 * CTR_REMOVING. A command without a store, such as ps, only records that state:
 * the next one with a store removes the rest.
 */
static bool
drop_partial(struct session *s, const struct rec *row)
{
	if (rec_num(row, KEY(state), 0) != CTR_REMOVING) {
		if (exit_mark_removing(s, row, 0) == -1)
			return (false);
		if (!client_has(&s->client, H_STORE))
			return (true);
	}
	return (exit_remove(s, row, 0) == 0);
}

/* With the lock: the command that started it was killed. */
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
	switch (rec_num(row, KEY(state), 0)) {
	case CTR_CREATING:
	case CTR_REMOVING:
		return (with_lock(s, row, drop_partial));
	case CTR_STARTING:
		return (!is_alive(s, row) && with_lock(s, row, undo_start));
	case CTR_RUNNING:
	case CTR_STOPPING:
	case CTR_PAUSED:
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

	/* The value: how many something may have ended. */
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
container_reconciled(struct session *s, const char *ref)
{
	struct rec	*row = container_load(s, ref);

	if (row == NULL || !reconcile_row(s, row))
		return (row);
	rec_free(row);
	return (container_load(s, ref));
}

void
reconcile_forgotten(struct session *s, const char *id)
{
	scoped_rec struct rec	*row = container_reconciled(s, id);

	if (row == NULL && errno == ENOENT && strlen(id) == 64 &&
	    exit_remove_leftovers(s, id) == 0)
		rundir_remove(s, id);
}
