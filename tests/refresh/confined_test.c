/*
 * refresh and the programs that it starts: what each of them holds, and that
 * their user cannot trace them, stop them, or lie to them.
 */
#include "nitems.h"
#include "rig.h"

#define NO_CAPS	"0000000000000000"

static const char *
in_proc(pid_t pid, const char *name)
{
	static char	 path[2][64];
	static int	 turn;

	turn = !turn;
	(void)snprintf(path[turn], sizeof(path[0]), "/proc/%d/%s", pid, name);
	return (path[turn]);
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

/* Has it these capabilities and no others, none effective, and a filter? */
static void
check_confined(pid_t pid, const char *permitted)
{
	static const char *const	 lines[] = { "CapEff: 0000000000000000",
					    "CapInh: 0000000000000000",
					    "CapAmb: 0000000000000000",
					    "NoNewPrivs: 1", "Seccomp: 2" };
	char				 want[64];

	(void)snprintf(want, sizeof(want), "\nCapPrm: %s\n", permitted);
	CHECK(has(pid, "status", want));
	for (size_t i = 0; i < NITEMS(lines); i++) {
		(void)snprintf(want, sizeof(want), "\n%s\n", lines[i]);
		check(has(pid, "status", want), lines[i], __LINE__);
	}
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
	check_confined(mapper, NO_CAPS);
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
	check_confined(r.pid, CAPS);
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

/* In system mode it is the account's. */
static void
test_account(const char *path)
{
	struct run	 r;

	begin(&r, path, 0);
	CHECK(query(&r) == 0);
	check_confined(r.pid, CAPS_SYS);
	CHECK(has(r.pid, "status", "\nUid: 4010 4010 4010 4010\n"));
	CHECK(has(r.pid, "status", "\nGid: 4010 4010 4010 4010\n"));
	CHECK(has(r.pid, "status", "\nGroups: \n"));
	CHECK(has(r.pid, "status", "\nCapBnd: 0000000000000000\n"));
	CHECK(!ptrace_as(ENGINE, r.pid));
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

int
main(int argc, char **argv)
{
	begin_tests(argc, argv, "confined_test");
	if (tester != 0)
		return (end_tests());
	test_birth(refresh_caps);
	test_account(refresh_plain);
	test_mapper(refresh_caps, USER, USER);
	test_mapper(refresh_plain, 0, ENGINE);
	test_reader(refresh_caps, USER);
	test_reader(refresh_plain, 0);
	test_place();
	test_liar(refresh_caps);
	test_stopped(refresh_caps);
	return (end_tests());
}
