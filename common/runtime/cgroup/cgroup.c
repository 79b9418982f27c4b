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
#include "hostroot.h"
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
	if (!host_root())
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
	dir = path_mkdirs(rt->run_dir, name, 0700);	/* it may be lost */
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
	fd = cgroup_open_in(parent, name, O_RDONLY | O_DIRECTORY);
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

	errno = EINVAL;
	if (!rec_is_id(id) || (cg->pids = process_pid_namespace(
	    (pid_t)rec_num(row, KEY(pid), 0),
	    (uint64_t)rec_num(row, KEY(pid_start), 0))) == -1)
		return (cgroup_error(rt,
		    "cannot reach the processes of container", id));
	if ((dir = make_dir(rt, row, path)) == -1)
		return (-1);
	/* As root: the kernel asks who has opened it, not who writes. */
	cg->procs = cgroup_open_in(dir, "cgroup.procs", O_WRONLY);
	return (cg->procs != -1 ? 0 :
	    cgroup_error(rt, "cannot use the cgroup", path));
}

/* Is a path that of a cgroup which make_in_place or make_in_scope has made? */
static bool
is_of_container(char *path, const char *id)
{
	char	 name[80], *slash = strrchr(path, '/');

	(void)snprintf(name, sizeof(name), LAYOUT_CGROUP_CTR "%s", id);
	if (slash != NULL && strcmp(slash, "/container") == 0) {
		*slash = '\0';
		slash = strrchr(path, '/');
		path[strlen(path)] = '/';
	}
	return (slash != NULL && strncmp(slash + 1, name, strlen(name)) == 0);
}

void
cgroup_find_again(const struct run_env *rt, const struct rec *row)
{
	const char	*id = rec_str(row, KEY(id), "");
	pid_t		 pid = (pid_t)rec_num(row, KEY(pid), 0);
	char		 name[80], path[CGROUP_PATH_LEN];
	struct stat	 st;

	(void)snprintf(name, sizeof(name), LAYOUT_CTR "/" LAYOUT_CTR_CGROUP,
	    id);
	if (fstatat(rt->run_dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 ||
	    process_start_time(pid) !=
	    (uint64_t)rec_num(row, KEY(pid_start), 0) ||
	    !cgroup_of_process(pid, path, sizeof(path)) ||
	    !is_of_container(path, id))
		return;
	if (put_mark(rt, id, path) == -1)
		error_clear(&rt->client->error);
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

/* Its path, which is cut to that of what it is in. 0, or -1 with errno. */
static int
remove_group(char *path, int tries)
{
	char		*slash = strrchr(path, '/');
	scoped_fd int	 parent = -1;

	errno = EINVAL;
	if (slash == NULL || !path_is_name(slash + 1))
		return (-1);
	*slash = '\0';
	if ((parent = cgroup_open(path)) == -1)
		return (-1);
	/* The kernel may be about to let go of the last process. */
	while (unlinkat(parent, slash + 1, AT_REMOVEDIR) == -1) {
		if (errno != EBUSY || --tries <= 0)
			return (-1);
		(void)usleep(BUSY_PAUSE_US);
	}
	return (0);
}

void
cgroup_remove(int all, const char *id)
{
	scoped_free char	*path = NULL;
	char			 name[80], *slash;

	/* An existing file in it, never another. */
	(void)snprintf(name, sizeof(name), "%s/" LAYOUT_CTR_CGROUP, id);
	path = path_slurp(all, name, CGROUP_PATH_LEN, NULL);
	if (path == NULL)
		return;
	(void)remove_group(path, BUSY_TRIES);
	/* Its pod's, if it was the last that had one. */
	if ((slash = strrchr(path, '/')) != NULL && strncmp(slash + 1,
	    LAYOUT_CGROUP_POD, strlen(LAYOUT_CGROUP_POD)) == 0)
		(void)remove_group(path, 1);
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
		(void)remove_group(full, 1);
	return (0);
}
