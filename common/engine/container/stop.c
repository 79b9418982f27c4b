#include "stop.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "calls.h"
#include "cgroup.h"
#include "cleanup.h"
#include "clock.h"
#include "ctrfiles.h"
#include "event.h"
#include "freeze.h"
#include "locks.h"
#include "monitor.h"
#include "reconcile.h"
#include "record.h"
#include "row.h"
#include "running.h"
#include "session.h"
#include "states.h"

#define KILL_WAIT_MS	10000	/* for the kernel to end a killed process */
#define IDLE_TRIES	200	/* until another command has started it */
#define IDLE_PAUSE_US	50000
#define NOTE_TRIES	200	/* until the monitor has noted the end */
#define NOTE_PAUSE_US	5000
#define REAPER_TRIES	250	/* until it has recorded the end: 5 seconds */
#define REAPER_PAUSE_US	20000

static int64_t
def_num(const struct rec *row, struct key_num key, int64_t fallback)
{
	scoped_rec struct rec	*def = container_def(row);

	return (rec_num(def, key, fallback));
}

/*
 * Wait until no command makes or starts it any more. The row as it is then;
 * NULL with an error, ENOENT if it is gone.
 */
static struct rec *
wait_until_idle(struct session *s, const char *id)
{
	struct rec	*row;

	for (int tries = 0; tries < IDLE_TRIES; tries++) {
		(void)usleep(IDLE_PAUSE_US);
		if ((row = container_again(s, id)) == NULL ||
		    !container_is_starting(row))
			return (row);
		rec_free(row);
	}
	(void)error_set(&s->client.error, EBUSY, "container %s is just being "
	    "started by another command; try again", id);
	return (NULL);
}

int
container_kill(struct session *s, const struct rec *row, int signo)
{
	const char	*id = rec_str(row, KEY(id), "");

	if (!container_is_running(row))
		return (error_set(&s->client.error, EBUSY, "can only kill "
		    "running containers. %s is in state %s: container state "
		    "improper", id, rec_str(row, KEY(state_name), "unknown")));
	if ((signo == SIGKILL || signo == SIGTERM ||
	    signo == def_num(row, KEY(stop_signal), SIGTERM)) &&
	    restart_forbid(s, row, false) == -1)
		return (-1);
	/* Log `kill` before the `died` that it causes. */
	event_send_one(s, "container", "kill", id, NULL);
	if (monitor_signal(&s->client, s->run_dir, row, signo) == 0)
		return (signo == SIGKILL ? cgroup_thaw(session_run_env(s), id) :
		    0);
	return (error_set(&s->client.error, errno, "cannot signal container "
	    "%s: %s", id, strerror(errno)));
}

/*
 * A monitor that has told of the end has noted it. One that cannot be asked,
 * because its run directory is gone or it is of another version than this
 * command, notes the end of the process a moment later. The reaper records the
 * end too, as soon as it sees it; whichever process records it first wins.
 * Without a note of the end, it was killed.
 */
static int
record_end(struct session *s, const struct rec *row, bool told)
{
	const char	*id = rec_str(row, KEY(id), "");
	int		 status = SIGKILL;	/* raw */
	int64_t		 when = 0;

	for (int tries = 0; tries < NOTE_TRIES; tries++) {
		if (exit_read(s, id, &status, &when) == 0 || told ||
		    !running_has_reaper(s, id))
			break;
		(void)usleep(NOTE_PAUSE_US);
	}
	return (exit_record(s, row, status, when));
}

/* Say that it is being stopped, or no more; it may have ended meanwhile. */
static void
set_stopping(struct session *s, const struct rec *row, bool stopping)
{
	scoped_rec struct rec	*keys = rec_new();

	container_expect(keys, row);
	(void)container_set(s, rec_str(row, KEY(id), ""), 1u << (stopping ?
	    CTR_RUNNING : CTR_STOPPING), stopping ? CTR_STOPPING : CTR_RUNNING,
	    keys);
	error_clear(&s->client.error);
}

/*
 * Suspend the policy before the container can end, so that the process that
 * records the end knows of it. What is just being started is stopped when it
 * runs: *now is its row then. 1: it runs; 0: it does not; -1 with an error.
 */
static int
begin_stop(struct session *s, const struct rec *row, bool until_boot,
    struct rec **now)
{
	*now = NULL;
	if (restart_forbid(s, row, until_boot) == -1)
		return (-1);
	if (!container_is_starting(row))
		return (container_is_running(row));
	if ((*now = wait_until_idle(s, rec_str(row, KEY(id), ""))) == NULL)
		return (errno == ENOENT ? 0 : -1);
	return (container_is_running(*now));
}

/* Send its stop signal. So many ms it has then to end by itself, or 0. */
static int64_t
ask_to_end(struct session *s, const struct rec *row, int64_t timeout)
{
	/* By force: what is frozen answers no signal but this one. */
	if (rec_num(row, KEY(state), 0) == CTR_PAUSED)
		timeout = 0;
	if (timeout < 0)
		timeout = def_num(row, KEY(stop_timeout), 10);
	if (timeout > 0 && rec_num(row, KEY(state), 0) == CTR_RUNNING)
		set_stopping(s, row, true);
	if (timeout <= 0 || monitor_signal(&s->client, s->run_dir, row,
	    (int)def_num(row, KEY(stop_signal), SIGTERM)) == -1)
		return (0);
	return (timeout * 1000);
}

/*
 * Wait so long until its process ends, then kill it. As monitor_wait, and -1
 * with errno.
 */
static int
await_end(struct session *s, const struct rec *row, int64_t wait_ms)
{
	int	 rc;

	if (wait_ms > 0 && (rc = monitor_wait(&s->client, s->run_dir, row,
	    wait_ms, NULL)) != -1)
		return (rc);
	if (monitor_signal(&s->client, s->run_dir, row, SIGKILL) == -1 &&
	    errno != ESRCH)
		return (-1);
	/* A frozen cgroup v1 delays SIGKILL until it is thawed. */
	(void)cgroup_thaw(session_run_env(s), rec_str(row, KEY(id), ""));
	return (monitor_wait(&s->client, s->run_dir, row, KILL_WAIT_MS,
	    NULL));
}

/*
 * Without a monitor that tells, and in another pid namespace than its own, it
 * cannot be known whether it has ended: an error that says so, and -1.
 */
static int
refuse_hidden(struct session *s, const char *id)
{
	return (error_set(&s->client.error, EBUSY, "container %s was started "
	    "in another pid namespace and its monitor does not answer, so its "
	    "end cannot be seen from here; use that pid namespace", id));
}

static int
end_stop(struct session *s, const struct rec *row, int64_t wait_ms)
{
	const char	*id = rec_str(row, KEY(id), "");
	char		 what[128];
	int		 rc, saved;

	if ((rc = await_end(s, row, wait_ms)) == 1 &&
	    running_is_hidden(s, id)) {
		set_stopping(s, row, false);
		return (refuse_hidden(s, id));
	}
	if (rc != -1) {
		if (record_end(s, row, rc == 0) == 0)
			return (0);
		(void)snprintf(what, sizeof(what), "cannot record the end of "
		    "container %s", id);
		return (error_prefix(&s->client.error, what));
	}
	saved = errno;
	set_stopping(s, row, false);
	return (error_set(&s->client.error, saved, "cannot stop container %s: "
	    "%s", id, strerror(saved)));
}

int
stop_begin(struct session *s, struct stop *st, const struct rec *row,
    int64_t timeout, bool until_boot)
{
	int	 rc;

	*st = (struct stop){ .row = NULL };
	if ((rc = begin_stop(s, row, until_boot, &st->row)) != 1) {
		stop_clear(st);
		return (rc);
	}
	if (st->row == NULL && (st->row = rec_new()) != NULL &&
	    rec_add_all(st->row, row) == -1)
		rec_free(take_ptr(&st->row));
	if (st->row == NULL)
		return (error_set(&s->client.error, ENOMEM, "out of memory"));
	timeout = ask_to_end(s, st->row, timeout);
	st->until_ms = clock_mono_ms() + timeout;
	/* Of several, all end while the first is waited for. */
	if (timeout == 0)
		(void)monitor_signal(&s->client, s->run_dir, st->row, SIGKILL);
	return (1);
}

int
stop_end(struct session *s, struct stop *st)
{
	int64_t	 left = st->until_ms - clock_mono_ms();
	int	 rc = end_stop(s, st->row, left < 0 ? 0 : left);

	stop_clear(st);
	return (rc);
}

void
stop_clear(struct stop *st)
{
	rec_free(st->row);
	st->row = NULL;
}

int
stop_container(struct session *s, const struct rec *row, int64_t timeout,
    bool until_boot)
{
	struct stop	 st;
	int		 rc = stop_begin(s, &st, row, timeout, until_boot);

	return (rc == 1 ? stop_end(s, &st) : rc);
}

void
stop_side_by_side(struct session *s, struct rec *const *rows, size_t n,
    int64_t timeout, stop_fn *tell, void *ctx)
{
	struct stop	 st[STOP_AT_ONCE];
	int		 rc;

	assert(n <= STOP_AT_ONCE);
	for (size_t i = 0; i < n; i++) {
		scoped_rec struct rec	*row = container_again(s,
					    rec_str(rows[i], KEY(id), ""));

		st[i].row = NULL;
		if (row == NULL)
			rc = errno == ENOENT ? 0 : -1;
		else
			rc = stop_begin(s, &st[i], row, timeout, true);
		if (rc != 1)
			tell(s, rows[i], rc, ctx);
	}
	for (size_t i = 0; i < n; i++)
		if (st[i].row != NULL)
			tell(s, rows[i], stop_end(s, &st[i]), ctx);
}

/* Has a row still the process that another row has? */
static bool
is_same_run(const struct rec *a, const struct rec *b)
{
	return (container_is_running(a) &&
	    rec_num(a, KEY(pid), 0) == rec_num(b, KEY(pid), 0) &&
	    rec_num(a, KEY(pid_start), 0) == rec_num(b, KEY(pid_start), 0));
}

/* Of a container that was removed when it ended (--rm): what history says. */
static int
exit_code_of_removed(struct session *s, const char *id, int *code)
{
	scoped_rec struct rec	*past = state_history(&s->client, id);
	struct rec		*e;
	int			 rc = -1;

	rec_each(e, past, KEY(entry))
		if (rec_has(e, KEY(exit))) {
			*code = (int)rec_num(e, KEY(exit), 0);
			rc = 0;
		}
	return (rc);
}

/*
 * Its end is recorded: `wait && rm` must not find it running. The code of one
 * that goes at its end (--rm) is known, too.
 */
static int
waited_for(struct session *s, const struct rec *row, int status, int *code)
{
	int64_t	 when = 0;

	*code = exit_code_of(status);
	(void)exit_read(s, rec_str(row, KEY(id), ""), &status, &when);
	(void)exit_record(s, row, status, when);
	error_clear(&s->client.error);
	return (0);
}

/*
 * It has ended, and its monitor did not say how. If that cannot be reached, it
 * notes the status in the record that the container runs; if it was killed, the
 * reaper knows it, and is about to record it. 0; 1: neither.
 */
static int
await_note(struct session *s, const struct rec *row, int record, int *code)
{
	const char	*id = rec_str(row, KEY(id), "");
	int64_t		 when;
	int		 status;

	for (int tries = 0; tries < REAPER_TRIES; tries++) {
		if (record != -1 && running_note(record, &status, &when) == 0)
			return (waited_for(s, row, status, code));
		if (!running_has_reaper(s, id))
			break;
		(void)usleep(REAPER_PAUSE_US);
	}
	return (1);
}

int
container_wait(struct session *s, const struct rec *row, int *code)
{
	const char		*id = rec_str(row, KEY(id), "");
	scoped_rec struct rec	*now = NULL;
	scoped_fd int		 record = -1;
	int			 status;

	*code = (int)rec_num(row, KEY(exit), 0);
	if (!container_is_running(row))
		return (0);
	record = running_open(s, id);
	if (monitor_wait(&s->client, s->run_dir, row, INT64_MAX,
	    &status) == 0)
		return (waited_for(s, row, status, code));
	if (await_note(s, row, record, code) == 0)
		return (0);
	if (running_is_hidden(s, id))
		return (refuse_hidden(s, id));
	if ((now = container_again(s, id)) == NULL)
		return (errno == ENOENT ? exit_code_of_removed(s, id, code) :
		    -1);
	if (is_same_run(now, row))
		return (error_set(&s->client.error, EBUSY, "container %s has "
		    "ended, but its exit code is not recorded yet", id));
	*code = (int)rec_num(now, KEY(exit), 0);
	return (0);
}

/*
 * With its lock, so that no command starts it while it is removed. *again:
 * another command has started it since it was read.
 */
static int
remove_locked(struct session *s, const struct rec *row, bool *again)
{
	scoped_rec struct rec	*now = state_container_get(&s->client,
				    rec_str(row, KEY(id), ""));

	*again = container_is_running(now) || container_is_starting(now);
	if (*again || (now == NULL && errno == ENOENT))
		return (0);
	/* One that is damaged is removed as it was seen. */
	return (exit_remove(s, now == NULL ? row : now, 0));
}

int
remove_container(struct session *s, const struct rec *row, bool force,
    int64_t timeout)
{
	const char		*id = rec_str(row, KEY(id), "");
	scoped_rec struct rec	*now = NULL, *later = NULL;
	bool			 again;
	int			 rc;

	if (container_is_starting(row)) {
		if ((now = wait_until_idle(s, id)) == NULL)
			return (errno == ENOENT ? 0 : -1);
		row = now;
	}
	if (container_is_running(row) && !force)
		return (error_set(&s->client.error, EBUSY, "cannot remove "
		    "container %s as it is %s - running or paused containers "
		    "cannot be removed without force: container state improper",
		    id, rec_num(row, KEY(state), 0) == CTR_PAUSED ? "paused" :
		    "running"));
	if (container_is_running(row) &&
	    stop_container(s, row, timeout, false) == -1)
		return (-1);
	/* Only its monitor knows whether it runs. */
	if (rec_num(row, KEY(state), 0) == CTR_DAMAGED &&
	    monitor_signal(&s->client, s->run_dir, row, SIGKILL) == 0)
		(void)monitor_wait(&s->client, s->run_dir, row, KILL_WAIT_MS,
		    NULL);
	if (locks_take(s, "ctr", id, LOCK_WAIT_START_MS) == -1)
		return (-1);
	rc = remove_locked(s, row, &again);
	locks_drop(s, "ctr", id);
	if (!again)
		return (rc);
	if ((later = container_again(s, id)) == NULL)
		return (errno == ENOENT ? 0 : -1);
	return (remove_container(s, later, force, timeout));
}

/*
 * One of several that are removed by force: begin to stop it, if it runs. What
 * is wrong with it is found when it is removed.
 */
static void
begin_user(struct session *s, struct stop *st, const char *id, int64_t timeout)
{
	scoped_rec struct rec	*row = container_again(s, id);

	if (!container_is_running(row) ||
	    stop_begin(s, st, row, timeout, false) != 1)
		st->row = NULL;
	error_clear(&s->client.error);
}

static int
remove_user(struct session *s, struct stop *st, const char *id,
    int64_t timeout)
{
	scoped_rec struct rec	*row = NULL;

	if (st->row != NULL && stop_end(s, st) == -1)
		return (-1);
	row = container_again(s, id);
	if (row == NULL)
		return (errno == ENOENT ? 0 : -1);
	return (remove_container(s, row, true, timeout));
}

/*
 * So many users, from the iterator's place on. How many there were, or -1. What
 * has begun to stop is stopped, also after an error.
 */
static int
remove_some(struct session *s, const struct rec *of, size_t *it,
    int64_t timeout)
{
	struct stop	 st[STOP_AT_ONCE] = { 0 };
	struct error	 why;
	const char	*id[STOP_AT_ONCE];
	int		 n = 0, rc = 0;

	for (; n < STOP_AT_ONCE && rec_next(of, KEY(user), it, &id[n]); n++)
		begin_user(s, &st[n], id[n], timeout);
	for (int i = 0; i < n; i++)
		if (rc == 0) {
			rc = remove_user(s, &st[i], id[i], timeout);
			error_save(&s->client.error, &why);
		} else if (st[i].row != NULL)
			(void)stop_end(s, &st[i]);
	if (rc == -1)
		error_restore(&s->client.error, &why);
	return (rc == -1 ? -1 : n);
}

int
remove_users(struct session *s, const struct rec *of, int64_t timeout)
{
	size_t	 it = 0;
	int	 n;

	while ((n = remove_some(s, of, &it, timeout)) > 0)
		;
	return (n);
}
