#include "ctl.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "handler.h"
#include "helper.h"
#include "layout.h"
#include "log.h"

void
ctl_init(struct ctl *ctl, struct monitor *m, const struct chan *front)
{
	ctl->listen_fd = -1;
	ctl->front = (struct client){ .m = m, .chan = *front };
	for (size_t i = 0; i < CLIENTS; i++)
		ctl->c[i] = (struct client){ .m = m, .chan = { .fd = -1 } };
}

/*
 * Bind relative to the directory, whose path may be longer than sun_path. No
 * other process shares the working directory.
 */
int
ctl_listen(struct ctl *ctl, int dir)
{
	struct sockaddr_un	 sun = { .sun_family = AF_UNIX,
				    .sun_path = LAYOUT_CTR_SOCKET };
	scoped_fd int		 fd = -1;
	mode_t			 old;
	int			 rc;

	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1 || fchdir(dir) == -1)
		return (-1);
	if (unlinkat(dir, LAYOUT_CTR_SOCKET, 0) == -1 && errno != ENOENT)
		return (-1);
	old = umask(0177);
	rc = bind(fd, (struct sockaddr *)&sun, sizeof(sun));
	(void)umask(old);
	if (chdir("/") == -1 || rc == -1 || listen(fd, CLIENTS) == -1)
		return (-1);
	ctl->listen_fd = take_fd(&fd);
	return (0);
}

static struct client *
free_slot(struct ctl *ctl)
{
	for (size_t i = 0; i < CLIENTS; i++)
		if (ctl->c[i].chan.fd == -1)
			return (&ctl->c[i]);
	return (NULL);
}

/* The directory is private already; the peer's uid is checked as well. */
static bool
peer_allowed(int fd)
{
	struct ucred	 cred;
	socklen_t	 len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) == -1)
		return (false);
	return (cred.uid == geteuid() || cred.uid == 0);
}

static void
ctl_accept(struct ctl *ctl)
{
	struct client	*c = free_slot(ctl);
	scoped_fd int	 fd = -1;

	fd = accept4(ctl->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd == -1 || c == NULL)
		return;
	if (!peer_allowed(fd)) {
		log_warnx("refused a client of another user");
		return;
	}
	c->waiting = c->answered = false;
	c->chan = (struct chan){ take_fd(&fd), R_MONITOR, R_CTL };
}

void
ctl_drop(struct client *c)
{
	if (c->chan.fd != -1)
		close(c->chan.fd);
	c->chan.fd = -1;
	c->waiting = false;
}

void
ctl_poll(const struct ctl *ctl, struct pollfd *pfd)
{
	pfd[0] = (struct pollfd){ ctl->listen_fd, POLLIN, 0 };
	pfd[1] = (struct pollfd){ ctl->front.chan.fd, POLLIN, 0 };
	for (size_t i = 0; i < CLIENTS; i++)
		pfd[2 + i] = (struct pollfd){ ctl->c[i].chan.fd, POLLIN, 0 };
}

void
ctl_serve(struct ctl *ctl, const struct pollfd *pfd)
{
	if (pfd[1].revents != 0 && !handle_front(&ctl->front))
		ctl_drop(&ctl->front);
	for (size_t i = 0; i < CLIENTS; i++)
		if (pfd[2 + i].revents != 0 && !handle_client(&ctl->c[i]))
			ctl_drop(&ctl->c[i]);
	if (pfd[0].revents != 0)
		ctl_accept(ctl);
}

static void
answer_one(struct client *c, uint64_t value, const char *text)
{
	if (c->chan.fd == -1 || !c->waiting)
		return;
	c->waiting = false;
	c->answered = true;
	if (helper_reply(&c->chan, c->wait_seq, 0, value, text) == -1)
		ctl_drop(c);
}

void
ctl_answer(struct ctl *ctl, uint64_t value, const char *text)
{
	answer_one(&ctl->front, value, text);
	for (size_t i = 0; i < CLIENTS; i++)
		answer_one(&ctl->c[i], value, text);
}
