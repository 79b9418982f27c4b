/*
 * Options: what pflag takes, what it refuses, in whose words.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "anykey.h"
#include "given.h"
#include "harness.h"
#include "opt.h"
#include "record.h"

static const struct opt	table[] = {
	{ "rm", 0, OPT_FLAG, NULL, "", NULL, NULL },
	{ "interactive", 'i', OPT_FLAG, NULL, "", NULL, NULL },
	{ "tty", 't', OPT_FLAG, NULL, "", NULL, NULL },
	{ "env", 'e', OPT_ARRAY, NULL, "", NULL, NULL },
	{ "filter", 'f', OPT_LIST, NULL, "", NULL, NULL },
	{ "name", 0, OPT_STRING, NULL, "", NULL, NULL },
	{ "network", 0, OPT_ARRAY, NULL, "", NULL, NULL },
	{ "time", 'T', OPT_UINT, NULL, "", NULL, NULL },
	{ "last", 'n', OPT_INT, NULL, "", NULL, NULL },
	{ "signal", 's', OPT_SIGNAL, NULL, "", NULL, NULL },
	{ "shm-size", 0, OPT_SIZE, NULL, "", NULL, NULL },
	{ "interval", 0, OPT_DURATION, NULL, "", NULL, NULL },
	{ "restart", 0, OPT_ONLY, NULL, NULL, NULL, "no|never" },
	{ "old", 0, OPT_IGNORED, NULL, NULL, NULL, NULL },
	{ "memory", 'm', OPT_REFUSED, NULL, NULL, NULL, NULL },
	{ 0 }
};

static const struct opt	globals[] = {
	{ "root", 0, OPT_STRING, NULL, "", NULL, NULL },
	{ "log-level", 0, OPT_STRING, NULL, "", NULL, NULL },
	{ 0 }
};

static struct rec	*opts, *global;
static char		*args[16];
static int		 nargs;
static char		 said[2048];

/* Parse words separated by blanks; messages go to said[]. */
static int
parse(const char *line, bool early)
{
	static char	 copy[1024];
	struct opt_set	 set = { "bulkhead", "run", { table }, { globals },
			    early };
	char		*s = copy, *w;
	int		 fd, save, r;
	ssize_t		 n;

	rec_free(opts);
	rec_free(global);
	opts = rec_new();
	global = rec_new();
	snprintf(copy, sizeof(copy), "%s", line);
	for (nargs = 0; (w = strsep(&s, " ")) != NULL; )
		args[nargs++] = w;
	fflush(stderr);
	fd = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	save = dup(STDERR_FILENO);
	dup2(fd, STDERR_FILENO);
	r = opt_parse(&set, nargs, args, opts, global);
	fflush(stderr);
	dup2(save, STDERR_FILENO);
	n = pread(fd, said, sizeof(said) - 1, 0);
	said[n > 0 ? n : 0] = '\0';
	close(fd);
	close(save);
	return (r);
}

static void
refused(const char *line, const char *words)
{
	int	 r = parse(line, false);

	if (r != -1 || strstr(said, words) == NULL)
		printf("# %s -> %d\n#  said <%s>\n#  want <%s>\n", line, r,
		    said, words);
	check(r == -1 && strstr(said, words) != NULL, line, __LINE__);
}

static bool
is(const char *key, const char *want)
{
	const char	*v = rec_get(opts, KEY_FROM(key));

	if (v == NULL || strcmp(v, want) != 0)
		printf("# %s is %s\n", key, v == NULL ? "(none)" : v);
	return (v != NULL && strcmp(v, want) == 0);
}

static bool
all_are(const char *key, const char *const *want, size_t n)
{
	const char	*v;
	size_t		 it = 0, i = 0;

	for (; rec_next(opts, KEY_FROM(key), &it, &v); i++)
		if (i >= n || strcmp(v, want[i]) != 0)
			return (false);
	return (i == n);
}

static void
taken(void)
{
	static const char *const	 env[] = { "A=b", "C", "D=e=f" };
	static const char *const	 filter[] = { "a=b", "c,d", "e" };

	CHECK(parse("-it --rm img ls -la", true) == 3);
	CHECK(is("interactive", "true") && is("tty", "true") &&
	    is("rm", "true"));
	CHECK(strcmp(args[0], "img") == 0 && strcmp(args[2], "-la") == 0);
	CHECK(parse("img -it", true) == 2 && !opt_given(opts, "tty"));
	CHECK(parse("ctr -it x", false) == 2 && is("tty", "true"));
	CHECK(strcmp(args[0], "ctr") == 0 && strcmp(args[1], "x") == 0);
	CHECK(parse("-eA=b -e C --env=D=e=f x", true) == 1);
	CHECK(all_are("env", env, 3));
	CHECK(parse("-f a=b,\"c,d\" --filter e", false) == 0);
	CHECK(all_are("filter", filter, 3));
	CHECK(parse("--rm=false x", false) == 1 && is("rm", "false"));
	CHECK(!opt_flag(opts, "rm", true) && opt_flag(opts, "tty", true));
	CHECK(parse("--rm=T -i=0", false) == 0 && is("rm", "true") &&
	    is("interactive", "false"));
	CHECK(parse("--name a --name b", false) == 0 && is("name", "b"));
	CHECK(parse("--name=", false) == 0 && is("name", ""));
	CHECK(parse("--name --rm", false) == 0 && is("name", "--rm"));
	CHECK(parse("--net none", false) == 0 && is("network", "none"));
	CHECK(parse("-n3", false) == 0 && is("last", "3"));
	CHECK(parse("-n=-0x10", false) == 0 && is("last", "-16"));
	CHECK(parse("-itn 3", false) == 0 && is("last", "3"));
	CHECK(parse("--time 0", false) == 0 && is("time", "0"));
	CHECK(parse("-s term", false) == 0 && is("signal", "15"));
	CHECK(parse("--shm-size 64m", false) == 0 &&
	    opt_num(opts, "shm-size", 0) == 64 << 20);
	CHECK(parse("--interval 1.5s", false) == 0 &&
	    is("interval", "1500000000"));
	CHECK(parse("--rm -- --rm -x", false) == 2 &&
	    strcmp(args[1], "-x") == 0);
	CHECK(parse("- a", false) == 2 && strcmp(args[0], "-") == 0);
	CHECK(parse("--restart no --old x y", false) == 1);
	CHECK(parse("--root /x ctr --log-level debug", false) == 1);
	CHECK(strcmp(rec_str(global, any_key("root"), ""), "/x") == 0 &&
	    strcmp(rec_str(global, any_key("log-level"), ""), "debug") == 0);
	CHECK(parse("-h", false) == 0 && is("help", "true"));
}

static void
not_taken(void)
{
	refused("--foo", "Error: unknown flag: --foo\n"
	    "See 'bulkhead run --help'\n");
	refused("--foo=bar", "Error: unknown flag: --foo\n");
	refused("-x", "unknown shorthand flag: 'x' in -x\n");
	refused("-itx", "unknown shorthand flag: 'x' in -x\n");
	refused("--name", "flag needs an argument: --name\n");
	refused("-e", "flag needs an argument: 'e' in -e\n");
	refused("--=x", "bad flag syntax: --=x\n");
	refused("--rm=maybe", "invalid argument \"maybe\" for \"--rm\" flag: "
	    "strconv.ParseBool: parsing \"maybe\": invalid syntax\n");
	refused("-T abc", "invalid argument \"abc\" for \"-T, --time\" flag: "
	    "strconv.ParseUint: parsing \"abc\": invalid syntax\n");
	refused("-T -1", "parsing \"-1\": invalid syntax");
	refused("-n 99999999999999999999", "value out of range");
	refused("-s NOPE", "Error: invalid signal: NOPE\n");
	refused("--shm-size x", "invalid size: 'x'");
	refused("--interval 5", "missing unit in duration \"5\"");
	refused("-f a\"b", "bare \" in non-quoted-field");
	refused("-m 5 x", "Error: --memory is not supported by bulkhead yet");
	refused("--memory=5", "Error: --memory is not supported");
	refused("--restart always", "--restart=always is not supported by "
	    "bulkhead yet, only no|never");
	refused("--fo\033o", "unknown flag: --fo\\x1bo\n");
}

/* Files that options name are opened before they can be removed. */
static void
files(void)
{
	static const struct opt	 named[] = {
		{ "read", 0, OPT_FILE_LIST, NULL, "", NULL, NULL },
		{ "other", 0, OPT_STRING, NULL, "", NULL, NULL },
		{ 0 }
	};
	struct opt_set	 set = { "bulkhead", "run", { named }, { globals },
			    false };
	struct rec	*r = rec_new();
	struct parse_err e;
	char		 path[2][32] = { "/tmp/opt.XXXXXX", "/tmp/opt.XXXXXX" };
	char		*text;
	size_t		 len;

	for (int i = 0; i < 2; i++)
		close(mkstemp(path[i]));
	(void)rec_add(r, any_key("read"), path[0]);
	(void)rec_add(r, any_key("other"), path[1]);
	opt_open_files(&set, r);
	CHECK(unlink(path[0]) == 0 && unlink(path[1]) == 0);
	text = given_read(path[0], &len, &e);
	CHECK(text != NULL && len == 0);
	free(text);
	CHECK(given_read(path[1], &len, &e) == NULL);
	rec_free(r);
}

int
main(void)
{
	taken();
	not_taken();
	files();
	rec_free(opts);
	rec_free(global);
	return (finish());
}
