#include "userns.h"

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <linux/magic.h>
#include <linux/nsfs.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "caps.h"
#include "cleanup.h"
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
	return (NULL);
}

int
userns_of(int dir)
{
	struct statfs	 fs;

	if (fstatfs(dir, &fs) == -1)
		return (-1);
	if (fs.f_type != PROC_SUPER_MAGIC) {
		errno = EPERM;
		return (-1);
	}
	return (openat(dir, "ns/user", O_RDONLY | O_CLOEXEC));
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
	size_t		 len = map_text(m, text, sizeof(text));
	size_t		 back_len = map_back(m, back, sizeof(back));
	scoped_fd int	 fd = -1;
	ssize_t		 n = -1;
	bool		 empty = false;

	if (len == 0 || back_len == 0) {
		errno = E2BIG;
		return ("more ranges than the kernel takes in one map");
	}
	if (caps_raise(cap) == -1)
		return ("a capability is missing");
	fd = openat(dir, file, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
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
	scoped_fd int	 fd = openat(dir, "setgroups", O_RDWR | O_NOFOLLOW |
			    O_CLOEXEC);

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
	return (write_map(dir, "uid_map", uids, CAP_BIT(CAP_SETUID)));
}
