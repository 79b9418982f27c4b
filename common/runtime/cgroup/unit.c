#include "unit.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "cgroup.h"
#include "cgroups.h"
#include "cleanup.h"
#include "place.h"
#include "session.h"

#define SLICE	"user.slice"		/* below the user's manager */

static int
sentence(struct session *s, const char *path)
{
	return (error_set(&s->client.error, errno, "the systemd of this user "
	    "cannot be asked for a cgroup at %s: %s; log in so that it runs "
	    "(or `loginctl enable-linger`), or use --cgroup-manager=cgroupfs",
	    path, strerror(errno)));
}

/* The manager itself, and not by way of a bus. */
static int
connect_manager(struct session *s)
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
		return (sentence(s, dir));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1 || connect(fd, (struct sockaddr *)&un, sizeof(un)) == -1)
		return (sentence(s, un.sun_path));
	return (take_fd(&fd));
}

int
unit_ready(struct session *s)
{
	scoped_fd int	 fd = -1;

	if (client_has(&s->client, H_SYSTEMD))
		return (0);
	if ((fd = connect_manager(s)) == -1 ||
	    client_start(&s->client, H_SYSTEMD) == -1)
		return (-1);
	return (systemd_open(&s->client, fd));
}

static void
name_scope(char *unit, size_t len, const char *id)
{
	(void)snprintf(unit, len, CGROUP_NAME "%s.scope", id);
}

/*
 * "user.slice" is the parent, and its name begins the name of what is beneath
 * it: that is how systemd knows the tree.
 */
void
unit_name_slice(char *unit, size_t len, const char *pod)
{
	(void)snprintf(unit, len, "user-" CGROUP_POD "%s.slice", pod);
}

int
unit_scope(struct session *s, const char *id, const char *pod, pid_t pid,
    char *path, size_t len)
{
	char	 group[1024], unit[256], slice[256] = SLICE;
	int	 fd;

	name_scope(unit, sizeof(unit), id);
	if (*pod != '\0')
		unit_name_slice(slice, sizeof(slice), pod);
	if (unit_ready(s) == -1 || systemd_scope(&s->client, unit, slice, pid,
	    group, sizeof(group)) == -1)
		return (-1);
	(void)snprintf(path, len, "%s%s", place_hierarchy(), group);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		(void)error_set(&s->client.error, errno, "the cgroup that "
		    "systemd has made cannot be opened: %s: %s", path,
		    strerror(errno));
	return (fd);
}

int
unit_attach(struct session *s, const char *id, pid_t pid)
{
	char	 unit[256];

	name_scope(unit, sizeof(unit), id);
	return (systemd_attach(&s->client, unit, pid));
}

int
unit_slice(struct session *s, const char *unit, char *path, size_t len)
{
	return (unit_ready(s) == -1 ? -1 :
	    systemd_slice(&s->client, unit, path, len));
}

int
unit_stop(struct session *s, const char *unit)
{
	return (unit_ready(s) == -1 ? -1 : systemd_stop(&s->client, unit));
}
