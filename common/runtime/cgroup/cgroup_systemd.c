#include "cgroup_systemd.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "calls.h"
#include "cgroup_path.h"
#include "cleanup.h"
#include "layout.h"
#include "run_env.h"

#define SLICE	"user.slice"		/* below the user's manager */
#define SCOPE	LAYOUT_CGROUP_CTR "%s.scope"

static int
manager_error(const struct run_env *rt, const char *path)
{
	return (error_set_code(&rt->client->error, ERR_NO_CGROUPS, errno,
	    "the systemd of this user cannot be asked for a cgroup at %s: %m; "
	    "log in so that it runs (or `loginctl enable-linger`), or use "
	    "--cgroup-manager=cgroupfs", path));
}

/* The manager itself, and not by way of a bus. */
static int
connect_manager(const struct run_env *rt)
{
	struct sockaddr_un	 un = { .sun_family = AF_UNIX };
	const char		*dir = getenv("XDG_RUNTIME_DIR");
	char			 fallback[32];
	scoped_fd int		 fd = -1;

	if (dir == NULL || dir[0] != '/') {
		(void)snprintf(fallback, sizeof(fallback), "/run/user/%u",
		    (unsigned int)geteuid());
		dir = fallback;
	}
	errno = ENAMETOOLONG;
	if ((size_t)snprintf(un.sun_path, sizeof(un.sun_path),
	    "%s/systemd/private", dir) >= sizeof(un.sun_path))
		return (manager_error(rt, dir));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1 || connect(fd, (struct sockaddr *)&un, sizeof(un)) == -1)
		return (manager_error(rt, un.sun_path));
	return (take_fd(&fd));
}

int
cgroup_systemd_start(const struct run_env *rt)
{
	scoped_fd int	 fd = -1;

	if (client_has(rt->client, H_SYSTEMD))
		return (0);
	if ((fd = connect_manager(rt)) == -1 ||
	    client_start(rt->client, H_SYSTEMD) == -1)
		return (-1);
	return (systemd_open(rt->client, fd));
}

/*
 * "user.slice" is the parent, and its name begins the name of what is beneath
 * it: that is how systemd knows the tree.
 */
void
cgroup_systemd_slice_name(char *unit, size_t len, const char *pod)
{
	(void)snprintf(unit, len, "user-" LAYOUT_CGROUP_POD "%s.slice", pod);
}

int
cgroup_systemd_scope(const struct run_env *rt, const char *id, const char *pod,
    pid_t pid, char *path, size_t len)
{
	char	 group[1024], unit[256], slice[256] = SLICE;
	int	 fd;

	(void)snprintf(unit, sizeof(unit), SCOPE, id);
	if (*pod != '\0')
		cgroup_systemd_slice_name(slice, sizeof(slice), pod);
	if (cgroup_systemd_start(rt) == -1 || systemd_scope(rt->client, unit,
	    slice, (uint32_t)pid, group) == -1)
		return (-1);
	(void)snprintf(path, len, "%s%s", cgroup_hierarchy(), group);
	if ((fd = cgroup_open(path)) == -1)
		(void)error_set(&rt->client->error, errno, "the cgroup that "
		    "systemd has made cannot be opened: %s: %m", path);
	return (fd);
}

int
cgroup_systemd_attach(const struct run_env *rt, const char *id, pid_t pid)
{
	char	 unit[256];

	(void)snprintf(unit, sizeof(unit), SCOPE, id);
	return (systemd_attach(rt->client, unit, (uint32_t)pid));
}
