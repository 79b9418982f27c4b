/*
 * The container's standard streams: three pipes, or one terminal. Output
 * passes through one fixed buffer, input through one fixed ring.
 */
#ifndef MONITOR_IO_H
#define MONITOR_IO_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#define IO_CHUNK	16384		/* bytes of a read, of a record */
#define IO_RING		16384

struct logfile;
struct viewers;

enum { IO_IN, IO_OUT, IO_ERR, IO_SLOTS };

struct io {
	int	 fd[IO_SLOTS];		/* our write end, two read ends */
	bool	 tty;			/* the terminal is fd[IO_OUT] */
	bool	 hung;			/* no process has the terminal open */
	bool	 in_end;		/* close stdin when the ring is empty */
	size_t	 owed[IO_SLOTS];	/* bytes that io_drain may still read */
	int	 held_stream;		/* stream of the bytes in `chunk` */
	size_t	 held;			/* and their number, for the primary */
	size_t	 ring_at;
	size_t	 ring_len;
	char	 chunk[IO_CHUNK];
	char	 ring[IO_RING];
};

/* Nothing is open. */
void	io_init(struct io *);
/*
 * Make the pipes; a terminal comes later. The three descriptors for the
 * container are the caller's (/dev/null where there is no pipe). 0, -1.
 */
int	io_open(struct io *, bool, bool, int[3]);
/* Take the terminal's master side. 0, or -1 (ENOTTY, EBUSY). */
int	io_console(struct io *, int);				/* takes */
/* Set the terminal's size; the kernel sends SIGWINCH. 0 or -1. */
int	io_resize(struct io *, unsigned int, unsigned int);

/* Is there room for the largest packet of input? */
bool	io_room(const struct io *);
/* Queue input, for which there must be room. */
void	io_input(struct io *, const char *, size_t);
/* End of input: close the pipe; a terminal stays open. */
void	io_input_end(struct io *);

/*
 * Fill IO_SLOTS poll slots. Returns the timeout (ms) that a terminal without
 * processes needs, or -1.
 */
int	io_poll(const struct io *, struct pollfd *, bool);
/* Serve the ready descriptors. */
void	io_serve(struct io *, const struct pollfd *, struct logfile *,
	    struct viewers *);
/*
 * After the container has ended: pass on what is left in the pipes, at most
 * what a pipe can hold, because other processes may still write. False: wait
 * for the primary viewer and call again.
 */
bool	io_drain(struct io *, struct logfile *, struct viewers *);

#endif
