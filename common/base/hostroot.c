#include "hostroot.h"

#include <sys/stat.h>
#include <sys/vfs.h>

#include <linux/magic.h>

#include <unistd.h>

/*
 * A /proc/self/ns/user that is not of nsfs is a plain file in a root directory
 * that root entered by chroot(2): the caller is root of the host then.
 */
static bool
looks_like_host(void)
{
	static const char	 own[] = "/proc/self/ns/user";
	struct statfs		 fs;
	struct stat		 st;

	return (statfs(own, &fs) == -1 || fs.f_type != NSFS_MAGIC ||
	    stat(own, &st) == -1 || st.st_ino == FIRST_USERNS);
}

bool
host_root(void)
{
	static enum { UNKNOWN, HOST, ELSEWHERE }	 where;

	if (geteuid() != 0)
		return (false);
	if (where == UNKNOWN)
		where = looks_like_host() ? HOST : ELSEWHERE;
	return (where == HOST);
}
