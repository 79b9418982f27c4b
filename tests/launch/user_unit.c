/* "user:group" looked up in files that may lie. */
#include <sys/stat.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../libexec/launch/fault.h"
#include "harness.h"
#include "nitems.h"
#include "path.h"
#include "../../libexec/launch/user.h"

static const char passwd[] =
	"root:x:0:0:root:/root:/bin/sh\n"
	"# a comment\n"
	":x:0:0::/empty:/bin/sh\n"
	"short:x:7\n"
	"huge:x:99999999999:1::/h:/bin/sh\n"
	"minus:x:-1:1::/h:/bin/sh\n"
	"1000:x:0:0:a number for a name:/root:/bin/sh\n"
	"app:x:1000:1001:App:/home/app:/bin/sh\n"
	"app:x:0:0:a second one:/root:/bin/sh\n"
	"last:x:5:6::/last:/bin/sh";
static const char group[] =
	"root:x:0:\n"
	"bad:x:notanumber:app\n"
	"wheel:x:10:root,app\n"
	"apps:x:1001:\n"
	"prefix:x:77:application,ap,xapp\n"
	"more:x:11:last,app,other\n";

static const struct {
	const char	*text;
	int		 error;
	uid_t		 uid;
	gid_t		 gid;
	const char	*home;
	const char	*groups;
} table[] = {
	{ "",			0, 0, 0, "/root", "0 10" },
	{ NULL,			0, 0, 0, "/root", "0 10" },
	{ "root",		0, 0, 0, "/root", "0 10" },
	{ "app",		0, 1000, 1001, "/home/app", "1001 10 11" },
	{ "app:",		0, 1000, 1001, "/home/app", "1001 10 11" },
	{ "1000",		0, 1000, 1001, "/home/app", "1001 10 11" },
	{ "01000",		0, 1000, 1001, "/home/app", "1001 10 11" },
	{ "app:wheel",		0, 1000, 10, "/home/app", "10" },
	{ "app:0",		0, 1000, 0, "/home/app", "0" },
	{ "1000:12",		0, 1000, 12, "/home/app", "12" },
	{ ":wheel",		0, 0, 10, "/root", "10" },
	{ "4711",		0, 4711, 0, NULL, "0" },
	{ "4711:4712",		0, 4711, 4712, NULL, "4712" },
	{ "last",		0, 5, 6, "/last", "6 11" },
	{ "2147483647",		0, 2147483647, 0, NULL, "0" },
	{ "2147483648",		EINVAL, 0, 0, NULL, NULL },
	{ "4294967296",		EINVAL, 0, 0, NULL, NULL },
	{ "18446744073709551616", EINVAL, 0, 0, NULL, NULL },
	{ "99999999999999999999999", EINVAL, 0, 0, NULL, NULL },
	{ "0:2147483648",	EINVAL, 0, 0, NULL, NULL },
	{ "a:b:c",		EINVAL, 0, 0, NULL, NULL },
	{ "::",			EINVAL, 0, 0, NULL, NULL },
	{ "nosuch",		ESRCH, 0, 0, NULL, NULL },
	{ "app:nosuch",		ESRCH, 0, 0, NULL, NULL },
	{ "app:bad",		ESRCH, 0, 0, NULL, NULL },
	{ "short",		ESRCH, 0, 0, NULL, NULL },
	{ "huge",		ESRCH, 0, 0, NULL, NULL },
	{ "minus",		ESRCH, 0, 0, NULL, NULL },
	{ "-1",			ESRCH, 0, 0, NULL, NULL },
	{ "+1",			ESRCH, 0, 0, NULL, NULL },
	{ "0x0",		ESRCH, 0, 0, NULL, NULL },
	{ " 0",			ESRCH, 0, 0, NULL, NULL },
	{ "1e3",		ESRCH, 0, 0, NULL, NULL },
	{ "# a comment",	ESRCH, 0, 0, NULL, NULL },
};

static void
put(int dir, const char *name, const char *text, size_t len)
{
	(void)unlinkat(dir, name, 0);
	if (path_replace(dir, name, text, len, 0644, false) == -1)
		err(2, "%s", name);
}

static void
check_row(int root, size_t i)
{
	struct identity	 who;
	struct fault	 f = { 0 };
	char		 list[256] = "";
	int		 rc = user_resolve(root, table[i].text, &who, &f);

	printf("# \"%s\"\n", table[i].text ? table[i].text : "(null)");
	CHECK(rc == (table[i].error == 0 ? 0 : -1));
	CHECK(f.error == table[i].error);
	if (rc == -1)
		return;
	for (size_t g = 0; g < who.ngroups; g++)
		(void)snprintf(list + strlen(list), sizeof(list) - strlen(list),
		    "%s%u", g == 0 ? "" : " ", who.groups[g]);
	CHECK(who.uid == table[i].uid && who.gid == table[i].gid);
	CHECK(strcmp(list, table[i].groups) == 0);
	CHECK(table[i].home == NULL ? who.home == NULL && who.name == NULL :
	    strcmp(who.home, table[i].home) == 0);
}

/* Files that are none, or are too much. */
static void
bad_files(int root, int etc)
{
	struct identity	 who;
	struct fault	 f = { 0 };
	size_t		 n = (1u << 20) + 1, len;
	char		*big = malloc(n);

	memset(big, '\n', n);
	put(etc, "passwd", big, n);
	CHECK(user_slurp(root, "/etc/passwd", &len) == NULL && errno == EFBIG);
	CHECK(user_resolve(root, "app", &who, &f) == -1);
	CHECK(user_resolve(root, "5", &who, &f) == 0 && who.name == NULL);
	/* So many lines that the rest is not read. */
	memcpy(big + n - 1 - sizeof("z:x:9:9::/:"), "z:x:9:9::/:", 11);
	put(etc, "passwd", big, n - 2);
	CHECK(user_resolve(root, "z", &who, &f) == -1);
	free(big);
	(void)unlinkat(etc, "passwd", 0);
	CHECK(mkfifoat(etc, "passwd", 0644) == 0);
	CHECK(user_slurp(root, "/etc/passwd", &len) == NULL);
	(void)unlinkat(etc, "passwd", 0);
	put(etc, "real", passwd, sizeof(passwd) - 1);
	CHECK(symlinkat("real", etc, "passwd") == 0);
	CHECK(user_slurp(root, "/etc/passwd", &len) == NULL && errno == ELOOP);
	(void)unlinkat(etc, "passwd", 0);
	CHECK(user_resolve(root, "app", &who, &f) == -1 && f.error == ESRCH);
	CHECK(user_resolve(root, "0:0", &who, &f) == 0);
	put(etc, "passwd", "a\0b:x:1:1::/:\nb:x:2:2::/:/b", 27);
	CHECK(user_resolve(root, "b", &who, &f) == -1);
}

int
main(void)
{
	char	 dir[] = "/tmp/bhuser.XXXXXX";
	int	 root, etc;

	if (mkdtemp(dir) == NULL)
		err(2, "%s", dir);
	root = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if ((etc = path_mkdirs(root, "etc", 0755)) == -1)
		err(2, "etc");
	put(etc, "passwd", passwd, sizeof(passwd) - 1);
	put(etc, "group", group, sizeof(group) - 1);
	for (size_t i = 0; i < NITEMS(table); i++)
		check_row(root, i);
	bad_files(root, etc);
	if (path_remove(AT_FDCWD, dir) == -1)
		warn("%s", dir);
	return (finish());
}
