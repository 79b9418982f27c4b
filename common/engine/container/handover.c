#include "handover.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "calls.h"
#include "cleanup.h"
#include "ctrlog.h"
#include "process.h"
#include "record.h"
#include "restart.h"
#include "running.h"
#include "session.h"
#include "start.h"

/* One file of the log, or -1 with an error. */
static int
open_log(struct start *st, bool old, int flags)
{
	int	 fd = ctrlog_open(st->s, st->def, old, flags | O_CREAT);

	if (fd != -1)
		return (fd);
	return (error_set(&st->s->client.error, errno, "the log %s%s cannot be "
	    "opened: %s", rec_str(st->def, KEY(log_path), ""),
	    old ? ".old" : "", strerror(errno)));
}

/*
 * The limit is that of the definition. One from before there were limits by
 * default has none, or 0: then the configuration's is used.
 */
int
handover_log(struct start *st)
{
	int64_t		 max = rec_num(st->def, KEY(log_max), 0);
	scoped_fd int	 log = -1, old = -1;
	struct client	*c = &st->s->client;

	if (strcmp(rec_str(st->def, KEY(log_driver), ""), "none") == 0)
		return (0);
	if (max == 0)
		max = rec_num(st->s->config, KEY_AS(log_size_max), -1);
	if ((log = open_log(st, false, (max <= 0 ? O_WRONLY : O_RDWR) |
	    O_APPEND)) == -1)
		return (-1);
	if (max > 0 && ((old = open_log(st, true, O_WRONLY)) == -1 ||
	    monitor_log_old_begin(c, old) == -1))
		return (-1);
	return (monitor_log_begin(c, log, max > 0 ? (uint64_t)max : 0));
}

/* The record that outlasts the run directory; without room there is none. */
static int
give_note(struct start *st)
{
	scoped_fd int	 fd = -1;

	st->pid_start = process_start_time(st->pid);
	fd = running_write(st->s, st->id, st->def, st->pid, st->pid_start);
	if (fd == -1)
		return (errno == 0 ? 0 : -1);
	return (monitor_note_begin(&st->s->client, fd));
}

int
handover_process(struct start *st)
{
	if (give_note(st) == -1)
		return (-1);
	return (monitor_adopt_begin(&st->s->client, st->pid, st->pidfd));
}

/* Have the reaper hold a descriptor for the clean-up, if there is one. */
static int
hold(struct start *st, enum inherited_fd which, int fd)
{
	return (fd == -1 ? 0 : reaper_hold_begin(&st->s->client, which, fd));
}

/*
 * The clean-up runs as the engine's account, which may not be able to open the
 * directories that root has opened.
 */
static int
keep_dirs(struct start *st)
{
	struct session	*s = st->s;

	if (!s->system)
		return (0);
	if (access(session_text(s, path_state), X_OK) == -1 &&
	    hold(st, INHERIT_STATE, s->state_dir) == -1)
		return (-1);
	if (access(session_text(s, path_run), X_OK) == -1 &&
	    hold(st, INHERIT_RUN, s->run_dir) == -1)
		return (-1);
	return (0);
}

/*
 * Root's container is started again without root. Only the refresh that root
 * started, and sealed with the directories that root granted, may still map
 * its ids: it stays, and waits.
 */
static int
keep_refresh(struct start *st)
{
	if (!st->s->system || !restart_wanted(st->def))
		return (0);
	return (hold(st, INHERIT_REFRESH,
	    st->s->client.helper[H_REFRESH].chan.fd));
}

int
handover_cleanup(struct start *st)
{
	struct session	*s = st->s;

	if (hold(st, INHERIT_PIDFD, st->pidfd) == -1 ||
	    hold(st, INHERIT_USERNS, st->userns) == -1 ||
	    hold(st, INHERIT_CONFIG, s->config_fd) == -1 ||
	    hold(st, INHERIT_GRAPH, s->system ? s->graph_fd : -1) == -1 ||
	    keep_dirs(st) == -1 || keep_refresh(st) == -1)
		return (-1);
	s->userns_fd = take_fd(&st->userns);
	return (0);
}

int
handover_filter(struct start *st)
{
	int	 fd = st->filter.fd;

	if (fd == -1)
		return (0);
	if (restart_wanted(st->def) && hold(st, INHERIT_SECCOMP, fd) == -1)
		return (-1);
	return (launch_give_begin(&st->s->client, LAUNCH_SECCOMP, 0, fd));
}
