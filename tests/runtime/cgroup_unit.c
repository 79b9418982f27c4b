/*
 * Cgroups by paths that another program told: only what is on a file system of
 * cgroups is opened, written to or removed, and no link is followed.
 */
#include <sys/stat.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "cgroup_path.h"
#include "freeze.h"
#include "harness.h"
#include "path.h"
#include "run_env.h"

#define ID	"0123456789abcdef0123456789abcdef" \
		"0123456789abcdef0123456789abcdef"

static char	 dir[] = "/tmp/cgroup.XXXXXX";
static int	 at = -1;

static void
put(const char *name, const char *text)
{
	int	 fd = openat(at, name, O_CREAT | O_TRUNC | O_WRONLY, 0600);

	if (fd == -1 || write(fd, text, strlen(text)) == -1)
		err(1, "%s", name);
	close(fd);
}

/* A victim, and a directory that looks like a cgroup with links to it. */
static void
prepare(void)
{
	char	 fake[64];

	if (mkdtemp(dir) == NULL ||
	    (at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1 ||
	    mkdirat(at, "ctr", 0700) == -1 ||
	    mkdirat(at, "ctr/" ID, 0700) == -1 ||
	    mkdirat(at, "fake", 0700) == -1)
		err(1, "%s", dir);
	put("victim", "precious");
	if (symlinkat("../victim", at, "fake/freezer.state") == -1 ||
	    symlinkat("../victim", at, "fake/cgroup.freeze") == -1 ||
	    symlinkat("../victim", at, "fake/cgroup.procs") == -1)
		err(1, "link");
	(void)snprintf(fake, sizeof(fake), "%s/fake", dir);
	put("ctr/" ID "/cgroup", fake);
}

static bool
is_unharmed(void)
{
	char	*text = path_slurp(at, "victim", 64, NULL);
	bool	 same = text != NULL && strcmp(text, "precious") == 0;

	free(text);
	return (same);
}

static void
test_open(void)
{
	const char	*h = cgroup_hierarchy();
	char		 fake[64];
	int		 fd = openat(at, "fake", O_RDONLY | O_DIRECTORY), procs;

	(void)snprintf(fake, sizeof(fake), "%s/fake", dir);
	CHECK(cgroup_open(fake) == -1 && errno == EPERM);
	CHECK(cgroup_open("/proc/self/cwd") == -1 && errno == ELOOP);
	CHECK(cgroup_open_in(fd, "cgroup.procs", O_WRONLY) == -1 &&
	    errno == ELOOP);
	CHECK(cgroup_open_in(at, "victim", O_WRONLY) == -1 && errno == EPERM);
	CHECK(cgroup_open_in(fd, "../victim", O_WRONLY) == -1 &&
	    errno == EINVAL);
	close(fd);
	if (h == NULL)
		return;
	CHECK((fd = cgroup_open(h)) != -1);
	CHECK((procs = cgroup_open_in(fd, "cgroup.procs", O_RDONLY)) != -1);
	close(procs);
	close(fd);
}

static void
test_mark(void)
{
	struct client	 c = { 0 };
	struct run_env	 rt = { .client = &c, .run_dir = at };
	char		 empty[64];
	int		 all = openat(at, "ctr", O_RDONLY | O_DIRECTORY);

	CHECK(cgroup_frozen(&rt, ID) == -1);
	CHECK(cgroup_thaw(&rt, ID) == 0 && is_unharmed());
	(void)snprintf(empty, sizeof(empty), "%s/empty", dir);
	put("ctr/" ID "/cgroup", empty);
	CHECK(mkdirat(at, "empty", 0700) == 0);
	cgroup_remove(all, ID);
	CHECK(path_is_there(at, "empty"));
	close(all);
}

int
main(void)
{
	prepare();
	test_open();
	test_mark();
	close(at);
	at = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	(void)path_remove(at, dir + sizeof("/tmp"));
	return (finish());
}
