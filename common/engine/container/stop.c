#include "stop.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "calls.h"
#include "cgroup.h"
#include "exit.h"
#include "freeze.h"
#include "load.h"
#include "monitor.h"
#include "reconcile.h"
#include "record.h"
#include "restart.h"
#include "running.h"
#include "session.h"
#include "states.h"

#define IDLE_TRIES	200	/* until another command has started it */
#define IDLE_PAUSE_US	50000
#define NOTE_TRIES	200	/* until the monitor has noted the end */
#define NOTE_PAUSE_US	5000

static int64_t
def_num(const struct rec *row, struct key_num key, int64_t fallback)
{
	size_t			 it = 0;
	scoped_rec struct rec	*def = rec_sub(row, KEY(def), &it);
	int64_t			 v = def == NULL ? fallback :
			    rec_num(def, key, fallback);

	return (v);
}

int
stop_signal(const struct rec *row)
{
	return ((int)def_num(row, KEY(stop_signal), SIGTERM));
}

bool
stop_is_starting(const struct rec *row)
{
	int64_t	 state = rec_num(row, KEY(state), 0);

	return (state == CTR_CREATING || state == CTR_STARTING);
}

struct rec *
stop_wait_until_idle(struct session *s, const char *id)
{
	struct rec	*row;

	for (int tries = 0; tries < IDLE_TRIES; tries++) {
		(void)usleep(IDLE_PAUSE_US);
		if ((row = container_reconciled(s, id)) == NULL ||
		    !stop_is_starting(row))
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
	    from, stopping ? CTR_STOPPING : CTR_RUNNING, keys, false);
	rec_free(keys);
	error_clear(&s->client.error);
}

/* Stop it. Returns when the end is recorded. */
static int
halt(struct session *s, const struct rec *row, int64_t timeout)
{
	int		 signo = stop_signal(row);
	struct rec	*now;
	int		 rc, saved;

	/* What is just being started is stopped when it runs. */
	if (stop_is_starting(row)) {
		if ((now = stop_wait_until_idle(s, rec_str(row, KEY(id),
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
	if (monitor_wait(&s->client, s->run_dir, row, STOP_KILL_WAIT_MS,
	    NULL) == -1)
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
