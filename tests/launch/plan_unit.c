/* A list of mounts that does not show what was planned is an error. */
#include <sys/stat.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../libexec/launch/build.h"
#include "../../libexec/launch/fault.h"
#include "harness.h"
#include "path.h"

static int	dir;

static int
checked(const char *mountinfo, uint64_t id, const char *path, int readonly)
{
	struct planned	 p = { .id = id, .readonly = readonly };
	struct fault	 f = { 0 };
	struct build	 b = { .proc = dir, .plan = &p, .nplan = 1,
			    .fault = &f };
	int		 rc;

	p.path = strdup(path);
	if (path_replace(dir, "self/mountinfo", mountinfo, strlen(mountinfo),
	    0644, false) == -1) {
		int	 fd = openat(dir, "self/mountinfo", O_WRONLY | O_CREAT |
			    O_TRUNC | O_CLOEXEC, 0644);

		if (fd == -1 || write(fd, mountinfo, strlen(mountinfo)) == -1)
			err(2, "mountinfo");
		close(fd);
	}
	rc = plan_check(&b);
	free(p.path);
	return (rc == 0 ? 0 : f.error);
}

int
main(void)
{
	static const char	 list[] =
	    "20 1 0:20 / / rw,relatime - overlay overlay rw\n"
	    "21 20 0:21 / /proc/a\\040b\\134c ro,nosuid - proc proc rw\n"
	    "22 20 0:22 / /rox rw - tmpfs tmpfs ro\n";
	char			 name[] = "/tmp/bhplan.XXXXXX";

	if (mkdtemp(name) == NULL ||
	    (dir = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1 ||
	    mkdirat(dir, "self", 0755) == -1)
		err(2, "%s", name);
	CHECK(checked(list, 20, "/", 0) == 0);
	CHECK(checked(list, 21, "/proc/a b\\c", 1) == 0);
	CHECK(checked(list, 21, "/proc/a", 1) == EXDEV);
	CHECK(checked(list, 22, "/rox", 0) == 0);
	CHECK(checked(list, 22, "/rox", 1) == EROFS);
	CHECK(checked(list, 23, "/rox", 0) == ENOENT);
	CHECK(checked("", 20, "/", 0) == ENOENT);
	CHECK(checked("20 1 0:20 /\n", 20, "/", 0) == EIO);
	if (path_remove(AT_FDCWD, name) == -1)
		warn("%s", name);
	return (finish());
}
