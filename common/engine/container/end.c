#include "end.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bsd/string.h>

#include "cgroup.h"
#include "cleanup.h"
#include "locks.h"
#include "monitor.h"
#include "path.h"
#include "process.h"
#include "record.h"
#include "restart.h"
#include "running.h"
#include "session.h"
#include "state.h"
#include "store.h"
#include "volumes.h"

#define EXIT_MAX	65536u		/* bytes of a monitor's exit record */

int
end_code(int status)
{
	return (WIFEXITED(status) ? WEXITSTATUS(status) :
	    128 + WTERMSIG(status));
}

int64_t
end_now_ns(void)
{
	struct timespec	 ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return (ts.tv_sec * 1000000000L + ts.tv_nsec);
}

void
end_run_dir(struct session *s, const char *id)
{
	scoped_fd int	 dir = path_open(s->run_dir, "ctr",
			    O_RDONLY | O_DIRECTORY, 0);

	running_remove(s, id);
	if (dir == -1)
		return;
	cgroup_remove(dir, id);
	(void)path_remove(dir, id);
}

/* A record that the monitor left in the run directory. NULL: there is none. */
static struct rec *
read_record(struct session *s, const char *id, const char *file)
{
	scoped_free char	*text = NULL;
	scoped_fd int		 dir = -1;
	char			 name[80];
	size_t			 len;

	(void)snprintf(name, sizeof(name), "ctr/%s", id);
	if ((dir = path_open(s->run_dir, name, O_PATH | O_DIRECTORY,
	    0)) == -1 ||
	    (text = path_slurp(dir, file, EXIT_MAX, &len)) == NULL)
		return (NULL);
	return (rec_decode(text, len));
}

int64_t
end_log_lost(struct session *s, const char *id)
{
	struct rec	*r = read_record(s, id, "lost");
	int64_t		 n = r == NULL ? 0 : rec_num(r, "bytes", 0);

	rec_free(r);
	return (n);
}

int
end_read_exit(struct session *s, const char *id, int *status, int64_t *when)
{
	struct rec	*r = read_record(s, id, "exit");

	if (r == NULL)
		return (running_read_exit(s, id, status, when));
	*status = (int)rec_num(r, "status", 255 << 8);
	*when = rec_num(r, "time", end_now_ns());
	rec_free(r);
	return (0);
}

static void
remove_own_log(struct session *s, const char *id)
{
	char	 log[96];

	(void)snprintf(log, sizeof(log), "logs/%s.log.old", id);
	(void)unlinkat(s->state_dir, log, 0);
	log[strlen(log) - strlen(".old")] = '\0';
	(void)unlinkat(s->state_dir, log, 0);
}

static void
remove_log(struct session *s, const struct rec *row)
{
	size_t		 it = 0;
	struct rec	*def = rec_sub(row, "def", &it);

	if (def != NULL)
		session_remove_log(s, def);
	else			/* a row of a list: where logs usually are */
		remove_own_log(s, rec_str(row, "id", ""));
	rec_free(def);
}

/*
 * What the container wrote is moved out of the way; the store deletes it while
 * we print and leave, as root of a namespace with the ids that its files have.
 */
static int
layer_removed(struct session *s)
{
	bool	 left;

	if (store_rw_remove_end(&s->client, &left) == -1)
		return (-1);
	if (left)
		session_join_userns(s);
	return (0);
}

static int
remove_layer(struct session *s, const char *id)
{
	return (store_rw_remove_begin(&s->client, id) == -1 ? -1 :
	    layer_removed(s));
}

int
end_leftovers(struct session *s, const char *id)
{
	remove_own_log(s, id);
	return (client_has(&s->client, H_STORE) ? remove_layer(s, id) : 0);
}

void
end_forgotten(struct session *s, const char *id)
{
	struct rec	*row = session_container(s, id);

	if (row == NULL && errno == ENOENT && strlen(id) == 64 &&
	    end_leftovers(s, id) == 0)
		end_run_dir(s, id);
	rec_free(row);
}

void
end_expect(struct rec *keys, pid_t pid, uint64_t start)
{
	(void)rec_add_num(keys, "=pid", pid);
	(void)rec_add_num(keys, "=pid_start", (int64_t)start);
}

void
end_expect_row(struct rec *keys, const struct rec *row)
{
	(void)rec_add(keys, "=pid", rec_str(row, "pid", ""));
	(void)rec_add(keys, "=pid_start", rec_str(row, "pid_start", ""));
}

/* If it is as it was seen: from then on nobody starts it, or goes on. */
static int
leave_removing(struct session *s, const struct rec *row, int code)
{
	struct rec	*keys = rec_new();
	int		 rc;

	(void)rec_add_num(keys, "exit", code);
	if (rec_num(row, "state", 0) == CTR_CREATING)
		(void)rec_add_num(keys, "unborn", 1);
	end_expect_row(keys, row);
	rc = state_container_set(&s->client, rec_str(row, "id", ""), 1u <<
	    rec_num(row, "state", 0), CTR_REMOVING, keys, NULL);
	rec_free(keys);
	return (rc);
}

static int
removed(struct session *s)
{
	return (state_container_remove_end(&s->client) == 0 ||
	    errno == ENOENT ? 0 : -1);
}

/*
 * The end of one with --rm, which is nobody's to remove later: all at once.
 * Its run directory goes last; as long as it is there, the reaper and the
 * next sweep know what may be left.
 */
static int
remove_at_once(struct session *s, const struct rec *row, int code)
{
	const char	*id = rec_str(row, "id", "");
	int		 layer, state;

	if (store_rw_remove_begin(&s->client, id) == -1 ||
	    state_container_remove_begin(&s->client, id, code) == -1)
		return (-1);
	locks_free(s, row, "ctr");
	remove_log(s, row);
	layer = layer_removed(s);
	state = removed(s);
	if (layer == -1 || state == -1)
		return (-1);
	end_run_dir(s, id);
	return (0);
}

/* The exit code, if it ran until now, is for those who are told of it. */
static int
remove_ended(struct session *s, const struct rec *row, int code)
{
	const char	*id = rec_str(row, "id", "");

	/* ps has no store: it says what is to be done, and hides the rest. */
	if (!client_has(&s->client, H_STORE))
		return (rec_num(row, "state", 0) == CTR_REMOVING ? -1 :
		    leave_removing(s, row, code));
	/* While it is still there: whoever finds it half gone goes on here. */
	if ((s->rm_volumes || rec_num(row, "rm", 0) != 0 ||
	    rec_num(row, "unborn", 0) != 0 ||
	    rec_num(row, "state", 0) == CTR_CREATING) &&
	    volumes_drop_own(s, row) == -1)
		return (-1);
	if (rec_num(row, "rm", 0) != 0)
		return (remove_at_once(s, row, code));
	if (remove_layer(s, id) == -1)
		return (-1);
	remove_log(s, row);
	end_run_dir(s, id);
	locks_free(s, row, "ctr");
	return (state_container_remove_begin(&s->client, id, code) == -1 ? -1 :
	    removed(s));
}

int
end_remove(struct session *s, const struct rec *row)
{
	return (remove_ended(s, row, 0));
}

/* The row as it is after this end says what follows from it. */
static int
add_restart(struct session *s, const struct rec *row, int code, int64_t when,
    struct rec *keys)
{
	struct rec	*now;

	if (!restart_wanted(row))
		return (0);
	if ((now = session_row(s, rec_str(row, "id", ""))) == NULL)
		return (-1);
	restart_decide(now, code, when, keys);
	rec_free(now);
	return (0);
}

static bool
is_done(int error)
{
	return (error == EBUSY || error == ENOENT || error == ESTALE);
}

/*
 * Its run directory, unless somebody is at work with it: that one may have
 * begun to use it for the next run. What stays here, a sweep finds.
 */
static void
leave_run_dir(struct session *s, const char *id)
{
	struct rec	*now;

	if (locks_take(s, "ctr", id, 0) == 0) {
		now = session_row(s, id);
		if (now == NULL ? errno == ENOENT :
		    rec_num(now, "state", 0) == CTR_EXITED ||
		    rec_num(now, "state", 0) == CTR_CREATED)
			end_run_dir(s, id);
		rec_free(now);
		locks_drop(s, "ctr", id);
	}
	error_clear(&s->client.error);
}

/*
 * It may have been recorded, and be running again, by now: what is recorded
 * must be the end of the process that was seen to end.
 */
int
end_record(struct session *s, const struct rec *row, int status, int64_t when)
{
	const char	*id = rec_str(row, "id", "");
	struct rec	*keys;
	int		 rc;

	if (rec_num(row, "rm", 0) != 0)
		return (remove_ended(s, row, end_code(status)));
	if (when == 0)
		when = end_now_ns();
	keys = rec_new();
	if (add_restart(s, row, end_code(status), when, keys) == -1) {
		rec_free(keys);
		return (is_done(errno) ? 0 : -1);
	}
	(void)rec_add_num(keys, "exit", end_code(status));
	(void)rec_add_num(keys, "finished", when);
	(void)rec_add_num(keys, "log_lost", end_log_lost(s, id));
	end_expect_row(keys, row);
	rc = state_container_set(&s->client, id, END_LIVE, CTR_EXITED, keys,
	    NULL);
	rec_free(keys);
	if (rc == 0)
		leave_run_dir(s, id);
	/* Another command was first: as good as done. */
	return (rc == 0 || is_done(errno) ? 0 : -1);
}

/* Is the command that makes or starts it still at work? */
static bool
lock_is_free(struct session *s, const char *id)
{
	return (locks_take(s, "ctr", id, 0) == 0);
}

static bool
is_alive(struct session *s, const struct rec *row)
{
	pid_t		 pid = (pid_t)rec_num(row, "pid", 0);
	uint64_t	 start = (uint64_t)rec_num(row, "pid_start", 0);
	int64_t		 when;
	int		 status;

	if (pid > 0 && start != 0 && process_start_time(pid) == start)
		return (true);
	if (end_read_exit(s, rec_str(row, "id", ""), &status, &when) == 0)
		return (false);
	/* Ended, but its monitor is just about to say so. */
	return (monitor_is_there(s->run_dir, rec_str(row, "id", "")) ||
	    (errno == ENOENT && running_has_reaper(s, rec_str(row, "id", ""))));
}

static bool
reconcile_ended(struct session *s, const struct rec *row)
{
	const char	*id = rec_str(row, "id", "");
	int		 status = 255 << 8;
	int64_t		 when = 0;

	if (is_alive(s, row))
		return (false);
	if (s->reaped_id != NULL && strcmp(s->reaped_id, id) == 0)
		status = s->reaped;
	/* Its reaper may be about to: then both do the same thing. */
	(void)end_read_exit(s, id, &status, &when);
	return (end_record(s, row, status, when) == 0);
}

/* With the lock: as it is now, nobody being at work. True if it was changed. */
static bool
settle_pause(struct session *s, const char *id)
{
	struct rec	*now = session_row(s, id), *keys;
	int64_t		 state = now == NULL ? 0 : rec_num(now, "state", 0);
	int		 frozen = cgroup_frozen(s, id);
	bool		 done = false;

	if (state == CTR_RUNNING && frozen == 1)
		(void)cgroup_thaw(s, id);
	else if (state == CTR_PAUSED && frozen == 0) {
		keys = rec_new();
		done = state_container_set(&s->client, id, 1u << CTR_PAUSED,
		    CTR_RUNNING, keys, NULL) == 0;
		rec_free(keys);
	}
	rec_free(now);
	return (done);
}

/*
 * A pause that was killed before it could say so is undone; an unpause was
 * done. Where no cgroup is to be seen, nothing is known.
 */
static bool
reconcile_pause(struct session *s, const struct rec *row)
{
	const char	*id = rec_str(row, "id", "");
	bool		 paused = rec_num(row, "state", 0) == CTR_PAUSED;
	int		 frozen = cgroup_frozen(s, id);
	bool		 done;

	if (frozen == -1 || (frozen == 1) == paused || !lock_is_free(s, id))
		return (false);
	done = settle_pause(s, id);
	locks_drop(s, "ctr", id);
	return (done);
}

enum claim { CLAIM_BUSY, CLAIM_CHANGED, CLAIM_OURS };

/*
 * Take the lock of one that nobody seems to be at work with, and look again:
 * who was, may have ended his work before he let go. With CLAIM_OURS, the row
 * is the caller's and the lock is held.
 */
static enum claim
claim_as_it_was(struct session *s, const struct rec *row, struct rec **now)
{
	const char	*id = rec_str(row, "id", "");

	if (!lock_is_free(s, id))
		return (CLAIM_BUSY);
	*now = session_row(s, id);
	if (*now != NULL && rec_num(*now, "state", 0) ==
	    rec_num(row, "state", 0))
		return (CLAIM_OURS);
	rec_free(*now);
	locks_drop(s, "ctr", id);
	return (CLAIM_CHANGED);
}

/*
 * Nobody is at work with it, it seems; with the lock. Should that be wrong
 * after all, because a lock broker was killed, then its maker fails now, and
 * starts nothing. Where there is no store, the next command goes on.
 */
static bool
drop_unborn(struct session *s, const struct rec *row)
{
	if (rec_num(row, "state", 0) != CTR_REMOVING) {
		if (leave_removing(s, row, 0) == -1)
			return (false);
		if (!client_has(&s->client, H_STORE))
			return (true);
	}
	return (end_remove(s, row) == 0);
}

/* Half made: nobody has been told that it exists, so it does not. */
static bool
reconcile_creating(struct session *s, const struct rec *row)
{
	struct rec	*now;
	enum claim	 claim = claim_as_it_was(s, row, &now);
	bool		 done;

	if (claim != CLAIM_OURS)
		return (claim == CLAIM_CHANGED);
	done = drop_unborn(s, now);
	rec_free(now);
	locks_drop(s, "ctr", rec_str(row, "id", ""));
	return (done);
}

/* The start was cut short; with the lock. */
static bool
undo_start(struct session *s, const struct rec *row)
{
	const char	*id = rec_str(row, "id", "");
	struct rec	*keys;
	bool		 done;

	if (is_alive(s, row))
		return (false);
	if (rec_num(row, "rm", 0) != 0)
		return (drop_unborn(s, row));
	keys = rec_new();
	(void)rec_add_num(keys, "pid", 0);
	done = state_container_set(&s->client, id, 1u << CTR_STARTING,
	    CTR_CREATED, keys, NULL) == 0;
	rec_free(keys);
	if (done)
		end_run_dir(s, id);
	return (done);
}

static bool
reconcile_starting(struct session *s, const struct rec *row)
{
	struct rec	*now;
	enum claim	 claim;
	bool		 done;

	if (is_alive(s, row))
		return (false);
	claim = claim_as_it_was(s, row, &now);
	if (claim != CLAIM_OURS)
		return (claim == CLAIM_CHANGED);
	done = undo_start(s, now);
	rec_free(now);
	locks_drop(s, "ctr", rec_str(row, "id", ""));
	return (done);
}

bool
end_reconcile(struct session *s, const struct rec *row)
{
	switch (rec_num(row, "state", 0)) {
	case CTR_CREATING:
		return (reconcile_creating(s, row));
	case CTR_STARTING:
		return (reconcile_starting(s, row));
	case CTR_RUNNING:
	case CTR_STOPPING:
	case CTR_PAUSED:
		return (reconcile_ended(s, row) || reconcile_pause(s, row));
	case CTR_REMOVING:
		return (reconcile_creating(s, row));
	default:
		return (false);
	}
}
