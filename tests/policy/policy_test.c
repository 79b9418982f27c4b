/*
 * The output of each helper's -P is in tests/policy/NAME.ok, so that a wider
 * policy shows in review as a diff. UPDATE=1 (make update) writes the files
 * again.
 */
#include <sys/stat.h>

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

static char	 printed[65536], wanted[65536];

static void
read_all(FILE *f, char *buf, size_t cap)
{
	size_t	 n = fread(buf, 1, cap - 1, f);

	buf[n] = '\0';
}

static void
run(const char *path)
{
	char	 command[PATH_MAX + 16];
	FILE	*f;

	(void)snprintf(command, sizeof(command), "'%s' -P </dev/null", path);
	if ((f = popen(command, "r")) == NULL)
		err(1, "%s", path);
	read_all(f, printed, sizeof(printed));
	(void)pclose(f);
}

static void
compare(const char *name, const char *path)
{
	char	 ok[PATH_MAX];
	FILE	*f;

	run(path);
	(void)snprintf(ok, sizeof(ok), "tests/policy/%s.ok", name);
	if (getenv("UPDATE") != NULL) {
		if ((f = fopen(ok, "we")) == NULL ||
		    fputs(printed, f) == EOF || fclose(f) == EOF)
			err(1, "%s", ok);
	}
	wanted[0] = '\0';
	if ((f = fopen(ok, "re")) != NULL) {
		read_all(f, wanted, sizeof(wanted));
		(void)fclose(f);
	}
	if (strcmp(printed, wanted) != 0)
		printf("# `%s -P | diff %s -` shows it; if it is meant, "
		    "`make update`\n", path, ok);
	check(strcmp(printed, wanted) == 0, name, __LINE__);
	/* No program may replace its handler of SIGSYS: see sigsys.c. */
	CHECK(strstr(printed, "allow rt_sigaction\n") == NULL &&
	    strstr(printed, "SIGSYS") == NULL);
}

/*
 * The second policy of a program, NAME-OTHER.policy, is a part of what that
 * program prints. `base` and `sanitizer` are parts of others.
 */
static void
compare_part(const char *name)
{
	char	 ok[PATH_MAX], head[80];
	FILE	*f;

	if (strcmp(name, "base") == 0 || strcmp(name, "sanitizer") == 0)
		return;
	(void)snprintf(ok, sizeof(ok), "tests/policy/%.*s.ok",
	    (int)strcspn(name, "-"), name);
	(void)snprintf(head, sizeof(head), "\n%s:\n", name);
	wanted[0] = '\0';
	if ((f = fopen(ok, "re")) != NULL) {
		read_all(f, wanted, sizeof(wanted));
		(void)fclose(f);
	}
	check(strstr(wanted, head) != NULL, name, __LINE__);
}

/* All that have a policy file of their own; `base` is in all of them. */
int
main(void)
{
	const char	*b = getenv("B");
	char		 name[64], path[PATH_MAX];
	struct dirent	**list;
	int		 n;

#ifdef SANITIZED
	check(1, "policies # SKIP a sanitizer needs more", 0);
	return (finish());
#endif
	if ((n = scandir("policy", &list, NULL, alphasort)) == -1)
		err(1, "policy");
	for (int i = 0; i < n; i++) {
		size_t	 len = strcspn(list[i]->d_name, ".");

		if (strcmp(list[i]->d_name + len, ".policy") == 0 &&
		    len < sizeof(name)) {
			(void)snprintf(name, sizeof(name), "%.*s", (int)len,
			    list[i]->d_name);
			(void)snprintf(path, sizeof(path),
			    "%s/%s/%s", b == NULL ? "build/plain" : b,
			    strcmp(name, "bulkhead") == 0 ? "bin" :
			    "libexec/bulkhead", name);
			if (access(path, X_OK) == 0)
				compare(name, path);
			else if (*name != '\0')
				compare_part(name);
		}
		free(list[i]);
	}
	free(list);
	return (finish());
}
