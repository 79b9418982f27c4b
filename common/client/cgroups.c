#include "cgroups.h"

#include "call.h"

struct rec *
cgroup_gather(struct client *c, int procs, int pid_namespace)
{
	const int	 fds[2] = { procs, pid_namespace };

	return (call_rec(c, H_CGROUP, MSG_cg_gather, NULL, fds, 2,
	    RECORD(gathered)));
}

int
systemd_open(struct client *c, int socket)
{
	return (call_void(c, H_SYSTEMD, MSG_systemd_open, NULL, &socket, 1));
}

/* The answer is the path of a control group. */
static int
ask_path(struct client *c, enum msg_type type, const union msg *m, char *path,
    size_t len)
{
	struct packet	 p;

	if (call(c, H_SYSTEMD, type, m, NULL, 0, &p) == -1)
		return (-1);
	(void)strlcpy(path, p.body.reply.text, len);
	packet_clear(&p);
	return (0);
}

int
systemd_scope(struct client *c, const char *unit, const char *slice,
    pid_t pid, char *path, size_t len)
{
	union msg	 m = { .systemd_scope = { .pid = (uint32_t)pid } };

	SET(m.systemd_scope.unit, unit);
	SET(m.systemd_scope.slice, slice);
	return (ask_path(c, MSG_systemd_scope, &m, path, len));
}

int
systemd_attach(struct client *c, const char *unit, pid_t pid)
{
	union msg	 m = { .systemd_attach = { .pid = (uint32_t)pid } };

	SET(m.systemd_attach.unit, unit);
	return (call_void(c, H_SYSTEMD, MSG_systemd_attach, &m, NULL, 0));
}

int
systemd_slice(struct client *c, const char *unit, char *path, size_t len)
{
	union msg	 m = { .systemd_slice = { .unit = "" } };

	SET(m.systemd_slice.unit, unit);
	return (ask_path(c, MSG_systemd_slice, &m, path, len));
}

int
systemd_stop(struct client *c, const char *unit)
{
	union msg	 m = { .systemd_stop = { .unit = "" } };

	SET(m.systemd_stop.unit, unit);
	return (call_void(c, H_SYSTEMD, MSG_systemd_stop, &m, NULL, 0));
}
