#include "monconn.h"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "answer.h"
#include "cleanup.h"
#include "path.h"
#include "record.h"
#include "session.h"

#define BUSY_TRIES	100		/* five seconds */
#define BUSY_PAUSE_US	50000

/*
 * The path of a socket has room for 107 bytes, a run directory may be
 * longer: so the directory is named by its descriptor.
 */
static int
connect_once(struct session *s, const char *id)
{
	struct sockaddr_un	 un = { .sun_family = AF_UNIX };
	scoped_fd int		 dir = -1, fd = -1;
	char			 name[80];

	(void)snprintf(name, sizeof(name), "ctr/%s", id);
	if ((dir = path_open(s->run_dir, name, O_PATH | O_DIRECTORY, 0)) == -1)
		return (-1);
	(void)snprintf(un.sun_path, sizeof(un.sun_path),
	    "/proc/self/fd/%d/ctl", dir);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1 || connect(fd, (struct sockaddr *)&un, sizeof(un)) == -1 ||
	    fcntl(fd, F_SETFL, O_RDWR) == -1)
		return (-1);
	return (take_fd(&fd));
}

bool
monconn_is_there(struct session *s, const char *id)
{
	scoped_fd int	 fd = connect_once(s, id);

	/* It has more callers than it takes at once. */
	return (fd != -1 || errno == EAGAIN);
}

int
monconn_open(struct session *s, const char *id, struct chan *ch)
{
	int	 fd;

	for (int tries = 0; (fd = connect_once(s, id)) == -1 &&
	    errno == EAGAIN && tries < BUSY_TRIES; tries++)
		(void)usleep(BUSY_PAUSE_US);
	if (fd == -1)
		return (-1);
	*ch = (struct chan){ fd, R_CTL, R_MONITOR };
	return (0);
}

int
monconn_ask(struct session *s, struct chan *ch, enum msg_type type,
    const union msg *m, const int *fds, unsigned int nfds, int wait_ms,
    struct packet *p)
{
	static const union msg	 empty;
	static uint32_t		 seq;
	struct pollfd		 pfd = { ch->fd, POLLIN, 0 };
	int			 rc;

	if (chan_send(ch, type, ++seq, m == NULL ? &empty : m, fds, nfds) == -1)
		return (-1);
	while ((rc = poll(&pfd, 1, wait_ms)) == -1 && errno == EINTR)
		;
	if (rc == 0)
		errno = ETIMEDOUT;
	if (rc <= 0)
		return (-1);
	if ((rc = chan_recv(ch, p)) != 1) {
		errno = rc == 0 ? EPIPE : errno;
		return (-1);
	}
	if (p->info->type != MSG_reply || p->body.reply.error == 0)
		return (0);
	packet_clear(p);
	return (error_set_code(&s->client.error, error_of_answer(type, 0,
	    (int)p->body.reply.error), (int)p->body.reply.error, "%s",
	    p->body.reply.text));
}

uint64_t
proc_start_time(pid_t pid)
{
	scoped_fd int	 fd = -1;
	char		 path[32], buf[1024], *p;
	ssize_t		 n;

	(void)snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1 ||
	    (n = read(fd, buf, sizeof(buf) - 1)) <= 0)
		return (0);
	buf[n] = '\0';
	/* The name may hold anything; what follows its last ')' is fields. */
	p = strrchr(buf, ')');
	/* Ended, and only not yet collected by whoever inherited it. */
	if (p != NULL && (strncmp(p, ") Z", 3) == 0 ||
	    strncmp(p, ") X", 3) == 0))
		return (0);
	for (int field = 2; field < 22 && p != NULL; field++)
		p = strchr(p + 1, ' ');
	return (p == NULL ? 0 : strtoull(p + 1, NULL, 10));
}

/*
 * A process is only what the record means if it started when the record
 * says, in this boot (statekeep forgets pids of earlier boots).
 */
static int
row_pidfd(const struct rec *row)
{
	pid_t		 pid = (pid_t)rec_num(row, "pid", 0);
	uint64_t	 start = (uint64_t)rec_num(row, "pid_start", 0);
	scoped_fd int	 fd = -1;

	errno = ESRCH;
	if (pid <= 1 || start == 0)
		return (-1);
	if ((fd = (int)syscall(SYS_pidfd_open, pid, 0)) == -1)
		return (-1);
	if (proc_start_time(pid) != start) {
		errno = ESRCH;
		return (-1);
	}
	return (take_fd(&fd));
}

int
monconn_pid_namespace(const struct rec *row)
{
	scoped_fd int	 process = row_pidfd(row), fd = -1;
	struct pollfd	 pfd = { process, POLLIN, 0 };
	char		 path[48];

	if (process == -1)
		return (-1);
	(void)snprintf(path, sizeof(path), "/proc/%lld/ns/pid",
	    (long long)rec_num(row, "pid", 0));
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return (-1);
	/* Alive now, so the number was its own when we opened it. */
	if (poll(&pfd, 1, 0) == 0)
		return (take_fd(&fd));
	errno = ESRCH;
	return (-1);
}

int
monconn_signal(struct session *s, const struct rec *row, int signo)
{
	scoped_fd int	 fd = -1;
	struct chan	 ch;
	struct packet	 p;
	union msg	 m;
	int		 rc;

	if (monconn_open(s, rec_str(row, "id", ""), &ch) == 0) {
		memset(&m, 0, sizeof(m));
		m.mon_signal.signo = (uint32_t)signo;
		rc = monconn_ask(s, &ch, MSG_mon_signal, &m, NULL, 0, 5000,
		    &p);
		close(ch.fd);
		if (rc == 0) {
			packet_clear(&p);
			return (0);
		}
	}
	if ((fd = row_pidfd(row)) == -1)
		return (-1);
	return ((int)syscall(SYS_pidfd_send_signal, fd, signo, NULL, 0));
}

int
monconn_wait(struct session *s, const struct rec *row, int64_t wait_ms)
{
	scoped_fd int	 fd = -1;
	struct chan	 ch;
	struct packet	 p;
	struct pollfd	 pfd = { -1, POLLIN, 0 };
	int		 rc, ms = wait_ms > 2000000000 ? -1 : (int)wait_ms;

	if (monconn_open(s, rec_str(row, "id", ""), &ch) == 0) {
		rc = monconn_ask(s, &ch, MSG_mon_wait, NULL, NULL, 0, ms, &p);
		if (rc == 0)
			packet_clear(&p);
		close(ch.fd);
		if (rc == 0 || errno == ETIMEDOUT)
			return (rc);
	}
	if ((fd = row_pidfd(row)) == -1)
		return (0);
	pfd.fd = fd;
	while ((rc = poll(&pfd, 1, ms)) == -1 && errno == EINTR)
		;
	if (rc == 0)
		errno = ETIMEDOUT;
	return (rc == 1 ? 0 : -1);
}
