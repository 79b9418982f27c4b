/*
 * What a container gets, and what an image, a definition or a front end
 * that means ill does not: through the socket, as an ordinary user.
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

#include "drive.h"
#include "harness.h"
#include "path.h"
#include "sealed.h"

static const char	*prog;
static char		 base[64];	/* a directory of the user's */
static struct drive	 d;
static int		 single = 1;

static const char *
at(const char *path)
{
	static char	 buf[4][512];
	static int	 i;

	i = (i + 1) % 4;
	(void)snprintf(buf[i], sizeof(buf[i]), "%s/%s", base, path);
	return (buf[i]);
}

static void
put(const char *path, const char *text, mode_t mode)
{
	int	 fd = open(at(path), O_WRONLY | O_CREAT | O_TRUNC, mode);

	if (fd == -1 || write(fd, text, strlen(text)) == -1)
		err(1, "%s", path);
	close(fd);
	if (chmod(at(path), mode) == -1 ||
	    (geteuid() == 0 && chown(at(path), UNPRIVILEGED,
	    UNPRIVILEGED) == -1))
		err(1, "%s", path);
}

static void
dir(const char *path)
{
	if (mkdir(at(path), 0755) == -1 && errno != EEXIST)
		err(1, "%s", path);
	if (geteuid() == 0 && chown(at(path), UNPRIVILEGED, UNPRIVILEGED) == -1)
		err(1, "%s", path);
}

static void
link_to(const char *text, const char *path)
{
	if (symlink(text, at(path)) == -1)
		err(1, "%s", path);
}

static void
copy(const char *from, const char *path)
{
	int	 in = open(from, O_RDONLY | O_CLOEXEC);
	char	 buf[65536];
	ssize_t	 n;

	put(path, "", 0755);
	int	 out = open(at(path), O_WRONLY | O_CLOEXEC);

	while ((n = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, (size_t)n) != n)
			err(1, "%s", path);
	close(in);
	close(out);
}

/* An image in one directory: a static busybox and a few files. */
static void
make_image(const char *name)
{
	static const char *const tools[] = { "sh", "id", "cat", "ls", "mount",
	    "stat", "hostname", "env", "stty", "tty", "sleep", "true", "touch",
	    "grep", "readlink", "pwd", "kill", "mkdir", "wc", "whoami", "ip",
	    "df", "sort", "ps", "chmod", "umount", "cut",
	    "chown", "rm" };
	char	 path[128];

	dir(name);
#define IN(x) ((void)snprintf(path, sizeof(path), "%s/%s", name, x), path)
	dir(IN("bin"));
	dir(IN("etc"));
	dir(IN("data"));
	copy("/bin/busybox", IN("bin/busybox"));
	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++) {
		char	 tool[64];

		(void)snprintf(tool, sizeof(tool), "bin/%s", tools[i]);
		link_to("busybox", IN(tool));
	}
	put(IN("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n"
	    "app:x:1000:1000::/home/app:/bin/sh\n", 0644);
	put(IN("etc/group"), "root:x:0:\napp:x:1000:\nextra:x:50:app\n", 0644);
	put(IN("data/inside"), "image\n", 0644);
	put(IN("bin/plain"), "text\n", 0644);
	put(IN("bin/script"), "#!/no/such/interpreter\n", 0755);
	put(IN("bin/junk"), "\177junk\n", 0755);
#undef IN
}

static struct rec *
def(const char *image)
{
	struct rec	*r = rec_new();

	(void)rec_add(r, "rootfs", at(image));
	(void)rec_add(r, "seccomp", "unconfined");
	(void)rec_add(r, "hostname", "box");
	return (r);
}

/* Run arguments in a container. Its exit status, or -1 and d.text. */
static int
run_args(struct rec *r, const char *const *args)
{
	int	 status;

	for (; *args != NULL; args++)
		(void)rec_add(r, "arg", *args);
	status = drive_run(&d, prog, r, single);
	rec_free(r);
	return (status);
}

static int
sh(struct rec *r, const char *script)
{
	return (run_args(r, (const char *const[]){ "/bin/sh", "-c", script,
	    NULL }));
}

static int
has(const char *text)
{
	if (strstr(d.output, text) != NULL)
		return (1);
	printf("# output: %s\n# not in it: %s\n", d.output, text);
	return (0);
}

static int
says(const char *text)
{
	if (strstr(d.text, text) != NULL)
		return (1);
	printf("# reply: %u %s\n# not in it: %s\n", d.error, d.text, text);
	return (0);
}

static struct rec *
with(struct rec *r, const char *key, const char *value)
{
	(void)rec_add(r, key, value);
	return (r);
}

static struct rec *
mounted(struct rec *r, const char *type, const char *src, const char *dst,
    const char *opt)
{
	struct rec	*m = rec_new();

	(void)rec_add(m, "type", type);
	if (src != NULL)
		(void)rec_add(m, "src", src);
	(void)rec_add(m, "dst", dst);
	if (opt != NULL)
		(void)rec_add(m, "opt", opt);
	(void)rec_add_rec(r, "mount", m);
	rec_free(m);
	return (r);
}

static struct rec *
limited(struct rec *r, const char *name, const char *value, int soften)
{
	struct rec	*m = rec_new();

	(void)rec_add(m, "name", name);
	(void)rec_add(m, "soft", value);
	(void)rec_add(m, "hard", value);
	(void)rec_add_num(m, "default", soften);
	(void)rec_add_rec(r, "rlimit", m);
	rec_free(m);
	return (r);
}

static struct rec *
filed(struct rec *r, const char *dst, const char *content)
{
	struct rec	*m = rec_new();

	(void)rec_add(m, "dst", dst);
	(void)rec_add(m, "content", content);
	(void)rec_add_num(m, "mode", 0644);
	(void)rec_add_rec(r, "file", m);
	rec_free(m);
	return (r);
}

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
	CHECK(sh(def("image"), "cat /proc/keys") == 0 && has("_ses"));
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

	rec_set(r, "seccomp", kind == LAUNCH_SECCOMP ? "default" :
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
	rec_set(r, "seccomp", "default");
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

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
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
	/* To a place of the host, and to one that is there inside. */
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
	/* Who is given by number needs no such file. */
	CHECK(run_args(with(def("evil"), "user", "0"),
	    (const char *const[]){ "true", NULL }) == 0);
	(void)unlink(at("evil/etc/passwd"));
	link_to("/dev/zero", "evil/etc/passwd");
	CHECK(sh(with(def("evil"), "user", "app"), "true") == -1);
	(void)path_remove(AT_FDCWD, at("evil"));
}

static void
test_mounts(void)
{
	struct rec	*r;

	dir("host");
	dir("host/sub");
	put("host/file", "host\n", 0644);
	put("host/hosts", "mine\n", 0644);
	r = mounted(def("image"), "bind", at("host"), "/new/place", "rbind");
	CHECK(sh(r, "cat /new/place/file; touch /new/place/made; "
	    "mount | grep /new/place") == 0);
	CHECK(has("host\n") && has("nosuid,nodev"));
	CHECK(access(at("host/made"), F_OK) == 0);
	r = mounted(def("image"), "bind", at("host"), "/data", "ro");
	CHECK(sh(r, "touch /data/no") == 1);
	CHECK(has("Read-only"));
	r = mounted(def("image"), "bind", at("host/file"), "/etc/one", NULL);
	CHECK(sh(r, "cat /etc/one") == 0 && has("host\n"));
	r = mounted(def("image"), "bind", at("nosuch"), "/data", NULL);
	CHECK(sh(r, "true") == -1 && d.error == ENOENT);
	CHECK(says("statfs ") && says("/nosuch: no such file or directory"));
	r = mounted(def("image"), "bind", at("host"), "/data", "frobnicate");
	CHECK(sh(r, "true") == -1 && says("\"frobnicate\""));
	r = mounted(def("image"), "bind", at("host/file"), "/data", NULL);
	CHECK(sh(r, "true") == -1 && says("mounting /data"));
	/* The outer one first, whatever their order. */
	r = mounted(def("image"), "bind", at("host/file"), "/mnt/x/f", NULL);
	r = mounted(r, "tmpfs", NULL, "/mnt/x", "size=64k");
	CHECK(sh(r, "cat /mnt/x/f; df -k /mnt/x") == 0);
	CHECK(has("host\n") && has(" 64 "));
	r = mounted(def("image"), "tmpfs", NULL, "/data", "mode=700");
	CHECK(sh(r, "cat /data/inside; stat -c %a /data; mount") == 0);
	CHECK(has("image\n") && has("\n700\n"));
	r = mounted(def("image"), "tmpfs", NULL, "/data", "size=64k");
	r = mounted(r, "tmpfs", NULL, "/scratch", "size=64k");
	CHECK(sh(r, "stat -c %a /data; stat -c %a /scratch") == 0);
	CHECK(strcmp(d.output, "755\n1777\n") == 0);
	r = mounted(def("image"), "tmpfs", "tmpfs", "/data", "noatime");
	CHECK(sh(r, "mount") == 0 && has("nodev,noatime"));
	r = mounted(def("image"), "tmpfs", NULL, "/data", "notmpcopyup");
	CHECK(sh(r, "ls /data; stat -c %a /data") == 0);
	CHECK(strcmp(d.output, "1777\n") == 0);
	/* Nothing in /proc but what may be; by no other name either. */
	r = mounted(def("image"), "bind", at("host/file"), "/proc/meminfo",
	    NULL);
	CHECK(sh(r, "cat /proc/meminfo") == 0 && has("host\n"));
	link_to("/proc/sys", "image/way");
	CHECK(sh(mounted(def("image"), "tmpfs", NULL, "/proc", NULL),
	    "true") == -1 && says("where nothing can be mounted"));
	CHECK(sh(mounted(def("image"), "tmpfs", NULL, "/proc/sys", NULL),
	    "true") == -1 && says("where nothing can be mounted"));
	CHECK(sh(mounted(def("image"), "tmpfs", NULL, "/way/net", NULL),
	    "true") == -1 && says("where nothing can be mounted"));
	CHECK(sh(mounted(def("image"), "tmpfs", NULL, "/data/../proc", NULL),
	    "true") == -1 && says("\"dst\""));
	CHECK(sh(mounted(def("image"), "tmpfs", NULL, "/", NULL),
	    "true") == -1);
	CHECK(sh(mounted(def("image"), "sysfs", NULL, "/data", NULL),
	    "true") == -1);
	/* Files of the definition, unless the user has others. */
	r = filed(filed(def("image"), "/etc/hosts", "ours\n"),
	    "/etc/hostname", "box\n");
	r = mounted(r, "bind", at("host/hosts"), "/etc/hosts", "ro");
	CHECK(sh(r, "cat /etc/hosts /etc/hostname; echo x > /etc/hostname") ==
	    0);
	CHECK(has("mine\nbox\n"));
	CHECK(access(at("image/etc/hostname"), F_OK) == 0);
	/* Their lines hold no control bytes, and a host name is one line. */
	CHECK(sh(filed(def("image"), "/etc/hosts", "1.2.3.4\ta\r\n"),
	    "true") == -1 && says("\"content\""));
	CHECK(sh(filed(def("image"), "/etc/hostname", "box\nmore\n"),
	    "true") == -1 && says("one word on one line"));
	CHECK(sh(filed(def("image"), "/etc/hostname", "box more\n"),
	    "true") == -1 && says("one word on one line"));
}

/* A volume beneath the graph root, on /data; 0 to 3 as spec.h has them. */
static struct rec *
volume(const char *sub, const char *copyup)
{
	struct rec	*r = with(def("image"), "graph", at("graph"));
	struct rec	*m = rec_new();

	(void)rec_add(m, "type", "bind");
	(void)rec_add(m, "src", "/nowhere");
	(void)rec_add(m, "sub", sub);
	(void)rec_add(m, "dst", "/data");
	(void)rec_add(m, "copyup", copyup);
	(void)rec_add_rec(r, "mount", m);
	rec_free(m);
	return (r);
}

static void
test_volumes(void)
{
	dir("graph");
	dir("graph/v");
	CHECK(sh(volume("v", "0"), "ls /data; mount | grep /data") == 0);
	CHECK(!strstr(d.output, "inside") && has("nosuid,nodev"));
	CHECK(sh(volume("v", "1"), "cat /data/inside; touch /data/mine") == 0);
	CHECK(has("image\n") && access(at("graph/v/mine"), F_OK) == 0);
	CHECK(sh(volume("v", "1"), "rm /data/inside") == 0);
	CHECK(sh(volume("v", "1"), "ls /data") == 0);
	CHECK(strcmp(d.output, "mine\n") == 0);
	/* What an earlier copy left is made anew, and never followed. */
	put("graph/target", "host\n", 0644);
	link_to("../target", "graph/v/inside");
	CHECK(sh(volume("v", "2"), "cat /data/inside; ls /data") == 0);
	CHECK(strcmp(d.output, "image\ninside\nmine\n") == 0);
	dir("graph/w");
	CHECK(sh(volume("w", "3"), "ls /data; stat -c %a /data") == 0);
	CHECK(strcmp(d.output, "755\n") == 0);
	/* Nothing but what lies beneath the graph root, by no name. */
	dir("outside");
	link_to("../outside", "graph/way");
	link_to("v", "graph/other");
	CHECK(sh(volume("../outside", "0"), "true") == -1 && says("\"sub\""));
	CHECK(sh(volume("/etc", "0"), "true") == -1 && says("\"sub\""));
	CHECK(sh(volume("way", "0"), "true") == -1 &&
	    says("opening the volume for /data"));
	CHECK(sh(volume("other", "0"), "true") == -1);
	CHECK(sh(volume("nosuch", "0"), "true") == -1 && d.error == ENOENT);
	CHECK(sh(volume("v", "4"), "true") == -1 && says("\"copyup\""));
}

static void
test_masks(void)
{
	struct rec	*r;

	r = with(with(def("image"), "mask", "/proc/uptime"), "mask",
	    "/sys/kernel");
	r = with(with(r, "mask", "/data"), "mask", "/proc/no/such");
	r = with(with(r, "ropath", "/proc/sys"), "ropath", "/etc");
	CHECK(sh(r, "cat /proc/uptime; ls /sys/kernel /data; echo --; "
	    "stat -c %t:%T /proc/uptime; touch /data/x; touch /etc/x; "
	    "echo 1 > /proc/sys/net/ipv4/ip_forward") != 0);
	CHECK(has("/data:\n") && has("--\n1:3\n"));
	CHECK(has("/data/x: Read-only") && has("/etc/x: Read-only"));
	CHECK(has("ip_forward: Read-only"));
	r = with(def("image"), "readonly", "1");
	CHECK(sh(r, "touch /x; touch /tmp/y && touch /run/y && "
	    "touch /var/tmp/y && touch /dev/shm/y") == 0);
	CHECK(has("/x: Read-only"));
	r = with(with(def("image"), "readonly", "1"), "readonly_tmpfs", "0");
	CHECK(sh(r, "touch /tmp/y") == 1);
	r = with(def("image"), "shm_size", "65536");
	CHECK(sh(r, "df -k /dev/shm") == 0 && has(" 64 "));
	r = with(def("image"), "sysctl", "net.ipv4.ip_forward=1");
	CHECK(sh(r, "cat /proc/sys/net/ipv4/ip_forward") == 0 && has("1\n"));
	r = with(def("image"), "sysctl", "kernel.core_pattern=|/x");
	CHECK(sh(r, "true") == -1 && says("kernel.core_pattern"));
	r = with(def("image"), "sysctl", "net.ipv4/../../kernel=1");
	CHECK(sh(r, "true") == -1 && says("cannot be set"));
	r = with(with(def("image"), "net", "host"), "sysctl",
	    "net.ipv4.ip_forward=1");
	CHECK(sh(r, "true") == -1 && says("cannot be set"));
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

/* Whoever goes before the program runs takes the process with them. */
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

/* Who asked on before the answer came hears why it failed, all the same. */
static void
test_asked_on(void)
{
	struct rec	*r = with(def("image"), "arg", "/bin/true");
	char		 why[sizeof(d.text)];

	(void)rec_set(r, "rootfs", "/nosuch/root");
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

/* Old kernels know no descriptors for the layers of an overlay. */
static void
no_layers_by_fd(void)
{
	struct sock_filter	 f[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_fsconfig, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, args[1])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 5 /* SET_FD */, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog	 p = { sizeof(f) / sizeof(f[0]), f };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &p) == -1)
		err(1, "filter");
}

static struct rec *
overlay(int layers)
{
	struct rec	*r = rec_new();

	for (int i = layers; i >= 1; i--)
		(void)rec_addf(r, "lower", "overlay/layer%059d/diff", i);
	(void)rec_add(r, "upper", "overlay/top/diff");
	(void)rec_add(r, "work", "overlay/top/work");
	(void)rec_add(r, "graph", at("graph"));
	(void)rec_add(r, "driver", "overlay");
	(void)rec_add(r, "seccomp", "unconfined");
	return (r);
}

static void
test_overlay(void)
{
	char	 path[128];

	dir("graph");
	dir("graph/overlay");
	for (int i = 2; i <= 500; i++) {
		(void)snprintf(path, sizeof(path), "graph/overlay/layer%059d",
		    i);
		dir(path);
		(void)snprintf(path + strlen(path), 8, "/diff");
		dir(path);
		(void)snprintf(path + strlen(path), 8, "/f%d", i);
		put(path, "layer\n", 0644);
	}
	(void)snprintf(path, sizeof(path), "graph/overlay/layer%059d", 1);
	dir(path);
	(void)snprintf(path + strlen(path), 8, "/diff");
	make_image(path);
	dir("graph/overlay/top");
	dir("graph/overlay/top/diff");
	dir("graph/overlay/top/work");
	for (int old = 0; old < 2; old++) {
		drive_before = old ? no_layers_by_fd : NULL;
		for (int n = 1; n <= 500; n = n == 1 ? 40 : n * 12 + 20) {
			struct rec	*r = overlay(n);

			if (n == 40)
				(void)rec_add(r, "rm", "1");
			CHECK(sh(r, "ls / | grep -c ^f; echo x > /written; "
			    "cat /written; stat -f -c %t /") == 0);
			(void)snprintf(path, sizeof(path), "%d\nx\n794c7630\n",
			    n - 1);
			CHECK(has(path));
			CHECK(unlink(at("graph/overlay/top/diff/written")) ==
			    0);
			/* What the mount left is its own to know. */
			(void)path_remove(AT_FDCWD,
			    at("graph/overlay/top/work"));
			dir("graph/overlay/top/work");
		}
	}
	drive_before = NULL;
	CHECK(sh(with(overlay(1), "lower", "overlay/../../.."), "true") == -1);
	CHECK(says("\"lower\""));
	link_to(base, "graph/overlay/out");
	CHECK(sh(with(overlay(1), "lower", "overlay/out/graph"), "true") == -1);
	CHECK(says("opening layer overlay/out/graph") && d.error == EXDEV);
	CHECK(sh(overlay(501), "true") == -1 && says("500 is the most"));
}

/* For three containers in a row, with one volatile mark left behind. */
static void
test_again(void)
{
	for (int i = 0; i < 3; i++)
		CHECK(sh(with(overlay(1), "rm", "1"), "true") == 0);
}

/* As refresh does it: on disk 0 is root, in the container's range it is too. */
static int
shifted(const char *path)
{
	struct mount_attr	 a = { .attr_set = MOUNT_ATTR_IDMAP,
				    .userns_fd = (uint64_t)d.userns };
	int			 fd = (int)syscall(SYS_open_tree, AT_FDCWD,
	    path,
				    OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

	if (fd == -1 || syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &a,
	    sizeof(a)) == -1)
		err(1, "id-mapped mount of %s", path);
	return (fd);
}

/* A container of a range of its own, whose mounts come by descriptor. */
static void
run_system(struct rec *r, uint32_t kind, const char *path, const char *script)
{
	(void)with(with(with(r, "arg", "/bin/sh"), "arg", "-c"), "arg", script);
	(void)with(r, "cap", "CAP_CHOWN");
	drive_start(&d, prog, 0);
	d.system = 1;
	CHECK(drive_create(&d, r) == 0);
	CHECK(drive_give(&d, kind, 0, shifted(path)) == 0);
	CHECK(drive_give(&d, kind, 0, shifted(path)) == EEXIST);
	CHECK(drive_give(&d, LAUNCH_MOUNT, 0, shifted(at("disk"))) == 0);
	CHECK(drive_build(&d) == 0 && drive_exec(&d) == 0);
	if (d.error != 0)
		printf("# %s\n", d.text);
	drive_read(&d);
	CHECK(drive_end(&d) == 0);
	rec_free(r);
}

static void
owned(const char *path, uid_t uid)
{
	struct stat	 st;

	CHECK(lstat(at(path), &st) == 0 && st.st_uid == uid);
	if (st.st_uid != uid)
		printf("# %s is of %u\n", path, st.st_uid);
}

static char *
slurp_proc(const char *path)
{
	char	*buf = calloc(1, 1 << 20);
	FILE	*f = fopen(path, "re");

	if (f == NULL || buf == NULL)
		return (NULL);
	if (fread(buf, 1, (1 << 20) - 1, f) == 0)
		warnx("%s", path);
	fclose(f);
	return (buf);
}

static void
forget_procs(void)
{
	char	*list = slurp_proc("/proc/self/mountinfo"), *line, *rest = list;
	char	 place[512];

	while ((line = strsep(&rest, "\n")) != NULL)
		if (strstr(line, " - proc ") != NULL &&
		    sscanf(line, "%*s %*s %*s %*s %511s", place) == 1 &&
		    strcmp(place, "/proc") != 0 &&
		    umount2(place, MNT_DETACH) == -1)
			warn("%s", place);
	free(list);
}

static void
test_system_mode(void)
{
	char	 cmd[256], *list;

	dir("disk");
	(void)path_remove(AT_FDCWD, at("graph/overlay/top/work"));
	dir("graph/overlay/top/work");
	(void)snprintf(cmd, sizeof(cmd),
	    "chown -R 0:0 %s/image %s/graph %s/disk",
	    base, base, base);
	if (system(cmd) != 0)
		err(1, "chown");
	/*
	 * Mounts of a namespace of our own, and peers of it as systemd's are.
	 */
	if (unshare(CLONE_NEWNS) == -1 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1 ||
	    mount(base, base, NULL, MS_BIND, NULL) == -1 ||
	    mount(NULL, base, NULL, MS_SHARED, NULL) == -1)
		err(1, "mount");
	run_system(mounted(def("image"), "bind", "/vol", "/vol", "rshared"),
	    LAUNCH_ROOTFS, at("image"), "id -u; touch /made /vol/made; "
	    "chown 1000 /vol/made; stat -c %u /bin/sh /vol/made; "
	    "echo x >/dev/stdout; cat /proc/self/uid_map; ls -ln /data");
	CHECK(has("0\n0\n1000\nx\n") && has("    4711000      65536\n"));
	owned("image/made", 0);
	owned("disk/made", 1000);
	run_system(mounted(overlay(40), "bind", "/vol", "/vol", NULL),
	    LAUNCH_GRAPH, at("graph"), "touch /made; chown 1000:50 /made; "
	    "stat -c %u /made /bin/busybox; id -u; rm /bin/true");
	CHECK(has("1000\n0\n0\n"));
	owned("graph/overlay/top/diff/made", 1000);
	drive_before = no_layers_by_fd;
	run_system(mounted(overlay(40), "bind", "/vol", "/vol", NULL),
	    LAUNCH_GRAPH, at("graph"), "stat -c %u /made; touch /made2");
	CHECK(has("1000\n"));
	owned("graph/overlay/top/diff/made2", 0);
	drive_before = NULL;
	/*
	 * Inside of a container, whose /proc is masked, as others do it; and
	 * where there is no second one.
	 */
	forget_procs();
	if (mount("/dev/null", "/proc/uptime", NULL, MS_BIND, NULL) == -1)
		err(1, "mount");
	CHECK(sh(def("image"), "true") == -1);
	CHECK(says("are hidden from it"));
	if (umount("/proc/uptime") == -1)
		err(1, "umount");
	/* None of all that was mounted there has come out here. */
	if ((list = slurp_proc("/proc/self/mountinfo")) == NULL)
		err(1, "mountinfo");
	CHECK(strstr(list, at("graph")) == NULL);
	CHECK(strstr(list, at("image")) == NULL);
	free(list);
	if (umount2(base, MNT_DETACH) == -1)
		err(1, "umount");
}

static int
make_dir(void)
{
	(void)snprintf(base, sizeof(base), "/tmp/bhlaunch.XXXXXX");
	if (mkdtemp(base) == NULL || chmod(base, 0755) == -1)
		return (-1);
	return (geteuid() == 0 ? chown(base, UNPRIVILEGED, UNPRIVILEGED) : 0);
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
	test_mounts();
	test_volumes();
	test_masks();
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
	test_overlay();
	test_again();
	if (!single)
		test_system_mode();
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		errx(2, "usage: launch_test PROGRAM");
	prog = argv[1];
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	(void)umask(022);
	/* With one id, as anybody has it; with many, if we can map them. */
	for (single = 1; single >= (geteuid() == 0 ? 0 : 1); single--) {
		if (make_dir() == -1)
			err(2, "%s", base);
		make_image("image");
		all();
		if (path_remove(AT_FDCWD, base) == -1)
			warn("%s", base);
	}
	return (finish());
}
