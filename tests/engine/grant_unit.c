/*
 * Which directories root makes, and hands to its account: what says where they
 * are, and what is on the way to them, may be of the account's making.
 */
#include <sys/stat.h>

#include <err.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

#include "cleanup.h"
#include "grant.h"
#include "path.h"
#include "record.h"
#include "session.h"

#define ACCOUNT	4010

static char	 top[] = "/tmp/grant-unit.XXXXXX";

static const char *
at(const char *name)
{
	static char	 path[4][PATH_MAX];
	static int	 turn;

	turn = (turn + 1) % 4;
	(void)snprintf(path[turn], sizeof(path[0]), "%s/%s", top, name);
	return (path[turn]);
}

static bool
belongs(const char *name, uid_t uid)
{
	struct stat	 st;

	return (stat(at(name), &st) == 0 && st.st_uid == uid);
}

static bool
opens(struct session *s, const char *name)
{
	scoped_fd int	 fd = session_own_dir(s, at(name));

	if (fd == -1)
		printf("# %s\n", s->client.error.text);
	return (fd != -1);
}

static bool
stores(struct session *s, const char *name)
{
	scoped_fd int	 fd = open(at(name), O_RDONLY | O_DIRECTORY);

	return (fd != -1 && grant_check_storage(s, fd, at(name)) == 0);
}

static void
test_chosen(struct session *s)
{
	CHECK(grant_is_chosen(s, at("run")) && grant_is_chosen(s, at("run/x")));
	CHECK(!grant_is_chosen(s, at("run/x/y")) &&
	    !grant_is_chosen(s, at("runs")) && !grant_is_chosen(s, top));
	CHECK(!grant_is_chosen(s, at("run/..")) &&
	    !grant_is_chosen(s, at("run/../host")));
	CHECK(grant_is_chosen(s, "/var/lib/containers/storage"));
}

/* Run by root: in a directory that was handed over, the account has links. */
static void
test_links(struct session *s)
{
	CHECK(opens(s, "run") && belongs("run", ACCOUNT));
	CHECK(symlink("../host", at("run/link")) == 0);
	CHECK(symlink("../host/empty", at("run/to")) == 0);
	CHECK(!opens(s, "run/link/made/here") && !belongs("host/made", 0));
	CHECK(!opens(s, "run/link/empty") && belongs("host/empty", 0));
	CHECK(!opens(s, "run/to") && belongs("host/empty", 0));
	CHECK(!stores(s, "run/link/empty") && !stores(s, "run/to"));
	CHECK(opens(s, "run/own") && belongs("run/own", ACCOUNT));
	/* Root's own link is root's choice. */
	CHECK(symlink("host/empty", at("root")) == 0 && stores(s, "root"));
}

int
main(void)
{
	static const char *const options[][2] = { { "tmpdir", "run" },
						{ "root", "root" } };
	static struct session	 s;
	scoped_rec struct rec	*r = rec_new();

	if (mkdtemp(top) == NULL || mkdir(at("host"), 0755) == -1 ||
	    mkdir(at("host/empty"), 0755) == -1)
		err(1, "%s", top);
	for (size_t i = 0; i < 2; i++)
		(void)rec_add(r, KEY_FROM(options[i][0]), at(options[i][1]));
	s.options.settings = r;
	s.system = true;
	s.client.uid = s.client.gid = ACCOUNT;
	test_chosen(&s);
	if (geteuid() == 0)
		test_links(&s);
	else
		check(1, "links # SKIP needs root", 0);
	CHECK(path_remove(AT_FDCWD, top) == 0);
	return (finish());
}
