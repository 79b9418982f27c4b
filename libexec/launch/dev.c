/* /dev: a new tmpfs. Nothing is created in, or taken from, the image's /dev. */
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "build.h"
#include "cleanup.h"
#include "fault.h"
#include "kernel.h"
#include "nitems.h"
#include "spec.h"

/* Device nodes cannot be made in a user namespace: bind those of the host. */
static const struct {
	const char	*name;
	const char	*host;
	unsigned int	 major;
	unsigned int	 minor;
} nodes[NODES] = {
	[NODE_NULL] =	 { "null",	"/dev/null",	1, 3 },
	[NODE_ZERO] =	 { "zero",	"/dev/zero",	1, 5 },
	[NODE_FULL] =	 { "full",	"/dev/full",	1, 7 },
	[NODE_RANDOM] =	 { "random",	"/dev/random",	1, 8 },
	[NODE_URANDOM] = { "urandom",	"/dev/urandom",	1, 9 },
	[NODE_TTY] =	 { "tty",	"/dev/tty",	5, 0 },
};

static const struct {
	const char	*name;
	const char	*text;
} links[] = {
	{ "core",	"/proc/kcore" },
	{ "fd",		"/proc/self/fd" },
	{ "stdin",	"/proc/self/fd/0" },
	{ "stdout",	"/proc/self/fd/1" },
	{ "stderr",	"/proc/self/fd/2" },
	{ "ptmx",	"pts/ptmx" },
};

static const char *const dirs[] = { "pts", "shm", "mqueue" };

int
dev_open(struct build *b)
{
	struct stat	 st;

	for (int i = 0; i < NODES; i++) {
		b->node[i] = k_clone(AT_FDCWD, nodes[i].host, false);
		if (b->node[i] == -1 || fstat(b->node[i], &st) == -1)
			return (fault_errno(b->fault, "opening %s of the "
			    "host", nodes[i].host));
		if (!S_ISCHR(st.st_mode) || st.st_rdev !=
		    makedev(nodes[i].major, nodes[i].minor))
			return (fault_set(b->fault, ENODEV, "%s of the host "
			    "is not the device that it should be",
			    nodes[i].host));
	}
	return (0);
}

/* Terminals belong to group 5 (tty) where that is mapped. */
static int
pts_make(const struct build *b)
{
	static const char *const	 grouped[] = { "source=devpts",
					    "newinstance",
					    "ptmxmode=0666", "mode=0620",
					    "gid=5", NULL };
	static const char *const	 single[] = { "source=devpts",
					    "newinstance",
					    "ptmxmode=0666", "mode=0620",
					    NULL };
	unsigned int			 attrs = MOUNT_ATTR_NOSUID |
					    MOUNT_ATTR_NOEXEC;
	int				 fd = -1;

	if (!b->single)
		fd = k_mount_new("devpts", grouped, attrs);
	return (fd != -1 ? fd : k_mount_new("devpts", single, attrs));
}

static int
fill(int dev)
{
	for (size_t i = 0; i < NITEMS(nodes); i++)
		if (mknodat(dev, nodes[i].name, S_IFREG | 0444, 0) == -1)
			return (-1);
	for (size_t i = 0; i < NITEMS(links); i++)
		if (symlinkat(links[i].text, dev, links[i].name) == -1)
			return (-1);
	for (size_t i = 0; i < NITEMS(dirs); i++)
		if (mkdirat(dev, dirs[i], 0755) == -1)
			return (-1);
	return (mknodat(dev, "console", S_IFREG | 0444, 0));
}

int
dev_make(struct build *b)
{
	static const char *const	 options[] = { "source=tmpfs",
					    "mode=755", "size=65536k",
					    NULL };

	/* Devices are mounts of their own, so the tmpfs may be nodev. */
	b->dev = k_mount_new("tmpfs", options, MOUNT_ATTR_NOSUID |
	    MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	if (b->dev == -1 || fill(b->dev) == -1)
		return (fault_errno(b->fault, "making the container's /dev"));
	if ((b->pts = pts_make(b)) == -1)
		return (fault_errno(b->fault, "making the container's "
		    "/dev/pts"));
	if (b->spec->tty == 0)
		(void)unlinkat(b->dev, "console", 0);
	return (0);
}

static int
put(struct build *b, int mount, const char *name)
{
	scoped_fd int	 target = openat(b->dev, name,
			    O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (target == -1 || plan_attach(b, mount, target, NULL, false) == -1)
		return (fault_errno(b->fault, "mounting /dev/%s in the "
		    "container", name));
	return (0);
}

int
dev_attach(struct build *b)
{
	for (int i = 0; i < NODES; i++)
		if (put(b, b->node[i], nodes[i].name) == -1)
			return (-1);
	return (0);
}

/* Open the slave through its master, never by its path. */
static int
terminal_open(struct build *b)
{
	int		 unlock = 0;
	struct winsize	 size = { .ws_row = (unsigned short)b->rows,
			    .ws_col = (unsigned short)b->cols };
	struct stat	 slave, pts;

	b->master = openat(b->pts, "ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (b->master == -1 || ioctl(b->master, TIOCSPTLCK, &unlock) == -1)
		return (-1);
	b->slave = ioctl(b->master, TIOCGPTPEER,
	    O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (b->slave == -1 || fstat(b->slave, &slave) == -1 ||
	    fstat(b->pts, &pts) == -1)
		return (-1);
	errno = ENODEV;
	if (!S_ISCHR(slave.st_mode) || slave.st_dev != pts.st_dev)
		return (-1);
	if (size.ws_row != 0 && ioctl(b->master, TIOCSWINSZ, &size) == -1)
		return (-1);
	return (0);
}

int
dev_console(struct build *b)
{
	scoped_fd int	 mount = -1;

	if (b->spec->tty == 0)
		return (0);
	if (terminal_open(b) == -1)
		return (fault_errno(b->fault, "opening the container's "
		    "terminal"));
	if ((mount = k_clone(b->slave, "", false)) == -1)
		return (fault_errno(b->fault, "mounting /dev/console in the "
		    "container"));
	return (put(b, mount, "console"));
}
