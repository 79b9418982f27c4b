#include "monitor.h"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "client.h"
#include "layout.h"
#include "path.h"
#include "process.h"
#include "record.h"

#define BUSY_TRIES	100		/* five seconds */
#define BUSY_PAUSE_US	50000
#define SIGNAL_WAIT_MS	5000		/* then without the monitor */
#define NOTE_WAIT_MS	10000		/* to note the end of the process */

/*
 * The path of a socket has room for 107 bytes, a run directory may be
 * longer: so the directory is named by its descriptor.
 */
static int
connect_once(int run_dir, const char *id)
{
	struct sockaddr_un	 un = { .sun_family = AF_UNIX };
	scoped_fd int		 dir = -1, fd = -1;
	char			 name[80];

	(void)snprintf(name, sizeof(name), LAYOUT_CTR, id);
	if ((dir = path_open(run_dir, name, O_PATH | O_DIRECTORY, 0)) == -1)
		return (-1);
	(void)snprintf(un.sun_path, sizeof(un.sun_path),
	    "/proc/self/fd/%d/" LAYOUT_CTR_SOCKET, dir);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1 || connect(fd, (struct sockaddr *)&un, sizeof(un)) == -1 ||
	    fcntl(fd, F_SETFL, O_RDWR) == -1)
		return (-1);
	return (take_fd(&fd));
}

bool
monitor_is_there(int run_dir, const char *id)
{
	scoped_fd int	 fd = connect_once(run_dir, id);

	/* It has more callers than it takes at once. */
	return (fd != -1 || errno == EAGAIN);
}

/* A channel to a monitor. -1: there is none, or it is busy for too long. */
static int
connect_monitor(int run_dir, const char *id)
{
	int	 fd;

	for (int tries = 0; (fd = connect_once(run_dir, id)) == -1 &&
	    errno == EAGAIN && tries < BUSY_TRIES; tries++)
		(void)usleep(BUSY_PAUSE_US);
	return (fd);
}

static int
send_to(struct client *c, int fd, enum msg_type type, const union msg *m)
{
	struct chan	 ch = { fd, R_CTL, R_MONITOR };

	return (chan_send(&ch, type, ++c->seq, m, NULL, 0));
}

/* The answer that has come; its value, if wanted. */
static int
take_answer(struct client *c, int fd, enum msg_type type, uint64_t *value)
{
	struct chan	 ch = { fd, R_CTL, R_MONITOR };
	struct packet	 p;
	int		 rc, error;

	if ((rc = chan_recv(&ch, &p)) != 1) {
		errno = rc == 0 ? EPIPE : errno;
		return (-1);
	}
	packet_clear(&p);
	error = p.info->type == MSG_reply ? (int)p.body.reply.error : EPROTO;
	if (value != NULL)
		*value = p.body.reply.value;
	return (error == 0 ? 0 : error_set_code(&c->error,
	    error_of_answer(type, 0, error), error, "%s", p.body.reply.text));
}

/*
 * Which of two descriptors can be read first, 0 or 1? The second may be -1.
 * -1 with ETIMEDOUT: none within so many ms (-1: any number).
 */
static int
first_of(int a, int b, int wait_ms)
{
	struct pollfd	 pfd[2] = { { a, POLLIN, 0 }, { b, POLLIN, 0 } };
	int		 rc;

	while ((rc = poll(pfd, 2, wait_ms)) == -1 && errno == EINTR)
		;
	if (rc == 0)
		errno = ETIMEDOUT;
	if (rc <= 0)
		return (-1);
	return (pfd[0].revents != 0 ? 0 : 1);
}

/* Records of the state forget the processes of earlier boots. */
static int
open_process(const struct rec *row)
{
	return (process_open((pid_t)rec_num(row, KEY(pid), 0),
	    (uint64_t)rec_num(row, KEY(pid_start), 0)));
}

/*
 * Does a pid of the row mean here what it means to the monitor? It started in
 * the pid namespace of the command that started the container.
 */
static bool
is_same_pid_ns(int fd)
{
	struct ucred	 cred;
	socklen_t	 len = sizeof(cred);

	return (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) == 0 &&
	    process_shares_pid_ns(cred.pid));
}

/*
 * A monitor that does not answer is killed: the reaper, whose child it is,
 * records the end of the container then. It is the process that listens at
 * the other end; its number is its own as long as the connection is open.
 */
static void
kill_monitor(int fd)
{
	struct ucred	 cred;
	socklen_t	 len = sizeof(cred);
	scoped_fd int	 process = -1;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) == -1)
		return;
	process = (int)syscall(SYS_pidfd_open, cred.pid, 0);
	if (process != -1 && first_of(fd, -1, 0) == -1)
		(void)syscall(SYS_pidfd_send_signal, process, SIGKILL, NULL, 0);
}

int
monitor_end_fd(struct client *c, int run_dir, const char *id)
{
	scoped_fd int	 fd = connect_monitor(run_dir, id);
	union msg	 m = { .mon_wait = { .flags = 0 } };

	return (fd == -1 || send_to(c, fd, MSG_mon_wait, &m) == -1 ? -1 :
	    take_fd(&fd));
}

int
monitor_signal(struct client *c, int run_dir, const struct rec *row,
    int signo)
{
	scoped_fd int	 process = -1, fd = -1;
	union msg	 m = { .mon_signal = { .signo = (uint32_t)signo } };

	/* SIGKILL needs no monitor, which may be stopped. */
	if (signo == SIGKILL && (process = open_process(row)) != -1 &&
	    syscall(SYS_pidfd_send_signal, process, signo, NULL, 0) == 0)
		return (0);
	fd = connect_monitor(run_dir, rec_str(row, KEY(id), ""));
	if (fd != -1 && send_to(c, fd, MSG_mon_signal, &m) == 0 &&
	    first_of(fd, -1, SIGNAL_WAIT_MS) == 0 &&
	    take_answer(c, fd, MSG_mon_signal, NULL) == 0)
		return (0);
	if (process == -1 && (process = open_process(row)) == -1)
		return (-1);
	return ((int)syscall(SYS_pidfd_send_signal, process, signo, NULL, 0));
}

int
monitor_wait(struct client *c, int run_dir, const struct rec *row,
    int64_t wait_ms, int *status)
{
	scoped_fd int	 fd = monitor_end_fd(c, run_dir,
			    rec_str(row, KEY(id), ""));
	scoped_fd int	 process = open_process(row);
	bool		 ended = false;
	int		 ms = wait_ms > INT32_MAX ? -1 : (int)wait_ms, first;
	uint64_t	 value;

	if (fd != -1) {
		if (process == -1 && rec_num(row, KEY(pid), 0) > 1)
			ended = is_same_pid_ns(fd);
		first = ended ? 1 : first_of(fd, process, ms);
		if (first == 1 && first_of(fd, -1, NOTE_WAIT_MS) == -1) {
			kill_monitor(fd);
			return (1);
		}
		if (first == -1)
			return (-1);
		if (take_answer(c, fd, MSG_mon_wait, &value) == 0) {
			if (status != NULL)
				*status = (int)value;
			return (0);
		}
	}
	/* There is no monitor, or it was killed. */
	if (process != -1 && first_of(process, -1, ms) == -1)
		return (-1);
	return (1);
}
