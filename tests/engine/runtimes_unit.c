/*
 * Which OCI runtime and which monitor is meant, and where it is.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtimes.h"
#include "error.h"
#include "harness.h"
#include "path.h"
#include "record.h"

static char	 dir[] = "/tmp/runtimes.XXXXXX";

/* A path beneath the test's directory. Static storage, four at a time. */
static const char *
at(const char *name)
{
	static char	 paths[4][128];
	static int	 n;

	n = (n + 1) % 4;
	(void)snprintf(paths[n], sizeof(paths[n]), "%s/%s", dir, name);
	return (paths[n]);
}

static void
touch(const char *name)
{
	int	 fd = open(at(name), O_CREAT | O_WRONLY, 0755);

	if (fd != -1)
		close(fd);
}

/* A configuration of KEY, VALUE, ..., NULL. */
static struct rec *
config(const char *const *pairs)
{
	struct rec	*r = rec_new();

	for (; *pairs != NULL; pairs += 2)
		(void)rec_add(r, KEY_FROM(pairs[0]), pairs[1]);
	return (r);
}

/* Look up; what came of it is the path, or "errno: message". */
static const char *
find(const struct rec *r, const char *name, struct runtime *rt)
{
	static char	 out[8192];
	struct error	 e;

	if (runtimes_find(r, name, rt, &e) == 0)
		(void)snprintf(out, sizeof(out), "%s", rt->path);
	else
		(void)snprintf(out, sizeof(out), "%d: %s", errno,
		    e.text);
	return (out);
}

static bool
is(const char *got, const char *want)
{
	if (strcmp(got, want) != 0)
		printf("#  gave <%s>\n#  want <%s>\n", got, want);
	return (strcmp(got, want) == 0);
}

#define CASE(title, got, want)	check(is(got, want), title, __LINE__)

static void
paths(void)
{
	const char *const	 pairs[] = {
	    "engine.runtimes.one", at("missing"),
	    "engine.runtimes.one", at("directory"),
	    "engine.runtimes.one", at("file"),
	    "engine.runtimes.one", at("second"), NULL };
	struct rec		*r = config(pairs);
	struct runtime		 rt;

	CASE("S33 S37: the first regular file wins, what is not there and "
	    "directories are passed over", find(r, "one", &rt), at("file"));
	CASE("S37: its name is its own", rt.name, "one");
	rec_free(r);
}

static void
failing(void)
{
	const char *const	 loop[] = { "engine.runtimes.one", at("loop"),
				    "engine.runtimes.one", at("file"), NULL };
	struct rec		*r = config(loop);
	struct runtime		 rt;
	char			 want[512];

	(void)snprintf(want, sizeof(want), "%d: cannot stat OCI runtime one "
	    "path %s: %s", ELOOP, at("loop"), strerror(ELOOP));
	CASE("S37: any other failure of stat is that runtime's",
	    find(r, "one", &rt), want);
	rec_free(r);
}

static void
by_path_variable(void)
{
	const char *const	 pairs[] = { "engine.runtimes.inpath",
				    at("missing"), NULL };
	struct rec		*r = config(pairs);
	struct runtime		 rt;

	(void)setenv("PATH", at("bin"), 1);
	CASE("S37: then PATH is looked at, by the name",
	    find(r, "inpath", &rt), at("bin/inpath"));
	(void)setenv("PATH", "/nowhere::bin", 1);
	CASE("S37: and when it is not there either, it is not valid",
	    find(r, "inpath", &rt), "22: no valid executable found for OCI "
	    "runtime inpath: invalid argument");
	rec_free(r);
}

static void
named(void)
{
	const char *const	 pairs[] = { "engine.runtimes.one",
				    at("file"), NULL };
	const char *const	 none[] = { "mode", "rootless", NULL };
	struct rec		*r = config(pairs), *empty = config(none);
	struct runtime		 rt;
	struct error		 e;
	char			 want[512];

	CASE("S38: an absolute path is a runtime", find(r, at("second"), &rt),
	    at("second"));
	CASE("S38: under its base name", rt.name, "second");
	(void)snprintf(want, sizeof(want), "22: no valid executable found "
	    "for OCI runtime %s: invalid argument", at("directory"));
	CASE("S38: which must be a file", find(r, at("directory"), &rt),
	    want);
	CASE("S38: a name must be in the table", find(r, "two", &rt),
	    "22: default OCI runtime \"two\" not found: invalid argument");
	CASE("S37: a name is not empty", find(r, "", &rt), "22: configuring "
	    "runtime: must provide a valid path: invalid argument");
	CASE("S39: a table without anything in it", find(empty, "one", &rt),
	    "22: no OCI runtime has been configured: invalid argument");
	check(runtimes_find(empty, "launch", &rt, &e) == 0 &&
	    rt.own, "S40: our own needs no table and no file", __LINE__);
	rec_free(empty);
	rec_free(r);
}

static void
abilities(void)
{
	const char *const	 pairs[] = {
	    "engine.runtimes.one", at("file"),
	    "engine.runtimes.two", at("file"),
	    "engine.runtime_supports_json", "one",
	    "engine.runtime_supports_json", "two",
	    "engine.runtime_supports_nocgroups", "two",
	    "engine.runtime_supports_kvm", "one", NULL };
	struct rec		*r = config(pairs);
	struct runtime		 one, two;

	(void)find(r, "one", &one);
	(void)find(r, "two", &two);
	check(one.json && !one.nocgroups && one.kvm, "S35: what a runtime "
	    "can do stands in lists", __LINE__);
	check(two.json && two.nocgroups && !two.kvm, "S35: for each its own",
	    __LINE__);
	rec_free(r);
}

static void
table(void)
{
	const char *const	 pairs[] = {
	    "engine.runtimes.b", at("missing"),
	    "engine.runtimes.b", at("file"),
	    "engine.other", "x",
	    "engine.runtimes.a", at("missing"), NULL };
	struct rec		*r = config(pairs);
	const char		*name = NULL;
	char			 all[64] = "";
	size_t			 it = 0;

	while (runtimes_next(r, &it, &name))
		(void)strncat(all, name, 8);
	CASE("S36: the table is walked in its own order, each name once", all,
	    "ba");
	rec_free(r);
}

static void
defaults(void)
{
	const char *const	 pairs[] = { "engine.runtime", at("second"),
				    NULL };
	const char *const	 own[] = { "engine.runtime", "launch", NULL };
	const char *const	 both[] = { "engine.runtimes.crun", at("file"),
				    "engine.runtimes.runc", at("second"),
				    NULL };
	struct rec		*r = config(pairs), *o = config(own),
				*b = config(both);
	struct runtime		 rt;
	struct error		 e;
	bool			 v2 = access("/sys/fs/cgroup/cgroup.procs",
				    F_OK) == 0;

	check(runtimes_default(r, &rt, &e) == 0 &&
	    is(rt.name, "second"), "S38: the default may be a path", __LINE__);
	check(runtimes_default(o, &rt, &e) == 0 && rt.own,
	    "S38: or our own", __LINE__);
	check(runtimes_default(b, &rt, &e) == 0 &&
	    is(rt.name, v2 ? "crun" : "runc"), "S6: where none is named it "
	    "is crun on cgroup v2, else runc", __LINE__);
	rec_free(r);
	rec_free(o);
	rec_free(b);
}

static void
monitors(void)
{
	check(runtimes_conmon_fits("conmon version 2.0.1"), "S34: 2.0.1 is "
	    "enough", __LINE__);
	check(runtimes_conmon_fits("conmon version 2.1.6\ncommit: unknown") &&
	    runtimes_conmon_fits("conmon version 3.0.0-dev") &&
	    runtimes_conmon_fits("conmon version 10.0.0"), "S34: later ones "
	    "are", __LINE__);
	check(!runtimes_conmon_fits("conmon version 2.0.0") &&
	    !runtimes_conmon_fits("conmon version 1.9.9"), "S34: earlier "
	    "ones are not", __LINE__);
	check(!runtimes_conmon_fits("") && !runtimes_conmon_fits("conmon") &&
	    !runtimes_conmon_fits("conman version 2.1.6"), "S34: nor is what "
	    "does not say its version", __LINE__);
}

int
main(void)
{
	if (mkdtemp(dir) == NULL || mkdir(at("directory"), 0755) == -1 ||
	    mkdir(at("bin"), 0755) == -1 ||
	    symlink("loop", at("loop")) == -1)
		return (1);
	touch("file");
	touch("second");
	touch("bin/inpath");
	paths();
	failing();
	by_path_variable();
	named();
	abilities();
	table();
	defaults();
	monitors();
	(void)path_remove(AT_FDCWD, dir);
	return (finish());
}
