/*
 * The front end's side of an attached container: between the user's terminal
 * or pipes and a socket that monitor serves. What passes is the container's
 * own output, raw, so nothing is escaped here.
 */
#ifndef CLIENT_ATTACH_H
#define CLIENT_ATTACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chan;
struct client;

#define DETACH_KEYS	"ctrl-p,ctrl-q"
#define DETACH_MAX	16

struct detach_keys {
	unsigned char	 key[DETACH_MAX];
	size_t		 n;		/* 0: there is no way to detach */
	size_t		 seen;		/* how many of them have come */
};

/* podman's syntax: "ctrl-p,ctrl-q", "a", "" for none. 0, or -1: EINVAL. */
int	detach_keys_parse(struct detach_keys *, const char *);
/*
 * Take typed bytes out of a sequence: those that are the container's go to
 * `out`, which has room for len + DETACH_MAX. True when the whole sequence
 * has come; bytes after it are dropped.
 */
bool	detach_keys_scan(struct detach_keys *, const unsigned char *, size_t,
	    unsigned char *, size_t *);

enum { ATTACH_EXITED = 0, ATTACH_DETACHED = 1 };

struct attach {
	int		 sock;		/* from attach_socket */
	struct chan	*mon;		/* monitor's */
	bool		 tty;		/* the container has a terminal */
	bool		 want_stdin;
	bool		 sig_proxy;
	bool		 no_stdout;	/* --attach named only the other */
	bool		 no_stderr;
	struct detach_keys keys;
	int		 in_fd;		/* 0, 1, 2 as attach_init sets them */
	int		 out_fd;
	int		 err_fd;
	/* Set by attach_run. */
	int		 wait_status;	/* as wait(2) gives it */
	int64_t		 finished_ns;
	int		 signal;	/* with EINTR */
};

/* Nothing attached, standard descriptors, podman's default detach keys. */
void	attach_init(struct attach *, struct chan *);
/*
 * Make the socket pair and have monitor serve one end (mon_attach); the
 * other becomes a->sock. `primary` only on the channel that monitor was
 * started with. To be called before launch_exec, so that no byte is missed.
 * 0, or -1 with the client's error set.
 */
int	attach_socket(struct attach *, struct client *, bool primary);
/*
 * Carry bytes until the container has ended or the user detached. Sends
 * mon_wait itself, and mon_resize and mon_signal as needed, with sequence
 * numbers of its own: between attach_socket and its return the channel is its
 * alone. A terminal on in_fd is raw meanwhile, and put back before
 * every return and before any signal that ends us. Closes a->sock.
 *
 * ATTACH_EXITED with wait_status and finished_ns set; ATTACH_DETACHED; or -1:
 *	EPIPE		the reader of our output has gone; the container runs on
 *			(so it does with any other error of writing)
 *	EINTR		`signal` asks us to end; the container runs on
 *	ENOBUFS		monitor dropped us, we read too slowly
 *	ECONNRESET	monitor was killed
 */
int	attach_run(struct attach *);

#endif
