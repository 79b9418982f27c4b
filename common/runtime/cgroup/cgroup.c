#include "cgroup.h"

#include <sys/fsuid.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "calls.h"
#include "cgroup_path.h"
#include "cgroup_systemd.h"
#include "cleanup.h"
#include "layout.h"
#include "path.h"
#include "process.h"
#include "record.h"
#include "run_env.h"

#define BUSY_TRIES	200
#define BUSY_PAUSE_US	5000

/*
 * As root: make files from here on as the engine's account, which then owns
 * them; false: as root again.
 */
static void
act_as(const struct run_env *rt, bool account)
{
	if (geteuid() != 0)
		return;
	(void)setfsgid(account ? rt->client->gid : 0);
	(void)setfsuid(account ? rt->client->uid : 0);
}

/*
 * Record it before it is made: a command that finds the run directory knows
 * what to remove, wherever this one is killed.
 */
static int
put_mark(const struct run_env *rt, const char *id, const char *path)
{
	scoped_fd int	 dir = -1;
	char		 name[80];

	(void)snprintf(name, sizeof(name), LAYOUT_CTR, id);
	dir = path_open(rt->run_dir, name, O_RDONLY | O_DIRECTORY, 0);
	if (dir == -1 || path_replace(dir, LAYOUT_CTR_CGROUP, path,
	    strlen(path), 0600, false) == -1)
		return (cgroup_error(rt,
		    "cannot write in the run directory of", id));
	return (0);
}

/* Beneath an open directory, whose path it was: the new one, open. */
static int
make_beneath(const struct run_env *rt, const char *id, int parent, char *path,
    const char *name)
{
	int	 fd;

	if (strlcat(path, "/", CGROUP_PATH_LEN) >= CGROUP_PATH_LEN ||
	    strlcat(path, name, CGROUP_PATH_LEN) >= CGROUP_PATH_LEN) {
		errno = ENAMETOOLONG;
		return (cgroup_error(rt, "cannot make the cgroup", path));
	}
	if (put_mark(rt, id, path) == -1)
		return (-1);
	if (mkdirat(parent, name, 0755) == -1 && errno != EEXIST)
		return (cgroup_error(rt, "cannot make the cgroup", path));
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC);
	return (fd != -1 ? fd :
	    cgroup_error(rt, "cannot open the cgroup", path));
}

/* systemd's scope is its own: what we freeze is a directory of ours in it. */
static int
make_in_scope(const struct run_env *rt, const struct rec *row, const char *pod,
    char *path)
{
	const char	*id = rec_str(row, KEY(id), "");
	scoped_fd int	 scope = cgroup_systemd_scope(rt, id, pod,
	    (pid_t)rec_num(row, KEY(pid), 0), path, CGROUP_PATH_LEN);

	return (scope == -1 ? -1 : make_beneath(rt, id, scope, path,
	    "container"));
}

static int
make_in_place(const struct run_env *rt, const char *id, const char *pod, char
    *path)
{
	scoped_fd int	 place = cgroup_open_parent(rt, path, CGROUP_PATH_LEN),
	    group = -1;
	char		 name[80];
	int		 fd;

	if (place == -1)
		return (-1);
	act_as(rt, true);
	if (*pod != '\0') {
		(void)snprintf(name, sizeof(name), LAYOUT_CGROUP_POD "%s", pod);
		group = make_beneath(rt, id, place, path, name);
	}
	(void)snprintf(name, sizeof(name), LAYOUT_CGROUP_CTR "%s", id);
	fd = *pod != '\0' && group == -1 ? -1 :
	    make_beneath(rt, id, group == -1 ? place : group, path, name);
	act_as(rt, false);
	return (fd);
}

static int
make_dir(const struct run_env *rt, const struct rec *row, char *path)
{
	size_t			 it = 0;
	scoped_rec struct rec	*def = rec_sub(row, KEY(def), &it);
	const char		*pod = rec_str(def, KEY(pod), "");

	return (cgroup_by_systemd(rt) ? make_in_scope(rt, row, pod, path) :
	    make_in_place(rt, rec_str(row, KEY(id), ""), pod, path));
}

int
cgroup_make(const struct run_env *rt, const struct rec *row, struct cgroup *cg)
{
	const char	*id = rec_str(row, KEY(id), "");
	char		 path[CGROUP_PATH_LEN];
	scoped_fd int	 dir = -1;

	if ((cg->pids = process_pid_namespace((pid_t)rec_num(row, KEY(pid), 0),
	    (uint64_t)rec_num(row, KEY(pid_start), 0))) == -1)
		return (cgroup_error(rt,
		    "cannot reach the processes of container", id));
	if ((dir = make_dir(rt, row, path)) == -1)
		return (-1);
	/* As root: the kernel asks who has opened it, not who writes. */
	cg->procs = openat(dir, "cgroup.procs", O_WRONLY | O_CLOEXEC);
	return (cg->procs != -1 ? 0 :
	    cgroup_error(rt, "cannot use the cgroup", path));
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
	if ((slash = strrchr(path, '/')) != NULL && strncmp(slash + 1,
	    LAYOUT_CGROUP_POD, strlen(LAYOUT_CGROUP_POD)) == 0)
		(void)unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

void
cgroup_remove(int all, const char *id)
{
	scoped_free char	*path = NULL;
	char			 name[80];

	/* An existing file in it, never another. */
	(void)snprintf(name, sizeof(name), "%s/" LAYOUT_CTR_CGROUP, id);
	path = path_slurp(all, name, CGROUP_PATH_LEN, NULL);
	if (path != NULL)
		remove_dir(path);
}

/* podman's names. */
int
cgroup_pod_make(const struct run_env *rt, const char *id, char *path, size_t
    len)
{
	char	 unit[160], group[1024];

	if (!cgroup_by_systemd(rt)) {
		(void)snprintf(path, len, "/%s/" LAYOUT_CGROUP_POD "%s",
		    rt->system ? LAYOUT_CGROUP : "libpod_parent", id);
		return (0);
	}
	cgroup_systemd_slice_name(unit, sizeof(unit), id);
	(void)snprintf(path, len, "user.slice/%s", unit);
	return (cgroup_systemd_start(rt) == -1 ? -1 :
	    systemd_slice(rt->client, unit, group));
}

int
cgroup_pod_remove(const struct run_env *rt, const char *path)
{
	const char	*unit = strrchr(path, '/');
	size_t		 n = strlen(path);
	char		 full[CGROUP_PATH_LEN];

	if (n == 0)
		return (0);
	/* Where the helper was not started before, it is too late now. */
	if (n > 6 && strcmp(path + n - 6, ".slice") == 0)
		return (!client_has(rt->client, H_SYSTEMD) ? 0 :
		    systemd_stop(rt->client, unit == NULL ? path : unit + 1));
	/* Beneath ours: a directory only if one of its containers needed it. */
	if (rt->system && cgroup_hierarchy() != NULL && snprintf(full,
	    sizeof(full), "%s%s", cgroup_hierarchy(), path) <
	    (int)sizeof(full))
		(void)unlinkat(AT_FDCWD, full, AT_REMOVEDIR);
	return (0);
}
