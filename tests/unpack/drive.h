/*
 * unpack as the front end uses it: layers into a directory, beside files that
 * must not change.
 */
#ifndef TESTS_UNPACK_DRIVE_H
#define TESTS_UNPACK_DRIVE_H

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "harness.h"
#include "record.h"
#include "tarball.h"

#define UNUSED	__attribute__((unused))
#define NOBODY	65534		/* whom the harness starts helpers as */

static const char	*program;
static char		 base[] = "/tmp/unpack-test-XXXXXX";
static bool		 root;		/* several ids can be mapped */

struct run {
	/* in */
	struct tb	 tb;
	const char	*file;		/* instead of tb */
	bool		 inflate;	/* tb is compressed; a file always */
	uint64_t	 max_bytes, max_inodes;
	uint32_t	 flags;
	bool		 single;
	/* out */
	uint32_t	 error;
	char		 text[1024];
	struct rec	*rec;
	int		 status;
};

static UNUSED void __attribute__((format(printf, 1, 2)))
sh(const char *fmt, ...)
{
	char	 cmd[4096];
	va_list	 ap;

	va_start(ap, fmt);
	(void)vsnprintf(cmd, sizeof(cmd), fmt, ap);
	va_end(ap);
	if (system(cmd) != 0)
		errx(1, "failed: %s", cmd);
}

/* Is there a program of this name? */
static UNUSED bool
have(const char *name)
{
	char	 cmd[128];

	(void)snprintf(cmd, sizeof(cmd), "command -v %s >/dev/null", name);
	return (system(cmd) == 0);
}

static UNUSED void
write_to(pid_t pid, const char *file, const char *text)
{
	char	 path[64];
	int	 fd;

	(void)snprintf(path, sizeof(path), "/proc/%ld/%s", (long)pid, file);
	if ((fd = open(path, O_WRONLY)) == -1 ||
	    write(fd, text, strlen(text)) == -1)
		err(1, "%s", path);
	close(fd);
}

static UNUSED void
fresh(void)
{
	if (chdir(base) == -1)
		err(1, "%s", base);
	sh("chmod -R u+rwx stage 2>/dev/null; rm -rf stage && mkdir stage");
	if (root && chown("stage", NOBODY, NOBODY) == -1)
		err(1, "chown");
}

/* Send a request, keep what comes back. */
static UNUSED void
request(struct chan *ch, enum msg_type type, const union msg *m,
    const int *fds, unsigned int nfds, struct run *r)
{
	struct packet	 p;

	r->error = UINT32_MAX;
	r->text[0] = '\0';
	if (chan_send(ch, type, 1, m, fds, nfds) == -1 ||
	    chan_recv(ch, &p) != 1)
		return;
	if (p.info->type == MSG_reply) {
		r->error = p.body.reply.error;
		(void)snprintf(r->text, sizeof(r->text), "%s",
		    p.body.reply.text);
	} else {
		r->error = 0;
		if (type == MSG_layer_unpack)
			r->rec = rec_from_fd(p.fds[0], RECORD(any), NULL);
	}
	packet_clear(&p);
}

/* A namespace as refresh makes it for root, or one with a single id. */
static UNUSED void
enter(struct chan *ch, pid_t pid, struct run *r)
{
	union msg	 m;

	memset(&m, 0, sizeof(m));
	m.userns_make.single = r->single;
	request(ch, MSG_userns_make, &m, NULL, 0, r);
	if (r->error != 0)
		return;
	if (!r->single) {
		write_to(pid, "uid_map", "0 65534 1\n1 100000 65535\n");
		write_to(pid, "gid_map", "0 65534 1\n1 100000 65535\n");
	}
	m.userns_ready.single = r->single;
	request(ch, MSG_userns_ready, &m, NULL, 0, r);
}

static UNUSED int
stream_of(struct run *r)
{
	int	 fd;

	if (r->file != NULL)
		fd = open(r->file, O_RDONLY | O_CLOEXEC);
	else if ((fd = memfd_create("layer", MFD_CLOEXEC)) != -1 &&
	    (pwrite(fd, r->tb.p, r->tb.len, 0) != (ssize_t)r->tb.len))
		fd = -1;
	if (fd == -1)
		err(1, "stream");
	return (fd);
}

/* Put inflate in front, as the front end does; where to read from then. */
static UNUSED int
inflated(int from, struct chan *ch, pid_t *pid)
{
	char	 path[PATH_MAX];
	union msg	 m;
	int	 p[2];

	(void)snprintf(path, sizeof(path), "%.*s/inflate",
	    (int)(strrchr(program, '/') - program), program);
	*pid = start(path, R_CTL, R_INFLATE, ch);
	memset(&m, 0, sizeof(m));
	if (pipe2(p, O_CLOEXEC) == -1 || chan_send(ch, MSG_stream_inflate, 1,
	    &m, (int[]){ from, p[1] }, 2) == -1)
		err(1, "inflate");
	close(from);
	close(p[1]);
	return (p[0]);
}

/* Its complaint comes first, unless it is that its reader has gone. */
static UNUSED void
inflate_said(struct chan *ch, pid_t pid, struct run *r)
{
	struct packet	 p;

	if (chan_recv(ch, &p) == 1) {
		if (p.body.reply.error != 0 && p.body.reply.error != EPIPE) {
			r->error = p.body.reply.error;
			(void)snprintf(r->text, sizeof(r->text), "%s",
			    p.body.reply.text);
		}
		packet_clear(&p);
	}
	CHECK(stop(pid, ch) == EX_OK);
}

/* Unpack into base/stage, which stays to be looked at. */
static UNUSED void
unpack(struct run *r)
{
	struct chan	 ch, before_it;
	union msg	 m;
	pid_t		 pid = start(program, R_CTL, R_UNPACK, &ch), other = -1;
	int		 fds[2];

	if (!root)
		r->single = true;
	enter(&ch, pid, r);
	if (r->error == 0) {
		memset(&m, 0, sizeof(m));
		m.layer_unpack.max_bytes = r->max_bytes;
		m.layer_unpack.max_inodes = r->max_inodes;
		m.layer_unpack.flags = r->flags | UNPACK_NEED_END;
		fds[0] = stream_of(r);
		if (r->file != NULL || r->inflate)
			fds[0] = inflated(fds[0], &before_it, &other);
		fds[1] = open("stage", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		request(&ch, MSG_layer_unpack, &m, fds, 2, r);
		close(fds[0]);
		close(fds[1]);
		if (other != -1)
			inflate_said(&before_it, other, r);
	}
	r->status = stop(pid, &ch);
	free(r->tb.p);
	memset(&r->tb, 0, sizeof(r->tb));
}

static UNUSED void
done(struct run *r)
{
	rec_free(r->rec);
	memset(r, 0, sizeof(*r));
}

/* One line of TAP with the test's own words. */
static UNUSED void
say(bool ok, int line, const char *fmt, ...)
{
	char	 text[512];
	va_list	 ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	check(ok, text, line);
}

/*
 * The files outside, as one text: names, owners, modes, sizes, times, link
 * counts. ctime is in it, so that a chmod and its reversal show.
 */
static UNUSED void
snapshot(char *out, size_t room)
{
	FILE	*f = popen("find outside -printf "
		    "'%p %y %U %G %m %s %n %T@ %C@ %l\\n' | sort; "
		    "cat outside/victim", "r");
	size_t	 n;

	if (f == NULL)
		err(1, "find");
	n = fread(out, 1, room - 1, f);
	out[n] = '\0';
	(void)pclose(f);
}

static char	 before[8192];

static UNUSED void
outside_is_untouched(const char *what, int line)
{
	char	 now[8192];

	snapshot(now, sizeof(now));
	say(strcmp(now, before) == 0, line, "%s: outside is untouched", what);
}

/* Refused with this in its message, and nothing outside has changed. */
static UNUSED void
refused(struct run *r, const char *what, const char *expect, int line)
{
	fresh();
	unpack(r);
	say(r->error != 0 && r->error != UINT32_MAX &&
	    strstr(r->text, expect) != NULL && r->status == EX_OK, line,
	    "%s: refused: %s", what, r->text);
	outside_is_untouched(what, line);
	done(r);
}

/* Unpacked. */
static UNUSED void
accepted(struct run *r, const char *what, int line)
{
	fresh();
	unpack(r);
	say(r->error == 0 && r->status == EX_OK && r->rec != NULL, line,
	    "%s: unpacked%s%s", what, r->text[0] ? ": " : "", r->text);
	outside_is_untouched(what, line);
}

#define REFUSED(r, what, expect)	refused(r, what, expect, __LINE__)
#define ACCEPTED(r, what)		accepted(r, what, __LINE__)

static UNUSED bool
is(const char *path, mode_t type)
{
	struct stat	 st;

	return (lstat(path, &st) == 0 && (st.st_mode & S_IFMT) == type);
}

static UNUSED bool
absent(const char *path)
{
	struct stat	 st;

	return (lstat(path, &st) == -1 && errno == ENOENT);
}

static UNUSED bool
holds(const char *path, const char *text)
{
	char	 buf[512];
	int	 fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t	 n = fd == -1 ? -1 : read(fd, buf, sizeof(buf));

	if (fd != -1)
		close(fd);
	return (n == (ssize_t)strlen(text) && memcmp(buf, text,
	    strlen(text)) == 0);
}

static UNUSED bool
is_whiteout(const char *path)
{
	struct stat	 st;

	return (lstat(path, &st) == 0 && S_ISCHR(st.st_mode) &&
	    st.st_rdev == makedev(0, 0));
}

static UNUSED bool
is_opaque(const char *path)
{
	char	 v[8];

	return (lgetxattr(path, "user.overlay.opaque", v, sizeof(v)) == 1 &&
	    v[0] == 'y');
}

/* Make the place: a directory to unpack into, and files outside of it. */
static UNUSED void
drive_begin(int argc, char **argv)
{
	if (argc != 2)
		errx(1, "usage: unpack_test program");
	program = argv[1];
	root = geteuid() == 0;
	(void)umask(022);
	if (mkdtemp(base) == NULL || chmod(base, 0755) == -1 ||
	    chdir(base) == -1)
		err(1, "%s", base);
	sh("mkdir outside; echo precious > outside/victim; "
	    "chmod 777 outside; chmod 666 outside/victim");
	snapshot(before, sizeof(before));
}

static UNUSED int
drive_end(void)
{
	sh("cd / && chmod -R u+rwx %s && rm -rf %s", base, base);
	return (finish());
}

#endif
