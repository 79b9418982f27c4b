/*
 * refresh through its socket, as the front end meets it. Run by root, the
 * test makes a host of its own: a mount namespace with other user databases,
 * and copies of the program with and without file capabilities. Run by
 * someone else, it checks what the program says without capabilities.
 */
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

static uid_t	 tester;
static char	 dir[64];		/* everything of ours is in here */

static const char *
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

static void
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
static int
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
static void
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

static void
begin(struct run *r, const char *path, uid_t uid)
{
	begin_as(r, path, uid, uid, SOCK_SEQPACKET);
}

static int
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

static uint32_t
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

static bool
says(const struct run *r, const char *words)
{
	return (strstr(r->text, words) != NULL);
}

static uint32_t
query(struct run *r)
{
	union msg	 m = { .ids_query = { .flags = 0 } };

	return (request(r, MSG_ids_query, &m, -1));
}

static uint32_t
ids_write(struct run *r, uint32_t slot, int fd)
{
	union msg	 m = { .ids_write = { .slot = slot } };

	return (request(r, MSG_ids_write, &m, fd));
}

static uint32_t
grant(struct run *r, const char *path, uint32_t flags)
{
	union msg	 m = { .ids_grant = { .flags = flags } };
	int		 fd = open(path, O_PATH | O_CLOEXEC);
	uint32_t	 rc = request(r, MSG_ids_grant, &m, fd);

	close(fd);
	return (rc);
}

static uint32_t
mount_slot(struct run *r, uint32_t n, uint32_t slot)
{
	union msg	 m = { .ids_mount = { .grant = n, .slot = slot,
			    .nosuid = 1, .nodev = 1 } };

	return (request(r, MSG_ids_mount, &m, -1));
}

/* The flags of a mount that asks for none; ULONG_MAX where it is refused. */
static unsigned long
flags_of(struct run *r, uint32_t n, uint32_t slot, bool deep)
{
	union msg	 m = { .ids_mount = { .grant = n, .slot = slot,
			    .recursive = deep } };
	struct statvfs	 vfs;

	if (request(r, MSG_ids_mount, &m, -1) != 0 ||
	    fstatvfs(r->fd, &vfs) == -1)
		return (ULONG_MAX);
	return (vfs.f_flag & (ST_NOSUID | ST_NODEV | ST_RDONLY));
}

static uint32_t
seal(struct run *r)
{
	union msg	 m = { .ids_seal = { .flags = 0 } };

	return (request(r, MSG_ids_seal, &m, -1));
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
static bool
turn(int sock)
{
	char	 c = 0;

	return (write(sock, &c, 1) == 1 && read(sock, &c, 1) == 1);
}

static void
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

/* Have it make one more inside, and look at that instead. */
static void
space_nest(struct space *s)
{
	char	 path[64], c = 0;

	if (write(s->hold, &c, 1) != 1 || read(s->hold, &c, 1) != 1)
		errx(1, "no nested namespace");
	close(s->fd);
	(void)snprintf(path, sizeof(path), "/proc/%d/ns/user", s->pid);
	if ((s->fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		err(1, "%s", path);
}

static void
space_end(struct space *s)
{
	close(s->hold);
	close(s->fd);
	(void)waitpid(s->pid, NULL, 0);
}

static const char *
in_proc(pid_t pid, const char *name)
{
	static char	 path[2][64];
	static int	 turn;

	turn = !turn;
	(void)snprintf(path[turn], sizeof(path[0]), "/proc/%d/%s", pid, name);
	return (path[turn]);
}

static const char *
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
static bool
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

static void
put(const char *name, const char *text)
{
	FILE	*f = fopen(in_dir(name), "we");

	if (f == NULL || fputs(text, f) == EOF || fclose(f) == EOF)
		err(1, "%s", name);
}

static void
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
static void
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

static void
over(const char *name, const char *etc)
{
	if (mount(in_dir(name), etc, NULL, MS_BIND, NULL) == -1)
		err(1, "bind %s", etc);
}

static void
world(const char *program)
{
	if (unshare(CLONE_NEWNS) == -1 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
		err(1, "mount namespace");
	(void)snprintf(dir, sizeof(dir), "/tmp/refresh-test.XXXXXX");
	if (mkdtemp(dir) == NULL || chmod(dir, 0755) == -1)
		err(1, "%s", dir);
	put("passwd", "root:x:0:0::/:/bin/sh\nuser:x:4001:4001::/:/bin/sh\n"
	    "other:x:4002:4002::/:/bin/sh\nvictim:x:70000:70000::/:/bin/sh\n"
	    "bulkhead:x:4010:4010::/:/bin/false\n");
	put("group", "root:x:0:\nuser:x:4001:\nvictims:x:70000:\n");
	put("subuid", "user:200000:65536\nuser:300000:10\n"
	    "bulkhead:500000:262144\n");
	put("subgid", "user:210000:65536\nuser:310000:20\n"
	    "bulkhead:500000:262144\n");
	put("nsswitch", "passwd: files\ngroup: files\n");
	over("passwd", "/etc/passwd");
	over("group", "/etc/group");
	over("subuid", "/etc/subuid");
	over("subgid", "/etc/subgid");
	over("nsswitch", "/etc/nsswitch.conf");
	copy(program, "plain", 0755, 0);
	copy(program, "caps", 0755, 1 << CAP_SETUID | 1 << CAP_SETGID);
	copy(program, "setuid", 04755, 0);
}

static void
test_no_caps(const char *path, uid_t uid)
{
	struct run	 r;
	struct space	 s;

	begin(&r, path, uid);
	CHECK(query(&r) == 0 && r.value == 1);
	CHECK(says(&r, "setcap cap_setuid,cap_setgid=p /"));
	space_make(&s, uid, CLONE_NEWUSER, false);
	CHECK(ids_write(&r, 0, s.fd) == EPERM);
	CHECK(says(&r, "CAP_SETUID"));
	CHECK(strcmp(slurp(s.pid, "uid_map"), "") == 0);
	space_end(&s);
	CHECK(end(&r) == EX_OK);
}

static void
test_write(const char *path)
{
	struct run	 r;
	struct space	 s;

	begin(&r, path, USER);
	CHECK(query(&r) == 0 && r.value == 1 + 65536 + 10);
	space_make(&s, USER, CLONE_NEWUSER, true);
	CHECK(ids_write(&r, 1, s.fd) == ERANGE);
	CHECK(ids_write(&r, 0, s.fd) == 0);
	CHECK(has(s.pid, "uid_map", "0 4001 1\n1 200000 65536\n"
	    "65537 300000 10\n"));
	CHECK(has(s.pid, "gid_map", "0 4001 1\n1 210000 65536\n"
	    "65537 310000 20\n"));
	CHECK(has(s.pid, "setgroups", "allow"));
	CHECK(ids_write(&r, 0, s.fd) == EEXIST);
	/* Made by the same user, but inside another. */
	space_nest(&s);
	CHECK(ids_write(&r, 0, s.fd) == EPERM && says(&r, "not a child"));
	space_end(&s);
	CHECK(end(&r) == EX_OK);
}

static void
test_targets(const char *path)
{
	struct run	 r;
	struct space	 s;
	int		 fd;

	begin(&r, path, USER);
	space_make(&s, OTHER, CLONE_NEWUSER, false);
	CHECK(ids_write(&r, 0, s.fd) == EPERM && says(&r, "else made"));
	CHECK(strcmp(slurp(s.pid, "uid_map"), "") == 0);
	space_end(&s);
	space_make(&s, 0, CLONE_NEWUSER, false);
	CHECK(ids_write(&r, 0, s.fd) == EPERM && says(&r, "else made"));
	space_end(&s);
	space_make(&s, 0, CLONE_NEWNET, false);
	CHECK(ids_write(&r, 0, s.fd) == EPERM &&
	    says(&r, "not a user namespace"));
	space_end(&s);
	fd = open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC);
	CHECK(ids_write(&r, 0, fd) == EPERM && says(&r, "else made"));
	close(fd);
	fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	CHECK(ids_write(&r, 0, fd) == EPERM && says(&r, "not a namespace"));
	close(fd);
	/* Requests for system mode only. */
	CHECK(grant(&r, dir, 0) == EBUSY);
	CHECK(seal(&r) == EBUSY);
	CHECK(mount_slot(&r, 0, 0) == EPERM);
	CHECK(end(&r) == EX_OK);
}

/* Ranges that must not be used, whatever the reason. */
static void
refused(const char *path, const char *uids, const char *gids, const char *word)
{
	struct run	 r;
	struct space	 s;

	put("subuid", uids);
	put("subgid", gids);
	begin(&r, path, USER);
	printf("# %.*s\n", (int)strcspn(uids, "\n"), uids);
	CHECK(query(&r) == 0 && r.value == 1);
	CHECK(says(&r, word));
	space_make(&s, USER, CLONE_NEWUSER, false);
	CHECK(ids_write(&r, 0, s.fd) != 0);
	CHECK(strcmp(slurp(s.pid, "uid_map"), "") == 0);
	CHECK(strcmp(slurp(s.pid, "gid_map"), "") == 0);
	space_end(&s);
	CHECK(end(&r) == EX_OK);
}

static void
many(char *buf, size_t len, unsigned int n)
{
	size_t	 at = 0;

	for (unsigned int i = 0; i < n; i++)
		at += (size_t)snprintf(buf + at, len - at, "user:%u:1\n",
		    200000 + i);
}

static void
test_ranges(const char *path)
{
	static const char	 fine[] = "user:210000:65536\n";
	static char		 lots[341 * 16];
	struct run		 r;
	struct space		 s;

	refused(path, "other:200000:10\n", fine, "/etc/subuid");
	refused(path, fine, "other:200000:10\n", "/etc/subgid");
	refused(path, "user:0:1000\n", fine, "starts at 0");
	refused(path, "user:4000:5\n", fine, "own id");
	refused(path, "user:4294967290:65536\n", fine, "past 4294967294");
	refused(path, "user:18446744073709551615:2\n", fine, "/etc/subuid");
	refused(path, "user:1:18446744073709551615\n", fine, "/etc/subuid");
	refused(path, "user:4294967295:4294967297\n", fine, "4294967294");
	refused(path, "user:200000:10\nuser:200009:10\n", fine, "overlap");
	refused(path, "user:200000:10\nother:200009:10\n", fine,
	    "/etc/subuid overlaps the line other:200009:10");
	refused(path, "4002:199999:2\nuser:200000:10\n", fine,
	    "/etc/subuid overlaps the line 4002:199999:2");
	refused(path, fine, "bulkhead:100000:1000000\nuser:210000:65536\n",
	    "/etc/subgid overlaps the line bulkhead:100000:1000000");
	refused(path, "user:65537:65536\n", fine, "victim");
	refused(path, fine, "user:65537:65536\n", "victims");
	many(lots, sizeof(lots), 340);
	refused(path, lots, fine, "more than 339");
	/* Few enough lines, but more than one write can hold. */
	many(lots, sizeof(lots), 339);
	put("subuid", lots);
	put("subgid", fine);
	begin(&r, path, USER);
	space_make(&s, USER, CLONE_NEWUSER, false);
	CHECK(ids_write(&r, 0, s.fd) == E2BIG);
	space_end(&s);
	CHECK(end(&r) == EX_OK);
	/* The same few are mapped whole. */
	many(lots, sizeof(lots), 200);
	put("subuid", lots);
	begin(&r, path, USER);
	CHECK(query(&r) == 0 && r.value == 201);
	space_make(&s, USER, CLONE_NEWUSER, false);
	CHECK(ids_write(&r, 0, s.fd) == 0);
	CHECK(has(s.pid, "uid_map", "\n200 200199 1\n"));
	space_end(&s);
	CHECK(end(&r) == EX_OK);
	put("subuid", "user:200000:65536\nbulkhead:500000:262144\n");
	put("subgid", "user:200000:65536\nbulkhead:500000:262144\n");
}

static int
ptrace_as(uid_t uid, pid_t pid)
{
	pid_t	 child = fork();
	int	 st;

	if (child == 0) {
		become(uid);
		_exit(ptrace(PTRACE_SEIZE, pid, 0, 0) == 0);
	}
	return (waitpid(child, &st, 0) == child && WEXITSTATUS(st) == 1);
}

static bool
kill_as(uid_t uid, pid_t pid)
{
	pid_t	 child = fork();
	int	 st;

	if (child == 0) {
		become(uid);
		_exit(kill(pid, SIGKILL) == 0);
	}
	return (waitpid(child, &st, 0) == child && WEXITSTATUS(st) == 1);
}

/* The one child of a process, or 0. */
static pid_t
child_of(pid_t pid)
{
	char	 name[64];

	(void)snprintf(name, sizeof(name), "task/%d/children", pid);
	return ((pid_t)atoi(slurp(pid, name)));
}

/* Has the process no descriptor above this one? */
static bool
open_upto(pid_t pid, int last)
{
	char		 name[64];
	struct stat	 st;
	bool		 ok = true;

	for (int fd = 0; fd < 64; fd++) {
		(void)snprintf(name, sizeof(name), "/proc/%d/fd/%d", pid, fd);
		if ((lstat(name, &st) == 0) != (fd <= last)) {
			printf("# %s\n", name);
			ok = false;
		}
	}
	return (ok);
}

/* What an ordinary user may not look into belongs to root. */
static bool
is_dumpable(pid_t pid)
{
	char		 name[64];
	struct stat	 st;

	(void)snprintf(name, sizeof(name), "/proc/%d/environ", pid);
	return (stat(name, &st) == -1 || st.st_uid != 0);
}

/*
 * What speaks with bulkhead has no capability, is confined, and has nothing
 * open but its two sockets; neither has any library mapped.
 */
static void
test_mapper(const char *path, uid_t uid, uid_t runs_as)
{
	struct run	 r;
	pid_t		 mapper;
	char		 ids[64];

	begin(&r, path, uid);
	CHECK(query(&r) == 0);
	CHECK((mapper = child_of(r.pid)) > 0);
	(void)snprintf(ids, sizeof(ids), "\nUid: %u %u %u %u\n", runs_as,
	    runs_as, runs_as, runs_as);
	CHECK(has(mapper, "status", ids));
	CHECK(has(mapper, "status", "\nCapPrm: 0000000000000000\n"));
	CHECK(has(mapper, "status", "\nCapEff: 0000000000000000\n"));
	CHECK(has(mapper, "status", "\nCapInh: 0000000000000000\n"));
	CHECK(has(mapper, "status", "\nCapAmb: 0000000000000000\n"));
	CHECK(has(mapper, "status", "\nNoNewPrivs: 1\n"));
	CHECK(has(mapper, "status", "\nSeccomp: 2\n"));
	CHECK(!is_dumpable(mapper) && !ptrace_as(runs_as, mapper));
	CHECK(open_upto(mapper, 4));
	CHECK(open_upto(r.pid, 3));
#ifndef SANITIZED			/* these builds link shared libraries */
	CHECK(strstr(slurp(r.pid, "maps"), ".so") == NULL);
	CHECK(strstr(slurp(mapper, "maps"), ".so") == NULL);
#endif
	/* What is asked ends with it, and it ends with refresh. */
	CHECK(kill(r.pid, SIGKILL) == 0);
	CHECK(query(&r) == UINT32_MAX);
	CHECK(end(&r) == -SIGKILL);
}

/* A tracee's next stop is this event: the number that comes with it, or -1. */
static long
event_of(pid_t pid, int event)
{
	unsigned long	 number;
	int		 st;

	if (waitpid(pid, &st, __WALL) != pid ||
	    st >> 8 != (SIGTRAP | event << 8) ||
	    ptrace(PTRACE_GETEVENTMSG, pid, 0, &number) == -1)
		return (-1);
	return ((long)number);
}

/*
 * subids, from its first instruction: it is out of the reach of the user whom
 * it is asked about, for what it says decides what refresh maps.
 */
static void
test_reader(const char *path, uid_t uid)
{
	struct run	 r;
	pid_t		 reader;
	long		 child;
	int		 st;

	held = true;
	begin(&r, path, uid);
	held = false;
	CHECK(waitpid(r.pid, &st, WUNTRACED) == r.pid && WIFSTOPPED(st));
	CHECK(ptrace(PTRACE_SEIZE, r.pid, 0, PTRACE_O_TRACEVFORK |
	    PTRACE_O_TRACEEXEC) == 0);
	CHECK(kill(r.pid, SIGCONT) == 0);
	/* It executes refresh, and that starts subids. */
	while (waitpid(r.pid, &st, __WALL) == r.pid && WIFSTOPPED(st) &&
	    st >> 8 != (SIGTRAP | PTRACE_EVENT_VFORK << 8))
		(void)ptrace(PTRACE_CONT, r.pid, 0, 0);
	CHECK(ptrace(PTRACE_GETEVENTMSG, r.pid, 0, &child) == 0);
	reader = (pid_t)child;
	CHECK(waitpid(reader, &st, __WALL) == reader);
	CHECK(ptrace(PTRACE_CONT, reader, 0, 0) == 0);
	CHECK(event_of(reader, PTRACE_EVENT_EXEC) != -1);
	CHECK(has(reader, "status", "Name: subids\n"));
	CHECK(has(reader, "status", "\nUid: 65534 65533 65533 65533\n"));
	CHECK(has(reader, "status", "\nGid: 65534 65533 65533 65533\n"));
	CHECK(has(reader, "status", "\nGroups: \n"));
	CHECK(has(reader, "status", "\nCapPrm: 0000000000000000\n"));
	CHECK(has(reader, "status", "\nCapEff: 0000000000000000\n"));
	CHECK(!is_dumpable(reader));
	CHECK(open_upto(reader, 2));
	CHECK(kill(reader, SIGSTOP) == 0);
	CHECK(ptrace(PTRACE_DETACH, reader, 0, 0) == 0);
	CHECK(ptrace(PTRACE_DETACH, r.pid, 0, 0) == 0);
	for (uid_t u = 65533; u <= 65534; u++)
		CHECK(!ptrace_as(u, reader));
	CHECK(uid == 0 || (!ptrace_as(uid, reader) &&
	    !kill_as(uid, reader)));
	CHECK(kill(reader, SIGCONT) == 0);
	CHECK(query(&r) == 0 && r.value > 1);
	CHECK(end(&r) == EX_OK);
}

/* Linked into a directory of its caller's, it believes no program there. */
static void
test_place(void)
{
	struct run	 r;

	if (chown(in_dir("caps"), USER, 0) == -1)
		err(1, "chown");
	begin(&r, in_dir("caps/refresh"), USER);
	CHECK(query(&r) == 0 && r.value == 1);
	CHECK(says(&r, "cannot start subids"));
	CHECK(end(&r) == EX_OK);
	if (chown(in_dir("caps"), 0, 0) == -1)
		err(1, "chown");
}

static void
test_birth(const char *path)
{
	struct run	 r;

	begin(&r, path, USER);
	CHECK(query(&r) == 0);
	CHECK(has(r.pid, "status", "\nCapPrm: " CAPS "\n"));
	CHECK(has(r.pid, "status", "\nCapEff: 0000000000000000\n"));
	CHECK(has(r.pid, "status", "\nCapInh: 0000000000000000\n"));
	CHECK(has(r.pid, "status", "\nCapAmb: 0000000000000000\n"));
	CHECK(has(r.pid, "status", "\nNoNewPrivs: 1\n"));
	CHECK(has(r.pid, "status", "\nSeccomp: 2\n"));
	CHECK(has(r.pid, "status", "\nSigBlk: 0000000000000000\n"));
	CHECK(has(r.pid, "status", "\nUmask: 0077\n"));
	CHECK(!ptrace_as(USER, r.pid));
	CHECK(!is_dumpable(r.pid));
	CHECK(open_upto(r.pid, 3));
	CHECK(end(&r) == EX_OK);
	begin_as(&r, path, USER, OTHER, SOCK_SEQPACKET);
	CHECK(end(&r) == EX_NOPERM);
	begin_as(&r, path, USER, USER, SOCK_STREAM);
	CHECK(end(&r) == EX_PROTOCOL);
	begin_as(&r, in_dir("setuid/refresh"), USER, USER, SOCK_SEQPACKET);
	CHECK(end(&r) == EX_NOPERM);
}

static void
test_system(const char *path)
{
	struct run	 r;
	struct space	 s;

	begin(&r, path, 0);
	CHECK(query(&r) == 0 && r.value == 65536);
	CHECK(has(r.pid, "status", "\nUid: 4010 4010 4010 4010\n"));
	CHECK(has(r.pid, "status", "\nGid: 4010 4010 4010 4010\n"));
	CHECK(has(r.pid, "status", "\nGroups: \n"));
	CHECK(has(r.pid, "status", "\nCapPrm: " CAPS_SYS "\n"));
	CHECK(has(r.pid, "status", "\nCapEff: 0000000000000000\n"));
	CHECK(has(r.pid, "status", "\nCapBnd: 0000000000000000\n"));
	CHECK(has(r.pid, "status", "\nNoNewPrivs: 1\n"));
	CHECK(!ptrace_as(ENGINE, r.pid));
	space_make(&s, ENGINE, CLONE_NEWUSER, false);
	CHECK(ids_write(&r, 1, s.fd) == EBUSY);
	CHECK(seal(&r) == 0);
	CHECK(ids_write(&r, 4, s.fd) == ERANGE);
	CHECK(says(&r, "327680"));
	CHECK(ids_write(&r, 3, s.fd) == 0);
	CHECK(has(s.pid, "uid_map", "0 696608 65536\n"));
	CHECK(has(s.pid, "gid_map", "0 696608 65536\n"));
	space_end(&s);
	space_make(&s, ENGINE, CLONE_NEWUSER, false);
	CHECK(ids_write(&r, 0, s.fd) == 0);
	CHECK(has(s.pid, "uid_map", "0 4010 1\n1 500000 65535\n"));
	space_end(&s);
	space_make(&s, USER, CLONE_NEWUSER, false);
	CHECK(ids_write(&r, 1, s.fd) == EPERM && says(&r, "else made"));
	space_end(&s);
	CHECK(end(&r) == EX_OK);
}

static void
test_mount(const char *path)
{
	struct run	 r;
	struct stat	 st;
	struct statvfs	 vfs;

	if (mkdir(in_dir("tree"), 0755) == -1 ||
	    mkdir(in_dir("tree/five"), 0755) == -1 ||
	    chown(in_dir("tree/five"), 5, 6) == -1)
		err(1, "tree");
	begin(&r, path, 0);
	CHECK(mount_slot(&r, 0, 1) == EBUSY);
	CHECK(grant(&r, in_dir("tree"), GRANT_STORE) == 0 && r.value == 0);
	CHECK(grant(&r, "/dev/null", 0) == EINVAL);
	CHECK(grant(&r, "/proc/1", 0) == EINVAL);
	CHECK(grant(&r, "/sys", 0) == EINVAL);
	CHECK(grant(&r, "/dev/pts", 0) == EINVAL);
	CHECK(seal(&r) == 0);
	CHECK(grant(&r, "/", 0) == EBUSY);
	CHECK(mount_slot(&r, 1, 1) == EPERM);
	CHECK(mount_slot(&r, 0, 4) == ERANGE);
	CHECK(mount_slot(&r, 0, 1) == 0);
	CHECK(r.fd != -1 && fstat(r.fd, &st) == 0 && st.st_uid == 565536);
	CHECK(fstatat(r.fd, "five", &st, 0) == 0 && st.st_uid == 565541 &&
	    st.st_gid == 565542);
	CHECK(fstatvfs(r.fd, &vfs) == 0 &&
	    (vfs.f_flag & (ST_NOSUID | ST_NODEV | ST_RDONLY)) ==
	    (ST_NOSUID | ST_NODEV));
	CHECK(mount_slot(&r, 0, 0) == 0);
	CHECK(fstat(r.fd, &st) == 0 && st.st_uid == ENGINE);
	CHECK(fstatat(r.fd, "five", &st, 0) == 0 && st.st_uid == 500004);
	CHECK(end(&r) == EX_OK);
}

/* What a front end that was taken over may ask for: no more than is granted. */
static void
test_grants(const char *path)
{
	struct run	 r;

	begin(&r, path, 0);
	CHECK(grant(&r, in_dir("tree"), 0) == 0);
	CHECK(grant(&r, in_dir("tree"), GRANT_NOSUID | GRANT_NODEV |
	    GRANT_RDONLY) == 0);
	CHECK(grant(&r, in_dir("tree"), GRANT_STORE | GRANT_DEEP) == 0);
	CHECK(seal(&r) == 0);
	CHECK(flags_of(&r, 0, 1, false) == 0);
	CHECK(flags_of(&r, 1, 1, false) ==
	    (ST_NOSUID | ST_NODEV | ST_RDONLY));
	/* Not with the ids of the account, and not deeper. */
	CHECK(flags_of(&r, 0, 0, false) == ULONG_MAX && r.error == EPERM);
	CHECK(says(&r, "for containers only"));
	CHECK(flags_of(&r, 0, 1, true) == ULONG_MAX && r.error == EPERM);
	CHECK(flags_of(&r, 2, 1, true) == 0);
	CHECK(flags_of(&r, 2, 0, false) == (ST_NOSUID | ST_NODEV));
	CHECK(end(&r) == EX_OK);
}

/*
 * Its user stops the child before its first instruction, as nothing prevents:
 * refresh ends with its channel all the same, and the child with it.
 */
static void
test_stopped(const char *path)
{
	union msg	 m = { .ids_write = { .slot = 0 } };
	struct run	 r;
	struct space	 s;
	pid_t		 mapper;
	long		 child;
	int		 st;

	begin(&r, path, USER);
	space_make(&s, USER, CLONE_NEWUSER, false);
	CHECK(query(&r) == 0);
	CHECK((mapper = child_of(r.pid)) > 0);
	CHECK(ptrace(PTRACE_SEIZE, mapper, 0, PTRACE_O_TRACEFORK) == 0);
	CHECK(chan_send(&r.chan, MSG_ids_write, 99, &m, &s.fd, 1) == 0);
	CHECK((child = event_of(mapper, PTRACE_EVENT_FORK)) > 0);
	CHECK(waitpid((pid_t)child, &st, __WALL) == (pid_t)child);
	CHECK(kill((pid_t)child, SIGSTOP) == 0);
	CHECK(ptrace(PTRACE_DETACH, (pid_t)child, 0, 0) == 0);
	CHECK(ptrace(PTRACE_DETACH, mapper, 0, 0) == 0);
	space_end(&s);
	(void)alarm(20);
	CHECK(end(&r) == EX_OK);
	(void)alarm(0);
	CHECK(kill((pid_t)child, 0) == -1 && errno == ESRCH);
}

/* A group that an administrator made may take rights away: it must stay. */
static void
test_groups(const char *path)
{
	static const gid_t	 made[] = { 1005 }, given[] = { 27, USER };
	struct run		 r;
	struct space		 s;

	for (int i = 0; i < 2; i++) {
		groups = i == 0 ? given : made;
		ngroups = i == 0 ? 2 : 1;
		begin(&r, path, USER);
		space_make(&s, USER, CLONE_NEWUSER, false);
		CHECK(ids_write(&r, 0, s.fd) == 0);
		CHECK(has(s.pid, "setgroups", i == 0 ? "allow" : "deny"));
		CHECK(has(s.pid, "uid_map", "0 4001 1\n"));
		CHECK(has(s.pid, "gid_map", "0 4001 1\n1 200000 65536\n"));
		space_end(&s);
		CHECK(end(&r) == EX_OK);
	}
	ngroups = 0;
}

/* What subids says with so much memory. False: it gave no answer. */
static bool
read_with(const char *subids, rlim_t bytes, struct subids *s)
{
	const struct rlimit	 limit = { bytes, bytes };
	char			 name[] = "subids", uid[16];
	char			*argv[] = { name, uid, NULL };
	char			*none[] = { NULL };
	size_t			 have = 0;
	ssize_t			 n;
	pid_t			 pid;
	int			 p[2];

	(void)snprintf(uid, sizeof(uid), "%d", USER);
	if (pipe2(p, O_CLOEXEC) == -1 || (pid = fork()) == -1)
		err(1, "subids");
	if (pid == 0) {
		become(USER);
		if (dup2(p[1], 1) == -1 || dup2(open("/dev/null", O_WRONLY),
		    2) == -1 || setrlimit(RLIMIT_AS, &limit) == -1)
			_exit(126);
		(void)execve(subids, argv, none);
		_exit(127);
	}
	close(p[1]);
	while (have < sizeof(*s) && (n = read(p[0], (char *)s + have,
	    sizeof(*s) - have)) > 0)
		have += (size_t)n;
	close(p[0]);
	(void)waitpid(pid, NULL, 0);
	return (have == sizeof(*s));
}

/*
 * The caller may set a limit of memory: then what a file cannot be read for
 * is no reason to find nothing in it. A group of many takes memory of its own.
 */
static void
test_memory(void)
{
	static char	 text[9000 * 5 + 128];
	char		 subids[128];
	struct subids	 s;
	size_t		 n;
	unsigned int	 answers = 0, wrong = 0;

	(void)answers, (void)wrong;
	n = (size_t)snprintf(text, sizeof(text), "root:x:0:\nmany:x:900:");
	for (int i = 0; i < 9000; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%04d,", i);
	(void)snprintf(text + n - 1, sizeof(text) - n,
	    "\nvictims:x:210007:\n");
	put("group", text);
	(void)snprintf(subids, sizeof(subids), "%s", in_dir("caps/subids"));
#ifndef SANITIZED			/* they need terabytes of addresses */
	for (rlim_t kib = 200; kib <= 1200; kib += 4)
		if (read_with(subids, kib * 1024, &s)) {
			answers++;
			wrong += s.gids.n > 0 && s.why[0] == '\0';
		}
	CHECK(answers > 0 && wrong == 0);
#endif
	CHECK(read_with(subids, RLIM_INFINITY, &s) &&
	    strstr(s.why, "victims (210007)") != NULL);
	put("group", "root:x:0:\nuser:x:4001:\nvictims:x:70000:\n");
}

/* The socket to refresh, taken from mapper: from here on the test is mapper. */
static int
usurp(struct run *r)
{
	pid_t	 mapper = 0;
	int	 pidfd, fd = -1;

	CHECK(query(r) == 0 && (mapper = child_of(r->pid)) > 0);
	if ((pidfd = (int)syscall(SYS_pidfd_open, mapper, 0)) != -1)
		fd = (int)syscall(SYS_pidfd_getfd, pidfd, 4, 0);
	CHECK(fd != -1);
	close(pidfd);
	return (fd);
}

/* What mapper asks for to have the maps of this process written. */
static uint32_t
write_by(int refresh, int userns, pid_t pid)
{
	struct map_request	 q = { .op = MAP_WRITE };
	struct map_answer	 a = { .error = UINT32_MAX };
	size_t			 n;
	int			 fds[2] = { userns, -1 };

	fds[1] = open(in_proc(pid, ""), O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fdpass_send(refresh, &q, sizeof(q), fds, 2) == -1 ||
	    fdpass_recv(refresh, &a, sizeof(a), NULL, 0, &n) != sizeof(a))
		a.error = UINT32_MAX;
	close(fds[1]);
	if (a.error != 0)
		printf("# refresh says: %s (%s)\n", a.why,
		    strerror((int)a.error));
	return (a.error);
}

/* Mount a file of one process over that of another: also over a link. */
static void
cover(pid_t on, pid_t of, const char *name)
{
	int	 to = open(in_proc(on, name), O_PATH | O_NOFOLLOW | O_CLOEXEC);
	int	 from = (int)syscall(SYS_open_tree, AT_FDCWD, in_proc(of, name),
		    OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

	CHECK(syscall(SYS_move_mount, from, "", to, "",
	    MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) == 0);
	close(from);
	close(to);
}

/*
 * A mapper that was taken over sends a directory of /proc in which its user
 * has mounted, over files of one process, those of another. With a mount over
 * ns/user it need not even be a process that refresh may look into.
 */
static void
test_liar(const char *path)
{
	static const char *const	 files[] = { "setgroups", "gid_map",
					    "uid_map", "ns/user" };
	static const gid_t		 made[] = { 1005 };
	struct run			 r;
	struct space			 s, other;
	int				 refresh;

	groups = made;
	ngroups = 1;
	shown = true;
	begin(&r, path, USER);
	refresh = usurp(&r);
	for (size_t i = 0; i < 4; i++) {
		printf("# over %s\n", files[i]);
		space_make(&s, USER, CLONE_NEWUSER, false);
		space_make(&other, USER, CLONE_NEWUSER, false);
		cover(s.pid, i == 3 ? other.pid : s.pid, "ns/user");
		if (i != 3)
			cover(s.pid, other.pid, files[i]);
		CHECK(write_by(refresh, i == 3 ? other.fd : s.fd, s.pid) != 0);
		if (i != 3)
			(void)umount2(in_proc(s.pid, files[i]), MNT_DETACH);
		CHECK(strcmp(slurp(s.pid, "gid_map"), "") == 0);
		CHECK(strcmp(slurp(other.pid, "gid_map"), "") == 0);
		CHECK(has(other.pid, "setgroups", "allow"));
		space_end(&other);	/* it has what the first waits for */
		space_end(&s);
	}
	close(refresh);
	ngroups = 0;
	shown = false;
	CHECK(end(&r) == EX_OK);
}

static void
test_no_account(const char *path)
{
	struct run	 r;
	siginfo_t	 si;

	put("passwd", "root:x:0:0::/:/bin/sh\n");
	begin(&r, path, 0);
	/* It also ends, with another status, when its channel closes. */
	CHECK(waitid(P_PID, (id_t)r.pid, &si, WEXITED | WNOWAIT) == 0);
	CHECK(end(&r) == EX_NOUSER);
}

int
main(int argc, char **argv)
{
	char	 caps[128], plain[128];

	if (argc < 2)
		errx(2, "usage: refresh_test program");
	log_init("refresh_test", 0, 0);
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	if ((tester = geteuid()) != 0) {
		test_no_caps(argv[1], tester);
		check(1, "maps # SKIP needs root", 0);
		return (finish());
	}
	world(argv[1]);
	(void)snprintf(caps, sizeof(caps), "%s", in_dir("caps/refresh"));
	(void)snprintf(plain, sizeof(plain), "%s", in_dir("plain/refresh"));
	test_no_caps(plain, USER);
	test_write(caps);
	test_targets(caps);
	test_ranges(caps);
	test_birth(caps);
	test_mapper(caps, USER, USER);
	test_mapper(plain, 0, ENGINE);
	test_reader(caps, USER);
	test_reader(plain, 0);
	test_memory();
	test_place();
	test_system(plain);
	test_mount(plain);
	test_grants(plain);
	test_groups(caps);
	test_liar(caps);
	test_stopped(caps);
	test_no_account(plain);
	(void)path_remove(AT_FDCWD, dir);
	return (finish());
}
