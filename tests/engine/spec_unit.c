/*
 * Values of options: what each parser takes, and what it refuses.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "env.h"
#include "spec.h"
#include "harness.h"
#include "record.h"

static struct parse_err	 err;

/* A parser's answer as text: what it appended, or "!" and its message. */
static const char *
answer(int (*fn)(const char *, struct rec *, struct parse_err *),
    const char *arg)
{
	static char	 out[2048];
	struct rec	*r = rec_new(), *sub;
	struct rec_item	 item, in;
	size_t		 it = 0, jt, n = 0, pos = 0;

	*out = '\0';
	if (fn(arg, r, &err) == -1)
		snprintf(out, sizeof(out), "!%s", err.text);
	else
		while (rec_walk(r, &it, &item)) {
			pos = strlen(out);
			if (!item.nested) {
				snprintf(out + pos, sizeof(out) - pos,
				    "%s%s=%s", pos ? " " : "", item.key,
				    item.text);
				continue;
			}
			jt = 0;
			sub = rec_sub(r, KEY_REC(item.key), &n);
			while (sub != NULL && rec_walk(sub, &jt, &in)) {
				pos = strlen(out);
				snprintf(out + pos, sizeof(out) - pos,
				    "%s%s=%s", pos ? " " : "", in.key,
				    in.text);
			}
			rec_free(sub);
		}
	rec_free(r);
	return (out);
}

static void
is(int (*fn)(const char *, struct rec *, struct parse_err *), const char *arg,
    const char *want)
{
	const char	*got = answer(fn, arg);
	bool		 ok = strcmp(got, want) == 0;

	if (!ok)
		printf("# %s\n#  gave <%s>\n#  want <%s>\n", arg, got, want);
	check(ok, arg, __LINE__);
}

/* Only that it is refused, with these words in the message. */
static void
no(int (*fn)(const char *, struct rec *, struct parse_err *), const char *arg,
    const char *words)
{
	const char	*got = answer(fn, arg);
	bool		 ok = *got == '!' && strstr(got, words) != NULL;

	if (!ok)
		printf("# %s\n#  gave <%s>\n#  want <%s>\n", arg, got, words);
	check(ok, arg, __LINE__);
}

static void
mounts(void)
{
	is(spec_volume, "/a:/b", "type=bind src=/a dst=/b opt=rbind "
	    "opt=rprivate opt=rw");
	is(spec_volume, "/a:/b:ro,z", "type=bind src=/a dst=/b opt=ro "
	    "opt=rbind opt=rprivate");
	is(spec_volume, "/a:/b:rshared,noexec,bind", "type=bind src=/a dst=/b"
	    " opt=rshared opt=noexec opt=bind opt=rw");
	no(spec_volume, "/a:/b:foo", "invalid option type \"foo\"");
	no(spec_volume, "/a:b", "invalid container path \"b\", must be an "
	    "absolute path");
	no(spec_volume, "/a:/b/../c", "\"..\" is not allowed");
	no(spec_volume, "/a:/b:ro:x", "incorrect volume format");
	no(spec_volume, "", "container directory cannot be empty");
	no(spec_volume, "/a:/b:ro,rw", "can only specify 1 of them");
	no(spec_volume, "/a:/b:U", "not supported by bulkhead yet");
	is(spec_volume, "vol:/b", "type=bind volume=vol dst=/b opt=nosuid "
	    "opt=nodev opt=rbind opt=rprivate opt=rw");
	is(spec_volume, "/b", "type=bind volume= dst=/b opt=nosuid opt=nodev "
	    "opt=rbind opt=rprivate opt=rw");
	is(spec_tmpfs, "/t", "type=tmpfs dst=/t opt=rprivate opt=rw "
	    "opt=noexec opt=nosuid opt=nodev opt=tmpcopyup");
	is(spec_tmpfs, "/t:size=1m,mode=1777,exec", "type=tmpfs dst=/t "
	    "opt=size=1m opt=mode=1777 opt=exec opt=rprivate opt=rw "
	    "opt=nosuid opt=nodev opt=tmpcopyup");
	no(spec_tmpfs, "/t:foo", "unknown mount option \"foo\": invalid "
	    "mount option");
	no(spec_tmpfs, "/t:size=12q", "invalid suffix");
	no(spec_tmpfs, "/t:mode=9", "not an octal mode");
	no(spec_tmpfs, "t", "must be an absolute path");
	is(spec_mount, "type=bind,src=/a,dst=/b,ro", "type=bind src=/a dst=/b"
	    " opt=ro opt=rbind opt=rprivate");
	is(spec_mount, "type=bind,source=/a,target=/b,readonly=false,"
	    "bind-propagation=slave", "type=bind src=/a dst=/b opt=rw "
	    "opt=slave opt=rbind");
	no(spec_mount, "type=bind,source=/a,target=/b,bind-propagation=suid",
	    "bind-propagation=suid: invalid mount option");
	no(spec_mount, "type=bind,source=/a,target=/b,bind-propagation=dev",
	    "bind-propagation=dev: invalid mount option");
	no(spec_mount, "type=bind,source=/a,target=/b,bind-propagation",
	    "bind-propagation: invalid mount option");
	is(spec_mount, "type=tmpfs,destination=/t,tmpfs-size=1m",
	    "type=tmpfs dst=/t opt=size=1m opt=rprivate opt=rw opt=noexec "
	    "opt=nosuid opt=nodev opt=tmpcopyup");
	is(spec_mount, "type=bind,\"src=/a,\"\"b\",dst=/y", "type=bind "
	    "src=/a,\"b dst=/y opt=rbind opt=rprivate opt=rw");
	is(spec_mount, "\"type=bind\",src=/a,\"dst=/y\"", "type=bind src=/a "
	    "dst=/y opt=rbind opt=rprivate opt=rw");
	is(spec_mount, "src=/type=foo,type=bind,dst=/y", "type=bind "
	    "src=/type=foo dst=/y opt=rbind opt=rprivate opt=rw");
	no(spec_mount, "type=bind,\"src=/va\"r,dst=/y", "parse error on line 1"
	    ", column 19: extraneous or missing \" in quoted-field");
	no(spec_mount, "type=bind,\"src=/var,dst=/y", "parse error on line 1, "
	    "column 27: extraneous or missing \" in quoted-field");
	no(spec_mount, "type=bind,src=/v\"ar,dst=/y", "parse error on line 1, "
	    "column 17: bare \" in non-quoted-field");
	no(spec_mount, "foo", "incorrect mount format");
	no(spec_mount, "type=foo,dst=/b", "invalid filesystem type \"foo\"");
	no(spec_mount, "type=bind,src=/a", "must set volume destination");
	no(spec_mount, "type=bind,dst=/a", "must set source");
	no(spec_mount, "type=bind,src=/a,dst=/b,foo",
	    "foo: invalid mount option");
}

/* The working directory, and what a relative path comes to in it. */
static void
relative(void)
{
	if (chdir("/usr/bin") == -1)
		abort();
	is(spec_volume, ".:/y", "type=bind src=/usr/bin dst=/y opt=rbind "
	    "opt=rprivate opt=rw");
	is(spec_volume, "./x:/y", "type=bind src=/usr/bin/x dst=/y opt=rbind "
	    "opt=rprivate opt=rw");
	is(spec_volume, "../x//./z/:/y", "type=bind src=/usr/x/z dst=/y "
	    "opt=rbind opt=rprivate opt=rw");
	is(spec_volume, "../../../..:/y", "type=bind src=/ dst=/y opt=rbind "
	    "opt=rprivate opt=rw");
	is(spec_volume, "..x/a..:/y", "type=bind src=/usr/bin/..x/a.. dst=/y "
	    "opt=rbind opt=rprivate opt=rw");
	is(spec_mount, "type=bind,src=./x,dst=/y", "type=bind "
	    "src=/usr/bin/x dst=/y opt=rbind opt=rprivate opt=rw");
	is(spec_mount, "type=bind,src=x,dst=/y", "type=bind src=/usr/bin/x "
	    "dst=/y opt=rbind opt=rprivate opt=rw");
	is(spec_mount, "type=volume,src=x,dst=/y", "type=bind volume=x "
	    "dst=/y opt=nosuid opt=nodev opt=rbind opt=rprivate opt=rw");
	is(spec_security, "seccomp=p.json", "seccomp=/usr/bin/p.json");
	is(spec_security, "seccomp=unconfined", "seccomp=unconfined");
}

static void
values(void)
{
	is(spec_ulimit, "nofile=10:20", "name=nofile soft=10 hard=20");
	is(spec_ulimit, "core=0", "name=core soft=0 hard=0");
	is(spec_ulimit, "nproc=-1", "name=nproc soft=-1 hard=-1");
	is(spec_ulimit, "nproc=5:unlimited", "name=nproc soft=5 hard=-1");
	is(spec_ulimit, "host", "ulimit_host=1");
	no(spec_ulimit, "nofile=3:2", "soft limit must be less than or equal "
	    "to hard limit: 3 > 2");
	no(spec_ulimit, "nofile=-1:2", "soft limit must be less");
	no(spec_ulimit, "foo=1", "invalid ulimit type: foo");
	no(spec_ulimit, "foo", "requires name=SOFT:HARD");
	no(spec_ulimit, "nofile=a", "\"a\" is not a number");
	no(spec_ulimit, "nofile=1:2:3", "is not a number");
	is(spec_security, "no-new-privileges", "nnp=1");
	is(spec_security, "no-new-privileges:true", "nnp=1");
	is(spec_security, "no-new-privileges=false", "nnp=0");
	is(spec_security, "seccomp=unconfined", "seccomp=unconfined");
	is(spec_security, "seccomp:/p.json", "seccomp=/p.json");
	is(spec_security, "mask=/proc/a:/proc/b", "mask=/proc/a mask=/proc/b");
	is(spec_security, "unmask=ALL", "unmask=ALL");
	is(spec_security, "label=disable", "");
	is(spec_security, "apparmor=unconfined", "");
	no(spec_security, "label=type:x", "not supported by bulkhead yet");
	no(spec_security, "apparmor=docker", "not supported");
	no(spec_security, "foo", "invalid --security-opt: \"foo\"");
	no(spec_security, "no-new-privileges=x", "invalid --security-opt");
	is(spec_network, "none", "net=none");
	no(spec_network, "bridge", "--network bridge is not supported");
	no(spec_network, "container:x", "--network container is not");
	is(spec_userns, "", "userns=");
	is(spec_userns, "auto", "userns=auto");
	no(spec_userns, "keep-id", "is not supported");
	no(spec_userns, "nomap", "is not supported");
	no(spec_userns, "keep-id:uid=5", "is not supported");
	no(spec_userns, "foo", "unrecognized namespace mode foo passed");
	is(spec_add_host, "db:10.0.0.1", "add_host=10.0.0.1\tdb");
	is(spec_add_host, "db:::1", "add_host=::1\tdb");
	no(spec_add_host, "db", "bad format for add-host");
	no(spec_add_host, "a b:1.2.3.4", "bad format for add-host");
	no(spec_add_host, "a\tb:1.2.3.4", "bad format for add-host");
	no(spec_add_host, "a\n6.6.6.6 b:1.2.3.4", "bad format for add-host");
	no(spec_add_host, "a#b:1.2.3.4", "bad format for add-host");
	no(spec_add_host, "a:1.2.3.4\n", "bad format for add-host");
	is(spec_dns_search, "example.org", "dns_search=example.org");
	is(spec_dns_search, ".", "dns_search=.");
	no(spec_dns_search, "a\nnameserver 6.6.6.6", "not a valid domain");
	no(spec_dns_search, "a b", "not a valid domain");
	no(spec_dns_search, "", "not a valid domain");
	no(spec_dns_search, "a\tb", "not a valid domain");
	no(spec_dns_search, "a;b", "not a valid domain");
	is(spec_dns_option, "ndots:2", "dns_option=ndots:2");
	no(spec_dns_option, "ndots:2\nnameserver 6.6.6.6", "want one word");
	no(spec_dns_option, "a b", "want one word");
	no(spec_dns_option, "\177", "want one word");
	no(spec_add_host, "a:b", "invalid IP address in add-host: \"b\"");
	is(spec_log_driver, "json-file", "log_driver=k8s-file");
	no(spec_log_driver, "journald", "not supported");
	no(spec_log_driver, "foo", "invalid log driver");
	is(spec_log_opt, "max-size=10k", "log_max=10240");
	is(spec_log_opt, "max-size=10m", "log_max=10485760");
	is(spec_log_opt, "max-size=-1", "log_max=-1");
	no(spec_log_opt, "max-size=5q", "\"max-size=5q\": invalid suffix");
	no(spec_log_opt, "max-size=-2", "size");
	no(spec_log_opt, "max-file=2", "max-file");
	no(spec_log_opt, "foo", "invalid log option \"foo\"");
	no(spec_log_opt, "path=x", "must be absolute");
	is(spec_umask, "0027", "umask=0027");
	no(spec_umask, "9", "invalid umask");
	no(spec_umask, "1777", "invalid umask");
}

static bool
user(const char *s)
{
	return (spec_user(s, &err) == 0);
}

static void
users(void)
{
	CHECK(user("") && user("root") && user("0") && user("1000:1000"));
	CHECK(user(":5") && user("www-data:www-data") && user("2147483647"));
	CHECK(!user("2147483648") && !user("4294967296") && !user("1:"));
	CHECK(!user("99999999999999999999") && !user("1:4294967295"));
	CHECK(!user("a:b:c") && !user("-1") && !user("+1") && !user("a/b"));
	CHECK(!user("a\nb") && !user("a:b\t"));
	CHECK(spec_name("a_b.c-d", &err) == 0 && spec_name("0", &err) == 0);
	CHECK(spec_name("", &err) == -1 && spec_name("-a", &err) == -1 &&
	    spec_name("a b", &err) == -1 && spec_name("a/b", &err) == -1);
	CHECK(spec_hostname("web-1.example", &err) == 0);
	CHECK(spec_hostname("a b", &err) == -1 &&
	    spec_hostname("", &err) == -1 && spec_hostname("-x", &err) == -1);
}

static size_t
caps(const char *adds, const char *drops, const char *has)
{
	struct rec	*d = rec_new(), *o = rec_new(), *out = rec_new();
	const char	*v;
	size_t		 it = 0, n;
	bool		 found = false;

	rec_add(d, KEY_AS(default_capabilities), "CAP_CHOWN");
	rec_add(d, KEY_AS(default_capabilities), "CAP_KILL");
	if (*adds)
		rec_add(o, KEY_AS(ask_cap_add), adds);
	if (*drops)
		rec_add(o, KEY_AS(ask_cap_drop), drops);
	if (spec_caps(d, o, out, &err) == -1)
		n = 1000;
	else
		n = rec_count(out, KEY(cap));
	while (rec_next(out, KEY(cap), &it, &v))
		found |= strcmp(v, has) == 0;
	rec_free(d);
	rec_free(o);
	rec_free(out);
	return (*has != '\0' && !found ? 999 : n);
}

/* How many a user that is not root is to have. */
static size_t
ambient(const char *adds, const char *drops)
{
	struct rec	*d = rec_new(), *o = rec_new(), *out = rec_new();
	size_t		 n;

	rec_add(d, KEY_AS(default_capabilities), "CAP_CHOWN");
	if (*adds)
		rec_add(o, KEY_AS(ask_cap_add), adds);
	if (*drops)
		rec_add(o, KEY_AS(ask_cap_drop), drops);
	n = spec_caps(d, o, out, &err) == -1 ? 1000 : rec_count(out,
	    KEY(ambient));
	rec_free(d);
	rec_free(o);
	rec_free(out);
	return (n);
}

static void
capabilities(void)
{
	CHECK(caps("", "", "CAP_KILL") == 2);
	CHECK(caps("net_admin", "", "CAP_NET_ADMIN") == 3);
	CHECK(caps("CAP_NET_ADMIN", "cap_kill", "CAP_CHOWN") == 2);
	CHECK(caps("all", "", "CAP_CHECKPOINT_RESTORE") == 41);
	CHECK(caps("", "ALL", "") == 0);
	CHECK(caps("kill", "all", "CAP_KILL") == 1);
	CHECK(caps("all", "kill", "CAP_CHOWN") == 40);
	CHECK(caps("kill", "kill", "") == 1000);
	CHECK(ambient("", "") == 0 && ambient("net_admin", "") == 1);
	CHECK(ambient("kill", "all") == 1 && ambient("all", "kill") == 40);
	CHECK(caps("foo", "", "") == 1000 &&
	    strcmp(err.text, "\"CAP_FOO\": unknown capability") == 0);
}

static void
environment(void)
{
	struct env	 e = { 0 };
	char		 path[] = "/tmp/env.XXXXXX";
	FILE		*f = fdopen(mkstemp(path), "w");

	setenv("BH_ONE", "1", 1);
	setenv("BH_TWO", "2=3", 1);
	CHECK(env_from_cli(&e, "A=b=c", &err) == 0);
	CHECK(env_from_cli(&e, "BH_ONE", &err) == 0);
	CHECK(env_from_cli(&e, "BH_NONE", &err) == 0);
	CHECK(env_from_cli(&e, "A=d", &err) == 0 && e.n == 2);
	CHECK(strcmp(env_get(&e, "A"), "d") == 0);
	CHECK(env_from_cli(&e, "BH_*", &err) == 0 && e.n == 3);
	CHECK(strcmp(env_get(&e, "BH_TWO"), "2=3") == 0);
	CHECK(env_from_cli(&e, "=x", &err) == -1);
	CHECK(env_from_cli(&e, "", &err) == 0 && e.n == 3);
	CHECK(env_unset(&e, "A", &err) == 0);
	CHECK(e.n == 2 && env_get(&e, "A") == NULL);
	/* An image cannot ask for what this process has. */
	CHECK(env_from_image(&e, "BH_ONE", &err) == -1);
	CHECK(env_from_image(&e, "*", &err) == -1);
	CHECK(env_from_image(&e, "P=q", &err) == 0);
	env_clear(&e);
	fputs("# no\n\n  X=1 \r\nY = 2\nBH_ONE\n", f);
	fclose(f);
	CHECK(env_from_file(&e, path, &err) == 0 && e.n == 3);
	CHECK(strcmp(env_get(&e, "X"), "1 ") == 0);
	CHECK(strcmp(env_get(&e, "Y "), " 2") == 0);
	env_clear(&e);
	CHECK(label_from_file(&e, path, &err) == 0 && e.n == 3);
	CHECK(strcmp(env_get(&e, "BH_ONE"), "") == 0);
	CHECK(env_from_file(&e, "/nonex", &err) == -1);
	env_clear(&e);
	unlink(path);
}

static int64_t
duration(const char *s)
{
	int64_t	 n;

	return (parse_duration(s, &n, &err) == -1 ? -999 : n);
}

static int64_t
size(const char *s)
{
	int64_t	 n;

	return (parse_size(s, &n, &err) == -1 ? -999 : n);
}

static int64_t
when(const char *s)
{
	int64_t	 n;

	return (parse_time(s, 1000000000000, &n, &err) == -1 ? -999 : n);
}

static void
primitives(void)
{
	CHECK(duration("1h30m") == 5400000000000);
	CHECK(duration("1.5s") == 1500000000 && duration("-2ms") == -2000000);
	CHECK(duration("0") == 0 && duration("10us") == 10000);
	CHECK(duration("5") == -999 && duration("") == -999 &&
	    duration("5x") == -999 && duration(".s") == -999 &&
	    duration("300000000h") == -999);
	CHECK(size("1k") == 1024 && size("64m") == 64 << 20 &&
	    size("1.5 GiB") == 1610612736 && size("10") == 10 &&
	    size("2KB") == 2048 && size("7b") == 7);
	CHECK(size("") == -999 && size("-1") == -999 && size("1x") == -999 &&
	    size("k") == -999 && size("1kk") == -999 &&
	    size("99999999999g") == -999);
	CHECK(parse_signal("TERM") == 15 && parse_signal("SIGKILL") == 9 &&
	    parse_signal("sigint") == 2 && parse_signal("9") == 9);
	CHECK(parse_signal("RTMIN+1") == 35 && parse_signal("SIGRTMAX") == 64);
	CHECK(parse_signal("0") == -1 && parse_signal("65") == -1 &&
	    parse_signal("-1") == -1 && parse_signal("") == -1 &&
	    parse_signal("FOO") == -1);
	CHECK(when("10m") == 400000000000);
	CHECK(when("1700000000") == 1700000000000000000);
	CHECK(when("1.5") == 1500000000);
	CHECK(when("2023-11-14T22:13:20Z") == 1700000000000000000);
	CHECK(when("2023-11-14T23:13:20.5+01:00") == 1700000000500000000);
	CHECK(when("nonsense") == -999 && when("2023-13-01") == -999);
}

/* Parameters of the kernel, and what a container has of the host. */
static void
host(void)
{
	struct rec	*r = rec_new();
	struct rec	*other = rec_new();

	is(spec_oom_score, "-1000", "oom_score_adj=-1000");
	is(spec_oom_score, "1000", "oom_score_adj=1000");
	no(spec_oom_score, "1001", "is not between -1000 and 1000");
	no(spec_oom_score, "-1001", "is not between");
	no(spec_oom_score, "", "is not between");
	is(spec_tz, "Europe/Berlin", "tz=Europe/Berlin");
	is(spec_tz, "", "");
	no(spec_tz, "/etc/shadow", "finding timezone");
	no(spec_tz, "../shadow", "finding timezone");
	is(spec_hosts_file, "/etc/h", "hosts_base=/etc/h");
	is(spec_hosts_file, "none", "hosts_base=none");
	no(spec_hosts_file, "image", "not supported by bulkhead yet");
	no(spec_hosts_file, "h", "must be an absolute path");

	check(spec_sysctl("net.a=1", true, r, &err) == 0 &&
	    spec_sysctl("net.ab=2", false, r, &err) == 0 &&
	    rec_count(r, KEY(sysctl)) == 2 &&
	    strcmp(rec_str(r, KEY(sysctl), ""), "-net.a=1") == 0,
	    "a sysctl that may fail begins with -", __LINE__);
	check(spec_sysctl("net.a=3", false, r, &err) == 0 &&
	    rec_count(r, KEY(sysctl)) == 2 &&
	    strcmp(rec_str(r, KEY(sysctl), ""), "net.ab=2") == 0,
	    "a later sysctl takes the place of an earlier one", __LINE__);
	check(spec_sysctl("vm.swappiness=1", false, r, &err) == -1 &&
	    spec_sysctl("net/../kernel/panic=1", false, r, &err) == -1 &&
	    spec_sysctl("net.a", false, r, &err) == -1 &&
	    spec_sysctl("net.a=1\n2", false, r, &err) == -1,
	    "sysctls of the host, and what is none, are refused", __LINE__);

	check(spec_volume("/a:/x", r, &err) == 0 &&
	    spec_volume("/b:/x/", other, &err) == 0 &&
	    spec_volume("/b:/y", other, &err) == 0 &&
	    spec_mounts_missing(other, r, &err) == 0 &&
	    rec_count(r, KEY(mount)) == 2,
	    "a mount is added where there is none yet", __LINE__);
	rec_free(r);
	rec_free(other);
}

int
main(void)
{
	setenv("TZ", "UTC", 1);
	mounts();
	relative();
	values();
	users();
	capabilities();
	environment();
	primitives();
	host();
	return (finish());
}
