#include "cgroup.h"

#include <sys/fsuid.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "cgroups.h"
#include "cleanup.h"
#include "path.h"
#include "place.h"
#include "process.h"
#include "record.h"
#include "session.h"
#include "unit.h"

#define MARK		"cgroup"	/* in a container's run directory */
#define PATH_LEN	4096
#define BUSY_TRIES	200
#define BUSY_PAUSE_US	5000

static int
sentence(struct session *s, const char *what, const char *path)
{
	return (error_set(&s->client.error, errno, "%s %.512s: %s", what, path,
	    strerror(errno)));
}

/* What root makes for the engine's account is to be the account's. */
static void
act_as(const struct session *s, bool account)
{
	if (geteuid() != 0)
		return;
	(void)setfsgid(account ? s->client.gid : 0);
	(void)setfsuid(account ? s->client.uid : 0);
}

/*
 * Before it is there: whoever finds the run directory knows what to remove,
 * wherever we are killed.
 */
static int
put_mark(struct session *s, const char *id, const char *path)
{
	scoped_fd int	 dir = -1;
	char		 name[80];

	(void)snprintf(name, sizeof(name), "ctr/%s", id);
	dir = path_open(s->run_dir, name, O_RDONLY | O_DIRECTORY, 0);
	if (dir == -1 || path_replace(dir, MARK, path, strlen(path), 0600,
	    false) == -1)
		return (sentence(s, "cannot write in the run directory of",
		    id));
	return (0);
}

/* Beneath an open directory, whose path it was: the new one, open. */
static int
make_beneath(struct session *s, const char *id, int parent, char *path,
    const char *name)
{
	int	 fd;

	if (strlcat(path, "/", PATH_LEN) >= PATH_LEN ||
	    strlcat(path, name, PATH_LEN) >= PATH_LEN) {
		errno = ENAMETOOLONG;
		return (sentence(s, "cannot make the cgroup", path));
	}
	if (put_mark(s, id, path) == -1)
		return (-1);
	if (mkdirat(parent, name, 0755) == -1 && errno != EEXIST)
		return (sentence(s, "cannot make the cgroup", path));
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC);
	return (fd == -1 ? sentence(s, "cannot open the cgroup", path) : fd);
}

/* systemd's scope is its own: what we freeze is a directory of ours in it. */
static int
make_in_scope(struct session *s, const struct rec *row, const char *pod,
    char *path)
{
	const char	*id = rec_str(row, "id", "");
	scoped_fd int	 scope = unit_scope(s, id, pod,
			    (pid_t)rec_num(row, "pid", 0), path, PATH_LEN);

	return (scope == -1 ? -1 : make_beneath(s, id, scope, path,
	    "container"));
}

static int
make_in_place(struct session *s, const char *id, const char *pod, char *path)
{
	scoped_fd int	 place = place_open(s, path, PATH_LEN), group = -1;
	char		 name[80];
	int		 fd;

	if (place == -1)
		return (-1);
	act_as(s, true);
	if (*pod != '\0') {
		(void)snprintf(name, sizeof(name), CGROUP_POD "%s", pod);
		group = make_beneath(s, id, place, path, name);
	}
	(void)snprintf(name, sizeof(name), CGROUP_NAME "%s", id);
	fd = *pod != '\0' && group == -1 ? -1 :
	    make_beneath(s, id, group == -1 ? place : group, path, name);
	act_as(s, false);
	return (fd);
}

static int
make_dir(struct session *s, const struct rec *row, char *path)
{
	size_t		 it = 0;
	struct rec	*def = rec_sub(row, "def", &it);
	const char	*pod = def == NULL ? "" : rec_str(def, "pod", "");
	int		 fd;

	fd = place_by_systemd(s) ? make_in_scope(s, row, pod, path) :
	    make_in_place(s, rec_str(row, "id", ""), pod, path);
	rec_free(def);
	return (fd);
}

int
cgroup_make(struct session *s, const struct rec *row, struct cgroup *cg)
{
	const char	*id = rec_str(row, "id", "");
	char		 path[PATH_LEN];
	scoped_fd int	 dir = -1;

	if ((cg->pids = process_pid_namespace((pid_t)rec_num(row, "pid", 0),
	    (uint64_t)rec_num(row, "pid_start", 0))) == -1)
		return (sentence(s, "cannot reach the processes of container",
		    id));
	if ((dir = make_dir(s, row, path)) == -1)
		return (-1);
	/* As root: the kernel asks who has opened it, not who writes. */
	cg->procs = openat(dir, "cgroup.procs", O_WRONLY | O_CLOEXEC);
	return (cg->procs == -1 ? sentence(s, "cannot use the cgroup", path) :
	    0);
}

void
cgroup_clear(struct cgroup *cg)
{
	if (cg->procs != -1)
		close(cg->procs);
	if (cg->pids != -1)
		close(cg->pids);
	*cg = (struct cgroup)CGROUP_EMPTY;
}

/* An existing file in it, never another. */
static char *
path_of(int all, const char *id)
{
	char	 name[80];

	(void)snprintf(name, sizeof(name), "%s/" MARK, id);
	return (path_slurp(all, name, PATH_LEN, NULL));
}

static int
open_cgroup(struct session *s, const char *id)
{
	char			 name[80];
	scoped_free char	*path = NULL;

	(void)snprintf(name, sizeof(name), "ctr/%s/" MARK, id);
	path = path_slurp(s->run_dir, name, PATH_LEN, NULL);
	return (path == NULL ? -1 : open(path, O_RDONLY | O_DIRECTORY |
	    O_NOFOLLOW | O_CLOEXEC));
}

/* 1 or 0; -1 with errno: it is not there, or no more. */
static int
has_text(int dir, const char *file, const char *text)
{
	scoped_fd int	 fd = openat(dir, file, O_RDONLY | O_CLOEXEC);
	char		 buf[256];
	ssize_t		 n = fd == -1 ? -1 : read(fd, buf, sizeof(buf) - 1);

	if (n < 0)
		return (-1);
	buf[n] = '\0';
	return (strstr(buf, text) != NULL);
}

static int
write_text(int dir, const char *file, const char *text)
{
	scoped_fd int	 fd = openat(dir, file, O_WRONLY | O_CLOEXEC);

	if (fd == -1 || write(fd, text, strlen(text)) == -1)
		return (-1);
	return (0);
}

static int
ask_freeze(int dir, bool freeze)
{
	if (place_is_v2(dir))
		return (write_text(dir, "cgroup.freeze", freeze ? "1" : "0"));
	return (write_text(dir, "freezer.state", freeze ? "FROZEN" :
	    "THAWED"));
}

/* 10 s; a process in the middle of a system call that waits takes longer. */
static int
await(int dir, bool frozen)
{
	bool	 v2 = place_is_v2(dir);
	int	 is;

	for (int tries = 0; tries < 2000; tries++) {
		is = v2 ? has_text(dir, "cgroup.events", frozen ? "frozen 1" :
		    "frozen 0") : has_text(dir, "freezer.state", frozen ?
		    "FROZEN" : "THAWED");
		if (is != 0)
			return (is == 1 ? 0 : -1);
		(void)usleep(tries < 20 ? 100 : 5000);
	}
	errno = ETIMEDOUT;
	return (-1);
}

/* What systemd has to move for us, since it is in nobody's cgroup of ours. */
static int
attach_left(struct session *s, const char *id, const struct rec *tally)
{
	const char	*pid;
	size_t		 it = 0;

	while (rec_next(tally, "left", &it, &pid)) {
		if (client_has(&s->client, H_SYSTEMD) && unit_attach(s, id,
		    (pid_t)strtol(pid, NULL, 10)) == 0)
			continue;
		return (error_set(&s->client.error, EACCES, "process %s of "
		    "container %s is in a cgroup that only root may take it "
		    "out of: start the container below your systemd "
		    "(`systemd-run --user --scope bulkhead run ...`)", pid,
		    id));
	}
	return (0);
}

static int
gather(struct session *s, const char *id, const struct cgroup *cg)
{
	struct rec	*tally;
	size_t		 left;
	int		 rc;

	for (int tries = 0; tries < 32; tries++) {
		tally = cgroup_gather(&s->client, cg->procs, cg->pids);
		if (tally == NULL)
			return (-1);
		left = rec_count(tally, "left");
		rc = attach_left(s, id, tally);
		rec_free(tally);
		if (rc == -1 || left == 0)
			return (rc);
	}
	return (error_set(&s->client.error, EAGAIN, "the processes of "
	    "container %s leave the cgroup as fast as they are put there", id));
}

/*
 * Frozen while it is empty: who is moved in stops at once, and what a process
 * forks is born in its own cgroup, so there is an end to gathering.
 */
int
cgroup_freeze(struct session *s, const struct rec *row,
    const struct cgroup *cg)
{
	const char	*id = rec_str(row, "id", "");
	scoped_fd int	 dir = open_cgroup(s, id);
	int		 saved;

	if (dir == -1 || ask_freeze(dir, true) == -1)
		return (sentence(s, "cannot freeze container", id));
	if (gather(s, id, cg) == 0) {
		if (await(dir, true) == 0)
			return (0);
		(void)sentence(s, "the kernel does not freeze container", id);
	}
	saved = errno;
	(void)ask_freeze(dir, false);
	errno = saved;
	return (-1);
}

int
cgroup_thaw(struct session *s, const char *id)
{
	scoped_fd int	 dir = open_cgroup(s, id);

	if (dir == -1)
		return (0);
	if (ask_freeze(dir, false) == 0 && await(dir, false) == 0)
		return (0);
	/* It has ended, and its cgroup with it. */
	return (errno == ENOENT || errno == ENODEV ? 0 :
	    sentence(s, "cannot let container run", id));
}

int
cgroup_frozen(struct session *s, const char *id)
{
	scoped_fd int	 dir = open_cgroup(s, id);

	if (dir == -1)
		return (-1);
	return (place_is_v2(dir) ? has_text(dir, "cgroup.freeze", "1") :
	    has_text(dir, "freezer.state", "FR"));
}

/* The kernel may be about to let go of the last process. */
static void
remove_dir(char *path)
{
	char	*slash = strrchr(path, '/');

	for (int tries = 0; tries < BUSY_TRIES; tries++) {
		if (unlinkat(AT_FDCWD, path, AT_REMOVEDIR) == 0 ||
		    errno != EBUSY)
			break;
		(void)usleep(BUSY_PAUSE_US);
	}
	/* Its pod's, if it was the last that had one. */
	if (slash == NULL)
		return;
	*slash = '\0';
	if ((slash = strrchr(path, '/')) != NULL &&
	    strncmp(slash + 1, CGROUP_POD, strlen(CGROUP_POD)) == 0)
		(void)unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

void
cgroup_remove(int all, const char *id)
{
	scoped_free char	*path = path_of(all, id);

	if (path != NULL)
		remove_dir(path);
}
