#include "exec.h"

#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "build.h"
#include "caps.h"
#include "cleanup.h"
#include "env.h"
#include "fault.h"
#include "given.h"
#include "kernel.h"
#include "messages.h"
#include "random.h"
#include "sealed.h"
#include "spec.h"
#include "walk.h"

#define ADMIN	((capset)1 << CAP_SYS_ADMIN)

/*
 * Everything that execve needs, prepared before the last privileges are
 * dropped.
 */
struct program {
	const char	*path;
	char		 buffer[PATH_MAX];
	char		**argv;
	char		**env;
	int		 image;		/* the program as a descriptor, or -1 */
};

/*
 * A program must be able to open its own /dev/stdout, as any user of the
 * container. The user who made the pipes may have no id in the container, so
 * while this process still is that user it makes the pipes accessible to all;
 * only processes that can reach them in /proc can use that.
 */
void
exec_share_pipes(struct build *b)
{
	struct stat	 st;

	for (uint32_t i = 0; i < 3; i++) {
		int	 fd = given_get(b->given, LAUNCH_STDIN + i, 0);

		if (fd == -1 || fstat(fd, &st) == -1 || !S_ISFIFO(st.st_mode))
			continue;
		if (fchmod(fd, 0666) == -1)
			return;		/* another user's */
	}
}

static int
stream(struct build *b, uint32_t i)
{
	int	 fd = given_get(b->given, LAUNCH_STDIN + i, 0);

	if (b->slave != -1)
		fd = b->slave;
	if (fd == -1)
		fd = given_get(b->given, LAUNCH_NULL, 0);
	if (fd == -1)
		return (openat(b->dev, "null", O_RDWR | O_CLOEXEC));
	return (fcntl(fd, F_DUPFD_CLOEXEC, 16));
}

int
exec_place_streams(struct build *b)
{
	int	 fd[3];

	if (setsid() == -1 && errno != EPERM)
		return (fault_errno(b->fault, "starting a session"));
	if (b->slave != -1 && (fchown(b->slave, b->who.uid, (gid_t)-1) == -1 ||
	    ioctl(b->slave, TIOCSCTTY, 0) == -1))
		return (fault_errno(b->fault, "taking the container's "
		    "terminal"));
	for (uint32_t i = 0; i < 3; i++)
		if ((fd[i] = stream(b, i)) == -1)
			return (fault_errno(b->fault, "opening the container's "
			    "standard streams"));
	for (int i = 0; i < 3; i++)
		if (dup2(fd[i], i) == -1)
			return (fault_errno(b->fault, "placing the "
			    "container's standard streams"));
	return (0);
}

static int
signals(struct build *b)
{
	/* The kernel's struct sigaction, all zero: default action. */
	const uint64_t	 dfl[4] = { 0, 0, 0, 0 };
	sigset_t	 none;

	/* By system call: the C library refuses signals 32 and 33. */
	for (int i = 1; i < NSIG; i++)
		if (syscall(SYS_rt_sigaction, i, dfl, NULL, sizeof(dfl[0])) ==
		    -1 && errno != EINVAL)
			return (fault_errno(b->fault, "resetting signals"));
	sigemptyset(&none);
	if (sigprocmask(SIG_SETMASK, &none, NULL) == -1)
		return (fault_errno(b->fault, "resetting signals"));
	return (0);
}

static int
limit(struct build *b, const struct spec_limit *l)
{
	struct rlimit	 want = l->value, have;

	if (setrlimit(l->resource, &want) == 0)
		return (0);
	if (errno != EPERM || getrlimit(l->resource, &have) == -1)
		return (fault_errno(b->fault, "setting the limit %s", l->name));
	if (l->soften == 0)
		return (fault_set(b->fault, EPERM, "the limit %s cannot be "
		    "raised to %llu: the engine itself may have no more than "
		    "%llu", l->name, (unsigned long long)want.rlim_max,
		    (unsigned long long)have.rlim_max));
	if (want.rlim_max > have.rlim_max)
		want.rlim_max = have.rlim_max;
	if (want.rlim_cur > want.rlim_max)
		want.rlim_cur = want.rlim_max;
	if (setrlimit(l->resource, &want) == -1)
		return (fault_errno(b->fault, "setting the limit %s", l->name));
	return (0);
}

static int
limits(struct build *b)
{
	if (setrlimit(RLIMIT_NOFILE, &b->nofile) == -1)
		return (fault_errno(b->fault, "putting the limit of files "
		    "back"));
	for (size_t i = 0; i < b->spec->nlimits; i++)
		if (limit(b, &b->spec->limits[i]) == -1)
			return (-1);
	return (0);
}

static long
join_keyring(void)
{
	return (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL));
}

/*
 * Can no process here reach a keyring? Other engines' filters and bulkhead's
 * own refuse keyctl, and a container in such a container is under them, too.
 */
static bool
keys_are_denied(void)
{
	return (errno == EPERM && syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID,
	    KEY_SPEC_SESSION_KEYRING, 0) == -1 && errno == EPERM);
}

/*
 * Join a new session keyring, because keys have no namespaces. A user may have
 * 200 keys, and those of ended containers are collected late; when the quota is
 * used up another of the container's ids owns the keyring. Inside it makes no
 * difference: the keyring is possessed.
 */
static int
keyring(struct build *b)
{
	uint16_t	 any;
	long		 rc = join_keyring();

	for (int i = 0; rc == -1 && errno == EDQUOT && !b->single && i < 8;
	    i++) {
		if (random_bytes(&any, sizeof(any)) == -1 ||
		    setreuid(1 + any % 60000u, (uid_t)-1) == -1)
			break;
		rc = join_keyring();
		if (setreuid(0, (uid_t)-1) == -1)
			return (fault_errno(b->fault, "changing ids"));
	}
	if (rc == -1 && errno != ENOSYS && !keys_are_denied())
		return (fault_errno(b->fault, "making a session keyring for "
		    "the container"));
	return (0);
}

static int
groups(struct build *b)
{
	const struct identity	*who = &b->who;
	int			 n;

	/* Where setgroups is denied the caller's groups stay. */
	if (!b->keep_groups) {
		if (setgroups(who->ngroups, who->groups) == -1)
			return (fault_errno(b->fault, "setting the groups of "
			    "the container's user"));
		n = getgroups(0, NULL);
		if (n == -1 || (size_t)n != who->ngroups)
			return (fault_set(b->fault, EPERM, "the kernel did not "
			    "set the groups of the container's user"));
	}
	return (0);
}

static int
unmapped(struct build *b, const char *what, unsigned int id)
{
	if (errno != EINVAL)
		return (fault_errno(b->fault, "becoming %s %u", what, id));
	if (b->single)
		return (fault_set(b->fault, EINVAL, "%s %u does not exist in "
		    "this container: without subordinate ids (/etc/subuid, "
		    "/etc/subgid) it has only 0", what, id));
	return (fault_set(b->fault, EINVAL, "%s %u does not exist in this "
	    "container: that many ids are not mapped", what, id));
}

/*
 * Permitted capabilities outlive the change of user for a moment, because
 * loading the filter may need one. The effective set is chosen right after, so
 * that paths are resolved with the rights of the target user.
 */
static int
become_user(struct build *b)
{
	const struct identity	*who = &b->who;
	uid_t			 u[3];
	gid_t			 g[3];

	if (groups(b) == -1)
		return (-1);
	if (setresgid(who->gid, who->gid, who->gid) == -1)
		return (unmapped(b, "group", who->gid));
	if (caps_bound(b->spec->cap, b->fault) == -1)
		return (-1);
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == -1)
		return (fault_errno(b->fault, "keeping capabilities"));
	if (setresuid(who->uid, who->uid, who->uid) == -1)
		return (unmapped(b, "user", who->uid));
	if (prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) == -1 ||
	    getresuid(&u[0], &u[1], &u[2]) == -1 ||
	    getresgid(&g[0], &g[1], &g[2]) == -1)
		return (fault_errno(b->fault, "becoming user %u", who->uid));
	for (int i = 0; i < 3; i++)
		if (u[i] != who->uid || g[i] != who->gid)
			return (fault_set(b->fault, EPERM, "the kernel did not "
			    "make the process user %u, group %u", who->uid,
			    who->gid));
	return (0);
}

/* As the target user; refuse a directory outside of the root. */
static int
work_in(struct build *b)
{
	const char	*cwd = b->spec->cwd == NULL ? "/" : b->spec->cwd;
	scoped_fd int	 root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	scoped_fd int	 fd = walk_open(root, cwd, O_PATH | O_DIRECTORY);
	char		 now[PATH_MAX];
	long		 n;

	if (fd == -1 || fchdir(fd) == -1)
		return (fault_errno(b->fault, "the working directory %s in "
		    "the container", cwd));
	n = syscall(SYS_getcwd, now, sizeof(now));
	if (n <= 0 || now[0] != '/')
		return (fault_set(b->fault, EXDEV, "the working directory %s "
		    "is not inside the container", cwd));
	return (0);
}

static bool
runnable(const char *path)
{
	struct stat	 st;

	if (stat(path, &st) == -1)
		return (false);
	errno = S_ISDIR(st.st_mode) ? EISDIR : EACCES;
	return (S_ISREG(st.st_mode) &&
	    faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0);
}

/* Search a PATH as execvp does; remember a match that may not be executed. */
static int
search(struct build *b, struct program *p, const char *name)
{
	const char	*path = env_get(p->env, "PATH");
	int		 denied = 0;

	while (path != NULL && *path != '\0') {
		int	 n = (int)strcspn(path, ":");

		if (snprintf(p->buffer, sizeof(p->buffer), "%.*s%s%s", n, path,
		    n == 0 ? "./" : "/", name) < (int)sizeof(p->buffer)) {
			p->path = p->buffer;
			if (runnable(p->buffer))
				return (0);
			if (errno == EACCES)
				denied = 1;
		}
		path += n;
		path += *path == ':';
	}
	if (denied)
		return (fault_set(b->fault, EACCES, "executable file \"%s\" "
		    "in $PATH may not be run: Permission denied", name));
	return (fault_set(b->fault, ENOENT, "executable file \"%s\" not found "
	    "in $PATH", name));
}

static int
find_program(struct build *b, struct program *p)
{
	const char	*name = b->spec->arg.v[0];

	if (strchr(name, '/') == NULL)
		return (search(b, p, name));
	p->path = name;
	if (runnable(name))
		return (0);
	if (errno == ENOENT || errno == ENOTDIR)
		return (fault_set(b->fault, ENOENT, "executable file \"%s\" "
		    "not found: No such file or directory", name));
	if (errno == EISDIR)
		return (fault_set(b->fault, EACCES, "executable file \"%s\" "
		    "is a directory", name));
	return (fault_errno(b->fault, "executable file \"%s\" may not be run",
	    name));
}

/* With --init the program is init, with the command as its arguments. */
static int
arguments(struct build *b, struct program *p)
{
	const struct texts	*arg = &b->spec->arg;
	size_t			 n = 0;

	p->argv = calloc(arg->n + 3, sizeof(*p->argv));
	if (p->argv == NULL)
		return (fault_errno(b->fault, "composing the command"));
	if (p->image != -1) {
		p->argv[n++] = strdup("/dev/init");
		p->argv[n++] = strdup("--");
	}
	for (size_t i = 0; i < arg->n; i++)
		if ((p->argv[n++] = strdup(arg->v[i])) == NULL)
			return (fault_errno(b->fault, "composing the command"));
	return (0);
}

int
exec_map_filter(struct build *b)
{
	int		 fd = given_get(b->given, LAUNCH_SECCOMP, 0);
	const char	*profile = b->spec->seccomp;
	size_t		 len = 0;
	void		*map;

	if (profile != NULL && strcmp(profile, "unconfined") == 0)
		return (0);
	if (fd == -1)
		return (fault_set(b->fault, EINVAL, "the container is to have "
		    "a seccomp filter, and was given none"));
	map = sealed_map(fd, BPF_MAXINSNS * sizeof(struct sock_filter), &len);
	if (map == NULL)
		return (fault_errno(b->fault, "reading the container's "
		    "seccomp filter"));
	if (len % sizeof(struct sock_filter) != 0)
		return (fault_set(b->fault, EINVAL, "the container's seccomp "
		    "filter is cut short"));
	b->filter.filter = map;
	b->filter.len = (unsigned short)(len / sizeof(struct sock_filter));
	return (0);
}

static int
filter_load(struct build *b)
{
	if (b->filter.len == 0)
		return (0);
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &b->filter) == -1)
		return (fault_errno(b->fault, "loading the container's "
		    "seccomp filter"));
	return (0);
}

/*
 * With no_new_privs loading the filter needs no privilege: do it right before
 * execve. Without, it needs CAP_SYS_ADMIN, which is dropped right after: capset
 * and capget (prctl with ambient capabilities) are then made under the
 * container's own filter, which must allow only them and execve.
 */
static int
drop(struct build *b, capset last)
{
	capset	 ambient = b->who.uid == 0 ? 0 : b->spec->ambient;

	if (b->spec->nnp == 0)
		return (filter_load(b) == -1 ? -1 :
		    caps_set(last, last, ambient, ambient, b->fault));
	if (caps_set(last, last, ambient, ambient, b->fault) == -1)
		return (-1);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return (fault_errno(b->fault, "setting no_new_privs"));
	return (filter_load(b));
}

static int
go(struct build *b, const struct program *p)
{
	if (p->image != -1)
		(void)syscall(SYS_execveat, p->image, "", p->argv, p->env,
		    AT_EMPTY_PATH);
	else
		(void)execve(p->path, p->argv, p->env);
	/* The file exists: its interpreter or library is missing. */
	if (errno == ENOENT)
		return (fault_set(b->fault, EACCES, "the interpreter of "
		    "\"%s\" is not in the container", p->path));
	return (fault_errno(b->fault, "running \"%s\"", p->path));
}

int
exec_run(struct build *b)
{
	struct program	 p = { .image = b->init };
	capset		 last, held;

	if ((p.env = env_make(b->spec, &b->who)) == NULL)
		return (fault_errno(b->fault, "composing the environment"));
	if (arguments(b, &p) == -1 || keyring(b) == -1 || signals(b) == -1 ||
	    limits(b) == -1 || become_user(b) == -1)
		return (-1);
	(void)umask((mode_t)b->spec->umask);

	last = b->who.uid == 0 ? b->spec->cap : b->spec->ambient;
	held = b->spec->nnp == 0 && b->filter.len != 0 ? last | ADMIN : last;
	if (caps_set(held, held, 0, 0, b->fault) == -1 || work_in(b) == -1 ||
	    find_program(b, &p) == -1 || drop(b, last) == -1)
		return (-1);
	return (go(b, &p));
}
