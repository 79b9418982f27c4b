/*
 * refresh: which maps it writes and which it refuses, and what it mounts. Run
 * by an ordinary user, what it says without capabilities.
 */
#include "rig.h"

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

static void
test_system(const char *path)
{
	struct run	 r;
	struct space	 s;

	begin(&r, path, 0);
	CHECK(query(&r) == 0 && r.value == 65536);
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
	begin_tests(argc, argv, "refresh_test");
	if (tester != 0) {
		test_no_caps(argv[1], tester);
		return (end_tests());
	}
	test_no_caps(refresh_plain, USER);
	test_write(refresh_caps);
	test_targets(refresh_caps);
	test_ranges(refresh_caps);
	test_memory();
	test_system(refresh_plain);
	test_mount(refresh_plain);
	test_grants(refresh_plain);
	test_groups(refresh_caps);
	test_no_account(refresh_plain);
	return (end_tests());
}
