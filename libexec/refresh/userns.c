#include "userns.h"

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include <linux/magic.h>
#include <linux/nsfs.h>
#include <linux/openat2.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "caps.h"
#include "cleanup.h"
#include "hostroot.h"
#include "log.h"

static struct stat	home;

void
userns_home(void)
{
	if (stat("/proc/self/ns/user", &home) == -1)
		fatal("/proc/self/ns/user (is /proc mounted?)");
}

const char *
userns_check(int fd, uid_t owner)
{
	struct statfs	 fs;
	struct stat	 st;
	uid_t		 uid;
	scoped_fd int	 parent = -1;

	/* Before any ioctl: on another file these numbers do other things. */
	if (fstatfs(fd, &fs) == -1 || fs.f_type != NSFS_MAGIC)
		return ("not a namespace");
	if (ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWUSER)
		return ("not a user namespace");
	if (ioctl(fd, NS_GET_OWNER_UID, &uid) == -1 || uid != owner)
		return ("a user namespace that someone else made");
	if ((parent = ioctl(fd, NS_GET_PARENT)) == -1 ||
	    fstat(parent, &st) == -1 ||
	    st.st_dev != home.st_dev || st.st_ino != home.st_ino)
		return ("a user namespace that is not a child of ours");
	/* An owner 0 is mapped, and this is the kernel's word, not /proc's. */
	if (owner == 0 && st.st_ino == FIRST_USERNS)
		return ("a user namespace whose 0 would be the host's root");
	return (NULL);
}

/*
 * The directory comes from a mapper that may have been taken over, and was
 * perhaps opened where its user mounts what it likes over files of /proc.
 */
static int
open_proc(int dir, const char *name, uint64_t flags)
{
	const struct open_how	 how = { .flags = flags | O_CLOEXEC,
				    .resolve = RESOLVE_NO_XDEV |
				    RESOLVE_NO_SYMLINKS };
	struct statfs		 fs;

	errno = EPERM;
	return (fstatfs(dir, &fs) == -1 || fs.f_type != PROC_SUPER_MAGIC ? -1 :
	    (int)syscall(SYS_openat2, dir, name, &how, sizeof(how)));
}

/*
 * The link is followed by name, where a mount may be in the way: what it says
 * itself is compared with what was opened.
 */
int
userns_of(int dir)
{
	char		 says[32] = "";		/* user:[4026531837] */
	struct stat	 st;
	scoped_fd int	 link = open_proc(dir, "ns/user", O_PATH | O_NOFOLLOW);
	scoped_fd int	 fd = -1;

	if (link == -1 || readlinkat(link, "", says, sizeof(says) - 1) == -1 ||
	    (fd = openat(dir, "ns/user", O_RDONLY | O_CLOEXEC)) == -1 ||
	    fstat(fd, &st) == -1)
		return (-1);
	errno = EPERM;
	return (strtoull(says + 6, NULL, 10) == st.st_ino ? take_fd(&fd) : -1);
}

bool
userns_same(int a, int b)
{
	struct stat	 x, y;

	return (fstat(a, &x) == 0 && fstat(b, &y) == 0 &&
	    x.st_dev == y.st_dev && x.st_ino == y.st_ino);
}

static bool
same(int fd, const char *want, size_t len)
{
	char	 got[MAP_BACK + 1];
	size_t	 have = 0;
	ssize_t	 n;

	while (have < sizeof(got) && (n = pread(fd, got + have,
	    sizeof(got) - have, (off_t)have)) > 0)
		have += (size_t)n;
	return (have == len && memcmp(got, want, len) == 0);
}

/*
 * The kernel checks the capability of the process that opens the file and of
 * the one that writes: it is effective from the open to the write. Check first
 * that the map is empty, though the kernel would refuse a second write.
 */
static const char *
write_map(int dir, const char *file, const struct map *m, uint64_t cap)
{
	char		 text[MAP_TEXT], back[MAP_BACK];
	size_t		 len = map_text(m, text, sizeof(text), false);
	size_t		 back_len = map_text(m, back, sizeof(back), true);
	scoped_fd int	 fd = -1;
	ssize_t		 n = -1;
	bool		 empty = false;

	if (len == 0 || back_len == 0) {
		errno = E2BIG;
		return ("more ranges than the kernel takes in one map");
	}
	if (caps_raise(cap) == -1)
		return ("a capability is missing");
	fd = open_proc(dir, file, O_RDWR);
	if (fd != -1 && (empty = same(fd, "", 0)))
		n = write(fd, text, len);
	caps_lower();
	if (fd != -1 && !empty) {
		errno = EEXIST;
		return ("its map is already written");
	}
	if (n != (ssize_t)len)
		return ("the kernel refuses the map");
	if (!same(fd, back, back_len)) {
		errno = EIO;
		return ("the kernel did not keep the map");
	}
	return (NULL);
}

/* The kernel takes it only while the map of groups is empty. */
static const char *
deny_groups(int dir)
{
	scoped_fd int	 fd = open_proc(dir, "setgroups", O_RDWR);

	if (fd == -1 || write(fd, "deny", 4) != 4)
		return ("the kernel does not deny setgroups");
	if (!same(fd, "deny\n", 5)) {
		errno = EIO;
		return ("the kernel did not keep that setgroups is denied");
	}
	return (NULL);
}

/* User ids last: a namespace with them is one that is ready. */
const char *
userns_map(int dir, const struct map *uids, const struct map *gids, bool deny)
{
	const char	*why;

	if (deny && (why = deny_groups(dir)) != NULL)
		return (why);
	if ((why = write_map(dir, "gid_map", gids,
	    CAP_BIT(CAP_SETGID))) != NULL)
		return (why);
	/* The kernel wants this one, too, to map 0 of our own namespace. */
	return (write_map(dir, "uid_map", uids, CAP_BIT(CAP_SETUID) |
	    (caps_have(CAP_BIT(CAP_SETFCAP)) ? CAP_BIT(CAP_SETFCAP) : 0)));
}
