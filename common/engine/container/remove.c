#include "remove.h"

#include <errno.h>
#include <signal.h>

#include "exit.h"
#include "load.h"
#include "locks.h"
#include "monitor.h"
#include "reconcile.h"
#include "record.h"
#include "session.h"
#include "states.h"
#include "stop.h"

#define LOCK_WAIT_MS	20000	/* for a command that starts it */

/* Another command may have started it since it was read. */
static int
remove_locked(struct session *s, const struct rec *row, bool *again)
{
	scoped_rec struct rec	*now = container_load(s, rec_str(row, KEY(id),
	    ""));
	int			 rc = 0;

	*again = now != NULL &&
	    (container_is_running(now) || stop_is_starting(now));
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

	if (stop_is_starting(row)) {
		if ((now = stop_wait_until_idle(s, id)) == NULL)
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
		(void)monitor_wait(&s->client, s->run_dir, row,
		    STOP_KILL_WAIT_MS, NULL);
	return (remove_at_rest(s, row, force, timeout));
}

int
remove_users(struct session *s, const struct rec *of, int64_t timeout)
{
	const char	*id;

	rec_each_text(id, of, KEY(user)) {
		scoped_rec struct rec	*row = container_reconciled(s, id);

		if (row == NULL ? errno != ENOENT :
		    remove_container(s, row, true, timeout) == -1)
			return (-1);
	}
	return (0);
}
