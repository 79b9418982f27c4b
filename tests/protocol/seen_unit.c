/* What was seen at a path, and whether it would be seen again. */
#include <sys/stat.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "harness.h"

#include "record.h"
#include "seen.h"

static char	 top[] = "/tmp/seen-unit.XXXXXX";

/* A record of one look. */
static struct rec *
look(enum seen_how how, const char *name)
{
	struct rec	*r = rec_new();
	struct stat	 st;
	char		 path[100];
	int		 rc;

	(void)snprintf(path, sizeof(path), "%s/%s", top, name);
	rc = how == SEEN_ITSELF ? lstat(path, &st) : stat(path, &st);
	if (r == NULL || seen_add(r, how, path, rc == -1 ? errno : 0,
	    &st) == -1)
		err(1, "seen_add");
	return (r);
}

static bool
still(struct rec *r)
{
	bool	 same = seen_same(r);

	rec_free(r);
	return (same);
}

static void
put(const char *name, const char *text)
{
	FILE	*f = fopen(name, "w");

	if (f == NULL || fputs(text, f) == EOF || fclose(f) != 0)
		err(1, "%s", name);
}

int
main(void)
{
	struct rec	*absent, *there, *file, *dir, *link, *empty;

	if (mkdtemp(top) == NULL || chdir(top) == -1)
		err(1, "%s", top);
	put("file", "one");
	put("there", "");
	if (mkdir("dir", 0700) == -1 || symlink("file", "link") == -1)
		err(1, "%s", top);
	CHECK(!still(look(SEEN_INSIDE, "file")));	/* too young */
	CHECK(!still(look(SEEN_INSIDE, "dir")));
	CHECK(still(look(SEEN_THERE, "file")));
	sleep(3);
	absent = look(SEEN_THERE, "absent");
	there = look(SEEN_THERE, "there");
	file = look(SEEN_INSIDE, "file");
	dir = look(SEEN_INSIDE, "dir");
	link = look(SEEN_ITSELF, "link");
	empty = rec_new();
	CHECK(seen_same(absent) && seen_same(there) && seen_same(file) &&
	    seen_same(dir) && seen_same(link));
	CHECK(!seen_same(empty));
	CHECK(still(look(SEEN_INSIDE, "absent")));

	put("file", "two");		/* the same size */
	CHECK(!seen_same(file));
	put("there", "now with something in it");
	CHECK(seen_same(there));
	if (chmod("there", 0600) == -1)
		err(1, "there");
	CHECK(!seen_same(there));
	put("dir/new", "");
	CHECK(!seen_same(dir));
	put("absent", "");
	CHECK(!seen_same(absent));
	if (unlink("link") == -1 || symlink("there", "link") == -1)
		err(1, "link");
	CHECK(seen_same(link));		/* a link still, of ours still */
	if (unlink("link") == -1)
		err(1, "link");
	CHECK(!seen_same(link));

	/* A cached record may be damaged. */
	(void)rec_add(empty, KEY(saw), "r 0 nonsense /dev/null");
	CHECK(!seen_same(empty));
	rec_free(absent);
	rec_free(there);
	rec_free(file);
	rec_free(dir);
	rec_free(link);
	rec_free(empty);
	(void)unlink("dir/new");
	(void)rmdir("dir");
	(void)unlink("file");
	(void)unlink("there");
	(void)unlink("absent");
	if (chdir("/") == -1 || rmdir(top) == -1)
		err(1, "%s", top);
	return (finish());
}
