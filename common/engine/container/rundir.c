#include "rundir.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "cgroup.h"
#include "cleanup.h"
#include "layout.h"
#include "path.h"
#include "records.h"
#include "running.h"
#include "session.h"

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
	return (fd);		/* the state decides, not its holder */
}

int
rundir_open(struct session *s, const char *id)
{
	char	 name[80], path[PATH_MAX];

	if (s->ctr_fd == -1 || strcmp(s->ctr_id, id) != 0) {
		if (s->ctr_fd != -1)
			close(s->ctr_fd);
		(void)snprintf(name, sizeof(name), LAYOUT_CTR, id);
		(void)snprintf(path, sizeof(path), "%s/%s", session_text(s,
		    path_run), name);
		if ((s->ctr_fd = locked_dir(s, name)) == -1)
			return (session_sentence(s, "cannot make the directory",
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
