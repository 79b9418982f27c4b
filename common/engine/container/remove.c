#include "remove.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "exit.h"
#include "freeze.h"
#include "load.h"
#include "locks.h"
#include "monitor.h"
#include "reconcile.h"
#include "record.h"
#include "restart.h"
#include "running.h"
#include "session.h"
#include "state.h"
#include "states.h"

#define LOCK_WAIT_MS	20000	/* for a command that starts it */
#define IDLE_TRIES	200	/* until another command has started it */
#define IDLE_PAUSE_US	50000
#define NOTE_TRIES	200	/* until the monitor has noted the end */
#define NOTE_PAUSE_US	5000
#define KILL_WAIT_MS	10000	/* for the kernel to end a killed process */

static int64_t
def_num(const struct rec *row, struct key_num key, int64_t fallback)
{
	size_t			 it = 0;
	scoped_rec struct rec	*def = rec_sub(row, KEY(def), &it);
	int64_t			 v = def == NULL ? fallback :
			    rec_num(def, key, fallback);

	return (v);
}

static bool
is_starting(const struct rec *row)
{
	int64_t	 state = rec_num(row, KEY(state), 0);

	return (state == CTR_CREATING || state == CTR_STARTING);
}

/*
 * Another command is making or starting it: wait until that is done. The row as
 * it is then, or NULL with an error: ENOENT if it is gone.
 */
static struct rec *
wait_until_idle(struct session *s, const char *id)
{
	struct rec	*row;

	for (int tries = 0; tries < IDLE_TRIES; tries++) {
		(void)usleep(IDLE_PAUSE_US);
		if ((row = container_reconciled(s, id)) == NULL ||
		    !is_starting(row))
			return (row);
		rec_free(row);
	}
	(void)error_set(&s->client.error, EBUSY, "container %s is just being "
	    "started by another command; try again", id);
	return (NULL);
}

/*
 * The monitor is asked for the end where it can be reached. Where its run
 * directory is gone, it notes the end of the process a moment later.
 */
static int
noted_exit(struct session *s, const char *id, int *status, int64_t *when)
{
	for (int tries = 0; tries < NOTE_TRIES; tries++) {
		if (exit_read(s, id, status, when) == 0)
			return (0);
		if (monitor_is_there(s->run_dir, id) ||
		    !running_has_reaper(s, id))
			break;
		(void)usleep(NOTE_PAUSE_US);
	}
	return (-1);
}

/*
 * The reaper records the end too, as soon as it sees it: whichever of us comes
 * second finds it recorded. Without a note of the end, it was killed.
 */
static int
record_end(struct session *s, const struct rec *row)
{
	int	 status = SIGKILL;	/* raw */
	int64_t	 when = 0;

	(void)noted_exit(s, rec_str(row, KEY(id), ""), &status, &when);
	return (exit_record(s, row, status, when));
}

/* Say that it is being stopped, or no more; it may have ended meanwhile. */
static void
set_stopping(struct session *s, const struct rec *row, bool stopping)
{
	unsigned int	 from = stopping ? CTR_RUNNING : CTR_STOPPING;
	struct rec	*keys = rec_new();

	exit_expect_row(keys, row);
	(void)state_container_set(&s->client, rec_str(row, KEY(id), ""), 1u <<
	    from, stopping ? CTR_STOPPING : CTR_RUNNING, keys, NULL);
	rec_free(keys);
	error_clear(&s->client.error);
}

/* Stop it. Returns when the end is recorded. */
static int
halt(struct session *s, const struct rec *row, int64_t timeout)
{
	int		 signo = (int)def_num(row, KEY(stop_signal), SIGTERM);
	struct rec	*now;
	int		 rc, saved;

	/* What is just being started is stopped when it runs. */
	if (is_starting(row)) {
		if ((now = wait_until_idle(s, rec_str(row, KEY(id),
		    ""))) == NULL)
			return (errno == ENOENT ? 0 : -1);
		rc = halt(s, now, timeout);
		rec_free(now);
		return (rc);
	}
	if (!container_is_running(row))
		return (0);
	/* By force: what is frozen answers no signal but this one. */
	if (rec_num(row, KEY(state), 0) == CTR_PAUSED)
		timeout = 0;
	if (timeout < 0)
		timeout = def_num(row, KEY(stop_timeout), 10);
	if (timeout > 0 && rec_num(row, KEY(state), 0) == CTR_RUNNING)
		set_stopping(s, row, true);
	if (timeout > 0 &&
	    monitor_signal(&s->client, s->run_dir, row, signo) == 0 &&
	    monitor_wait(&s->client, s->run_dir, row, timeout * 1000,
	    NULL) != -1)
		return (record_end(s, row));
	if (monitor_signal(&s->client, s->run_dir, row, SIGKILL) == -1 &&
	    errno != ESRCH)
		goto fail;
	/* cgroups v1 do not let it die before. */
	(void)cgroup_thaw(session_run_env(s), rec_str(row, KEY(id), ""));
	if (monitor_wait(&s->client, s->run_dir, row, KILL_WAIT_MS, NULL) == -1)
		goto fail;
	return (record_end(s, row));
 fail:
	saved = errno;
	set_stopping(s, row, false);
	errno = saved;
	return (error_set(&s->client.error, errno, "cannot stop container %s: "
	    "%s", rec_str(row, KEY(id), ""), strerror(errno)));
}

/*
 * Suspend the policy before the container can end, so that the process that
 * records the end knows of it.
 */
int
stop_container(struct session *s, const struct rec *row, int64_t timeout)
{
	if (restart_forbid(s, row, false) == -1)
		return (-1);
	return (halt(s, row, timeout));
}

int
stop_until_boot(struct session *s, const struct rec *row, int64_t timeout)
{
	if (restart_forbid(s, row, true) == -1)
		return (-1);
	return (halt(s, row, timeout));
}

/* Another command may have started it since it was read. */
static int
remove_locked(struct session *s, const struct rec *row, bool *again)
{
	scoped_rec struct rec	*now = container_load(s, rec_str(row, KEY(id),
	    ""));
	int			 rc = 0;

	*again = now != NULL && (container_is_running(now) || is_starting(now));
	if (now == NULL && errno != ENOENT)
		rc = exit_remove(s, row);	/* damaged: as it was seen */
	else if (now != NULL && !*again)
		rc = exit_remove(s, now);
	return (rc);
}

/* With its lock, so that no command starts it while it is removed. */
static int
remove_at_rest(struct session *s, const struct rec *row, bool force,
    int64_t timeout)
{
	const char		*id = rec_str(row, KEY(id), "");
	scoped_rec struct rec	*now = NULL;
	bool			 again;
	int			 rc;

	if (locks_take(s, "ctr", id, LOCK_WAIT_MS) == -1)
		return (-1);
	rc = remove_locked(s, row, &again);
	locks_drop(s, "ctr", id);
	if (!again)
		return (rc);
	if ((now = container_reconciled(s, id)) == NULL)
		return (errno == ENOENT ? 0 : -1);
	rc = remove_container(s, now, force, timeout);
	return (rc);
}

int
remove_container(struct session *s, const struct rec *row, bool force,
    int64_t timeout)
{
	const char	*id = rec_str(row, KEY(id), "");
	struct rec	*now;
	int		 rc;

	if (is_starting(row)) {
		if ((now = wait_until_idle(s, id)) == NULL)
			return (errno == ENOENT ? 0 : -1);
		rc = remove_container(s, now, force, timeout);
		rec_free(now);
		return (rc);
	}
	if (container_is_running(row) && !force)
		return (error_set(&s->client.error, EBUSY, "cannot remove "
		    "container %s as it is %s - running or paused containers "
		    "cannot be removed without force: container state improper",
		    id, rec_num(row, KEY(state), 0) == CTR_PAUSED ? "paused" :
		    "running"));
	if (container_is_running(row) && stop_container(s, row, timeout) == -1)
		return (-1);
	/* Only its monitor knows whether it runs. */
	if (rec_num(row, KEY(state), 0) == CTR_DAMAGED &&
	    monitor_signal(&s->client, s->run_dir, row, SIGKILL) == 0)
		(void)monitor_wait(&s->client, s->run_dir, row, KILL_WAIT_MS,
		    NULL);
	return (remove_at_rest(s, row, force, timeout));
}
