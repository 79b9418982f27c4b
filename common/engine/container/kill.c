#include "kill.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "cgroup.h"
#include "event.h"
#include "freeze.h"
#include "load.h"
#include "monitor.h"
#include "record.h"
#include "restart.h"
#include "session.h"
#include "stop.h"

int
container_kill(struct session *s, const struct rec *row, int signo)
{
	const char	*id = rec_str(row, KEY(id), "");

	if (!container_is_running(row))
		return (error_set(&s->client.error, EBUSY, "can only kill "
		    "running containers. %s is in state %s: container state "
		    "improper", id, rec_str(row, KEY(state_name), "unknown")));
	if ((signo == SIGKILL || signo == SIGTERM ||
	    signo == stop_signal(row)) && restart_forbid(s, row, false) == -1)
		return (-1);
	/* Log `kill` before the `died` that it causes. */
	event_tell(s, "container", "kill", id, NULL);
	if (monitor_signal(&s->client, s->run_dir, row, signo) == 0)
		return (signo == SIGKILL ? cgroup_thaw(session_run_env(s), id) :
		    0);
	return (error_set(&s->client.error, errno, "cannot signal container "
	    "%s: %s", id, strerror(errno)));
}
