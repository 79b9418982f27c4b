/*
 * The reader of subuid(5), and the same file read by libsubid. Ours is the
 * stricter: libsubid takes numbers in hex, and lines with a fourth field.
 */
#include <sys/mount.h>
#include <sys/stat.h>

#include <dlfcn.h>
#include <err.h>
#include <sched.h>
#include <shadow/subid.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

#include "../../libexec/subids/subid.h"

static bool
reads(const char *text, const char *want)
{
	struct ranges	 rs = { .n = 0 };
	char		 got[256] = "";
	FILE		*f = fmemopen(NULL, strlen(text) + 1, "w+");

	if (f == NULL || fputs(text, f) == EOF)
		err(1, "fmemopen");
	rewind(f);
	subid_read(&rs, f, "ann", 1000);
	(void)fclose(f);
	for (size_t i = 0; i < rs.n; i++)
		(void)snprintf(got + strlen(got), sizeof(got) - strlen(got),
		    "%llu+%llu ", (unsigned long long)rs.r[i].start,
		    (unsigned long long)rs.r[i].count);
	if (strcmp(got, want) != 0)
		printf("# got %s\n", got);
	return (strcmp(got, want) == 0);
}

static void
test_lines(void)
{
	static char	 longest[3000];

	CHECK(reads("ann:5:6\n", "5+6 "));
	CHECK(reads("ann:5:6", "5+6 "));
	CHECK(reads("bob:1:2\nann:5:6\n1000:7:8\nanna:1:1\nan:1:1\n",
	    "5+6 7+8 "));
	CHECK(reads("ann:5\nann:5:\nann::6\nann:5:6:7\nann\n\n:5:6\n", ""));
	CHECK(reads("ann:-5:6\nann:5:-6\nann:+5:6\nann: 5:6\nann:5:6 \n", ""));
	CHECK(reads("ann:0x5:6\nann:5x:6\nann:5:6\r\n", ""));
	CHECK(reads("ann:99999999999999999999:1\n", ""));
	CHECK(reads("#ann:5:6\n ann:5:6\nann :5:6\n", ""));
	/* What follows in an overlong line is not a line of its own. */
	memset(longest, 'x', sizeof(longest) - 20);
	(void)snprintf(longest + 1023, 20, "ann:1:2\nann:3:4\n");
	CHECK(reads(longest, "3+4 "));
}

/* The line of another that these two ranges of ann's meet, or "". */
static const char *
meets(const char *text)
{
	struct ranges	 rs = { .r = { { 100, 10 }, { 200, 1 } }, .n = 2 };
	static char	 other[128];
	FILE		*f = fmemopen(NULL, strlen(text) + 1, "w+");

	if (f == NULL || fputs(text, f) == EOF)
		err(1, "fmemopen");
	rewind(f);
	other[0] = '\0';
	if (subid_shared(&rs, f, "ann", 1000, other, sizeof(other)) !=
	    (other[0] != '\0'))
		return ("?");
	(void)fclose(f);
	return (other);
}

static void
test_shared(void)
{
	CHECK(strcmp(meets("ann:100:10\n1000:100:10\nbob:90:10\n"
	    "bob:110:90\nbob:201:1000\n"), "") == 0);
	CHECK(strcmp(meets("bob:90:11\n"), "bob:90:11") == 0);
	CHECK(strcmp(meets("bob:1:1\nbob:109:1\n"), "bob:109:1") == 0);
	CHECK(strcmp(meets("1001:105:1"), "1001:105:1") == 0);
	CHECK(strcmp(meets("bob:200:1\n"), "bob:200:1") == 0);
	CHECK(strcmp(meets("bob:0:18446744073709551615\n"),
	    "bob:0:18446744073709551615") == 0);
	CHECK(strcmp(meets("bob:150:18446744073709551615\n"),
	    "bob:150:18446744073709551615") == 0);
	/* A malformed line gives bob no range. */
	CHECK(strcmp(meets("bob:100:0\nbob:100\n#bob:100:1\nbob:x:1\n"
	    "bob:18446744073709551615:18446744073709551615\n"), "") == 0);
}

static bool
same(const char *name, uid_t uid,
    int (*get)(const char *, struct subid_range **))
{
	struct subid_range	*theirs = NULL;
	struct ranges		 ours;
	int			 n = get(name, &theirs);
	bool			 ok;

	if (subid_ranges(&ours, SUBID_USERS, name, uid) == -1)
		return (false);
	ok = (n < 0 ? 0 : n) == (int)ours.n;
	for (size_t i = 0; ok && i < ours.n; i++)
		ok = theirs[i].start == ours.r[i].start &&
		    theirs[i].count == ours.r[i].count;
	for (int i = 0; !ok && i < n; i++)
		printf("# libsubid: %lu+%lu\n", theirs[i].start,
		    theirs[i].count);
	free(theirs);
	return (ok);
}

static void
over(const char *etc, const char *text)
{
	char	 path[] = "/tmp/subid-unit.XXXXXX";
	int	 fd = mkstemp(path);

	if (fd == -1 || write(fd, text,
	    strlen(text)) != (ssize_t)strlen(text) ||
	    fchmod(fd, 0644) == -1 ||
	    mount(path, etc, NULL, MS_BIND, NULL) == -1)
		err(1, "%s", etc);
	close(fd);
	unlink(path);
}

static void
test_library(void)
{
	void	*lib = dlopen("libsubid.so.4", RTLD_NOW);
	int	 (*get)(const char *, struct subid_range **);

	if (geteuid() != 0 || lib == NULL || unshare(CLONE_NEWNS) == -1 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1) {
		check(1, "libsubid reads the same # SKIP needs root", 0);
		return;
	}
	get = dlsym(lib, "subid_get_uid_ranges");
	over("/etc/passwd", "root:x:0:0::/:/bin/sh\n"
	    "ann:x:1000:1000::/:/bin/sh\nbob:x:1001:1001::/:/bin/sh\n");
	over("/etc/subuid", "ann:100000:65536\nbob:200000:10\n# note\n\n"
	    "1000:300000:7\nann:400000\nann:5:\n:1:2\n"
	    "ann:500000:1\nanna:600000:1\n1001:700000:3");
	CHECK(get != NULL && same("ann", 1000, get));
	CHECK(same("bob", 1001, get));
	CHECK(same("root", 0, get));
}

int
main(void)
{
	test_lines();
	test_shared();
	test_library();
	return (finish());
}
