#include "ctrfiles.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "cgroup.h"
#include "cleanup.h"
#include "clock.h"
#include "layout.h"
#include "path.h"
#include "record.h"
#include "root.h"
#include "running.h"
#include "session.h"

#define EXIT_MAX	65536u		/* bytes of a monitor's record */
#define LOCK_TRIES	1000		/* a sweep is short, but for load */
#define LOCK_PAUSE_US	10000

/* A sweep may hold it for a moment, and may remove it before it is ours. */
static int
locked_dir(struct session *s, const char *name)
{
	struct stat	 st;
	int		 fd = -1;

	for (int tries = 0; tries < LOCK_TRIES; tries++) {
		if (fd == -1 &&
		    (fd = path_mkdirs(s->run_dir, name, 0700)) == -1) {
			if (errno == ENOENT)
				continue;	/* gone as soon as made */
			return (-1);
		}
		if (flock(fd, LOCK_EX | LOCK_NB) == -1) {
			(void)usleep(LOCK_PAUSE_US);
			continue;
		}
		if (fstat(fd, &st) == 0 && st.st_nlink > 0)
			return (fd);
		close(fd);
		fd = -1;
	}
	errno = EBUSY;
	return (fd);		/* EBUSY: still locked */
}

int
rundir_open(struct session *s, const char *id)
{
	char	 name[80], path[PATH_MAX];

	if (s->ctr_fd == -1 || strcmp(s->ctr_id, id) != 0) {
		if (s->ctr_fd != -1)
			close(s->ctr_fd);
		(void)snprintf(name, sizeof(name), LAYOUT_CTR, id);
		(void)snprintf(path, sizeof(path), "%s/%s",
		    session_text(s, path_run), name);
		if ((s->ctr_fd = locked_dir(s, name)) == -1)
			return (session_errno(s, "cannot make the directory",
			    path));
		(void)strlcpy(s->ctr_id, id, sizeof(s->ctr_id));
	}
	return (fcntl(s->ctr_fd, F_DUPFD_CLOEXEC, 0));
}

void
rundir_remove(struct session *s, const char *id)
{
	scoped_fd int	 dir = path_open(s->run_dir, LAYOUT_CTRS,
			    O_RDONLY | O_DIRECTORY, 0);

	running_remove(s, id);
	if (dir == -1)
		return;
	cgroup_remove(dir, id);
	(void)path_remove(dir, id);
}

/* A record that the monitor left in the run directory. NULL: there is none. */
static struct rec *
read_of_monitor(struct session *s, const char *id, const char *file,
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

int
exit_read(struct session *s, const char *id, int *status, int64_t *when)
{
	scoped_rec struct rec	*r = read_of_monitor(s, id, LAYOUT_CTR_EXIT,
				    RECORD(ended));

	if (r != NULL) {
		*status = (int)rec_num(r, KEY_IN(ended, status), 255 << 8);
		*when = rec_num(r, KEY(time), clock_real_ns());
		return (0);
	}
	return (running_read_note(s, id, status, when));
}

int64_t
exit_log_lost(struct session *s, const char *id)
{
	scoped_rec struct rec	*r = read_of_monitor(s, id, LAYOUT_CTR_LOST,
				    RECORD(lost));

	return (rec_num(r, KEY(bytes), 0));
}

/* The name below the state directory, or NULL when it is somewhere else. */
static const char *
own_log(const struct session *s, const char *path)
{
	const char	*dir = session_text(s, path_state);
	size_t		 n = strlen(dir);

	if (n == 0 || strncmp(path, dir, n) != 0 ||
	    strncmp(path + n, "/" LAYOUT_LOGS "/", 6) != 0 ||
	    !path_is_name(path + n + 6))
		return (NULL);
	return (path + n + 1);
}

/* The name of a log, or of what was rotated out of it. 0, or -1: too long. */
static int
log_name(const struct rec *def, bool old, char *out, size_t size)
{
	int	 n = snprintf(out, size, "%s%s", rec_str(def, KEY(log_path),
		    ""), old ? ".old" : "");

	if (n >= 0 && (size_t)n < size)
		return (0);
	errno = ENAMETOOLONG;
	return (-1);
}

int
ctrlog_open(struct session *s, const struct rec *def, bool old, int flags)
{
	scoped_fd int	 logs = -1;
	char		 path[PATH_MAX];
	const char	*own;
	int		 fd;

	if (log_name(def, old, path, sizeof(path)) == -1)
		return (-1);
	if (s->system && (flags & O_CREAT) != 0 &&
	    (fd = root_take_log(s, rec_str(def, KEY(log_path), ""), old)) !=
	    -1)
		return (fd);
	flags |= O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	if ((own = own_log(s, path)) == NULL)
		return (open(path, flags, 0600));
	if ((flags & O_CREAT) != 0 &&
	    (logs = path_mkdirs(s->state_dir, LAYOUT_LOGS, 0700)) == -1)
		return (-1);
	return (path_open(s->state_dir, own, flags, 0600));
}

void
ctrlog_remove(struct session *s, const char *id, const struct rec *def)
{
	char		 path[PATH_MAX];
	const char	*own;

	for (int old = 1; old >= 0; old--) {
		own = path;
		if (def == NULL)
			(void)snprintf(path, sizeof(path), old != 0 ?
			    LAYOUT_LOG_OLD : LAYOUT_LOG, id);
		else if (log_name(def, old != 0, path, sizeof(path)) == 0)
			own = own_log(s, path);
		else
			continue;
		(void)(own != NULL ? unlinkat(s->state_dir, own, 0) :
		    unlink(path));
	}
}
