#include "io.h"

#include <sys/ioctl.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cleanup.h"
#include "logfile.h"
#include "viewer.h"

#define HUNG_MS		500
#define PIPE_MOST	(1u << 20)	/* fs.pipe-max-size for users */

void
io_init(struct io *io)
{
	for (int i = 0; i < IO_SLOTS; i++) {
		io->fd[i] = -1;
		io->owed[i] = PIPE_MOST;
	}
}

static void
shut(struct io *io, int slot)
{
	if (io->fd[slot] != -1)
		close(io->fd[slot]);
	io->fd[slot] = -1;
}

static int
unblock(int fd)
{
	int	 flags = fcntl(fd, F_GETFL);

	return (flags == -1 ? -1 : fcntl(fd, F_SETFL, flags | O_NONBLOCK));
}

/* Make one pipe; the container's end is put into `theirs`. */
static int
make_pipe(struct io *io, int slot, int *theirs)
{
	int	 p[2];
	int	 ours = slot == IO_IN ? 1 : 0;

	if (pipe2(p, O_CLOEXEC) == -1)
		return (-1);
	io->fd[slot] = p[ours];
	*theirs = p[!ours];
	return (unblock(p[ours]));
}

int
io_open(struct io *io, bool tty, bool stdin_open, int theirs[3])
{
	io->tty = tty;
	for (int i = 0; i < IO_SLOTS; i++) {
		if (tty || (i == IO_IN && !stdin_open))
			theirs[i] = open("/dev/null", O_RDWR | O_CLOEXEC);
		else if (make_pipe(io, i, &theirs[i]) == -1)
			return (-1);
		if (theirs[i] == -1)
			return (-1);
	}
	return (0);
}

int
io_console(struct io *io, int fd_in)
{
	scoped_fd int	 fd = fd_in;
	int		 nr;

	if (!io->tty || ioctl(fd, TIOCGPTN, &nr) == -1) {
		errno = ENOTTY;
		return (-1);
	}
	if (io->fd[IO_OUT] != -1) {
		errno = EBUSY;
		return (-1);
	}
	if (unblock(fd) == -1)
		return (-1);
	io->fd[IO_OUT] = take_fd(&fd);
	return (0);
}

int
io_resize(struct io *io, unsigned int rows, unsigned int cols)
{
	struct winsize	 ws = { .ws_row = (unsigned short)rows,
			    .ws_col = (unsigned short)cols };

	if (!io->tty || io->fd[IO_OUT] == -1) {
		errno = ENOTTY;
		return (-1);
	}
	return (ioctl(io->fd[IO_OUT], TIOCSWINSZ, &ws));
}

/* The descriptor for input: the pipe, or the terminal. */
static int
input_slot(const struct io *io)
{
	return (io->tty ? IO_OUT : IO_IN);
}

bool
io_room(const struct io *io)
{
	return (sizeof(io->ring) - io->ring_len >= VIEWER_PACKET);
}

/* Write the ring's bytes; those that the container does not take stay. */
static void
feed(struct io *io)
{
	int	 slot = input_slot(io);
	size_t	 len;
	ssize_t	 n;

	while (io->ring_len > 0 && io->fd[slot] != -1) {
		len = sizeof(io->ring) - io->ring_at;
		if (len > io->ring_len)
			len = io->ring_len;
		n = write(io->fd[slot], io->ring + io->ring_at, len);
		if (n == -1 && errno == EAGAIN)
			return;
		if (n == -1) {
			/*
			 * The container reads no more; with a terminal that may
			 * change.
			 */
			if (!io->tty)
				shut(io, IO_IN);
			break;
		}
		io->ring_at = (io->ring_at + (size_t)n) % sizeof(io->ring);
		io->ring_len -= (size_t)n;
	}
	if (io->tty && io->fd[slot] == -1)
		return;			/* until the terminal is opened again */
	io->ring_len = 0;
	if (io->in_end && !io->tty)
		shut(io, IO_IN);
}

void
io_input(struct io *io, const char *p, size_t len)
{
	size_t	 at, n;

	if (io->in_end || (!io->tty && io->fd[IO_IN] == -1))
		return;
	while (len > 0) {
		at = (io->ring_at + io->ring_len) % sizeof(io->ring);
		n = at >= io->ring_at ? sizeof(io->ring) - at :
		    io->ring_at - at;
		if (n > len)
			n = len;
		memcpy(io->ring + at, p, n);
		io->ring_len += n;
		p += n;
		len -= n;
	}
	feed(io);
}

void
io_input_end(struct io *io)
{
	if (io->tty)
		return;
	io->in_end = true;
	feed(io);
}

int
io_poll(const struct io *io, struct pollfd *pfd, bool ended)
{
	bool	 flow = io->held == 0 && !ended;

	for (int i = 0; i < IO_SLOTS; i++)
		pfd[i] = (struct pollfd){ .fd = -1 };
	for (int i = IO_OUT; i < IO_SLOTS && flow; i++)
		if (!io->hung)
			pfd[i] = (struct pollfd){ io->fd[i], POLLIN, 0 };
	if (io->ring_len > 0 && !ended)
		pfd[IO_IN] = (struct pollfd){ io->hung ? -1 :
		    io->fd[input_slot(io)], POLLOUT, 0 };
	return (io->hung && !ended ? HUNG_MS : -1);
}

/*
 * Read once and pass the bytes on. Returns their number, 0 at the end or when
 * there are none; `held` is not 0 when the primary viewer has not taken all.
 */
static size_t
pump(struct io *io, int slot, struct logfile *log, struct viewers *vs)
{
	size_t	 want = sizeof(io->chunk);
	ssize_t	 n;

	if (io->owed[slot] < want)
		want = io->owed[slot];
	n = read(io->fd[slot], io->chunk, want);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return (0);
	if (n <= 0) {
		/*
		 * The end of a pipe is final. A terminal that no process has
		 * open may be opened again while the container lives.
		 */
		if (io->tty)
			io->hung = true;
		else
			shut(io, slot);
		return (0);
	}
	logfile_write(log, slot, io->chunk, (size_t)n);
	if (!viewers_send(vs, slot, io->chunk, (size_t)n)) {
		io->held_stream = slot;
		io->held = (size_t)n;
	}
	return ((size_t)n);
}

static bool
release(struct io *io, struct viewers *vs)
{
	if (io->held > 0 &&
	    viewers_retry(vs, io->held_stream, io->chunk, io->held))
		io->held = 0;
	return (io->held == 0);
}

void
io_serve(struct io *io, const struct pollfd *pfd, struct logfile *log,
    struct viewers *vs)
{
	io->hung = false;
	if (pfd[IO_IN].revents != 0)
		feed(io);
	if (!release(io, vs))
		return;
	for (int i = IO_OUT; i < IO_SLOTS; i++)
		if (io->fd[i] != -1 && io->held == 0 && (io->tty ||
		    (pfd[i].fd == io->fd[i] && pfd[i].revents != 0)))
			(void)pump(io, i, log, vs);
}

bool
io_drain(struct io *io, struct logfile *log, struct viewers *vs)
{
	size_t	 n;

	shut(io, IO_IN);
	for (int i = IO_OUT; i < IO_SLOTS; i++) {
		while (io->fd[i] != -1) {
			if (!release(io, vs))
				return (false);
			if (io->owed[i] == 0 || (n = pump(io, i, log, vs)) == 0)
				shut(io, i);
			else
				io->owed[i] -= n;
		}
	}
	return (release(io, vs));
}
