#include "ctrfiles.h"

#include <sys/file.h>
#include <sys/fsuid.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "calls.h"
#include "cgroup.h"
#include "cleanup.h"
#include "clock.h"
#include "hostroot.h"
#include "layout.h"
#include "note.h"
#include "path.h"
#include "process.h"
#include "record.h"
#include "root.h"
#include "session.h"

#define RUNNING_MAX	(4u << 20)	/* bytes of a record that it runs */
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

/*
 * Include the definition of a container that ends with the boot: the boot
 * database loses it.
 */
static struct rec *
describe(struct session *s, const char *id, const struct rec *def, pid_t pid,
    uint64_t start)
{
	struct rec	*r = rec_new();
	pid_t		 reaper = s->client.helper[H_REAPER].pid;

	(void)rec_add(r, KEY(id), id);
	(void)rec_add(r, KEY(boot_id), s->boot_id);
	(void)rec_add_num(r, KEY(pid), pid);
	(void)rec_add_num(r, KEY(pid_start), (int64_t)start);
	(void)rec_add_num(r, KEY(reaper), reaper);
	(void)rec_add_num(r, KEY(reaper_start),
	    (int64_t)process_start_time(reaper));
	(void)rec_add_num(r, KEY(slot), rec_num(def, KEY(slot), 0));
	if (rec_num(def, KEY(rm), 0) != 0 ||
	    rec_num(def, KEY(transient), 0) != 0)
		(void)rec_add_rec(r, KEY(def), def);
	return (r);
}

/* Room for the monitor's note comes first, at an offset that it knows. */
static int
write_record(int fd, const struct rec *r)
{
	scoped_free void	*data = NULL;
	scoped_free char	*all = NULL;
	size_t			 len;

	if (r == NULL || rec_encode(r, &data, &len) == -1 ||
	    (all = malloc(NOTE_LEN + len)) == NULL)
		return (-1);
	memset(all, ' ', NOTE_LEN);
	memcpy(all + NOTE_LEN, data, len);
	len += NOTE_LEN;
	errno = ENOSPC;
	return (write(fd, all, len) == (ssize_t)len &&
	    lseek(fd, 0, SEEK_SET) == 0 ? 0 : -1);
}

int
running_write(struct session *s, const char *id, const struct rec *def,
    pid_t pid, uint64_t start)
{
	scoped_rec struct rec	*r = NULL;
	scoped_fd int		 dir = -1, fd = -1;
	char			 name[80];

	errno = 0;
	if (session_in_memory(s))
		return (-1);
	(void)snprintf(name, sizeof(name), LAYOUT_RUNNING "/%s", id);
	/* A new file: the last run's monitor may still hold its own. */
	if ((dir = path_mkdirs(s->state_dir, LAYOUT_RUNNING, 0700)) != -1 &&
	    (unlinkat(s->state_dir, name, 0) == 0 || errno == ENOENT) &&
	    (fd = path_open(s->state_dir, name, O_WRONLY | O_CREAT | O_EXCL |
	    O_NOFOLLOW, 0600)) != -1) {
		r = describe(s, id, def, pid, start);
		if (write_record(fd, r) == 0)
			return (take_fd(&fd));
	}
	running_remove(s, id);
	if (errno != ENOSPC && errno != EDQUOT && errno != EROFS)
		return (session_errno(s, "cannot write, in the state "
		    "directory,", name));
	errno = 0;
	return (-1);
}

void
running_remove(struct session *s, const char *id)
{
	char	 name[80];
	int	 saved = errno;

	(void)snprintf(name, sizeof(name), LAYOUT_RUNNING "/%s", id);
	if (s->state_dir != -1)
		(void)unlinkat(s->state_dir, name, 0);
	errno = saved;
}

/* The note, a string, and the record, the caller's; NULL: there is none. */
static struct rec *
read_running(struct session *s, const char *id, char note[NOTE_LEN + 1])
{
	scoped_free char	*text = NULL;
	char			 name[80];
	size_t			 len;

	note[0] = '\0';
	(void)snprintf(name, sizeof(name), LAYOUT_RUNNING "/%s", id);
	if (s->state_dir == -1 || (text = path_slurp(s->state_dir, name,
	    RUNNING_MAX, &len)) == NULL || len < NOTE_LEN)
		return (NULL);
	(void)snprintf(note, NOTE_LEN + 1, "%.*s", NOTE_LEN, text);
	return (rec_decode(text + NOTE_LEN, len - NOTE_LEN, RECORD(running),
	    NULL));
}

static bool
is_of_boot(const struct session *s, const struct rec *r)
{
	return (strcmp(rec_str(r, KEY(boot_id), ""), s->boot_id) == 0);
}

static bool
is_process(const struct session *s, const struct rec *r, struct key_num pid,
    struct key_num start)
{
	uint64_t	 then = (uint64_t)rec_num(r, start, 0);

	return (then != 0 && is_of_boot(s, r) &&
	    process_start_time((pid_t)rec_num(r, pid, 0)) == then);
}

/* The clean-up is the reaper itself, or its child. */
bool
running_has_reaper(struct session *s, const char *id)
{
	char			 note[NOTE_LEN + 1];
	scoped_rec struct rec	*r = read_running(s, id, note);
	int64_t			 pid = rec_num(r, KEY(reaper), 0);

	return (pid > 1 && pid != getpid() && pid != getppid() &&
	    is_process(s, r, KEY(reaper), KEY(reaper_start)));
}

bool
running_is_alive(struct session *s, const char *id)
{
	char			 note[NOTE_LEN + 1];
	scoped_rec struct rec	*r = read_running(s, id, note);

	return (is_process(s, r, KEY(pid), KEY(pid_start)));
}

/* All of this boot; those of another are of no more use. */
static struct rec *
collect(struct session *s, DIR *d)
{
	char		 note[NOTE_LEN + 1];
	struct dirent	*e;
	struct rec	*all = rec_new(), *r;
	int		 rc = all == NULL ? -1 : 0;

	while (rc == 0 && (e = readdir(d)) != NULL) {
		if (!rec_is_id(e->d_name) ||
		    (r = read_running(s, e->d_name, note)) == NULL)
			continue;
		if (is_of_boot(s, r))
			rc = rec_add_rec(all, KEY(ctr), r);
		else
			(void)unlinkat(dirfd(d), e->d_name, 0);
		rec_free(r);
	}
	if (rc == 0)
		return (all);
	rec_free(all);
	(void)session_errno(s, "cannot read", "the records of what runs");
	return (NULL);
}

static int
restore_all(struct session *s)
{
	scoped_rec struct rec	*all = NULL;
	DIR			*d = path_open_dir(s->state_dir,
				    LAYOUT_RUNNING);
	struct rec		*r;
	char			 name[80];
	int			 fd;

	if (d == NULL)
		return (errno == ENOENT ? 0 : session_errno(s, "cannot "
		    "open, in the state directory,", LAYOUT_RUNNING));
	all = collect(s, d);
	closedir(d);
	if (all == NULL)
		return (-1);
	if (rec_count(all, KEY(ctr)) == 0)
		return (0);
	/* Its run directory is where a sweep looks for what has ended. */
	rec_each(r, all, KEY(ctr)) {
		(void)snprintf(name, sizeof(name), LAYOUT_CTR,
		    rec_str(r, KEY(id), ""));
		if ((fd = path_mkdirs(s->run_dir, name, 0700)) != -1)
			close(fd);
	}
	return (state_containers_restore(&s->client, all));
}

/*
 * Root asks the state before it becomes the account: what is read and made
 * meanwhile is read and made as the account would.
 */
int
running_restore(struct session *s)
{
	bool	 root = host_root();
	int	 rc;

	if (root) {
		(void)setfsgid(s->client.gid);
		(void)setfsuid(s->client.uid);
	}
	rc = restore_all(s);
	if (root) {
		(void)setfsuid(0);
		(void)setfsgid(0);
	}
	return (rc);
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
				    RECORD(ended)), *running = NULL;
	char			 note[NOTE_LEN + 1];
	long long		 at;
	int			 raw;

	if (r != NULL) {
		*status = (int)rec_num(r, KEY_IN(ended, status), 255 << 8);
		*when = rec_num(r, KEY(time), clock_real_ns());
		return (0);
	}
	running = read_running(s, id, note);
	if (running == NULL || !is_of_boot(s, running) ||
	    sscanf(note, NOTE_FORMAT, &raw, &at) != 2)
		return (-1);
	*status = raw;
	*when = at;
	return (0);
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
