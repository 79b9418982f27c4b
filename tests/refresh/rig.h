/*
 * refresh through its socket, as the front end meets it. Run by root, a test
 * makes a host of its own: a mount namespace with another /etc, and copies of
 * the program with and without file capabilities.
 */
#ifndef TESTS_REFRESH_RIG_H
#define TESTS_REFRESH_RIG_H

#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>

#include <linux/capability.h>
#include <linux/mount.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "harness.h"

#include "chan.h"
#include "fdpass.h"
#include "log.h"
#include "maprequest.h"
#include "path.h"
#include "subids.h"

#define USER	4001
#define OTHER	4002
#define ENGINE	4010
#define CAPS	"00000000000000c0"	/* CAP_SETUID, CAP_SETGID */
#define CAPS_SYS "00000000002000c0"	/* and CAP_SYS_ADMIN */

#define UNUSED	__attribute__((unused))

static uid_t	 tester;
static char	 dir[64];		/* everything of ours is in here */
/* refresh with its file capabilities, and without any, as root starts it. */
static char	 refresh_caps[128], refresh_plain[128];

UNUSED static const char *
in_dir(const char *name)
{
	static char	 path[4][128];
	static int	 turn;

	turn = (turn + 1) % 4;
	(void)snprintf(path[turn], sizeof(path[0]), "%s/%s", dir, name);
	return (path[turn]);
}

/* The program, started by someone, and its last reply. */
struct run {
	struct chan	 chan;
	pid_t		 pid;
	uint32_t	 error;
	uint64_t	 value;
	char		 text[1024];
	int		 fd;
};

/* The groups of an ordinary user that starts it. */
static const gid_t	*groups;
static size_t		 ngroups;

/* Start it stopped, before it executes anything. */
static bool		 held;

UNUSED static void
become(uid_t uid)
{
	if (geteuid() == uid)
		return;
	if (setgroups(ngroups, groups) == -1 || setresgid(uid, uid,
	    uid) == -1 ||
	    setresuid(uid, uid, uid) == -1)
		err(1, "become %u", uid);
}

/* Its credentials, as the other end will see them, are those of its maker. */
UNUSED static int
pair(uid_t maker, int type, int sp[2])
{
	uid_t	 me = geteuid();
	int	 rc;

	if (seteuid(maker) == -1)
		err(1, "seteuid");
	rc = socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, sp);
	if (seteuid(me) == -1)
		err(1, "seteuid back");
	return (rc);
}

/* With everything about its birth that someone hostile could choose. */
UNUSED static void
begin_as(struct run *r, const char *path, uid_t uid, uid_t maker, int type)
{
	static char	 name[] = "x", opt[] = "-p", role[] = "0x1",
			 preload[] = "LD_PRELOAD=/nonexistent.so",
			 tunables[] = "GLIBC_TUNABLES=glibc.malloc.check=3";
	char	*argv[] = { name, opt, role, NULL };
	char	*env[] = { preload, tunables, NULL };
	sigset_t all;
	int	 sp[2];

	memset(r, 0, sizeof(*r));
	r->fd = -1;
	if (pair(maker, type, sp) == -1)
		err(1, "socketpair");
	if ((r->pid = fork()) == -1)
		err(1, "fork");
	if (r->pid == 0) {
		become(uid);
		if (uid == 0 && setgroups(2, (gid_t[]){ 27, 4 }) == -1)
			_exit(125);
		if (dup2(sp[1], 3) == -1)
			_exit(126);
		(void)fcntl(4, F_DUPFD, 20);
		for (int fd = 0; fd < 3; fd++)
			close(fd);
		sigfillset(&all);
		(void)sigprocmask(SIG_SETMASK, &all, NULL);
		(void)signal(SIGCHLD, SIG_IGN);
		(void)umask(0);
		if (held)
			(void)raise(SIGSTOP);
		execve(path, argv, env);
		_exit(127);
	}
	close(sp[1]);
	r->chan = (struct chan){ sp[0], R_CTL, R_REFRESH };
}

UNUSED static void
begin(struct run *r, const char *path, uid_t uid)
{
	begin_as(r, path, uid, uid, SOCK_SEQPACKET);
}

UNUSED static int
end(struct run *r)
{
	int	 st;

	if (r->fd != -1)
		close(r->fd);
	close(r->chan.fd);
	if (waitpid(r->pid, &st, 0) == -1)
		err(1, "waitpid");
	if (WIFSIGNALED(st))
		printf("# died of %s\n", strsignal(WTERMSIG(st)));
	return (WIFEXITED(st) ? WEXITSTATUS(st) : -WTERMSIG(st));
}

UNUSED static uint32_t
request(struct run *r, enum msg_type type, const union msg *m, int fd)
{
	static uint32_t	 seq;
	struct packet	 p;

	if (r->fd != -1)
		close(r->fd);
	r->fd = -1;
	r->error = UINT32_MAX;
	r->text[0] = '\0';
	if (chan_send(&r->chan, type, ++seq, m, &fd, fd != -1) == -1 ||
	    chan_recv(&r->chan, &p) != 1 || p.seq != seq)
		return (r->error);
	if (p.info->type == MSG_reply_fd) {
		r->error = 0;
		r->fd = packet_take_fd(&p, 0);
		return (0);
	}
	r->value = p.body.reply.value;
	(void)snprintf(r->text, sizeof(r->text), "%s", p.body.reply.text);
	if (r->text[0] != '\0')
		printf("# says: %s\n", r->text);
	return (r->error = p.body.reply.error);
}

UNUSED static bool
says(const struct run *r, const char *words)
{
	return (strstr(r->text, words) != NULL);
}

UNUSED static uint32_t
query(struct run *r)
{
	union msg	 m = { .ids_query = { .flags = 0 } };

	return (request(r, MSG_ids_query, &m, -1));
}

UNUSED static uint32_t
ids_write(struct run *r, uint32_t slot, int fd)
{
	union msg	 m = { .ids_write = { .slot = slot } };

	return (request(r, MSG_ids_write, &m, fd));
}

/* Make processes that their user, and refresh with it, may look into. */
static bool		 shown;

/* A process of this user in a new namespace. */
struct space {
	pid_t	 pid;
	int	 fd;
	int	 hold;		/* it lives until this is closed */
};

/* Say that something is done, and wait to be told to go on. */
UNUSED static bool
turn(int sock)
{
	char	 c = 0;

	return (write(sock, &c, 1) == 1 && read(sock, &c, 1) == 1);
}

UNUSED static void
space_make(struct space *s, uid_t uid, int flags, bool nested)
{
	char	 path[64], c = 0;
	int	 sp[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sp) == -1)
		err(1, "socketpair");
	if ((s->pid = fork()) == 0) {
		close(sp[0]);
		become(uid);
		if (unshare(flags) == -1)
			_exit(1);
		/* As launch is; but then only root sees its namespace. */
		(void)prctl(PR_SET_DUMPABLE, tester != 0 || shown, 0, 0, 0);
		if (!turn(sp[1]) || (nested && unshare(flags) == -1) ||
		    !turn(sp[1]))
			_exit(1);
		_exit(0);
	}
	close(sp[1]);
	s->hold = sp[0];
	if (read(sp[0], &c, 1) != 1)
		errx(1, "no namespace for %u", uid);
	(void)snprintf(path, sizeof(path), "/proc/%d/ns/%s", s->pid,
	    flags & CLONE_NEWUSER ? "user" : "net");
	if ((s->fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		err(1, "%s", path);
}

UNUSED static void
space_end(struct space *s)
{
	close(s->hold);
	close(s->fd);
	(void)waitpid(s->pid, NULL, 0);
}

UNUSED static const char *
slurp(pid_t pid, const char *name)
{
	static char	 buf[16384];
	char		 path[64];
	size_t		 len = 0;
	ssize_t		 n;
	int		 fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return ("?");
	while ((n = read(fd, buf + len, sizeof(buf) - 1 - len)) > 0)
		len += (size_t)n;
	close(fd);
	buf[len] = '\0';
	return (buf);
}

/* Does the file have this text, blanks squeezed? */
UNUSED static bool
has(pid_t pid, const char *name, const char *want)
{
	const char	*in = slurp(pid, name);
	char		 out[16384];
	size_t		 n = 0;

	for (; *in != '\0'; in++) {
		bool	 blank = *in == ' ' || *in == '\t';

		if (blank && (n == 0 || out[n - 1] == ' ' ||
		    out[n - 1] == '\n'))
			continue;
		out[n++] = blank ? ' ' : *in;
	}
	out[n] = '\0';
	if (strstr(out, want) != NULL)
		return (true);
	printf("# %s of %d:\n", name, pid);
	return (false);
}

/* A file of the /etc that refresh sees. */
UNUSED static void
put(const char *name, const char *text)
{
	char	 path[64];
	FILE	*f;

	(void)snprintf(path, sizeof(path), "etc/%s", name);
	if ((f = fopen(in_dir(path), "we")) == NULL ||
	    fputs(text, f) == EOF || fclose(f) == EOF)
		err(1, "%s", name);
}

UNUSED static void
copy_program(const char *from, const char *name, mode_t mode, uint32_t caps)
{
	struct vfs_cap_data	 d = { VFS_CAP_REVISION_2, { { caps, 0 } } };
	char			 buf[65536];
	int			 in = open(from, O_RDONLY | O_CLOEXEC);
	int			 out = open(in_dir(name), O_WRONLY | O_CREAT |
				    O_CLOEXEC, 0755);
	ssize_t			 n;

	if (in == -1 || out == -1)
		err(1, "copy %s", from);
	while ((n = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, (size_t)n) != n)
			err(1, "write");
	if (fchmod(out, mode) == -1 || (caps != 0 && fsetxattr(out,
	    "security.capability", &d, XATTR_CAPS_SZ_2, 0) == -1))
		err(1, "%s", name);
	close(in);
	close(out);
}

/* refresh, as it is to be, with its two children beside it. */
UNUSED static void
copy(const char *from, const char *name, mode_t mode, uint32_t caps)
{
	static const char *const names[] = { "mapper", "subids", "subids-nss" };
	char			 beside[PATH_MAX], in[64];

	if (mkdir(in_dir(name), 0755) == -1)
		err(1, "%s", name);
	(void)snprintf(in, sizeof(in), "%s/refresh", name);
	copy_program(from, in, mode, caps);
	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(beside, sizeof(beside), "%.*s/%s",
		    (int)(strrchr(from, '/') - from), from, names[i]);
		(void)snprintf(in, sizeof(in), "%s/%s", name, names[i]);
		if (access(beside, X_OK) == 0)
			copy_program(beside, in, 0711, 0);
	}
}

/*
 * A directory of ours takes the place of /etc: a mount over one file of the
 * host's is gone as soon as a program, as useradd(8), renames another file to
 * that name.
 */
UNUSED static void
world(const char *program)
{
	if (unshare(CLONE_NEWNS) == -1 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
		err(1, "mount namespace");
	(void)snprintf(dir, sizeof(dir), "/tmp/refresh-test.XXXXXX");
	if (mkdtemp(dir) == NULL || chmod(dir, 0755) == -1)
		err(1, "%s", dir);
	if (mkdir(in_dir("etc"), 0755) == -1)
		err(1, "etc");
	put("passwd", "root:x:0:0::/:/bin/sh\nuser:x:4001:4001::/:/bin/sh\n"
	    "other:x:4002:4002::/:/bin/sh\nvictim:x:70000:70000::/:/bin/sh\n"
	    "bulkhead:x:4010:4010::/:/bin/false\n");
	put("group", "root:x:0:\nuser:x:4001:\nvictims:x:70000:\n");
	put("subuid", "user:200000:65536\nuser:300000:10\n"
	    "bulkhead:500000:262144\n");
	put("subgid", "user:210000:65536\nuser:310000:20\n"
	    "bulkhead:500000:262144\n");
	put("nsswitch.conf", "passwd: files\ngroup: files\n");
	if (mount(in_dir("etc"), "/etc", NULL, MS_BIND, NULL) == -1)
		err(1, "bind /etc");
	copy(program, "plain", 0755, 0);
	copy(program, "caps", 0755, 1 << CAP_SETUID | 1 << CAP_SETGID);
	copy(program, "setuid", 04755, 0);
	(void)snprintf(refresh_caps, sizeof(refresh_caps), "%s",
	    in_dir("caps/refresh"));
	(void)snprintf(refresh_plain, sizeof(refresh_plain), "%s",
	    in_dir("plain/refresh"));
}

UNUSED static void
begin_tests(int argc, char **argv, const char *name)
{
	if (argc < 2)
		errx(2, "usage: %s program", name);
	log_init(name, 0, 0);
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	if ((tester = geteuid()) == 0)
		world(argv[1]);
}

UNUSED static int
end_tests(void)
{
	if (tester == 0)
		(void)path_remove(AT_FDCWD, dir);
	else
		check(1, "maps # SKIP needs root", 0);
	return (finish());
}

#endif
