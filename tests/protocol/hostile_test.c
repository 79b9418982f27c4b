/*
 * Every helper gets every message, with every error that its declaration knows:
 * all expanded from PROTO, so that a new row is covered at once. A refused
 * packet gets no answer, and the helper exits in order; a correct one in the
 * wrong state, or sent twice, gets an answer, and no helper dies.
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "harness.h"

#include "messages.h"
#include "nitems.h"
#include "wire.h"

/* The wrong body is of these kinds; each field in turn has the fault. */
enum fault { NONE, OVER, NUL };

/* Compose a body of zeros with one faulty field: false if it cannot be. */
struct faulty {
	struct wbuf	*w;
	int		 field;		/* which, from 0 */
	enum fault	 fault;
	bool		 done;
};

static bool
hit(struct faulty *f, enum fault fault)
{
	return (f->field-- == 0 && f->fault == fault);
}

static void
faulty_u32(struct faulty *f, uint32_t max)
{
	bool	 now = hit(f, OVER) && max != UINT32_MAX;

	put_u32(f->w, now ? max + 1 : 0);
	f->done |= now;
}

static void
faulty_u64(struct faulty *f, uint64_t max)
{
	bool	 now = hit(f, OVER) && max != UINT64_MAX;

	put_u64(f->w, now ? max + 1 : 0);
	f->done |= now;
}

static void
put_byte(struct wbuf *w, char c)
{
	if (w->len < w->cap)
		w->base[w->len++] = (uint8_t)c;
}

static void
faulty_str(struct faulty *f, size_t max)
{
	int	 mine = f->field-- == 0;

	if (mine && f->fault == OVER) {
		put_u16(f->w, (uint16_t)(max + 1));
		for (size_t i = 0; i <= max; i++)
			put_byte(f->w, 'x');
		f->done = true;
	} else if (mine && f->fault == NUL) {
		put_u16(f->w, 3);
		put_byte(f->w, 'a');
		put_byte(f->w, '\0');
		put_byte(f->w, 'b');
		f->done = true;
	} else
		put_u16(f->w, 0);
}

#define FAULTY(kind, name, max)	FAULTY_##kind(max)
#define FAULTY_u32(max)		faulty_u32(f, (max));
#define FAULTY_u64(max)		faulty_u64(f, (max));
#define FAULTY_str(max)		faulty_str(f, (max));
#define FAULTY_flag		FAULTY_u32
#define FAULTY_zero		FAULTY_u32
#define FAULTY_fd(max)
#define FAULTY_rec(max)
#define COMPOSER(id, no, from, to, wait)				\
static void								\
compose_##id(struct faulty *f)						\
{									\
	FIELDS_##id(FAULTY)						\
}
PROTO(COMPOSER)

static const struct row {
	const char	*name;
	enum msg_type	 type;
	unsigned int	 from;
	unsigned int	 to;
	unsigned int	 nfds;
	void		 (*compose)(struct faulty *);
} rows[] = {
#define ROW(id, no, from, to, wait)				\
	{ #id, MSG_##id, (from), (to), PROTO_NFDS(id), compose_##id },
	PROTO(ROW)
};

/* The programs, and the highest descriptor that each is started with. */
static const struct program {
	const char	*name;
	enum role	 role;
	int		 last_fd;
	int		 refuses;	/* its exit status after a refusal */
} programs[] = {
	{ "resolve",	R_RESOLVE,	3, EX_PROTOCOL },
	{ "statekeep",	R_STATE,	3, EX_PROTOCOL },
	{ "lockbroker",	R_LOCK,		3, EX_PROTOCOL },
	{ "store",	R_STORE,	3, EX_PROTOCOL },
	{ "unpack",	R_UNPACK,	3, EX_PROTOCOL },
	{ "fetch",	R_FETCH,	3, EX_PROTOCOL },
	{ "launch",	R_LAUNCH,	3, EX_PROTOCOL },
	{ "refresh",	R_REFRESH,	3, EX_PROTOCOL },
	{ "cgroup",	R_CGROUP,	3, EX_PROTOCOL },
	{ "systemd",	R_SYSTEMD,	3, EX_PROTOCOL },
	{ "digest",	R_DIGEST,	3, EX_PROTOCOL },
	{ "inflate",	R_INFLATE,	3, EX_PROTOCOL },
	/*
	 * These two survive a peer that broke the protocol: a container may
	 * run.
	 */
	{ "monitor",	R_MONITOR,	5, EX_OK },
	{ "reaper",	R_REAPER,	6, EX_OK },
};

static char	 libexec[PATH_MAX];
static int	 null_fd, dir_fd;

/* A running program: our ends of its channels. */
struct victim {
	pid_t	 pid;
	int	 ends[3];
	int	 nends;
};

static void
start_victim(struct victim *v, const struct program *p, enum role peer)
{
	char	 path[PATH_MAX + 16];

	(void)snprintf(path, sizeof(path), "%s/%s", libexec, p->name);
	/* A descriptor for the directory takes the place after the channels. */
	v->nends = p->last_fd == 3 ? 1 : p->last_fd - 3;
	v->pid = start_fds(path, peer, v->ends, v->nends,
	    p->last_fd == 3 ? -1 : dir_fd, null_fd);
}

static int
end_victim(struct victim *v)
{
	int	 st;

	for (int i = 0; i < v->nends; i++)
		close(v->ends[i]);
	if (waitpid(v->pid, &st, 0) == -1)
		err(1, "waitpid");
	return (WIFEXITED(st) ? WEXITSTATUS(st) : -WTERMSIG(st));
}

/* What comes back within the time: 1 an answer, 0 the end, -1 nothing. */
static int
answer(const struct victim *v, int ms)
{
	struct pollfd	 pfd = { .fd = v->ends[0], .events = POLLIN };
	uint8_t		 buf[PROTO_MAX];

	if (poll(&pfd, 1, ms) <= 0)
		return (-1);
	/* Descriptors that come with it are dropped by the kernel. */
	return (recv(v->ends[0], buf, sizeof(buf), 0) > 0);
}

/* A packet with any bytes and any number of descriptors. */
static bool
send_raw(const struct victim *v, const struct wbuf *w, unsigned int nfds)
{
	union {
		struct cmsghdr	 align;
		char		 buf[CMSG_SPACE(sizeof(int) * (PROTO_FDS + 2))];
	} ctl;
	struct iovec	 iov = { w->base, w->len };
	struct msghdr	 mh = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr	*c;
	int		 fds[PROTO_FDS + 2];

	memset(&ctl, 0, sizeof(ctl));
	for (unsigned int i = 0; i < nfds; i++)
		fds[i] = null_fd;
	if (nfds > 0) {
		mh.msg_control = &ctl;
		mh.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		c = CMSG_FIRSTHDR(&mh);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(nfds * sizeof(int));
		memcpy(CMSG_DATA(c), fds, nfds * sizeof(int));
	}
	return (sendmsg(v->ends[0], &mh, MSG_NOSIGNAL) == (ssize_t)w->len);
}

struct attempt {
	const char	*what;
	unsigned int	 nfds;		/* declared in the header */
	unsigned int	 sent;		/* and really sent */
	uint16_t	 version;
	int		 more;		/* bytes at the end: -1, 0, 1 */
	int		 field;
	enum fault	 fault;
};

static bool
compose(struct wbuf *w, const struct row *r, const struct attempt *a)
{
	struct faulty	 f = { w, a->field, a->fault, false };

	w->len = 0;
	w->bad = false;
	put_u16(w, a->version);
	put_u16(w, (uint16_t)r->type);
	put_u32(w, 7);
	put_u32(w, a->nfds);
	r->compose(&f);
	if (a->more > 0)
		w->base[w->len++] = 0;
	else if (a->more < 0)
		w->len--;
	return (a->fault == NONE || f.done);
}

static unsigned int	 tried;

/* True if the packet is refused, and the program goes as it says it will. */
static bool
refused(const struct program *p, enum role peer, const struct row *r,
    const struct attempt *a)
{
	uint8_t		 buf[PROTO_MAX + 16];
	struct wbuf	 w = { buf, 0, PROTO_MAX, false };
	struct victim	 v;
	int		 came, status;

	if (!compose(&w, r, a))
		return (true);
	tried++;
	start_victim(&v, p, peer);
	came = send_raw(&v, &w, a->sent) ? answer(&v, 3000) : -2;
	status = end_victim(&v);
	/* A program of another version is told so. */
	if (came == (a->version != proto_version(p->role)) &&
	    status == p->refuses)
		return (true);
	printf("# %s, %s, %s (field %d): answer %d, status %d\n", p->name,
	    r->name, a->what, a->field, came, status);
	return (false);
}

/* Not addressed to it, or not by us: one packet that is otherwise right. */
static bool
refused_stranger(const struct program *p, enum role peer, const struct row *r)
{
	const struct attempt	 a = { "not this peer's", r->nfds, r->nfds,
				    proto_version(p->role), 0, -1, NONE };

	return (refused(p, peer, r, &a));
}

static bool
refused_faults(const struct program *p, const struct row *r)
{
	const unsigned int	 n = r->nfds;
	const uint16_t		 version = proto_version(p->role);
	const struct attempt	 all[] = {
		{ "short by one", n, n, version, -1, -1, NONE },
		{ "long by one", n, n, version, 1, -1, NONE },
		{ "a version to come", n, n, version ^ 1, 0, -1, NONE },
		{ "one descriptor too many", n, n + 1, version, 0, -1,
		    NONE },
		{ "one too many, declared", n + 1, n + 1, version, 0, -1,
		    NONE },
		{ "more than any message has", n, PROTO_FDS + 1, version,
		    0, -1, NONE },
		{ "one descriptor too few", n, n - 1, version, 0, -1,
		    NONE },
		{ "one too few, declared", n - 1, n - 1, version, 0, -1,
		    NONE },
	};
	bool	 ok = true;

	for (size_t i = 0; i < NITEMS(all) - (n == 0 ? 2 : 0); i++)
		ok &= refused(p, R_CTL, r, &all[i]);
	/* Which fields there are, compose knows: ask for more than any has. */
	for (int field = 0; field < 8; field++) {
		const struct attempt	 over = { "over the bound", n, n,
					    version, 0, field, OVER };
		const struct attempt	 nul = { "NUL inside", n, n,
					    version, 0, field, NUL };

		ok &= refused(p, R_CTL, r, &over);
		ok &= refused(p, R_CTL, r, &nul);
	}
	return (ok);
}

/*
 * Right by its declaration, of zeros, with /dev/null for each descriptor, to
 * a program that has just started; and once more. It may say what it likes.
 */
static bool
survived(const struct program *p, const struct row *r)
{
	const struct attempt	 a = { "right", r->nfds, r->nfds,
				    proto_version(p->role), 0, -1, NONE };
	uint8_t			 buf[PROTO_MAX];
	struct wbuf		 w = { buf, 0, sizeof(buf), false };
	struct victim		 v;
	int			 status, came = -1;

	(void)compose(&w, r, &a);
	start_victim(&v, p, R_CTL);
	for (int i = 0; i < 2; i++)
		if (send_raw(&v, &w, r->nfds))
			came = answer(&v, 300);
	status = end_victim(&v);
	if (status >= 0 && came != 0)
		return (true);
	printf("# %s, %s: answer %d, status %d\n", p->name, r->name, came,
	    status);
	return (false);
}

static void
sweep(const struct program *p)
{
	char	 what[128];

	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct row	*r = &rows[i];
		bool			 ours = (r->from & R_CTL) != 0 &&
					    (r->to & p->role) != 0;
		bool			 ok;

		/* With a role that may send nothing to the helper. */
		ok = (r->from & (R_UNPACK | R_FETCH)) != 0 ||
		    refused_stranger(p, R_UNPACK | R_FETCH, r);
		if (!ours)
			ok &= refused_stranger(p, R_CTL, r);
		else
			ok &= refused_faults(p, r) && survived(p, r);
		(void)snprintf(what, sizeof(what), "%s and %s", p->name,
		    r->name);
		check(ok, what, __LINE__);
	}
}

/* No valid message: a byte, another version, an unknown number; too long. */
static void
junk(const struct program *p)
{
	static const uint8_t	 bytes[][PROTO_HDR] = {
		{ 0 }, { 0xff, 0xff, 0xff, 0xff }, { 0, 0, 0xff, 0x7f },
	};
	const uint16_t		 version = proto_version(p->role);
	uint8_t		 big[PROTO_MAX + 1] = { 0 };
	struct wbuf	 w;
	struct victim	 v;
	bool		 ok = true;

	for (size_t i = 0; i < NITEMS(bytes) + 1; i++) {
		w.base = big;
		w.len = i < NITEMS(bytes) ? (i == 0 ? 1 : PROTO_HDR) :
		    sizeof(big);
		memset(big, 0, sizeof(big));
		if (i < NITEMS(bytes))
			memcpy(big, bytes[i], PROTO_HDR);
		if (i >= 2) {
			big[0] = version & 0xff;
			big[1] = (uint8_t)(version >> 8);
		}
		start_victim(&v, p, R_CTL);
		ok &= send_raw(&v, &w, 0) && answer(&v, 3000) == (i == 1);
		ok &= end_victim(&v) == p->refuses;
	}
	check(ok, p->name, __LINE__);
}

/* Out of the way of the numbers that a program is started with. */
static int
high(const char *path, int flags)
{
	int	 fd = open(path, flags | O_CLOEXEC), up;

	if (fd == -1 || (up = fcntl(fd, F_DUPFD_CLOEXEC, 64)) == -1)
		err(1, "%s", path);
	close(fd);
	return (up);
}

int
main(int argc, char **argv)
{
	const char	*b = getenv("B");
	char		 path[PATH_MAX];

	(void)argc;
	(void)argv;
	(void)signal(SIGPIPE, SIG_IGN);
	(void)snprintf(path, sizeof(path), "%s/libexec/bulkhead",
	    b == NULL ? "build/plain" : b);
	if (realpath(path, libexec) == NULL)
		err(1, "%s", path);
	null_fd = high("/dev/null", O_RDWR);
	dir_fd = high(libexec, O_PATH | O_DIRECTORY);
	for (size_t i = 0; i < NITEMS(programs); i++) {
		if (faccessat(dir_fd, programs[i].name, X_OK, 0) == -1) {
			check(0, programs[i].name, __LINE__);
			continue;
		}
		sweep(&programs[i]);
		junk(&programs[i]);
	}
	printf("# %u packets\n", tried);
	return (finish());
}
