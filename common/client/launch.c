#include "launch.h"

#include "call.h"
#include "cleanup.h"

int
launch_create_begin(struct client *c, bool host_net)
{
	union msg	 m = { .launch_create = { .host_net = host_net } };

	return (call_begin(c, H_LAUNCH, MSG_launch_create, &m, NULL, 0));
}

int
launch_create_end(struct client *c, pid_t *pid, int *pidfd, int *userns)
{
	struct packet	 p;

	if (call_end(c, H_LAUNCH, &p) == -1)
		return (-1);
	*pid = (pid_t)p.body.reply_fd3.value;
	*pidfd = packet_take_fd(&p, 0);
	*userns = packet_take_fd(&p, 1);
	packet_clear(&p);
	return (0);
}

int
launch_give_begin(struct client *c, enum launch_fd kind, uint32_t index,
    int fd)
{
	union msg	 m = { .launch_give = { kind, index } };

	return (call_async(c, H_LAUNCH, MSG_launch_give, &m, &fd, 1));
}

int
launch_define_begin(struct client *c, const struct rec *definition,
    bool single)
{
	scoped_fd int	 fd = call_memfd(c, definition, H_LAUNCH);
	union msg	 m = { .launch_define = { .single = single } };

	return (fd == -1 ? -1 : call_async(c, H_LAUNCH, MSG_launch_define, &m,
	    &fd, 1));
}

int
launch_build_begin(struct client *c, unsigned int rows, unsigned int cols,
    bool tty)
{
	union msg	 m = { .launch_build = { .rows = rows,
			    .cols = cols } };

	return (tty ? call_begin(c, H_LAUNCH, MSG_launch_build, &m, NULL, 0) :
	    call_async(c, H_LAUNCH, MSG_launch_build, &m, NULL, 0));
}

int
launch_build_end(struct client *c, int *console)
{
	if (console == NULL)
		return (client_sync(c, H_LAUNCH));
	return ((*console = call_end_fd(c, H_LAUNCH)) == -1 ? -1 : 0);
}

int
launch_exec_begin(struct client *c)
{
	return (call_begin(c, H_LAUNCH, MSG_launch_exec, NULL, NULL, 0));
}

int
launch_exec_end(struct client *c)
{
	return (call_end_void(c, H_LAUNCH));
}
