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
	return (call_void(&s->client, H_SYSTEMD, MSG_systemd_open, NULL, &fd, 1));
}

static int
ask(struct session *s, enum msg_type type, const union msg *m, char *path,
    size_t len)
{
	struct packet	 p;

	if (unit_ready(s) == -1 ||
	    call(&s->client, H_SYSTEMD, type, m, NULL, 0, &p) == -1)
		return (-1);
	(void)strlcpy(path, p.body.reply.text, len);
	packet_clear(&p);
	return (0);
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
	char		 group[1024];
	union msg	 m;
	int		 fd;

	memset(&m.systemd_scope, 0, sizeof(m.systemd_scope));
	name_scope(m.systemd_scope.unit, sizeof(m.systemd_scope.unit), id);
	(void)strlcpy(m.systemd_scope.slice, SLICE,
	    sizeof(m.systemd_scope.slice));
	if (*pod != '\0')
		unit_name_slice(m.systemd_scope.slice,
		    sizeof(m.systemd_scope.slice), pod);
	m.systemd_scope.pid = (uint32_t)pid;
	if (ask(s, MSG_systemd_scope, &m, group, sizeof(group)) == -1)
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
	union msg	 m;

	memset(&m.systemd_attach, 0, sizeof(m.systemd_attach));
	name_scope(m.systemd_attach.unit, sizeof(m.systemd_attach.unit), id);
	m.systemd_attach.pid = (uint32_t)pid;
	return (call_void(&s->client, H_SYSTEMD, MSG_systemd_attach, &m, NULL, 0));
}

int
unit_slice(struct session *s, const char *unit, char *path, size_t len)
{
	union msg	 m;

	memset(&m.systemd_slice, 0, sizeof(m.systemd_slice));
	(void)strlcpy(m.systemd_slice.unit, unit, sizeof(m.systemd_slice.unit));
	return (ask(s, MSG_systemd_slice, &m, path, len));
}

int
unit_stop(struct session *s, const char *unit)
{
	char		 ignored[16];
	union msg	 m;

	memset(&m.systemd_stop, 0, sizeof(m.systemd_stop));
	(void)strlcpy(m.systemd_stop.unit, unit, sizeof(m.systemd_stop.unit));
	return (ask(s, MSG_systemd_stop, &m, ignored, sizeof(ignored)));
}
