#include "cgroup.h"

#include <sys/vfs.h>

#include <linux/magic.h>

/* podman asks the mount, and takes failing to for a no. */
bool
cgroup_unified(void)
{
	struct statfs	 fs;

	return (statfs("/sys/fs/cgroup", &fs) == 0 &&
	    fs.f_type == CGROUP2_SUPER_MAGIC);
}
