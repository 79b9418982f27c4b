#include "cgroup_path.h"

#include <sys/stat.h>
#include <sys/vfs.h>

#include <linux/magic.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "cleanup.h"
#include "hostroot.h"
#include "layout.h"
#include "nitems.h"
#include "path.h"
#include "run_env.h"

#define ROOT		"/sys/fs/cgroup"
#define OWN_MAX		4096		/* bytes of a path */

static bool
has_magic(const char *path, unsigned long magic)
{
	struct statfs	 fs;

	return (statfs(path, &fs) == 0 && (unsigned long)fs.f_type == magic);
}

/* podman asks the mount, and takes failing to for a no. */
bool
cgroup_unified(void)
{
	return (has_magic(ROOT, CGROUP2_SUPER_MAGIC));
}

const char *
cgroup_hierarchy(void)
{
	if (cgroup_unified())
		return (ROOT);
	if (has_magic(ROOT "/freezer", CGROUP_SUPER_MAGIC))
		return (ROOT "/freezer");
	if (has_magic(ROOT "/unified", CGROUP2_SUPER_MAGIC))
		return (ROOT "/unified");
	return (NULL);
}

bool
cgroup_is_v2(int fd)
{
	struct statfs	 fs;

	return (fstatfs(fd, &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC);
}

/* A descriptor, which is taken: it, or -1. */
static int
checked(int opened)
{
	scoped_fd int	 fd = opened;
	struct statfs	 fs;

	if (fd == -1 || fstatfs(fd, &fs) == -1)
		return (-1);
	if (fs.f_type == CGROUP_SUPER_MAGIC ||
	    fs.f_type == CGROUP2_SUPER_MAGIC)
		return (take_fd(&fd));
	errno = EPERM;
	return (-1);
}

int
cgroup_open(const char *path)
{
	return (checked(path_open_place(path, O_RDONLY | O_DIRECTORY)));
}

int
cgroup_open_in(int dir, const char *name, int flags)
{
	if (path_is_name(name))
		return (checked(openat(dir, name, flags | O_NOFOLLOW |
		    O_CLOEXEC)));
	errno = EINVAL;
	return (-1);
}

bool
cgroup_by_systemd(const struct run_env *rt)
{
	const char	*h = cgroup_hierarchy();

	return (!rt->system && rt->wants_systemd && h != NULL &&
	    has_magic(h, CGROUP2_SUPER_MAGIC));
}

int
cgroup_error(const struct run_env *rt, const char *what, const char *name)
{
	return (error_set(&rt->client->error, errno, "%s %.512s: %m", what,
	    name));
}

/* Root hands over what the account needs to make more beneath it, no limits. */
static int
hand_over(const struct run_env *rt, int fd)
{
	static const char *const	 files[] = { "cgroup.procs",
	    "cgroup.threads", "cgroup.subtree_control" };
	struct stat			 st;

	if (fstat(fd, &st) == -1)
		return (-1);
	if (st.st_uid == rt->client->uid || !host_root())
		return (0);
	for (size_t i = 0; i < NITEMS(files); i++)
		if (fchownat(fd, files[i], rt->client->uid, rt->client->gid,
		    AT_SYMLINK_NOFOLLOW) == -1 && errno != ENOENT)
			return (-1);
	return (fchown(fd, rt->client->uid, rt->client->gid));
}

static int
open_ours(const struct run_env *rt, const char *hierarchy, char *path, size_t
    len)
{
	scoped_fd int	 fd = -1;

	if ((size_t)snprintf(path, len, "%s/" LAYOUT_CGROUP,
	    hierarchy) >= len) {
		errno = ENAMETOOLONG;
		return (-1);
	}
	if (host_root() && mkdir(path, 0755) == -1 && errno != EEXIST)
		return (cgroup_error(rt, "cannot make the cgroup", path));
	fd = cgroup_open(path);
	if (fd == -1 || hand_over(rt, fd) == -1)
		return (cgroup_error(rt, "cannot use the cgroup", path));
	return (take_fd(&fd));
}

/* "0::/a/b" for v2, "6:freezer:/a/b" for v1: the path, or NULL. */
static char *
path_in(char *line, bool v2)
{
	char	*controllers = strchr(line, ':'), *path;

	if (controllers == NULL ||
	    (path = strchr(++controllers, ':')) == NULL)
		return (NULL);
	*path++ = '\0';
	path[strcspn(path, "\n")] = '\0';
	if (v2 ? strcmp(line, "0:") != 0 :
	    strcmp(controllers, "freezer") != 0)
		return (NULL);
	return (path);
}

/* The cgroup of a process by its file in /proc. False: that is not known. */
static bool
read_cgroup(const char *file, bool v2, char *out, size_t len)
{
	FILE			*f = fopen(file, "re");
	scoped_free char	*line = NULL;
	size_t			 size = 0;
	bool			 found = false;
	char			*path;

	while (f != NULL && getline(&line, &size, f) != -1)
		if ((path = path_in(line, v2)) != NULL)
			found = strlcpy(out, path, len) < len;
	if (f != NULL)
		(void)fclose(f);
	return (found);
}

bool
cgroup_of_process(pid_t pid, char *out, size_t len)
{
	const char	*hierarchy = cgroup_hierarchy();
	char		 file[64], path[OWN_MAX];

	(void)snprintf(file, sizeof(file), "/proc/%d/cgroup", (int)pid);
	return (hierarchy != NULL && read_cgroup(file, has_magic(hierarchy,
	    CGROUP2_SUPER_MAGIC), path, sizeof(path)) &&
	    (size_t)snprintf(out, len, "%s%s", hierarchy, path) < len);
}

static int
refuse(const struct run_env *rt, bool v2, const char *path)
{
	return (error_set_code(&rt->client->error, ERR_NO_CGROUPS, EACCES,
	    "cgroup %.512s is not available to this user: %s", path, v2 ?
	    "start bulkhead below your systemd (`systemd-run --user --scope "
	    "-p Delegate=yes bulkhead ...`), or have an administrator delegate "
	    "a cgroup to you" : "this machine has cgroups v1, of which users "
	    "have none; an administrator can boot it with "
	    "systemd.unified_cgroup_hierarchy=1, or delegate one to you"));
}

static int
open_own(const struct run_env *rt, const char *hierarchy, char *path, size_t
    len)
{
	char		 own[OWN_MAX];
	bool		 v2 = has_magic(hierarchy, CGROUP2_SUPER_MAGIC);
	scoped_fd int	 fd = -1;

	if (!read_cgroup("/proc/self/cgroup", v2, own, sizeof(own)))
		(void)strlcpy(own, "/", sizeof(own));
	if ((size_t)snprintf(path, len, "%s%s", hierarchy,
	    strcmp(own, "/") == 0 ? "" : own) >= len)
		return (refuse(rt, v2, own));
	fd = cgroup_open(path);
	if (fd == -1 || faccessat(fd, ".", W_OK, AT_EACCESS) == -1 ||
	    faccessat(fd, "cgroup.procs", W_OK, AT_EACCESS) == -1)
		return (refuse(rt, v2, own));
	return (take_fd(&fd));
}

int
cgroup_open_parent(const struct run_env *rt, char *path, size_t len)
{
	const char	*hierarchy = cgroup_hierarchy();

	if (hierarchy == NULL)
		return (error_set_code(&rt->client->error, ERR_NO_CGROUPS,
		    ENOENT, "cgroups are not available: neither cgroup v2 nor "
		    "the freezer controller of v1 is mounted on " ROOT));
	return (rt->system ? open_ours(rt, hierarchy, path, len) :
	    open_own(rt, hierarchy, path, len));
}
