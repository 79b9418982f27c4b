/*
 * The process of a container, and what an image, a definition or a front end
 * of an attacker cannot do to it.
 */
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>

#include "box.h"
#include "nitems.h"
#include "records.h"
#include "sealed.h"

static void
test_plain(void)
{
	CHECK(sh(def("image"), "id -u; id -g; hostname; pwd; echo $$; "
	    "echo $HOME $container $HOSTNAME; umask") == 0);
	CHECK(has("0\n0\nbox\n/\n1\n/root bulkhead box\n0022\n"));
	CHECK(sh(def("image"), "exit 42") == 42);
	CHECK(sh(def("image"), "ip addr show lo") == 0);
	CHECK(has(",UP"));
	CHECK(sh(def("image"), "for i in null zero full random urandom tty; "
	    "do stat -c '%n %F %t:%T' /dev/$i; done; echo x > /dev/null") == 0);
	CHECK(has("/dev/null character special file 1:3\n"));
	CHECK(has("/dev/tty character special file 5:0\n"));
	CHECK(sh(def("image"), "ls /dev") == 0);
	CHECK(strcmp(d.output, "core\nfd\nfull\nmqueue\nnull\nptmx\npts\n"
	    "random\nshm\nstderr\nstdin\nstdout\ntty\nurandom\nzero\n") == 0);
	CHECK(sh(def("image"), "stat -f -c %T /proc /sys /dev /dev/pts "
	    "/dev/shm; ls /proc | grep -c '^[0-9]'") == 0);
	CHECK(has("proc\nsysfs\ntmpfs\ndevpts\ntmpfs\n"));
	CHECK(sh(with(def("image"), "env", "container=x"), "echo $container") ==
	    0 && has("x\n"));
	CHECK(sh(with(def("image"), "umask", "0077"), "umask") == 0 &&
	    has("0077\n"));
	CHECK(sh(with(def("image"), "umask", "0088"), "umask") == -1);
	CHECK(sh(with(def("image"), "net", "host"), "stat -f -c %T /sys") == 0);
	CHECK(has("sysfs\n"));
	CHECK(sh(with(def("image"), "net", "host"), "touch /sys/kernel/x ||"
	    " mkdir /sys/fs/cgroup/x") != 0);
}

/* A host mount, a host path, a descriptor: none may be seen from inside. */
static void
test_nothing_of_the_host(void)
{
	int	 leak = open("/", O_RDONLY | O_DIRECTORY);

	CHECK(leak != -1 && dup2(leak, 50) == 50);
	CHECK(sh(def("image"), "ls -l /proc/1/fd") == 0);
	CHECK(has(" 0 -> /dev/null\n") && has(" 1 -> pipe:") &&
	    has(" 2 -> pipe:"));
	CHECK(strstr(d.output, " 3 ->") == NULL &&
	    strstr(d.output, " 50 ->") == NULL);
	close(leak);
	close(50);
	CHECK(sh(def("image"), "cut -d' ' -f5 /proc/self/mountinfo | "
	    "grep -v -e ^/dev -e ^/sys -e ^/proc") == 0);
	CHECK(strcmp(d.output, "/\n") == 0);
	CHECK(sh(def("image"), "ls / | sort") == 0);
	CHECK(strcmp(d.output, "bin\ndata\ndev\netc\nproc\nsys\n") == 0);
	title = "C32: a session keyring of its own";
	CHECK(sh(def("image"), "cat /proc/keys") == 0 && has("_ses"));
	title = NULL;
}

static void
ignore_usr1(void)
{
	sigset_t	 set;

	(void)signal(SIGUSR1, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
}

static void
few_files(void)
{
	struct rlimit	 l = { 300, 600 };

	if (setrlimit(RLIMIT_NOFILE, &l) == -1)
		err(1, "setrlimit");
}

static void
test_process(void)
{
	struct rec	*r;

	drive_before = ignore_usr1;
	CHECK(run_args(def("image"), (const char *const[]){ "grep", "-E",
	    "Sig(Ign|Blk)|NoNew|Seccomp:", "/proc/self/status", NULL }) == 0);
	drive_before = NULL;
	CHECK(has("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n"));
	CHECK(has("NoNewPrivs:\t0\nSeccomp:\t0\n"));
	CHECK(sh(with(def("image"), "nnp", "1"), "grep NoNew /proc/self/status")
	    == 0 && has("NoNewPrivs:\t1"));

	r = with(with(def("image"), "cap", "CAP_CHOWN"), "cap", "CAP_BPF");
	CHECK(sh(r, "grep ^Cap /proc/self/status") == 0);
	CHECK(has("CapInh:\t0000000000000000\nCapPrm:\t0000008000000001\n"
	    "CapEff:\t0000008000000001\nCapBnd:\t0000008000000001\n"
	    "CapAmb:\t0000000000000000\n"));
	CHECK(sh(def("image"), "grep ^Cap /proc/self/status") == 0);
	CHECK(has("CapPrm:\t0000000000000000\nCapEff:\t0000000000000000\n"
	    "CapBnd:\t0000000000000000\n"));
	CHECK(sh(with(def("image"), "cap", "CAP_NOSUCH"), "true") == -1);
	CHECK(says("\"cap\""));
	CHECK(sh(with(def("image"), "ambient", "CAP_CHOWN"), "true") == -1);

	drive_before = few_files;
	CHECK(sh(def("image"), "ulimit -S -n; ulimit -H -n") == 0);
	CHECK(has("300\n600\n"));
	drive_before = NULL;
	CHECK(sh(limited(def("image"), "nofile", "64", 0), "ulimit -n") == 0);
	CHECK(has("64\n"));
	CHECK(sh(limited(def("image"), "RLIMIT_NOFILE", "2000000000", 0),
	    "ulimit -n") == -1);
	CHECK(says("the limit RLIMIT_NOFILE cannot be raised"));
	CHECK(sh(limited(def("image"), "nofile", "2000000000", 1),
	    "ulimit -n") == 0);
	CHECK(sh(limited(def("image"), "nosuch", "1", 1), "true") == -1);
}

/* mkdir fails with ENOTEMPTY: something that only a filter can do. */
static int
make_filter(int nr, int sealed, size_t cut)
{
	struct sock_filter	 f[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOTEMPTY),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	int			 fd;

	if (sealed)
		return (sealed_fd("filter", f, sizeof(f) - cut));
	fd = memfd_create("filter", MFD_CLOEXEC);
	if (write(fd, f, sizeof(f)) != (ssize_t)sizeof(f))
		err(1, "filter");
	return (fd);
}

/* A run that gives one descriptor more. */
static int
run_given(struct rec *r, uint32_t kind, int fd, const char *script)
{
	int	 status;

	rec_set(r, KEY(seccomp), kind == LAUNCH_SECCOMP ? "default" :
	    "unconfined");
	(void)with(with(with(r, "arg", "/bin/sh"), "arg", "-c"), "arg", script);
	drive_start(&d, prog, single);
	if (drive_give(&d, kind, 0, fd) == 0 && drive_create(&d, r) == 0 &&
	    drive_build(&d) == 0 && drive_exec(&d) == 0)
		drive_read(&d);
	status = drive_end(&d);
	close(fd);
	rec_free(r);
	return (d.error != 0 || !WIFEXITED(status) ? -1 : WEXITSTATUS(status));
}

static void
test_seccomp(void)
{
	struct rec	*r;

	CHECK(run_given(def("image"), LAUNCH_SECCOMP,
	    make_filter(SYS_mkdir, 1, 0), "mkdir /tmp; "
	    "grep -E 'NoNew|Seccomp' /proc/self/status") == 0);
	CHECK(has("not empty") && has("NoNewPrivs:\t0\nSeccomp:\t2\n"
	    "Seccomp_filters:\t1\n"));
	CHECK(run_given(with(def("image"), "nnp", "1"), LAUNCH_SECCOMP,
	    make_filter(SYS_mkdir, 1, 0),
	    "grep -E 'NoNew|Seccomp' /proc/self/status") == 0);
	CHECK(has("NoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t1\n"));
	/* Loaded as the user it is meant for, without capabilities left. */
	if (!single) {
		r = with(def("image"), "user", "app");
		CHECK(run_given(r, LAUNCH_SECCOMP, make_filter(SYS_mkdir, 1, 0),
		    "grep -E '^Cap|Seccomp:' /proc/self/status") == 0);
		CHECK(has("CapPrm:\t0000000000000000\n"
		    "CapEff:\t0000000000000000\n") && has("Seccomp:\t2\n"));
	}
	/* A filter that forbids what we do last is an error, not a bypass. */
	CHECK(run_given(def("image"), LAUNCH_SECCOMP,
	    make_filter(SYS_capset, 1, 0), "true") == -1);
	CHECK(says("capabilities"));
	CHECK(run_given(def("image"), LAUNCH_SECCOMP,
	    make_filter(SYS_mkdir, 0, 0), "true") == -1);
	CHECK(says("seccomp filter"));
	CHECK(run_given(def("image"), LAUNCH_SECCOMP,
	    make_filter(SYS_mkdir, 1, 1), "true") == -1);
	CHECK(says("cut short"));
	CHECK(run_given(def("image"), LAUNCH_SECCOMP,
	    open("/dev/null", O_RDONLY | O_CLOEXEC), "true") == -1);
	r = def("image");
	rec_set(r, KEY(seccomp), "default");
	CHECK(sh(r, "true") == -1);
	CHECK(says("was given none"));
}

static void
test_exec(void)
{
	static const struct {
		const char	*arg;
		uint32_t	 error;
		const char	*text;
	} t[] = {
		{ "nosuch", ENOENT, "executable file \"nosuch\" not found in "
		    "$PATH" },
		{ "/bin/nosuch", ENOENT, "executable file \"/bin/nosuch\" not "
		    "found" },
		{ "/bin/plain", EACCES, "\"/bin/plain\" may not be run" },
		{ "plain", EACCES, "\"plain\" in $PATH may not be run" },
		{ "/bin", EACCES, "is a directory" },
		{ "/bin/script", EACCES, "interpreter of \"/bin/script\"" },
		{ "/bin/junk", ENOEXEC, "running \"/bin/junk\"" },
	};

	for (size_t i = 0; i < NITEMS(t); i++) {
		CHECK(run_args(def("image"), (const char *const[]){ t[i].arg,
		    NULL }) == -1);
		CHECK(d.error == t[i].error && says(t[i].text));
	}
	CHECK(run_args(def("image"), (const char *const[]){ NULL }) == -1);
	CHECK(says("no command"));
	CHECK(run_args(with(def("image"), "env", "PATH=/nowhere:/bin"),
	    (const char *const[]){ "true", NULL }) == 0);
	CHECK(sh(with(def("image"), "env", "NOVALUE"), "true") == -1);
	CHECK(says("\"env\""));
}

static void
test_workdir(void)
{
	CHECK(sh(with(def("image"), "cwd", "/data"), "pwd") == 0);
	CHECK(has("/data\n"));
	CHECK(sh(with(def("image"), "cwd", "/made/for/it"), "pwd; "
	    "stat -c %u:%a .") == 0);
	CHECK(has("/made/for/it\n0:755\n"));
	CHECK(sh(with(def("image"), "cwd", "/etc/passwd"), "pwd") == -1);
	CHECK(says("working directory /etc/passwd"));
	CHECK(sh(with(def("image"), "cwd", "/../../etc"), "pwd") == 0);
	CHECK(has("/etc\n"));
	CHECK(sh(with(def("image"), "cwd", "etc"), "pwd") == -1);
	for (int fd = 3; fd < 20; fd++) {
		char	 path[64];

		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		CHECK(sh(with(def("image"), "cwd", path), "pwd") != 0);
	}
	/* A link of the image leads somewhere inside, or nowhere. */
	link_to("/../../../../../../made2", "image/far");
	CHECK(sh(with(def("image"), "cwd", "/far/deep"), "pwd") == 0);
	CHECK(has("/made2/deep\n"));
	CHECK(access("/made2", F_OK) == -1);
}

static void
test_hostile_image(void)
{
	static const char *const names[] = { "proc", "sys", "dev" };
	struct rec		*r;
	char			 path[64];

	dir("victim");
	/* A link to a file of the host, and one to a file inside. */
	for (size_t i = 0; i < 6; i++) {
		make_image("evil");
		(void)snprintf(path, sizeof(path), "evil/%s", names[i % 3]);
		link_to(i < 3 ? at("victim") : "/data", path);
		CHECK(sh(def("evil"), "true") == -1);
		(void)snprintf(path, sizeof(path), "/%s in the container's "
		    "image is not a plain directory", names[i % 3]);
		CHECK(says(path));
		(void)path_remove(AT_FDCWD, at("evil"));
	}
	/* Inside one of them, the same. */
	make_image("evil");
	dir("evil/dev");
	link_to("/etc/passwd", "evil/dev/null");
	link_to(at("victim"), "evil/dev/pts");
	link_to("/dev/pts/../../etc", "evil/dev/shm");
	link_to("/etc/passwd", "evil/dev/console");
	link_to("../../../../../../../../tmp/bh-escaped", "evil/etc/hosts");
	link_to("loop2", "evil/loop1");
	link_to("loop1", "evil/loop2");
	link_to("/etc", "evil/conf");
	r = with(with(def("evil"), "tty", "1"), "mask", "/conf/passwd");
	CHECK(sh(filed(r, "/etc/hosts", "good\n"), "cat /etc/hosts "
	    "/tmp/bh-escaped; wc -c /etc/passwd; ls -l /dev/null") == 0);
	CHECK(has("good\r\ngood\r\n0 /etc/passwd") && has("1,   3"));
	CHECK(access("/tmp/bh-escaped", F_OK) == -1);
	CHECK(rmdir(at("victim")) == 0);	/* still empty */
	dir("victim");
	CHECK(sh(mounted(def("evil"), "tmpfs", NULL, "/loop1/x", NULL),
	    "true") == -1);
	CHECK(says("mounting /loop1/x in the container") && d.error == ELOOP);
	CHECK(sh(with(def("evil"), "mask", "/loop1"), "true") == -1);
	CHECK(says("masking /loop1"));
	(void)path_remove(AT_FDCWD, at("evil"));

	/* Users' files that are not files. */
	make_image("evil");
	CHECK(unlink(at("evil/etc/passwd")) == 0 &&
	    mkfifo(at("evil/etc/passwd"), 0644) == 0);
	CHECK(sh(with(def("evil"), "user", "app"), "true") == -1);
	CHECK(says("/etc/passwd cannot be used"));
	/* A user given by number needs no such file. */
	CHECK(run_args(with(def("evil"), "user", "0"),
	    (const char *const[]){ "true", NULL }) == 0);
	(void)unlink(at("evil/etc/passwd"));
	link_to("/dev/zero", "evil/etc/passwd");
	CHECK(sh(with(def("evil"), "user", "app"), "true") == -1);
	(void)path_remove(AT_FDCWD, at("evil"));
}

static void
test_users(void)
{
	struct rec	*r;

	CHECK(sh(with(def("image"), "user", "nosuch"), "true") == -1);
	CHECK(says("unable to find user nosuch: no matching entries in passwd "
	    "file"));
	CHECK(sh(with(def("image"), "user", "0:nosuch"), "true") == -1);
	CHECK(says("unable to find group nosuch: no matching entries in group "
	    "file"));
	CHECK(sh(with(def("image"), "user", "4294967296"), "true") == -1);
	CHECK(says("not in the range"));
	CHECK(sh(with(def("image"), "user", "0:0:0"), "true") == -1);
	if (single) {
		CHECK(sh(with(def("image"), "user", "app"), "true") == -1);
		CHECK(says("without subordinate ids"));
		return;
	}
	r = with(with(def("image"), "user", "app"), "cap", "CAP_CHOWN");
	CHECK(sh(r, "id; echo $HOME; grep ^Cap /proc/self/status; "
	    "echo x > /dev/stdout") == 0);
	CHECK(has("uid=1000(app) gid=1000(app) groups=50(extra),1000(app)\n"
	    "/home/app\n"));
	CHECK(has("CapPrm:\t0000000000000000\nCapEff:\t0000000000000000\n"
	    "CapBnd:\t0000000000000001\n") && has("\nx\n"));
	r = with(with(def("image"), "user", "app"), "cap", "CAP_CHOWN");
	CHECK(sh(with(r, "ambient", "CAP_CHOWN"), "grep ^Cap /proc/self/status")
	    == 0);
	CHECK(has("CapPrm:\t0000000000000001\nCapEff:\t0000000000000001\n"));
	r = with(with(def("image"), "user", "4711:12"), "cwd", "/data");
	CHECK(sh(r, "id -u; id -g; whoami; grep 4711 /etc/passwd") == 0);
	CHECK(has("4711\n12\n4711\n4711:*:4711:12:container user:/data:"
	    "/bin/sh\n"));
	r = with(with(def("image"), "user", "4711"), "cwd", "/a:0:0\nb");
	CHECK(sh(r, "grep -c . /etc/passwd; grep 4711 /etc/passwd") == 0);
	CHECK(has("3\n4711:*:4711:0:container user:/:/bin/sh\n"));
	CHECK(sh(with(def("image"), "user", "70000"), "true") == -1);
	CHECK(says("not mapped"));
	put("image/private", "", 0700);
	(void)unlink(at("image/private"));
	dir("image/private");
	CHECK(chmod(at("image/private"), 0700) == 0);
	r = with(with(def("image"), "user", "app"), "cwd", "/private");
	CHECK(sh(with(r, "cap", "CAP_DAC_OVERRIDE"), "true") == -1);
	CHECK(d.error == EACCES && says("working directory /private"));
}

static void
test_terminal(void)
{
	CHECK(sh(with(def("image"), "tty", "1"), "tty; stty size; stat -c "
	    "'%F' /dev/console; echo $TERM; ps -o tty,pid | grep -c 136,0; "
	    "echo to > /dev/tty; echo co > /dev/console") == 0);
	CHECK(has("/dev/pts/0\r\n24 80\r\n"
	    "character special file\r\nxterm\r\n"));
	CHECK(has("to\r\nco\r\n"));
}

#ifndef SANITIZED
static void
test_init(void)
{
	char	 path[512];
	size_t	 len;
	char	*p;
	int	 fd = open(prog, O_PATH);

	(void)snprintf(path, sizeof(path), "%.*sinit",
	    (int)(strrchr(prog, '/') + 1 - prog), prog);
	close(fd);
	if ((p = path_slurp(AT_FDCWD, path, 64u << 20, &len)) == NULL) {
		printf("# not tested: %s\n", path);
		return;
	}
	CHECK(run_given(with(def("image"), "init", "1"), LAUNCH_INIT,
	    sealed_fd("init", p, len), "(sleep 0.01 &) ; echo $$; "
	    "cat /proc/1/cmdline; exit 7") == 7);
	CHECK(has("2\n/dev/init"));
	CHECK(run_given(with(def("image"), "init", "1"), LAUNCH_INIT,
	    sealed_fd("init", p, len), "kill -TERM 1; sleep 5") == 128 +
	    SIGTERM);
	CHECK(sh(with(def("image"), "init", "1"), "true") == -1);
	CHECK(says("was given none"));
	free(p);
}
#endif

/*
 * Descriptors of the container's first process, besides its standard streams
 * and, as the last, one socket; or -1: it does not let us look.
 */
static int
held(pid_t pid)
{
	char		 path[64], to[256];
	int		 n = 0, sockets = 0;
	struct dirent	*e;
	DIR		*d_fds;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	if ((d_fds = opendir(path)) == NULL)
		return (-1);
	while ((e = readdir(d_fds)) != NULL) {
		ssize_t	 len = readlinkat(dirfd(d_fds), e->d_name, to,
			    sizeof(to) - 1);

		if (len == -1 || strtol(e->d_name, NULL, 10) < 3)
			continue;
		to[len] = '\0';
		if (strncmp(to, "socket:", 7) == 0 && ++sockets == 1)
			continue;
		printf("# held: %s %s\n", e->d_name, to);
		n++;
	}
	closedir(d_fds);
	return (sockets == 1 ? n : -2);
}

/* Built, and about to resolve the program: nothing of the host is open. */
static void
test_holds_nothing(void)
{
	static const char *const	 terminal[] = { "0", "1" };

	for (size_t i = 0; i < 2; i++) {
		struct rec	*r = with(with(def("image"), "arg",
				    "/bin/true"), "tty", terminal[i]);

		drive_start(&d, prog, single);
		CHECK(drive_create(&d, r) == 0 && drive_build(&d) == 0);
		/* The master of its terminal goes right after the answer. */
		for (int t = 0; t < 100 && held(d.pid) > 0; t++)
			(void)usleep(10000);
		CHECK(held(d.pid) == (geteuid() == 0 ? 0 : -1));
		(void)drive_exec(&d);
		(void)drive_end(&d);
		rec_free(r);
	}
}

/*
 * If launch or the front end ends before the program runs, so does the process.
 */
static void
test_ends(void)
{
	struct rec	*r = with(def("image"), "arg", "/bin/true");
	int		 status;

	for (int stage = 0; stage < 4; stage++) {
		drive_start(&d, prog, single);
		CHECK(drive_create(&d, r) == 0);
		if (stage >= 2)
			CHECK(drive_build(&d) == 0);
		if (stage % 2 == 0) {
			CHECK(kill(d.launch, SIGKILL) == 0);
			CHECK(waitpid(d.pid, &status, 0) == d.pid);
			d.pid = -1;
			close(d.ch.fd);
			CHECK(waitpid(d.launch, NULL, 0) == d.launch);
		} else
			status = drive_end(&d);
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 125);
	}
	drive_start(&d, prog, single);
	CHECK(drive_build(&d) == EBUSY && drive_exec(&d) == EBUSY);
	CHECK(drive_create(&d, r) == 0 && drive_exec(&d) == EBUSY);
	CHECK(drive_build(&d) == 0 && drive_build(&d) == EBUSY);
	CHECK(drive_give(&d, LAUNCH_NULL, 0, 0) == EBUSY);
	CHECK(drive_exec(&d) == 0);
	CHECK(drive_end(&d) == 0);
	rec_free(r);
}

/* A request sent before the answer to a failed one gets the same failure. */
static void
test_asked_on(void)
{
	struct rec	*r = with(def("image"), "arg", "/bin/true");
	char		 why[sizeof(d.text)];

	(void)rec_set(r, KEY(rootfs), "/nosuch/root");
	drive_start(&d, prog, single);
	CHECK(drive_create(&d, r) == 0);
	CHECK(drive_build(&d) == ENOENT);
	CHECK(strstr(d.text, "/nosuch/root") != NULL);
	memcpy(why, d.text, sizeof(why));
	CHECK(drive_exec(&d) == ENOENT && strcmp(d.text, why) == 0);
	CHECK(drive_give(&d, LAUNCH_NULL, 0, 0) == ENOENT);
	CHECK(drive_end(&d) == 125 << 8);
	rec_free(r);
}

/* Can another process of the user's look into this one? */
static int
readable(pid_t pid)
{
	char	 path[64], to[8];
	int	 status;
	pid_t	 child = fork();

	if (child == 0) {
		(void)snprintf(path, sizeof(path), "/proc/%d/cwd", pid);
		if (geteuid() == 0 && setresuid(UNPRIVILEGED, UNPRIVILEGED,
		    UNPRIVILEGED) == -1)
			_exit(2);
		_exit(readlink(path, to, sizeof(to)) != -1);
	}
	return (waitpid(child, &status, 0) == child ? status >> 8 : -1);
}

/* The helper is confined as soon as there is a container; that never is. */
static void
test_confined(void)
{
	struct rec	*r = with(def("image"), "arg", "/bin/true");
	char		 path[64], *status;

	drive_start(&d, prog, single);
	CHECK(drive_create(&d, r) == 0);
	CHECK(!single || readable(d.pid) == 1);
	CHECK(drive_build(&d) == 0);	/* it has confined itself by now */
	CHECK(readable(d.pid) == 0);
	for (int i = 0; i < 2; i++) {
		pid_t	 pid = i == 0 ? d.launch : d.pid;
		FILE	*f;
		char	 buf[8192];
		size_t	 n;

		(void)snprintf(path, sizeof(path), "/proc/%d/status", pid);
		f = fopen(path, "re");
		n = f == NULL ? 0 : fread(buf, 1, sizeof(buf) - 1, f);
		buf[n] = '\0';
		if (f != NULL)
			fclose(f);
		status = strstr(buf, "NoNewPrivs:");
		CHECK(status != NULL && strncmp(status, i == 0 ?
		    "NoNewPrivs:\t1\nSeccomp:\t2\n" :
		    "NoNewPrivs:\t0\nSeccomp:\t0\n", 25) == 0);
	}
	CHECK(drive_exec(&d) == 0 && drive_end(&d) == 0);
	rec_free(r);
}

static void
write_to(const char *path, const char *text)
{
	int	 fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd == -1 || write(fd, text, strlen(text)) == -1)
		err(1, "%s", path);
	close(fd);
}

/* As on a system that allows no user namespaces. */
static void
no_namespaces(void)
{
	if (unshare(CLONE_NEWUSER) == -1)
		err(1, "unshare");
	write_to("/proc/sys/user/max_user_namespaces", "0");
}

static void
test_no_namespaces(void)
{
	drive_before = no_namespaces;
	CHECK(sh(def("image"), "true") == -1 && d.error == ENOSPC);
	CHECK(says("user.max_user_namespaces"));
	drive_before = NULL;
}

static void
all(void)
{
	test_plain();
	test_nothing_of_the_host();
	test_process();
	test_seccomp();
	test_exec();
	test_workdir();
	test_hostile_image();
	test_users();
	test_terminal();
#ifndef SANITIZED			/* then it is not static */
	test_init();
#endif
	test_holds_nothing();
	test_ends();
	test_asked_on();
	test_confined();
	test_no_namespaces();
}

int
main(int argc, char **argv)
{
	return (box_main(argc, argv, all));
}
