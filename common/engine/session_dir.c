#include "session.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "account.h"
#include "cleanup.h"
#include "path.h"
#include "record.h"
#include "rootlog.h"
#include "trust.h"

#define LOCK_TRIES	1000		/* a sweep is short, but for load */
#define LOCK_PAUSE_US	10000

/*
 * A directory of the engine's own. Root makes it for the engine's account,
 * whose parents only root may write to, where root has chosen it: resolve, and
 * who can forge what is kept of its answers, must not choose what root hands
 * over.
 */
int
session_own_dir(struct session *s, const char *path)
{
	bool		 make = !s->system || geteuid() != 0 ||
			    trust_is_chosen(s, path);
	scoped_fd int	 fd = make ? path_private_dir(path, false) :
			    open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat	 st;
	uid_t		 want = s->client.uid != 0 ? s->client.uid : geteuid();

	if (!make && (fd == -1 || fstat(fd, &st) == -1 || st.st_uid == 0))
		return (error_set(&s->client.error, EPERM, "%.400s is no "
		    "directory of the account's yet: root makes one where an "
		    "option says, not where a configuration file does; install "
		    "-d -m 700 -o " ACCOUNT_NAME " -g " ACCOUNT_NAME " %.400s",
		    path, path));
	if (fd == -1 || fstat(fd, &st) == -1)
		return (session_sentence(s, "cannot make the directory", path));
	/* Not what the account may have put there: that it never gets. */
	if (st.st_uid == 0 && geteuid() == 0) {
		if (!trust_fresh(fd, path))
			return (error_set(&s->client.error, EPERM, "%.400s "
			    "belongs to root, and is a link or has files in "
			    "it; if it is bulkhead's, give it to its account: "
			    "chown -R bulkhead: %.400s", path, path));
		if (fchown(fd, s->client.uid, s->client.gid) == -1 ||
		    fstat(fd, &st) == -1)
			return (session_sentence(s, "cannot hand over", path));
	}
	if (st.st_uid != want || (st.st_mode & 022) != 0)
		return (error_set(&s->client.error, EPERM, "%s must belong to "
		    "uid %u and be writable by nobody else", path, (unsigned
		    int)want));
	return (take_fd(&fd));
}

bool
session_run_dir_gone(const struct session *s)
{
	struct stat	 st;

	return (s->run_dir != -1 && fstat(s->run_dir, &st) == 0 &&
	    st.st_nlink == 0);
}

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
	return (fd);		/* whoever has it, the state decides */
}

int
session_ctr_dir(struct session *s, const char *id)
{
	char	 name[80], path[PATH_MAX];

	if (s->ctr_fd == -1 || strcmp(s->ctr_id, id) != 0) {
		if (s->ctr_fd != -1)
			close(s->ctr_fd);
		(void)snprintf(name, sizeof(name), "ctr/%s", id);
		(void)snprintf(path, sizeof(path), "%s/%s",
		    session_config(s, "path.run", ""), name);
		if ((s->ctr_fd = locked_dir(s, name)) == -1)
			return (session_sentence(s, "cannot make the directory",
			    path));
		(void)strlcpy(s->ctr_id, id, sizeof(s->ctr_id));
	}
	return (fcntl(s->ctr_fd, F_DUPFD_CLOEXEC, 0));
}

/* The name below the state directory, or NULL when it is somewhere else. */
static const char *
own_log(const struct session *s, const char *path)
{
	const char	*dir = session_config(s, "path.state", "");
	size_t		 n = strlen(dir);

	if (n == 0 || strncmp(path, dir, n) != 0 ||
	    strncmp(path + n, "/logs/", 6) != 0 || !path_is_name(path + n + 6))
		return (NULL);
	return (path + n + 1);
}

/* The name of a log, or of what was rotated out of it. 0, or -1: too long. */
static int
log_name(const struct rec *def, bool old, char *out, size_t size)
{
	int	 n = snprintf(out, size, "%s%s", rec_str(def, "log_path", ""),
		    old ? ".old" : "");

	if (n >= 0 && (size_t)n < size)
		return (0);
	errno = ENAMETOOLONG;
	return (-1);
}

int
session_open_log(struct session *s, const struct rec *def, bool old, int flags)
{
	scoped_fd int	 logs = -1;
	char		 path[PATH_MAX];
	const char	*own;
	int		 fd;

	if (log_name(def, old, path, sizeof(path)) == -1)
		return (-1);
	if ((flags & O_CREAT) != 0 &&
	    (fd = rootlog_take(rec_str(def, "log_path", ""), old)) != -1)
		return (fd);
	flags |= O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	if ((own = own_log(s, path)) == NULL)
		return (open(path, flags, 0600));
	if ((flags & O_CREAT) != 0 &&
	    (logs = path_mkdirs(s->state_dir, "logs", 0700)) == -1)
		return (-1);
	return (path_open(s->state_dir, own, flags, 0600));
}

static void
remove_log(struct session *s, const struct rec *def, bool old)
{
	char		 path[PATH_MAX];
	const char	*own;

	if (log_name(def, old, path, sizeof(path)) == -1)
		return;
	if ((own = own_log(s, path)) != NULL)
		(void)unlinkat(s->state_dir, own, 0);
	else
		(void)unlink(path);
}

void
session_remove_log(struct session *s, const struct rec *def)
{
	remove_log(s, def, true);
	remove_log(s, def, false);
}
