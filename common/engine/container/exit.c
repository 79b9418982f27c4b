#include "exit.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "calls.h"
#include "cleanup.h"
#include "clock.h"
#include "ctrlog.h"
#include "layout.h"
#include "load.h"
#include "locks.h"
#include "path.h"
#include "record.h"
#include "restart.h"
#include "rundir.h"
#include "running.h"
#include "session.h"
#include "states.h"
#include "storage.h"
#include "volumes.h"

#define EXIT_MAX	65536u		/* bytes of a monitor's exit record */

int
exit_code_of(int status)
{
	return (WIFEXITED(status) ? WEXITSTATUS(status) :
	    128 + WTERMSIG(status));
}

/* A record that the monitor left in the run directory. NULL: there is none. */
static struct rec *
read_record(struct session *s, const char *id, const char *file,
    enum record_type type)
{
	scoped_free char	*text = NULL;
	scoped_fd int		 dir = -1;
	char			 name[80];
	size_t			 len;

	(void)snprintf(name, sizeof(name), LAYOUT_CTR, id);
	if ((dir = path_open(s->run_dir, name, O_PATH | O_DIRECTORY,
	    0)) == -1 ||
	    (text = path_slurp(dir, file, EXIT_MAX, &len)) == NULL)
		return (NULL);
	return (rec_decode(text, len, type, NULL));
}

int64_t
exit_log_lost(struct session *s, const char *id)
{
	scoped_rec struct rec	*r = read_record(s, id, LAYOUT_CTR_LOST,
	    RECORD(lost));
	int64_t			 n = r == NULL ? 0 : rec_num(r, KEY(bytes), 0);

	return (n);
}

int
exit_read(struct session *s, const char *id, int *status, int64_t *when)
{
	scoped_rec struct rec	*r = read_record(s, id, LAYOUT_CTR_EXIT,
	    RECORD(ended));

	if (r == NULL)
		return (running_read_exit(s, id, status, when));
	*status = (int)rec_num(r, KEY_IN(ended, status), 255 << 8);
	*when = rec_num(r, KEY(time), clock_real_ns());
	return (0);
}

static void
remove_own_log(struct session *s, const char *id)
{
	char	 log[96];

	(void)snprintf(log, sizeof(log), LAYOUT_LOG_OLD, id);
	(void)unlinkat(s->state_dir, log, 0);
	log[strlen(log) - strlen(".old")] = '\0';
	(void)unlinkat(s->state_dir, log, 0);
}

static void
remove_log(struct session *s, const struct rec *row)
{
	size_t		 it = 0;
	struct rec	*def = rec_sub(row, KEY(def), &it);

	if (def != NULL)
		ctrlog_remove(s, def);
	else			/* a row of a list: where logs usually are */
		remove_own_log(s, rec_str(row, KEY(id), ""));
	rec_free(def);
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
	remove_own_log(s, id);
	return (client_has(&s->client, H_STORE) ? remove_layer(s, id) : 0);
}

void
exit_expect(struct rec *keys, pid_t pid, uint64_t start)
{
	(void)rec_add_num(keys, KEY_AS(is_pid), pid);
	(void)rec_add_num(keys, KEY_AS(is_pid_start), (int64_t)start);
}

/* The row must have this number, or none. */
static void
expect(struct rec *keys, struct key_num is, const struct rec *row,
    struct key_num key)
{
	(void)(rec_has(row, key) ? rec_add_num(keys, is, rec_num(row, key, 0)) :
	    rec_clear(keys, is));
}

void
exit_expect_row(struct rec *keys, const struct rec *row)
{
	expect(keys, KEY_AS(is_pid), row, KEY(pid));
	expect(keys, KEY_AS(is_pid_start), row, KEY(pid_start));
}

int
exit_mark_removing(struct session *s, const struct rec *row, int code)
{
	scoped_rec struct rec	*keys = rec_new();

	(void)rec_add_num(keys, KEY(exit), code);
	if (rec_num(row, KEY(state), 0) == CTR_CREATING)
		(void)rec_add_num(keys, KEY(unborn), 1);
	exit_expect_row(keys, row);
	return (state_container_set(&s->client, rec_str(row, KEY(id), ""), 1u <<
	    rec_num(row, KEY(state), 0), CTR_REMOVING, keys, false));
}

static int
removed(struct session *s)
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
	state = removed(s);
	if (layer == -1 || state == -1)
		return (-1);
	rundir_remove(s, id);
	return (0);
}

/* Remove one that has ended; the exit code is for the events. */
static int
remove_ended(struct session *s, const struct rec *row, int code)
{
	const char	*id = rec_str(row, KEY(id), "");

	/* ps has no store: the next command that has one goes on here. */
	if (!client_has(&s->client, H_STORE))
		return (rec_num(row, KEY(state), 0) == CTR_REMOVING ? -1 :
		    exit_mark_removing(s, row, code));
	/*
	 * While the row exists: a command that finds it partly removed goes on
	 * here.
	 */
	if ((s->rm_volumes || rec_num(row, KEY(rm), 0) != 0 ||
	    rec_num(row, KEY(unborn), 0) != 0 ||
	    rec_num(row, KEY(state), 0) == CTR_CREATING) &&
	    volumes_drop_own(s, row) == -1)
		return (-1);
	if (rec_num(row, KEY(rm), 0) != 0)
		return (remove_at_once(s, row, code));
	if (remove_layer(s, id) == -1)
		return (-1);
	remove_log(s, row);
	rundir_remove(s, id);
	locks_free(s, row, "ctr");
	return (state_container_remove_begin(&s->client, id, code) == -1 ? -1 :
	    removed(s));
}

int
exit_remove(struct session *s, const struct rec *row)
{
	return (remove_ended(s, row, 0));
}

/* The row as it is after this end says what follows from it. */
static int
add_restart(struct session *s, const struct rec *row, int code, int64_t when,
    struct rec *keys)
{
	scoped_rec struct rec	*now = NULL;

	if (!restart_wanted(row))
		return (0);
	if ((now = container_load(s, rec_str(row, KEY(id), ""))) == NULL)
		return (-1);
	restart_decide(now, code, when, keys);
	return (0);
}

static bool
is_done(int error)
{
	return (error == EBUSY || error == ENOENT || error == ESTALE);
}

/*
 * Remove its run directory, unless a command works with it, which may have
 * begun to use it for the next run. A sweep finds what stays here.
 */
static void
leave_run_dir(struct session *s, const char *id)
{
	struct rec	*now;

	if (locks_take(s, "ctr", id, 0) == 0) {
		now = container_load(s, id);
		if (now == NULL ? errno == ENOENT :
		    rec_num(now, KEY(state), 0) == CTR_EXITED ||
		    rec_num(now, KEY(state), 0) == CTR_CREATED)
			rundir_remove(s, id);
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
exit_record(struct session *s, const struct rec *row, int status, int64_t when)
{
	const char	*id = rec_str(row, KEY(id), "");
	struct rec	*keys;
	int		 rc;

	if (rec_num(row, KEY(rm), 0) != 0)
		return (remove_ended(s, row, exit_code_of(status)));
	if (when == 0)
		when = clock_real_ns();
	keys = rec_new();
	if (add_restart(s, row, exit_code_of(status), when, keys) == -1) {
		rec_free(keys);
		return (is_done(errno) ? 0 : -1);
	}
	(void)rec_add_num(keys, KEY(exit), exit_code_of(status));
	(void)rec_add_num(keys, KEY(finished), when);
	(void)rec_add_num(keys, KEY(log_lost), exit_log_lost(s, id));
	exit_expect_row(keys, row);
	rc = state_container_set(&s->client, id, CTR_STARTED, CTR_EXITED, keys,
	    false);
	rec_free(keys);
	if (rc == 0)
		leave_run_dir(s, id);
	/* If another command was first, it is recorded. */
	return (rc == 0 || is_done(errno) ? 0 : -1);
}
