#include "exit.h"

#include <sys/wait.h>

#include <errno.h>

#include "calls.h"
#include "clock.h"
#include "ctrfiles.h"
#include "locks.h"
#include "record.h"
#include "row.h"
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

int
exit_mark_removing(struct session *s, const struct rec *row, int code)
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
		    exit_mark_removing(s, row, code));
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
		now = container_load(s, id);
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
		if ((now = container_load(s, id)) == NULL)
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
