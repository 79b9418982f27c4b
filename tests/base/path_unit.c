/* Paths beneath a directory: what must not lead out of it. */
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <linux/ptrace.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

#include "path.h"

static char	 top[] = "/tmp/path-unit.XXXXXX";
static int	 dir;		/* top/in; files outside of it are in top */

static bool
exists(const char *name)
{
	struct stat	 st;
	char		 path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s", top, name);
	return (lstat(path, &st) == 0);
}

static bool
refused(int fd)
{
	int	 error = errno;

	if (fd != -1)
		close(fd);
	errno = error;
	return (fd == -1);
}

static void
world(void)
{
	if (mkdtemp(top) == NULL || chdir(top) == -1 ||
	    mkdir("in", 0700) == -1 || mkdir("out", 0700) == -1 ||
	    mkdir("in/d", 0700) == -1 ||
	    symlink("/etc", "in/abs") == -1 ||
	    symlink("../out", "in/rel") == -1 ||
	    symlink("d", "in/near") == -1 ||
	    symlink("/proc/self/root", "in/magic") == -1 ||
	    close(open("in/d/f", O_CREAT | O_WRONLY, 0600)) == -1 ||
	    close(open("out/f", O_CREAT | O_WRONLY, 0600)) == -1)
		err(1, "%s", top);
	if ((dir = open("in", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		err(1, "in");
}

static void
test_open(void)
{
	int	 fd = path_open(dir, "d/f", O_RDONLY, 0);

	CHECK(fd != -1 && (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	close(fd);
	CHECK(!refused(path_open(dir, "near/f", O_RDONLY, 0)));
	CHECK(!refused(path_open(dir, "d/../d/f", O_RDONLY, 0)));
	CHECK(refused(path_open(dir, "../out/f", O_RDONLY, 0)));
	CHECK(refused(path_open(dir, "d/../../out/f", O_RDONLY, 0)));
	CHECK(refused(path_open(dir, "/etc/passwd", O_RDONLY, 0)));
	CHECK(refused(path_open(dir, "abs/passwd", O_RDONLY, 0)));
	CHECK(refused(path_open(dir, "rel/f", O_RDONLY, 0)));
	CHECK(refused(path_open(dir, "magic/etc/passwd", O_RDONLY, 0)));
}

static void
test_names(void)
{
	char	 longest[NAME_MAX + 2];

	memset(longest, 'x', sizeof(longest));
	longest[NAME_MAX + 1] = '\0';
	CHECK(!path_is_name(longest));
	longest[NAME_MAX] = '\0';
	CHECK(path_is_name(longest));
	CHECK(path_is_name("a") && path_is_name("...") && path_is_name(".a"));
	CHECK(!path_is_name("") && !path_is_name(".") && !path_is_name(".."));
	CHECK(!path_is_name("a/b") && !path_is_name("/"));
}

static void
test_mkdirs(void)
{
	struct stat	 st;
	int		 fd = path_mkdirs(dir, "x/y/z", 0750);

	CHECK(fd != -1 && fstat(fd, &st) == 0 && (st.st_mode & 0777) == 0750);
	close(fd);
	CHECK(!refused(path_mkdirs(dir, "x/y/z", 0700)));
	CHECK(refused(path_mkdirs(dir, "../a", 0700)) && !exists("a"));
	CHECK(refused(path_mkdirs(dir, "n/../../b", 0700)) && !exists("b"));
	CHECK(refused(path_mkdirs(dir, "rel/c", 0700)) && !exists("out/c"));
	CHECK(refused(path_mkdirs(dir, "d/f/e", 0700)));
}

static void
test_private(void)
{
	char	 path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/p/q", top);
	CHECK(!refused(path_private_dir(path, true)));
	CHECK(!refused(path_private_dir(path, true)));
	CHECK(chmod(path, 0770) == 0 && refused(path_private_dir(path, true)) &&
	    errno == EPERM);
	CHECK(!refused(path_private_dir(path, false)));
	(void)snprintf(path, sizeof(path), "%s/out/f", top);
	CHECK(refused(path_private_dir(path, true)));
	if (geteuid() != 0)
		CHECK(refused(path_private_dir("/", true)));
}

static void
test_files(void)
{
	size_t	 len = 0;
	char	*text;

	CHECK(path_replace(dir, "file", "hello", 5, 0600, false) == 0);
	CHECK((text = path_slurp(dir, "file", 5, &len)) != NULL && len == 5 &&
	    strcmp(text, "hello") == 0);
	free(text);
	CHECK((text = path_slurp(dir, "file", 4, &len)) == NULL);
	CHECK(path_replace(dir, "file", "x", 1, 0600, true) == 0);
	CHECK((text = path_slurp(dir, "file", 9, &len)) != NULL && len == 1);
	free(text);
	CHECK(path_slurp(dir, "d", 9, &len) == NULL);
	CHECK(path_slurp(dir, "rel/f", 9, &len) == NULL);
	CHECK(path_slurp(dir, "none", 9, &len) == NULL && errno == ENOENT);
	CHECK(mkfifo("in/fifo", 0600) == 0 &&
	    path_slurp(dir, "fifo", 9, &len) == NULL);
	/* A link at the name is replaced, what it points to is not. */
	CHECK(symlink("../out/f", "in/link") == 0 &&
	    path_replace(dir, "link", "evil", 4, 0600, false) == 0);
	CHECK(path_slurp(dir, "../out/f", 9, &len) == NULL);
	CHECK((text = path_slurp(AT_FDCWD, "out/f", 9, &len)) != NULL &&
	    len == 0);
	free(text);
}

static void
test_remove(void)
{
	CHECK(mkdir("in/t", 0700) == 0 && mkdir("in/t/u", 0700) == 0 &&
	    symlink("../../out", "in/t/u/link") == 0 &&
	    close(open("in/t/u/f", O_CREAT | O_WRONLY, 0)) == 0 &&
	    mkdir("in/t/shut", 0) == 0);
	CHECK(path_remove(dir, "t") == 0 && !exists("in/t"));
	CHECK(exists("out/f"));
	CHECK(path_remove(dir, "rel") == 0 && exists("out/f"));
	CHECK(path_remove(dir, "none") == 0);
	/* A directory that may be read and not written. */
	CHECK(mkdir("in/t", 0700) == 0 &&
	    close(open("in/t/f", O_CREAT | O_WRONLY, 0)) == 0 &&
	    chmod("in/t", 0500) == 0);
	CHECK(path_remove(dir, "t") == 0 && !exists("in/t"));
}

/* Something on another device stays, and the rest goes all the same. */
static void
test_remove_mounted(void)
{
	if (geteuid() != 0 || unshare(CLONE_NEWNS) == -1 ||
	    mkdir("in/t", 0700) == -1 || mkdir("in/t/m", 0700) == -1 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1 ||
	    mount("tmpfs", "in/t/m", "tmpfs", 0, NULL) == -1) {
		printf("# nothing can be mounted here\n");
		return;
	}
	CHECK(close(open("in/t/m/f", O_CREAT | O_WRONLY, 0)) == 0 &&
	    close(open("in/t/f", O_CREAT | O_WRONLY, 0)) == 0);
	CHECK(path_remove(dir, "t") == -1 && errno == EBUSY);
	CHECK(exists("in/t/m/f") && !exists("in/t/f"));
	CHECK(umount("in/t/m") == 0 && path_remove(dir, "t") == 0);
}

/* Does the child come to a call that changes a mode by name? It is held. */
static bool
stops_at_chmod(pid_t pid)
{
	struct ptrace_syscall_info	 in;
	int				 st;

	while (ptrace(PTRACE_SYSCALL, pid, 0, 0) == 0 &&
	    waitpid(pid, &st, 0) == pid && WIFSTOPPED(st))
		if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(in),
		    &in) > 0 && in.op == PTRACE_SYSCALL_INFO_ENTRY &&
		    in.entry.nr == SYS_fchmodat)
			return (true);
	return (false);
}

/*
 * A process that may write to the tree puts a link in place of a directory
 * that is closed, after it was looked at and before it is opened.
 */
static void
test_remove_raced(void)
{
	struct stat	 st;
	pid_t		 pid;
	int		 status;

	CHECK(mkdir("in/t", 0777) == 0 && mkdir("in/t/d", 0700) == 0 &&
	    mkdir("in/t/d/e", 0700) == 0 && symlink("../../out/f",
	    "in/t/swap") == 0 && chmod("out/f", 0444) == 0 &&
	    chmod("in/t/d", 0) == 0);
	CHECK(geteuid() != 0 || (lchown("in/t", 65534, 65534) == 0 &&
	    lchown("in/t/d", 65534, 65534) == 0 &&
	    lchown("out/f", 65534, 65534) == 0 && chmod("out", 0755) == 0 &&
	    chmod("in", 0755) == 0 && chmod(".", 0755) == 0));
	if ((pid = fork()) == 0) {
		if ((geteuid() == 0 && setresuid(65534, 65534, 65534) == -1) ||
		    ptrace(PTRACE_TRACEME, 0, 0, 0) == -1 ||
		    raise(SIGSTOP) != 0)
			_exit(2);
		_exit(path_remove(dir, "t/d") == 0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status));
	CHECK(ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD) == 0 &&
	    stops_at_chmod(pid));
	CHECK(renameat2(dir, "t/d", dir, "t/swap", RENAME_EXCHANGE) == 0);
	CHECK(ptrace(PTRACE_DETACH, pid, 0, 0) == 0 &&
	    waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	CHECK(stat("out/f", &st) == 0 && (st.st_mode & 0777) == 0444);
	CHECK(path_remove(dir, "t") == 0);
	CHECK(exists("out/f"));
}

static void
test_empty(void)
{
	CHECK(mkdir("in/e", 0700) == 0 && path_is_empty(dir, "e") == 1);
	CHECK(symlink("nowhere", "in/e/link") == 0 &&
	    path_is_empty(dir, "e") == 0);
	CHECK(path_is_there(dir, "e/link") && !path_is_there(dir, "e/none"));
	CHECK(path_is_empty(dir, "none") == -1 && errno == ENOENT);
	CHECK(path_is_empty(dir, "d/f") == -1 && errno == ENOTDIR);
	CHECK(path_open_dir(dir, "../out") == NULL);
}

static void
test_real(void)
{
	char	 here[PATH_MAX], path[2 * PATH_MAX], out[PATH_MAX];

	CHECK(getcwd(here, sizeof(here)) != NULL);
	CHECK(symlink("e", "in/to") == 0);
	(void)snprintf(path, sizeof(path), "%s/in/to/none/x", here);
	CHECK(strcmp(path_real(path, out), "/none/x") == 0 &&
	    strcmp(out + strlen(out) - 5, "/in/e") == 0);
	CHECK(*path_real(here, out) == '\0');
	CHECK(path_real("in", out) == NULL);
	CHECK(path_real("/none-of-these/x", out) == NULL);
}

int
main(void)
{
	world();
	(void)umask(0);
	(void)alarm(10);		/* a fifo must not be waited for */
	test_open();
	test_names();
	test_mkdirs();
	test_private();
	test_files();
	test_remove();
	test_remove_mounted();
	test_remove_raced();
	test_empty();
	test_real();
	close(dir);
	CHECK(path_remove(AT_FDCWD, top) == 0);
	return (finish());
}
