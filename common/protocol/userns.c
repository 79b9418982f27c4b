#include "userns.h"

#include <sys/prctl.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "helper.h"

static bool	inside, single;

bool
userns_inside(void)
{
	return (inside);
}

bool
userns_single(void)
{
	return (single);
}

static int
write_file(const char *path, const char *text)
{
	scoped_fd int	 fd = openat(AT_FDCWD, path, O_WRONLY | O_CLOEXEC);
	ssize_t		 len = (ssize_t)strlen(text);

	return (fd != -1 && write(fd, text, (size_t)len) == len ? 0 : -1);
}

/*
 * Any process may map one id, its own, without privilege. These files belong to
 * root, and cannot be opened, while the process is not dumpable: meanwhile
 * another process of its user could trace it. With several ids, as in system
 * mode, the process stays not dumpable: refresh writes the maps through a child
 * of mapper that has joined the namespace.
 */
static int
map_self(uid_t uid, gid_t gid)
{
	char	 u[32], g[32];
	bool	 mapped;

	(void)snprintf(u, sizeof(u), "0 %u 1\n", (unsigned int)uid);
	(void)snprintf(g, sizeof(g), "0 %u 1\n", (unsigned int)gid);
	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == -1)
		return (-1);
	mapped = write_file("/proc/self/setgroups", "deny") == 0 &&
	    write_file("/proc/self/uid_map", u) == 0 &&
	    write_file("/proc/self/gid_map", g) == 0;
	return (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && mapped ? 0 : -1);
}

int
userns_on_make(void *ctx, struct packet *p, struct answer *a)
{
	uid_t	 uid = geteuid();
	gid_t	 gid = getegid();

	(void)ctx;
	if (unshare(CLONE_NEWUSER) == -1)
		return (answer_text(a, "this host allows no user namespace "
		    "(see user.max_user_namespaces)"));
	if (p->body.userns_make.single && map_self(uid, gid) == -1)
		return (answer_text(a, "cannot map this user's own id"));
	return (answer_fd(a, openat(AT_FDCWD, "/proc/self/ns/user",
	    O_RDONLY | O_CLOEXEC)));
}

static int
become_root(bool one, struct answer *a)
{
	/*
	 * With one id, and where refresh has denied setgroups, the groups stay.
	 * After any other EPERM the next call fails too.
	 */
	if ((!one && setgroups(0, NULL) == -1 && errno != EPERM) ||
	    setresgid(0, 0, 0) == -1 || setresuid(0, 0, 0) == -1)
		return (answer_text(a, "cannot become root of the user "
		    "namespace"));
	/* With fs.suid_dumpable=1 a change of ids has undone it. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		return (-1);
	inside = true;
	single = one;
	return (0);
}

int
userns_on_ready(void *ctx, struct packet *p, struct answer *a)
{
	(void)ctx;
	return (become_root(p->body.userns_ready.single != 0, a));
}

int
userns_on_join(void *ctx, struct packet *p, struct answer *a)
{
	(void)ctx;
	if (setns(p->fds[0], CLONE_NEWUSER) == -1)
		return (answer_text(a, "cannot enter the user namespace"));
	return (become_root(p->body.userns_join.single != 0, a));
}
