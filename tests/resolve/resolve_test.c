/*
 * resolve as the front end meets it: one configuration, then filters; what it
 * refuses; that it is confined; what it costs in files.
 */
#include <sys/mman.h>
#include <sys/stat.h>

#include <linux/filter.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>

#include "anykey.h"
#include "records.h"
#include "resolver.h"
#include "sealed.h"

static const char	*program;
static char		 root[64];

static struct rec *
question(void)
{
	struct rec	*rq = rec_new();

	(void)rec_add(rq, KEY(mode), "rootless");
	(void)rec_add_num(rq, KEY(uid), 1000);
	(void)rec_add(rq, KEY(sysroot), root);
	(void)rec_addf(rq, any_key("env:HOME"), "%s/home", root);
	(void)rec_addf(rq, any_key("env:XDG_RUNTIME_DIR"), "%s/run", root);
	return (rq);
}

static void
put_file(const char *name, const char *text)
{
	char	 path[256];
	FILE	*f;

	(void)snprintf(path, sizeof(path), "%s/%s", root, name);
	for (char *p = path + strlen(root) + 1; (p = strchr(p, '/')) != NULL;
	    *p++ = '/') {
		*p = '\0';
		(void)mkdir(path, 0755);
	}
	if ((f = fopen(path, "w")) == NULL || fputs(text, f) == EOF ||
	    fclose(f) != 0)
		err(1, "%s", path);
}

/* The digest of what a fresh resolve makes of a question. */
static void
digest_of(const struct rec *rq, char *out, size_t size)
{
	struct resolver	 r;
	struct rec	*c;

	resolver_start(&r, program);
	c = resolver_config(&r, rq, 0);
	(void)snprintf(out, size, "%s", rec_str(c, KEY(digest), "none"));
	rec_free(c);
	(void)stop(r.pid, &r.ch);
}

static void
test_digest(void)
{
	struct rec	*rq = question();
	char		 a[80], b[80], c[80];

	put_file("home/.config/containers/containers.conf", "[engine]\n");
	digest_of(rq, a, sizeof(a));
	digest_of(rq, b, sizeof(b));
	put_file("home/.config/containers/containers.conf",
	    "[engine]\nretry = 1\n");
	digest_of(rq, c, sizeof(c));
	CHECK(strncmp(a, "sha256:", 7) == 0 && strlen(a) == 71);
	CHECK(strcmp(a, b) == 0);
	CHECK(strcmp(a, c) != 0);
	rec_free(rq);
}

/* One configuration for one command; a second would read other files. */
static void
test_once(void)
{
	struct resolver	 r;
	struct rec	*rq = question(), *c;
	union msg	 m = { 0 };
	int		 fd = rec_memfd(rq, "again");

	resolver_start(&r, program);
	c = resolver_config(&r, rq, 0);
	CHECK(c != NULL);
	CHECK(ask(&r.ch, MSG_config_resolve, &m, &fd, 1) == EBUSY);
	CHECK(stop(r.pid, &r.ch) == 0);
	close(fd);
	rec_free(c);
	rec_free(rq);
}

/*
 * A file that the front end opened is read by its descriptor: here its path
 * is one that cannot be opened at all.
 */
static void
test_given(void)
{
	struct resolver	 r;
	struct rec	*rq = question(), *c;
	union msg	 m = { 0 };
	char		 path[256];
	int		 fd;

	(void)rec_add(rq, any_key("env:CONTAINERS_CONF"), "/nowhere/x.conf");
	(void)rec_add(rq, KEY(given), "/nowhere/other.conf");
	(void)rec_add(rq, KEY(given), "/nowhere/x.conf");
	put_file("given.conf", "[engine]\nretry = 77\n");
	(void)snprintf(path, sizeof(path), "%s/given.conf", root);
	fd = openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	resolver_start(&r, program);
	m.config_give.index = 1;
	CHECK(ask(&r.ch, MSG_config_give, &m, &fd, 1) == 0);
	CHECK(ask(&r.ch, MSG_config_give, &m, &fd, 1) == EEXIST);
	c = resolver_config(&r, rq, CONFIG_TEXT);
	CHECK(c != NULL && strcmp(rec_str(c, any_key("engine.retry"), ""),
	    "77") == 0);
	CHECK(ask(&r.ch, MSG_config_give, &m, &fd, 1) == EBUSY);
	CHECK(stop(r.pid, &r.ch) == 0);
	rec_free(c);
	/* The other way round, that name is no file that was given. */
	(void)rec_set(rq, any_key("env:CONTAINERS_CONF"),
	    "/nowhere/other.conf");
	resolver_start(&r, program);
	CHECK(ask(&r.ch, MSG_config_give, &m, &fd, 1) == 0);
	CHECK(resolver_config(&r, rq, 0) == NULL &&
	    strstr(r.text, "cannot read /nowhere/other.conf") != NULL);
	CHECK(stop(r.pid, &r.ch) == 0);
	close(fd);
	rec_free(rq);
}

/* A failure is told, and leaves the next question possible. */
static void
test_failure(void)
{
	struct resolver	 r;
	struct rec	*rq = question(), *empty = rec_new();
	union msg	 m = { 0 };
	int		 fd;

	resolver_start(&r, program);
	CHECK(resolver_ask(&r, MSG_config_resolve, empty, 0) == -1 &&
	    strstr(r.text, "names no user") != NULL);
	(void)rec_set(rq, KEY(mode), "both");
	CHECK(resolver_ask(&r, MSG_config_resolve, rq, 0) == -1 &&
	    strstr(r.text, "\"both\"") != NULL);
	/* A file that could change while it is read is no record. */
	fd = memfd_create("open", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	CHECK(write(fd, "x", 1) == 1);
	CHECK(ask(&r.ch, MSG_config_resolve, &m, &fd, 1) == EPERM);
	close(fd);
	fd = sealed_fd("rubbish", "rubbish", 7);
	CHECK(ask(&r.ch, MSG_config_resolve, &m, &fd, 1) == EBADMSG);
	close(fd);
	(void)rec_set(rq, KEY(mode), "rootless");
	fd = resolver_ask(&r, MSG_config_resolve, rq, 0);
	CHECK(fd != -1);
	close(fd);
	CHECK(stop(r.pid, &r.ch) == 0);
	rec_free(rq);
	rec_free(empty);
}

/* How many instructions a filter has; 0: there is none. */
static size_t
filter_len(struct resolver *r, const struct rec *q)
{
	struct stat	 st;
	int		 fd = resolver_ask(r, MSG_seccomp_compile, q, 0);
	size_t		 n = 0;

	if (fd == -1)
		return (0);
	if (fstat(fd, &st) == 0 && fcntl(fd, F_GET_SEALS) == 0xf)
		n = (size_t)st.st_size / sizeof(struct sock_filter);
	close(fd);
	return (n);
}

static size_t
profile_len(struct resolver *r, const char *profile, const char *json)
{
	struct rec	*q = rec_new();
	size_t		 n;

	(void)rec_add(q, KEY(profile), profile);
	if (json != NULL)
		(void)rec_add_bytes(q, KEY_IN(question, json), json,
		    strlen(json));
	(void)rec_add(q, KEY(cap), "CAP_CHOWN");
	n = filter_len(r, q);
	rec_free(q);
	return (n);
}

static void
test_filters(void)
{
	static const char	 json[] = "{\"defaultAction\":"
				    "\"SCMP_ACT_ALLOW\",\"syscalls\":[]}";
	struct resolver	 r;
	struct rec	*rq = question(), *c;
	char		 path[128];

	put_file("home/.config/containers/mine.json", json);
	put_file("outside.json", json);
	resolver_start(&r, program);
	CHECK(profile_len(&r, "default", NULL) == 0);	/* not yet */
	c = resolver_config(&r, rq, 0);
	CHECK(c != NULL);
	CHECK(profile_len(&r, "default", NULL) > 100);
	CHECK(profile_len(&r, "unconfined", NULL) == 1);
	CHECK(profile_len(&r, "/from/elsewhere", json) > 4);
	CHECK(profile_len(&r, "relative", NULL) == 0 &&
	    strstr(r.text, "\"relative\"") != NULL);
	CHECK(profile_len(&r, "/x", "{\"defaultAction\":7}") == 0 &&
	    strstr(r.text, "seccomp profile /x") != NULL);
	(void)snprintf(path, sizeof(path),
	    "%s/home/.config/containers/mine.json", root);
	CHECK(profile_len(&r, path, NULL) > 4);
	/* Landlock: nothing beyond the configuration directories. */
	(void)snprintf(path, sizeof(path), "%s/outside.json", root);
	CHECK(profile_len(&r, path, NULL) == 0 &&
	    strstr(r.text, "outside.json") != NULL);
	CHECK(stop(r.pid, &r.ch) == 0);
	rec_free(c);
	rec_free(rq);
}

/* A word of /proc/PID/status. */
static long
status_of(pid_t pid, const char *name)
{
	char	 path[64], line[256];
	long	 v = -1;
	FILE	*f;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", pid);
	if ((f = fopen(path, "r")) == NULL)
		return (-1);
	while (fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, name, strlen(name)) == 0)
			v = strtol(line + strlen(name) + 1, NULL, 16);
	(void)fclose(f);
	return (v);
}

static void
test_confined(void)
{
	struct resolver	 r;
	union msg	 m = { .ping = { .nonce = 1 } };

	resolver_start(&r, program);
	CHECK(ask(&r.ch, MSG_ping, &m, NULL, 0) == 0);
	CHECK(status_of(r.pid, "Seccomp:") == 2);
	CHECK(status_of(r.pid, "NoNewPrivs:") == 1);
	CHECK(status_of(r.pid, "CapEff:") == 0);
	CHECK(status_of(r.pid, "CapPrm:") == 0);
	CHECK(stop(r.pid, &r.ch) == 0);
}

/* A request for registries gets them or fails; others do not read them. */
static void
test_registries(void)
{
	static const char	 name[] = "home/.config/containers/"
				    "registries.conf";
	struct resolver		 r;
	struct rec		*rq = question(), *c;
	char			 digest[80], path[256];

	put_file(name, "unqualified-search-registries = [\"a.example\"]\n");
	digest_of(rq, digest, sizeof(digest));
	resolver_start(&r, program);
	c = resolver_config(&r, rq, CONFIG_REGISTRIES);
	CHECK(c != NULL && strcmp(rec_str(c,
	    KEY_AS(search_registries), ""), "a.example") == 0);
	CHECK(c != NULL && strcmp(rec_str(c, KEY(digest), ""), digest) == 0);
	rec_free(c);
	CHECK(stop(r.pid, &r.ch) == 0);

	put_file(name, "unqualified-search-registries = [\"https://a\"]\n");
	resolver_start(&r, program);
	CHECK(resolver_config(&r, rq, CONFIG_REGISTRIES) == NULL &&
	    strstr(r.text, "registries.conf:1: unqualified") != NULL);
	CHECK(stop(r.pid, &r.ch) == 0);
	put_file(name, "not TOML");
	resolver_start(&r, program);
	CHECK(resolver_config(&r, rq, CONFIG_REGISTRIES) == NULL &&
	    strstr(r.text, "registries.conf:1:5: ") != NULL);
	CHECK(stop(r.pid, &r.ch) == 0);
	resolver_start(&r, program);
	c = resolver_config(&r, rq, 0);
	CHECK(c != NULL && rec_get(c,
	    KEY_AS(search_registries)) == NULL);
	rec_free(c);
	CHECK(stop(r.pid, &r.ch) == 0);
	(void)snprintf(path, sizeof(path), "%s/%s", root, name);
	(void)unlink(path);
	rec_free(rq);
}

static struct rec *
check_text(struct resolver *r, const char *kind, const char *text, size_t len)
{
	struct rec	*rq = rec_new(), *out = NULL;
	int		 fd;

	(void)rec_add(rq, KEY(path), "some.conf");
	(void)rec_add(rq, KEY(kind), kind);
	(void)rec_add_bytes(rq, KEY_IN(question, text), text, len);
	if ((fd = resolver_ask(r, MSG_config_check, rq, 0)) != -1) {
		out = rec_from_fd(fd, RECORD(any), NULL);
		close(fd);
	}
	rec_free(rq);
	return (out);
}

/* A file is checked without a configuration, and as often as one likes. */
static void
test_check(void)
{
	static char	 many[300 * 8 + 1];
	struct resolver	 r;
	struct rec	*rq = question(), *c, *f;
	union msg	 m = { 0 };
	size_t		 it = 0;
	int		 fd = rec_memfd(rq, "question");

	resolver_start(&r, program);
	c = check_text(&r, "", "[engine]\nretry = \"x\"\nnope = 1\n", 31);
	CHECK(c != NULL && strcmp(rec_str(c, KEY(kind), ""),
	    "containers") == 0 &&
	    rec_count(c, KEY(finding)) == 2);
	f = rec_sub(c, KEY(finding), &it);
	CHECK(f != NULL && rec_num(f, KEY(line), 0) == 2 &&
	    rec_num(f, KEY(col), 0) == 1 &&
	    strcmp(rec_str(f, KEY(near), ""), "retry = \"x\"") == 0);
	rec_free(f);
	rec_free(c);
	c = check_text(&r, "storage", "[storage]\ndriver = \"vfs\"\n", 26);
	CHECK(c != NULL && rec_count(c, KEY(finding)) == 0);
	rec_free(c);
	c = check_text(&r, "", "", 0);
	CHECK(c != NULL && rec_count(c, KEY(finding)) == 0);
	rec_free(c);
	for (int i = 0; i < 300; i++)
		(void)snprintf(many + (size_t)i * 8, 9, "k%05d=\n", i);
	c = check_text(&r, "", many, sizeof(many));
	CHECK(c != NULL && rec_count(c, KEY(finding)) == 1);
	rec_free(c);
	for (int i = 0; i < 300; i++)
		memcpy(many + (size_t)i * 8, (char[9]){ 'k', (char)('a' + i /
		    26), (char)('a' + i % 26), '=', '1', ' ', ' ', '\n' }, 8);
	c = check_text(&r, "", many, sizeof(many));
	CHECK(c != NULL && rec_count(c, KEY(finding)) == 200 &&
	    rec_get(c, KEY_IN(findings, more)) != NULL);
	rec_free(c);
	CHECK(check_text(&r, "", "a=1", 3) == NULL &&
	    strstr(r.text, "NUL") != NULL);
	CHECK(check_text(&r, "nosuch", "", 1) == NULL &&
	    strstr(r.text, "\"nosuch\"") != NULL);
	/* It is behind the wall: no configuration can be had any more. */
	CHECK(ask(&r.ch, MSG_config_resolve, &m, &fd, 1) == EBUSY);
	CHECK(stop(r.pid, &r.ch) == 0);
	close(fd);
	rec_free(rq);
}

/* As many drop-ins as anyone has, and more than are taken. */
static void
test_many_files(void)
{
	struct resolver	 r;
	struct rec	*rq = question(), *c;
	char		 name[96];

	for (int i = 0; i < 200; i++) {
		(void)snprintf(name, sizeof(name),
		    "etc/containers/containers.conf.d/%03d.conf", i);
		put_file(name, "[engine]\nretry = 7\n");
	}
	resolver_start(&r, program);
	c = resolver_config(&r, rq, 0);
	CHECK(c != NULL && rec_count(c,
	    any_key("overrode:engine.retry")) > 199);
	rec_free(c);
	CHECK(stop(r.pid, &r.ch) == 0);
	for (int i = 200; i < 300; i++) {
		(void)snprintf(name, sizeof(name),
		    "etc/containers/containers.conf.d/%03d.conf", i);
		put_file(name, "[engine]\nretry = 7\n");
	}
	resolver_start(&r, program);
	c = resolver_config(&r, rq, 0);
	CHECK(c == NULL && strstr(r.text, "more than 256") != NULL);
	CHECK(stop(r.pid, &r.ch) == 0);
	rec_free(rq);
}

int
main(int argc, char **argv)
{
	char	 command[96];

	if (argc < 2)
		errx(1, "usage: resolve_test program");
	program = argv[1];
	(void)snprintf(root, sizeof(root), "/tmp/resolve.XXXXXX");
	if (mkdtemp(root) == NULL || chmod(root, 0755) == -1)
		err(1, "%s", root);
	test_confined();
	test_digest();
	test_once();
	test_given();
	test_failure();
	test_filters();
	test_registries();
	test_check();
	test_many_files();
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", root);
	if (system(command) != 0)
		warnx("%s is left", root);
	return (finish());
}
