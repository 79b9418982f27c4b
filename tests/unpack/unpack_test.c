/*
 * unpack as the front end uses it: hostile layers into a directory beside
 * things that must not change, and good ones beside what GNU tar makes.
 */
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "harness.h"
#include "record.h"
#include "tarball.h"

#define NOBODY	65534		/* whom the harness starts helpers as */

static const char	*program;
static char		 base[] = "/tmp/unpack-test-XXXXXX";
static bool		 root;		/* several ids can be mapped */

struct run {
	/* in */
	struct tb	 tb;
	const char	*file;		/* instead of tb */
	bool		 inflate;	/* tb is compressed; a file always */
	uint64_t	 max_bytes, max_inodes;
	uint32_t	 flags;
	bool		 single;
	/* out */
	uint32_t	 error;
	char		 text[1024];
	struct rec	*rec;
	int		 status;
};

static void __attribute__((format(printf, 1, 2)))
sh(const char *fmt, ...)
{
	char	 cmd[4096];
	va_list	 ap;

	va_start(ap, fmt);
	(void)vsnprintf(cmd, sizeof(cmd), fmt, ap);
	va_end(ap);
	if (system(cmd) != 0)
		errx(1, "failed: %s", cmd);
}

/* Is there a program of this name? */
static bool
have(const char *name)
{
	char	 cmd[128];

	(void)snprintf(cmd, sizeof(cmd), "command -v %s >/dev/null", name);
	return (system(cmd) == 0);
}

static void
write_to(pid_t pid, const char *file, const char *text)
{
	char	 path[64];
	int	 fd;

	(void)snprintf(path, sizeof(path), "/proc/%ld/%s", (long)pid, file);
	if ((fd = open(path, O_WRONLY)) == -1 ||
	    write(fd, text, strlen(text)) == -1)
		err(1, "%s", path);
	close(fd);
}

static void
fresh(void)
{
	if (chdir(base) == -1)
		err(1, "%s", base);
	sh("chmod -R u+rwx stage 2>/dev/null; rm -rf stage && mkdir stage");
	if (root && chown("stage", NOBODY, NOBODY) == -1)
		err(1, "chown");
}

/* Send a request, keep what comes back. */
static void
request(struct chan *ch, enum msg_type type, const union msg *m,
    const int *fds, unsigned int nfds, struct run *r)
{
	struct packet	 p;

	r->error = UINT32_MAX;
	r->text[0] = '\0';
	if (chan_send(ch, type, 1, m, fds, nfds) == -1 ||
	    chan_recv(ch, &p) != 1)
		return;
	if (p.info->type == MSG_reply) {
		r->error = p.body.reply.error;
		(void)snprintf(r->text, sizeof(r->text), "%s",
		    p.body.reply.text);
	} else {
		r->error = 0;
		if (type == MSG_layer_unpack)
			r->rec = rec_from_fd(p.fds[0]);
	}
	packet_clear(&p);
}

/* A namespace as refresh makes it for root, or with one id for anybody. */
static void
enter(struct chan *ch, pid_t pid, struct run *r)
{
	union msg	 m;

	memset(&m, 0, sizeof(m));
	m.userns_make.single = r->single;
	request(ch, MSG_userns_make, &m, NULL, 0, r);
	if (r->error != 0)
		return;
	if (!r->single) {
		write_to(pid, "uid_map", "0 65534 1\n1 100000 65535\n");
		write_to(pid, "gid_map", "0 65534 1\n1 100000 65535\n");
	}
	m.userns_ready.single = r->single;
	request(ch, MSG_userns_ready, &m, NULL, 0, r);
}

static int
stream_of(struct run *r)
{
	int	 fd;

	if (r->file != NULL)
		fd = open(r->file, O_RDONLY | O_CLOEXEC);
	else if ((fd = memfd_create("layer", MFD_CLOEXEC)) != -1 &&
	    (pwrite(fd, r->tb.p, r->tb.len, 0) != (ssize_t)r->tb.len))
		fd = -1;
	if (fd == -1)
		err(1, "stream");
	return (fd);
}

/* Put inflate in front, as the front end does; where to read from then. */
static int
inflated(int from, struct chan *ch, pid_t *pid)
{
	char	 path[PATH_MAX];
	union msg	 m;
	int	 p[2];

	(void)snprintf(path, sizeof(path), "%.*s/inflate",
	    (int)(strrchr(program, '/') - program), program);
	*pid = start(path, R_CTL, R_INFLATE, ch);
	memset(&m, 0, sizeof(m));
	if (pipe2(p, O_CLOEXEC) == -1 || chan_send(ch, MSG_stream_inflate, 1,
	    &m, (int[]){ from, p[1] }, 2) == -1)
		err(1, "inflate");
	close(from);
	close(p[1]);
	return (p[0]);
}

/* Its complaint comes first, unless it is that its reader has gone. */
static void
inflate_said(struct chan *ch, pid_t pid, struct run *r)
{
	struct packet	 p;

	if (chan_recv(ch, &p) == 1) {
		if (p.body.reply.error != 0 && p.body.reply.error != EPIPE) {
			r->error = p.body.reply.error;
			(void)snprintf(r->text, sizeof(r->text), "%s",
			    p.body.reply.text);
		}
		packet_clear(&p);
	}
	CHECK(stop(pid, ch) == EX_OK);
}

/* Unpack into base/stage, which stays to be looked at. */
static void
unpack(struct run *r)
{
	struct chan	 ch, before_it;
	union msg	 m;
	pid_t		 pid = start(program, R_CTL, R_UNPACK, &ch), other = -1;
	int		 fds[2];

	if (!root)
		r->single = true;
	enter(&ch, pid, r);
	if (r->error == 0) {
		memset(&m, 0, sizeof(m));
		m.layer_unpack.max_bytes = r->max_bytes;
		m.layer_unpack.max_inodes = r->max_inodes;
		m.layer_unpack.flags = r->flags | UNPACK_NEED_END;
		fds[0] = stream_of(r);
		if (r->file != NULL || r->inflate)
			fds[0] = inflated(fds[0], &before_it, &other);
		fds[1] = open("stage", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		request(&ch, MSG_layer_unpack, &m, fds, 2, r);
		close(fds[0]);
		close(fds[1]);
		if (other != -1)
			inflate_said(&before_it, other, r);
	}
	r->status = stop(pid, &ch);
	free(r->tb.p);
	memset(&r->tb, 0, sizeof(r->tb));
}

static void
done(struct run *r)
{
	rec_free(r->rec);
	memset(r, 0, sizeof(*r));
}

/* One line of TAP with the test's own words. */
static void
say(bool ok, int line, const char *fmt, ...)
{
	char	 text[512];
	va_list	 ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	check(ok, text, line);
}

/*
 * What is outside, as one text: names, owners, modes, sizes, times, link
 * counts. ctime is in it: a chmod there and back would show.
 */
static void
snapshot(char *out, size_t room)
{
	FILE	*f = popen("find outside -printf "
		    "'%p %y %U %G %m %s %n %T@ %C@ %l\\n' | sort; "
		    "cat outside/victim", "r");
	size_t	 n;

	if (f == NULL)
		err(1, "find");
	n = fread(out, 1, room - 1, f);
	out[n] = '\0';
	(void)pclose(f);
}

static char	 before[8192];

static void
outside_is_untouched(const char *what, int line)
{
	char	 now[8192];

	snapshot(now, sizeof(now));
	say(strcmp(now, before) == 0, line, "%s: outside is untouched", what);
}

/* Refused with this in its sentence, and nothing outside has changed. */
static void
refused(struct run *r, const char *what, const char *expect, int line)
{
	fresh();
	unpack(r);
	say(r->error != 0 && r->error != UINT32_MAX &&
	    strstr(r->text, expect) != NULL && r->status == EX_OK, line,
	    "%s: refused: %s", what, r->text);
	outside_is_untouched(what, line);
	done(r);
}

/* Unpacked. */
static void
accepted(struct run *r, const char *what, int line)
{
	fresh();
	unpack(r);
	say(r->error == 0 && r->status == EX_OK && r->rec != NULL, line,
	    "%s: unpacked%s%s", what, r->text[0] ? ": " : "", r->text);
	outside_is_untouched(what, line);
}

#define REFUSED(r, what, expect)	refused(r, what, expect, __LINE__)
#define ACCEPTED(r, what)		accepted(r, what, __LINE__)

static bool
is(const char *path, mode_t type)
{
	struct stat	 st;

	return (lstat(path, &st) == 0 && (st.st_mode & S_IFMT) == type);
}

static bool
absent(const char *path)
{
	struct stat	 st;

	return (lstat(path, &st) == -1 && errno == ENOENT);
}

static bool
holds(const char *path, const char *text)
{
	char	 buf[512];
	int	 fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t	 n = fd == -1 ? -1 : read(fd, buf, sizeof(buf));

	if (fd != -1)
		close(fd);
	return (n == (ssize_t)strlen(text) && memcmp(buf, text,
	    strlen(text)) == 0);
}

static bool
is_whiteout(const char *path)
{
	struct stat	 st;

	return (lstat(path, &st) == 0 && S_ISCHR(st.st_mode) &&
	    st.st_rdev == makedev(0, 0));
}

static bool
is_opaque(const char *path)
{
	char	 v[8];

	return (lgetxattr(path, "user.overlay.opaque", v, sizeof(v)) == 1 &&
	    v[0] == 'y');
}

/* A01, A04: ways out of the directory. */
static void
test_escapes(void)
{
	static const struct {
		const char	*what, *target, *through;
	} links[] = {
		{ "absolute link", "%s/outside", "l/new" },
		{ "link with ..", "../../../../../../../../%s/outside",
		    "l/new" },
		{ "sibling by ..", "../outside", "l/new" },
		{ "link to a file", "%s/outside/victim", "l" },
		{ "magic link", "/proc/self/root/%s/outside", "l/new" },
		{ "magic cwd", "/proc/self/cwd/outside", "l/new" },
	};
	struct run	 r = { 0 };
	struct stat	 st;
	char		 target[256];

	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		(void)snprintf(target, sizeof(target), links[i].target, base);
#pragma GCC diagnostic pop
		tb_link(&r.tb, '2', "l", target);
		tb_file(&r.tb, links[i].through, "pwned");
		tb_end(&r.tb);
		fresh();
		unpack(&r);
		say(r.error != UINT32_MAX && r.status == EX_OK, __LINE__,
		    "%s: %s", links[i].what, r.error ? r.text : "contained");
		outside_is_untouched(links[i].what, __LINE__);
		done(&r);
	}
	tb_link(&r.tb, '2', "a", "b");
	tb_link(&r.tb, '2', "b", "../outside");
	tb_file(&r.tb, "a/new", "pwned");
	REFUSED(&r, "chained links", "no directory");
	tb_link(&r.tb, '2', "l", "../outside/victim");
	tb_file(&r.tb, "l", "mine");
	tb_end(&r.tb);
	ACCEPTED(&r, "a file in place of a link");
	CHECK(holds("stage/l", "mine"));
	done(&r);
	tb_link(&r.tb, '2', "d", "../outside");
	tb_dir(&r.tb, "d");
	tb_octal(&r.tb, 100, 7, 0777);
	tb_dir(&r.tb, "real");
	tb_link(&r.tb, '2', "e", "real");
	tb_dir(&r.tb, "e");
	tb_octal(&r.tb, 100, 7, 0777);
	tb_end(&r.tb);
	ACCEPTED(&r, "a directory in place of a link (A04)");
	CHECK(is("stage/d", S_IFDIR));
	CHECK(stat("stage/real", &st) == 0 && (st.st_mode & 0777) == 0755);
	done(&r);
	tb_file(&r.tb, "../escaped", "x");
	REFUSED(&r, "..", "\"..\"");
	tb_file(&r.tb, "a/b/../../../escaped", "x");
	REFUSED(&r, ".. inside", "\"..\"");
	tb_file(&r.tb, "/etc/passwd", "in root");
	tb_end(&r.tb);
	ACCEPTED(&r, "absolute name");
	CHECK(holds("stage/etc/passwd", "in root"));
	done(&r);
	tb_file(&r.tb, "", "x");
	REFUSED(&r, "empty name", "without a name");
}

static void
test_hardlinks(void)
{
	struct run	 r = { 0 };
	char		 path[128];

	(void)snprintf(path, sizeof(path), "%s/outside/victim", base);
	tb_link(&r.tb, '1', "h", path);
	REFUSED(&r, "hard link to an absolute name", "no regular file");
	tb_link(&r.tb, '1', "h", "../outside/victim");
	REFUSED(&r, "hard link with ..", "\"..\"");
	tb_link(&r.tb, '2', "d", "../outside");
	tb_link(&r.tb, '1', "h", "d/victim");
	REFUSED(&r, "hard link through a link", "no regular file");
	tb_link(&r.tb, '2', "s", "../outside/victim");
	tb_link(&r.tb, '1', "h", "s");
	REFUSED(&r, "hard link to a link", "no regular file");
	tb_dir(&r.tb, "d");
	tb_link(&r.tb, '1', "h", "d");
	REFUSED(&r, "hard link to a directory", "no regular file");
	tb_link(&r.tb, '1', "h", "/");
	REFUSED(&r, "hard link to the root", "no regular file");
	tb_file(&r.tb, "d/f", "same");
	tb_link(&r.tb, '1', "g", "d/f");
	tb_link(&r.tb, '1', "g", "/d//./f");
	tb_end(&r.tb);
	ACCEPTED(&r, "hard links");
	CHECK(holds("stage/g", "same"));
	done(&r);
}

/* A03 */
static void
test_root_entry(void)
{
	struct run	 r = { 0 };
	struct stat	 st;

	tb_link(&r.tb, '2', ".", "../outside");
	REFUSED(&r, "root is a link", "root is not a directory");
	tb_file(&r.tb, "./", "");
	tb_poke(&r.tb, 156, "\0", 1);
	tb_end(&r.tb);
	ACCEPTED(&r, "root as version 7 wrote directories");
	done(&r);
	tb_link(&r.tb, '1', "/", "x");
	REFUSED(&r, "root is a hard link", "root is not a directory");
	tb_dir(&r.tb, "./");
	tb_octal(&r.tb, 100, 7, 01711);
	tb_end(&r.tb);
	ACCEPTED(&r, "root is a directory");
	CHECK(stat("stage", &st) == 0 && (st.st_mode & 07777) == 01711);
	CHECK(st.st_mtim.tv_sec == 1000000000);
	done(&r);
}

/* A05 */
static void
test_whiteouts(void)
{
	static const char *const	 bad[] = { ".wh..", ".wh...", ".wh.",
		"d/.wh..", "d/.wh...", ".wh..wh.x", "d/.wh..wh.plnk", };
	struct run			 r = { 0 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		tb_file(&r.tb, bad[i], "");
		REFUSED(&r, bad[i], "no proper name");
	}
	tb_file(&r.tb, ".wh..wh..opq", "");
	REFUSED(&r, "opaque root", "below its root");
	tb_file(&r.tb, ".wh.d/f", "x");
	REFUSED(&r, "beneath a whiteout", "beneath a whiteout");
	tb_file(&r.tb, "a/.wh.gone", "");
	tb_dir(&r.tb, "o");
	tb_file(&r.tb, "o/.wh..wh..opq", "");
	tb_file(&r.tb, "o/new", "new");
	tb_file(&r.tb, "kept", "kept");
	tb_file(&r.tb, ".wh.kept", "");
	tb_file(&r.tb, "dir/kept", "kept");
	tb_file(&r.tb, ".wh.dir", "");
	tb_file(&r.tb, ".wh.late", "");
	tb_dir(&r.tb, "late");
	tb_file(&r.tb, ".wh.file", "");
	tb_file(&r.tb, "file", "back");
	tb_end(&r.tb);
	ACCEPTED(&r, "whiteouts for overlay");
	CHECK(is_whiteout("stage/a/gone"));
	CHECK(is_opaque("stage/o") && holds("stage/o/new", "new"));
	CHECK(absent("stage/o/.wh..wh..opq"));
	CHECK(holds("stage/kept", "kept"));
	CHECK(holds("stage/dir/kept", "kept") && is_opaque("stage/dir"));
	CHECK(is("stage/late", S_IFDIR) && is_opaque("stage/late"));
	CHECK(holds("stage/file", "back"));
	done(&r);
}

/* Beneath what is no directory in this layer there is nothing to hide. */
static void
test_whiteout_beneath(void)
{
	struct run	 r = { 0 };

	fresh();
	tb_link(&r.tb, '2', "d", "../outside");
	tb_file(&r.tb, "d/.wh.victim", "");
	tb_file(&r.tb, "f", "file");
	tb_file(&r.tb, "f/.wh.old", "");
	tb_end(&r.tb);
	ACCEPTED(&r, "whiteouts through a link and beneath a file");
	CHECK(is("stage/d", S_IFLNK) && holds("stage/f", "file"));
	done(&r);
}

/* The same in a copy of the parent, as the vfs driver has it. */
static void
test_merged(void)
{
	struct run	 r = { .flags = UNPACK_MERGED | UNPACK_SPLIT };
	size_t		 n;

	fresh();
	sh("mkdir -p stage/gone/deep stage/mixed stage/opq/sub stage/swap; "
	    "touch stage/gone/deep/f stage/mixed/old stage/opq/a "
	    "stage/opq/sub/b stage/swap/x stage/plain stage/stays "
	    "stage/twice; %s", root ? "chown -R 65534:65534 stage" : ":");
	tb_file(&r.tb, ".wh.gone", "");
	tb_file(&r.tb, "mixed/new", "new");
	tb_file(&r.tb, ".wh.mixed", "");
	tb_file(&r.tb, "opq/c", "c");
	tb_file(&r.tb, "opq/.wh..wh..opq", "");
	tb_file(&r.tb, "swap", "a file now");
	tb_file(&r.tb, "plain", "written over");
	tb_file(&r.tb, "twice", "mine");
	tb_file(&r.tb, ".wh.twice", "");
	tb_file(&r.tb, ".wh.never", "");
	tb_end(&r.tb);
	unpack(&r);
	say(r.error == 0 && r.status == EX_OK, __LINE__, "merged: %s", r.text);
	CHECK(absent("stage/gone"));
	CHECK(absent("stage/mixed/old") && holds("stage/mixed/new", "new"));
	CHECK(absent("stage/opq/a") && absent("stage/opq/sub"));
	CHECK(holds("stage/opq/c", "c"));
	CHECK(holds("stage/swap", "a file now"));
	CHECK(holds("stage/plain", "written over"));
	CHECK(holds("stage/twice", "mine") && absent("stage/never"));
	CHECK(is("stage/stays", S_IFREG));
	done(&r);
	r.flags = UNPACK_MERGED;
	fresh();
	sh("echo parent > stage/old; %s", root ? "chown 65534 stage/old" :
	    ":");
	tb_link(&r.tb, '1', "h", "old");
	tb_end(&r.tb);
	unpack(&r);
	say(r.error == EINVAL && strstr(r.text, "no regular file of this "
	    "layer") != NULL, __LINE__, "merged: hard link to the parent's");
	done(&r);
	r.flags = UNPACK_MERGED | UNPACK_SPLIT;
	fresh();
	sh("echo parent > stage/plain; %s", root ? "chown 65534 stage/plain" :
	    ":");
	tb_file(&r.tb, "plain", "written over");
	tb_end(&r.tb);
	unpack(&r);
	CHECK(r.rec != NULL && rec_bytes(r.rec, "tar_split", &n) != NULL);
	done(&r);
}

/* A06 */
static void
test_xattrs(void)
{
	static const char *const	 dropped[] = { "user.overlay.opaque",
		"user.overlay.redirect", "user.fuseoverlayfs.opaque",
		"user.containers.override_stat", "trusted.overlay.opaque",
		"security.selinux", "security.ima",
		"system.posix_acl_access" };
	static const uint8_t		 caps[20] = { 1, 0, 0, 2, 0, 4 };
	struct run			 r = { 0 };
	char				 buf[4096], key[128];
	uint8_t				 got[64] = { 0 };
	size_t				 n;

	n = tb_record(buf, 0, "SCHILY.xattr.user.kept", "a\0b", 3);
	for (size_t i = 0; i < sizeof(dropped) / sizeof(dropped[0]); i++) {
		(void)snprintf(key, sizeof(key), "SCHILY.xattr.%s",
		    dropped[i]);
		n = tb_record(buf, n, key, "y", 1);
	}
	n = tb_record(buf, n, "SCHILY.xattr.security.capability", caps,
	    sizeof(caps));
	tb_raw_pax(&r.tb, 'x', buf, n);
	tb_file(&r.tb, "f", "x");
	tb_raw_pax(&r.tb, 'x', buf, n);
	tb_dir(&r.tb, "d");
	tb_end(&r.tb);
	ACCEPTED(&r, "extended attributes");
	CHECK(lgetxattr("stage/f", "user.kept", got, sizeof(got)) == 3 &&
	    memcmp(got, "a\0b", 3) == 0);
	for (size_t i = 0; i < sizeof(dropped) / sizeof(dropped[0]); i++)
		say(lgetxattr("stage/f", dropped[i], got, sizeof(got)) ==
		    -1 && lgetxattr("stage/d", dropped[i], got,
		    sizeof(got)) == -1, __LINE__, "dropped %s", dropped[i]);
	CHECK(rec_num(r.rec, "dropped_xattrs", 0) >= 16);
	/* Version 3 with the store's root id: nothing on the host. */
	if (root)
		CHECK(lgetxattr("stage/f", "security.capability", got,
		    sizeof(got)) == 24 && got[3] == 3 && got[5] == 4 &&
		    got[20] == 0xfe && got[21] == 0xff);
	done(&r);
}

/* So many that qsort looks for memory, by a call of its own. */
static void
test_many_xattrs(void)
{
	struct run	 r = { 0 };
	char		 buf[8192], key[64];
	size_t		 n = 0;

	for (int i = 0; i < 100; i++) {
		(void)snprintf(key, sizeof(key), "SCHILY.xattr.user.n%d", i);
		n = tb_record(buf, n, key, "v", 1);
	}
	tb_raw_pax(&r.tb, 'x', buf, n);
	tb_file(&r.tb, "f", "x");
	tb_end(&r.tb);
	ACCEPTED(&r, "many extended attributes");
	CHECK(lgetxattr("stage/f", "user.n99", buf, sizeof(buf)) == 1);
	done(&r);
}

/* A07 */
static void
test_devices(void)
{
	struct run	 r = { 0 };

	tb_head(&r.tb, "dev/sda", '4', 0);
	tb_octal(&r.tb, 329, 7, 8);
	tb_head(&r.tb, "dev/null", '3', 0);
	tb_octal(&r.tb, 329, 7, 1);
	tb_octal(&r.tb, 337, 7, 3);
	tb_head(&r.tb, "pipe", '6', 0);
	tb_end(&r.tb);
	ACCEPTED(&r, "device nodes");
	CHECK(rec_num(r.rec, "skipped_devices", 0) == 2);
	CHECK(absent("stage/dev/sda") && absent("stage/dev/null"));
	CHECK(is("stage/pipe", S_IFIFO));
	done(&r);
}

/* A08: what two readers would understand in two ways. */
static void
test_two_meanings(void)
{
	struct run	 r = { 0 };
	struct tb	 inner = { 0 };
	char		 buf[4096];
	size_t		 n;

	tb_file(&r.tb, "f", "x");
	r.tb.p[150] ^= 1;
	REFUSED(&r, "bad checksum", "bad checksum");
	tb_pax(&r.tb, "size", "5", NULL, NULL);
	tb_file(&r.tb, "f", "abc");
	REFUSED(&r, "two sizes", "different sizes");
	tb_pax(&r.tb, "path", "a", "path", "b");
	tb_file(&r.tb, "f", "abc");
	REFUSED(&r, "key twice", "twice");
	tb_file(&r.tb, "f", "");
	tb_poke(&r.tb, 124, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe",
	    12);
	REFUSED(&r, "size below zero", "size below zero");
	tb_file(&r.tb, "f", "");
	tb_poke(&r.tb, 136, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe",
	    12);
	REFUSED(&r, "date below zero", "mtime below zero");
	tb_file(&r.tb, "f", "");
	tb_poke(&r.tb, 124, "\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe",
	    12);
	REFUSED(&r, "size beyond 64 bits", "bad size");
	tb_file(&r.tb, "f", "");
	tb_poke(&r.tb, 124, "0000000009\0", 12);
	REFUSED(&r, "size in no digits", "bad size");
	tb_dir(&r.tb, "d");
	tb_octal(&r.tb, 124, 11, 512);
	tb_data(&r.tb, "hidden", 6);
	REFUSED(&r, "a directory with data", "can have none");
	tb_link(&r.tb, '2', "l", "x");
	tb_octal(&r.tb, 124, 11, 512);
	REFUSED(&r, "a link with data", "can have none");
	tb_file(&r.tb, "f/", "x");
	REFUSED(&r, "a file with a slash", "slash");
	tb_file(&r.tb, "f", "x");
	(void)tb_space(&r.tb, 512);
	tb_file(&r.tb, "g", "x");
	REFUSED(&r, "a lone block of zeros", "lone block");
	tb_file(&r.tb, "f", "x");
	tb_end(&r.tb);
	tb_file(&r.tb, "hidden", "x");
	REFUSED(&r, "entries behind the end", "behind its end");
	n = tb_record(buf, 0, "path", "evil", 4);
	tb_raw_pax(&r.tb, 'g', buf, n);
	tb_file(&r.tb, "f", "x");
	REFUSED(&r, "global header", "global");
	n = tb_record(buf, 0, "comment", "c0ffee", 6);
	tb_raw_pax(&r.tb, 'g', buf, n);
	tb_file(&r.tb, "f", "x");
	tb_end(&r.tb);
	ACCEPTED(&r, "global comment, as git writes it");
	done(&r);
	tb_pax(&r.tb, "path", "a", NULL, NULL);
	tb_pax(&r.tb, "mtime", "1", NULL, NULL);
	tb_file(&r.tb, "f", "x");
	REFUSED(&r, "two PAX headers", "two PAX");
	tb_pax(&r.tb, "path", "a", NULL, NULL);
	tb_end(&r.tb);
	REFUSED(&r, "PAX header of nothing", "middle of an entry");
	tb_raw_pax(&r.tb, 'x', "99 path=a\n", 10);
	tb_file(&r.tb, "f", "x");
	REFUSED(&r, "PAX length too long", "bad length");
	tb_raw_pax(&r.tb, 'x', "-9 path=a\n", 10);
	tb_file(&r.tb, "f", "x");
	REFUSED(&r, "PAX length below zero", "bad length");
	n = tb_record(buf, 0, "path", "a\0b", 3);
	tb_raw_pax(&r.tb, 'x', buf, n);
	tb_file(&r.tb, "f", "x");
	REFUSED(&r, "NUL in a name", "NUL");
	tb_pax(&r.tb, "uid", "-1", NULL, NULL);
	tb_file(&r.tb, "f", "x");
	REFUSED(&r, "uid below zero", "bad uid");
	tb_head(&r.tb, "././@LongLink", 'L', 5);
	tb_data(&r.tb, "a\0b\0", 5);
	tb_file(&r.tb, "f", "x");
	REFUSED(&r, "NUL in a long name", "NUL");
	tb_head(&r.tb, "././@LongLink", 'L', 5);
	tb_data(&r.tb, "long", 5);
	tb_pax(&r.tb, "path", "short", NULL, NULL);
	tb_file(&r.tb, "f", "x");
	REFUSED(&r, "two names", "differ");
	tb_head(&r.tb, "f", 'V', 0);
	REFUSED(&r, "unknown type", "unknown type");
	tb_file(&r.tb, "f", "x");
	tb_poke(&r.tb, 257, "xstar\0", 6);
	REFUSED(&r, "unknown format", "no known format");
	tb_file(&r.tb, "f", "x");
	tb_poke(&r.tb, 508, "tar", 4);
	REFUSED(&r, "star", "star");
	/* TARmageddon: a whole entry inside the data of another. */
	tb_file(&inner, "smuggled", "x");
	(void)snprintf(buf, sizeof(buf), "%zu", inner.len);
	tb_pax(&r.tb, "size", buf, NULL, NULL);
	tb_head(&r.tb, "carrier", '0', 0);
	tb_data(&r.tb, inner.p, inner.len);
	tb_end(&r.tb);
	free(inner.p);
	ACCEPTED(&r, "size by PAX only");
	CHECK(absent("stage/smuggled") && is("stage/carrier", S_IFREG));
	done(&r);
}

static void
sparse_1_0(struct tb *t, const char *real, const char *map, size_t data)
{
	char	 buf[1024], block[512] = { 0 };
	size_t	 n;

	n = tb_record(buf, 0, "GNU.sparse.major", "1", 1);
	n = tb_record(buf, n, "GNU.sparse.minor", "0", 1);
	n = tb_record(buf, n, "GNU.sparse.name", "sparse", 6);
	n = tb_record(buf, n, "GNU.sparse.realsize", real, strlen(real));
	tb_raw_pax(t, 'x', buf, n);
	tb_head(t, "GNUSparseFile.0/sparse", '0', 512 + data);
	memcpy(block, map, strlen(map));
	tb_data(t, block, sizeof(block));
	memset(buf, 'd', sizeof(buf));
	tb_data(t, buf, data);
	tb_end(t);
}

static void
test_sparse(void)
{
	struct run	 r = { 0 };
	struct stat	 st;
	char		 buf[512];
	size_t		 n;

	sparse_1_0(&r.tb, "2000000", "2\n0\n512\n1000000\n512\n", 1024);
	ACCEPTED(&r, "sparse 1.0");
	CHECK(stat("stage/sparse", &st) == 0 && st.st_size == 2000000 &&
	    st.st_blocks < 64);
	CHECK(absent("stage/GNUSparseFile.0"));
	done(&r);
	sparse_1_0(&r.tb, "4096", "2\n0\n600\n500\n424\n", 1024);
	REFUSED(&r, "pieces overlap", "overlap");
	sparse_1_0(&r.tb, "4096", "2\n1024\n512\n0\n512\n", 1024);
	REFUSED(&r, "pieces out of order", "overlap");
	sparse_1_0(&r.tb, "1000", "1\n512\n512\n", 512);
	REFUSED(&r, "piece beyond the end", "beyond the end");
	sparse_1_0(&r.tb, "4096", "1\n0\n100\n", 512);
	REFUSED(&r, "map shorter than the data", "does not match");
	sparse_1_0(&r.tb, "4096", "x\n", 512);
	REFUSED(&r, "map of no numbers", "not numbers");
	sparse_1_0(&r.tb, "4096", "9999999999\n", 512);
	REFUSED(&r, "huge map", "1,000,000");
	sparse_1_0(&r.tb, "9223372036854775807", "1\n0\n512\n", 512);
	REFUSED(&r, "8 EiB (A10)", "larger than");
	n = tb_record(buf, 0, "GNU.sparse.size", "9", 1);
	n = tb_record(buf, n, "GNU.sparse.offset", "0", 1);
	n = tb_record(buf, n, "GNU.sparse.numbytes", "3", 1);
	n = tb_record(buf, n, "GNU.sparse.offset", "5", 1);
	tb_raw_pax(&r.tb, 'x', buf, n);
	tb_file(&r.tb, "f", "abc");
	REFUSED(&r, "sparse 0.0", "twice");
	tb_pax(&r.tb, "GNU.sparse.name", "evil", NULL, NULL);
	tb_file(&r.tb, "f", "abc");
	REFUSED(&r, "sparse name alone", "without a map");
}

/* A09, A10 */
static void
test_limits(void)
{
	struct run	 r = { 0 };
	char		 name[5000], *big;
	static const uint8_t	 zstd[] = { 0x28, 0xb5, 0x2f, 0xfd, 0x00,
		(31 - 10) << 3, 0x01, 0x00, 0x00 };

	if ((big = calloc(1, 3 << 20)) == NULL)
		err(1, "calloc");
	tb_raw_pax(&r.tb, 'x', big, (1 << 20) + 1);
	REFUSED(&r, "large PAX header", "over 1 MiB");
	tb_raw_pax(&r.tb, 'L', big, 2 << 20);
	REFUSED(&r, "large long name", "over 1 MiB");
	free(big);
	for (int i = 0; i < 20; i++) {
		(void)snprintf(name, sizeof(name), "f%d", i);
		tb_file(&r.tb, name, "");
	}
	r.max_inodes = 10;
	REFUSED(&r, "inodes", "10 files");
	tb_file(&r.tb, "1/2/3/4/5/6/7/8/9/f", "");
	tb_file(&r.tb, "f", "");
	r.max_inodes = 10;
	REFUSED(&r, "inodes that nobody lists", "10 files");
	tb_file(&r.tb, "f", "0123456789");
	tb_end(&r.tb);
	r.max_bytes = 1500;
	REFUSED(&r, "bytes", "1500 bytes");
	for (size_t i = 0; i < 600; i += 2)
		memcpy(name + i, "a/", 3);
	name[599] = '\0';
	tb_pax(&r.tb, "path", name, NULL, NULL);
	tb_file(&r.tb, "f", "");
	REFUSED(&r, "depth", "256 directories");
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	tb_pax(&r.tb, "path", name, NULL, NULL);
	tb_file(&r.tb, "f", "");
	REFUSED(&r, "long path", "4095 bytes");
	name[300] = '\0';
	tb_pax(&r.tb, "path", name, NULL, NULL);
	tb_file(&r.tb, "f", "");
	REFUSED(&r, "long component", "name too long");
	/* Depth by links: each makes a short name of a deep directory. */
	for (size_t i = 0; i < 400; i += 2)
		memcpy(name + i, "a/", 3);
	tb_pax(&r.tb, "path", name, NULL, NULL);
	tb_dir(&r.tb, "d");
	tb_pax(&r.tb, "linkpath", name, NULL, NULL);
	tb_link(&r.tb, '2', "l", "");
	memcpy(name, "l/", 2);
	tb_pax(&r.tb, "path", name, NULL, NULL);
	tb_dir(&r.tb, "d");
	memcpy(name, "a/", 2);
	tb_file(&r.tb, "l/a/a/f", "");
	tb_end(&r.tb);
	REFUSED(&r, "depth by links", "256 directories");
	/* A09: zeros behind the end of an archive are no image. */
	tb_end(&r.tb);
	memset(tb_space(&r.tb, 65 << 20), 0, 65 << 20);
	REFUSED(&r, "64 MiB of padding", "zeros behind its end");
	tb_end(&r.tb);
	memset(tb_space(&r.tb, 1 << 20), 0, 1 << 20);
	ACCEPTED(&r, "a MiB of padding");
	done(&r);
	sh("head -c 50000000 /dev/zero | gzip > bomb.gz");
	r.file = "bomb.gz";
	r.max_bytes = 1 << 20;
	REFUSED(&r, "gzip bomb", "1048576 bytes");
	memcpy(tb_space(&r.tb, sizeof(zstd)), zstd, sizeof(zstd));
	r.inflate = true;
	REFUSED(&r, "zstd window of 2 GiB", "too much memory");
}

/* Streams that are damaged. */
static void
test_damage(void)
{
	struct run		 r = { 0 };

	tb_file(&r.tb, "f", "some content");
	r.tb.len -= 500;
	REFUSED(&r, "cut in a file", "cut short");
	tb_file(&r.tb, "f", "x");
	REFUSED(&r, "no end", "cut short");
	tb_file(&r.tb, "f", "x");
	r.tb.len -= 600;
	REFUSED(&r, "cut in a header", "cut short");
	REFUSED(&r, "nothing", "empty");
	memset(tb_space(&r.tb, 4096), 'A', 4096);
	REFUSED(&r, "no tar", "checksum");
	sh("mkdir -p src && head -c 300000 /dev/urandom > src/f && "
	    "tar -czf good.tgz -C src f && "
	    "head -c 200000 good.tgz > cut.tgz && "
	    "cp good.tgz crc.tgz && printf '\\1\\2\\3\\4' | dd of=crc.tgz "
	    "bs=1 seek=$(($(wc -c < good.tgz) - 8)) conv=notrunc 2>/dev/null "
	    "&& (cat good.tgz; echo more) > tail.tgz");
	r.file = "cut.tgz";
	REFUSED(&r, "gzip cut short", "cut short");
	r.file = "crc.tgz";
	REFUSED(&r, "gzip with a wrong sum", "gzip stream is damaged");
	r.file = "tail.tgz";
	REFUSED(&r, "something behind gzip", "something else behind");
	sh("head -c 100000 good.tgz > a.gz; (cat good.tgz; printf "
	    "'\\37\\213\\10\\0\\0\\0\\0\\0\\0\\3\\3\\0\\0\\0\\0\\0\\0\\0\\0\\0'"
	    ") > two.tgz");
	r.file = "two.tgz";
	ACCEPTED(&r, "two members of gzip");
	done(&r);
}

static void
test_owners(void)
{
	struct run	 r = { 0 };
	struct stat	 st;

	if (root) {
		tb_file(&r.tb, "f", "x");
		tb_octal(&r.tb, 108, 7, 70000);
		REFUSED(&r, "unmapped uid", "uid 70000, but only 65536 ids");
		tb_file(&r.tb, "f", "x");
		tb_octal(&r.tb, 116, 7, 65536);
		REFUSED(&r, "unmapped gid", "gid 65536, but only 65536 ids");
	}
	tb_file(&r.tb, "f", "x");
	tb_octal(&r.tb, 108, 7, 1000);
	tb_octal(&r.tb, 116, 7, 50);
	tb_octal(&r.tb, 100, 7, 06755);
	tb_end(&r.tb);
	r.single = true;
	ACCEPTED(&r, "one id");
	CHECK(lstat("stage/f", &st) == 0 && (st.st_mode & 07777) == 06755 &&
	    st.st_uid == (root ? NOBODY : geteuid()));
	CHECK(rec_num(r.rec, "uid", 0) == 1000 &&
	    rec_num(r.rec, "gid", 0) == 50);
	done(&r);
	if (!root)
		return;
	tb_file(&r.tb, "f", "x");
	tb_octal(&r.tb, 108, 7, 1000);
	tb_octal(&r.tb, 116, 7, 50);
	tb_octal(&r.tb, 100, 7, 06755);
	tb_end(&r.tb);
	ACCEPTED(&r, "several ids");
	CHECK(lstat("stage/f", &st) == 0 && (st.st_mode & 07777) == 06755 &&
	    st.st_uid == 100999 && st.st_gid == 100049);
	done(&r);
}

/* The answer to wrong descriptors, which is final: the helper is confined. */
static uint32_t
answer_to(struct run *r, int stream, int dir)
{
	struct chan	 ch;
	union msg	 m;
	pid_t		 pid = start(program, R_CTL, R_UNPACK, &ch);
	uint32_t	 error;

	enter(&ch, pid, r);
	memset(&m, 0, sizeof(m));
	error = ask(&ch, MSG_layer_unpack, &m, (int[]){ stream, dir }, 2);
	CHECK(ask(&ch, MSG_layer_unpack, &m, (int[]){ stream, dir }, 2) ==
	    EBUSY);
	CHECK(stop(pid, &ch) == EX_OK);
	return (error);
}

/* What a person may get wrong in the front end: order and descriptors. */
static void
test_order(void)
{
	struct run	 r = { .single = true };
	struct chan	 ch;
	union msg	 m;
	pid_t		 pid;
	int		 fds[2];

	fresh();
	pid = start(program, R_CTL, R_UNPACK, &ch);
	memset(&m, 0, sizeof(m));
	tb_file(&r.tb, "f", "x");
	tb_end(&r.tb);
	fds[0] = stream_of(&r);
	fds[1] = open("stage", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(ask(&ch, MSG_layer_unpack, &m, fds, 2) == EBUSY);
	enter(&ch, pid, &r);
	memset(&m, 0, sizeof(m));
	CHECK(r.error == 0);
	CHECK(ask(&ch, MSG_layer_unpack, &m, fds, 2) == 0);
	CHECK(ask(&ch, MSG_layer_unpack, &m, fds, 2) == EBUSY);
	CHECK(stop(pid, &ch) == EX_OK);
	CHECK(answer_to(&r, fds[0], fds[0]) == ENOTDIR);
	CHECK(answer_to(&r, fds[1], fds[1]) == EINVAL);
	free(r.tb.p);
	/* The kernel's word for how it is confined while it works. */
	pid = start(program, R_STATE, R_UNPACK, &ch);
	memset(&m, 0, sizeof(m));
	CHECK(ask(&ch, MSG_userns_make, &m, NULL, 0) == UINT32_MAX);
	CHECK(stop(pid, &ch) == EX_PROTOCOL);
}

static bool
proc_says(pid_t pid, const char *want)
{
	char	 path[64], line[256];
	bool	 found = false;
	FILE	*f;

	(void)snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
	if ((f = fopen(path, "r")) == NULL)
		return (false);
	while (fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, want, strlen(want)) == 0)
			found = true;
	(void)fclose(f);
	return (found);
}

/* While it waits for bytes it is confined; it goes when its owner goes. */
static void
test_confined(void)
{
	struct run	 r = { .single = true };
	struct chan	 ch;
	union msg	 m;
	pid_t		 pid;
	int		 fds[2], p[2];

	fresh();
	pid = start(program, R_CTL, R_UNPACK, &ch);
	enter(&ch, pid, &r);
	if (pipe2(p, O_CLOEXEC) == -1)
		err(1, "pipe");
	memset(&m, 0, sizeof(m));
	fds[0] = p[0];
	fds[1] = open("stage", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(chan_send(&ch, MSG_layer_unpack, 9, &m, fds, 2) == 0);
	for (int i = 0; i < 100 && !proc_says(pid, "Seccomp:\t2"); i++)
		(void)usleep(20000);
	CHECK(proc_says(pid, "Seccomp:\t2"));
	CHECK(proc_says(pid, "NoNewPrivs:\t1"));
	/* CHOWN, DAC_OVERRIDE, FOWNER, FSETID, SETFCAP: no more. */
	CHECK(proc_says(pid, "CapEff:\t000000008000001b"));
	CHECK(proc_says(pid, "CapInh:\t0000000000000000"));
	close(fds[0]);
	CHECK(stop(pid, &ch) == EX_OK);
	close(p[1]);
	close(fds[1]);
}

/* Compare two directories; the ids of the second are those of unpack's map. */
static bool	same_tree(int, int, const char *);

static bool
same_bytes(int a, int b)
{
	char	 x[65536], y[65536];
	ssize_t	 n;

	while ((n = read(a, x, sizeof(x))) > 0)
		if (read(b, y, sizeof(y)) != n || memcmp(x, y, (size_t)n) != 0)
			return (false);
	return (n == 0 && read(b, y, 1) == 0);
}

static bool
same_entry(int a, int b, const char *name)
{
	struct stat	 x, y;
	char		 s[PATH_MAX] = "", t[PATH_MAX] = "";
	bool		 same = true;
	int		 fa, fb;

	if (fstatat(a, name, &x, AT_SYMLINK_NOFOLLOW) == -1 ||
	    fstatat(b, name, &y, AT_SYMLINK_NOFOLLOW) == -1)
		return (false);
	if (x.st_mode != y.st_mode || x.st_mtim.tv_sec != y.st_mtim.tv_sec ||
	    (!S_ISDIR(x.st_mode) && (x.st_size != y.st_size ||
	    x.st_nlink != y.st_nlink)))
		return (false);
	if (root && (y.st_uid != (x.st_uid == 0 ? NOBODY :
	    x.st_uid + 99999) || y.st_gid != (x.st_gid == 0 ? NOBODY :
	    x.st_gid + 99999)))
		return (false);
	if (S_ISLNK(x.st_mode))
		return (readlinkat(a, name, s, sizeof(s) - 1) != -1 &&
		    readlinkat(b, name, t, sizeof(t) - 1) != -1 &&
		    strcmp(s, t) == 0);
	if (!S_ISREG(x.st_mode) && !S_ISDIR(x.st_mode))
		return (true);
	fa = openat(a, name, O_RDONLY | O_CLOEXEC);
	fb = openat(b, name, O_RDONLY | O_CLOEXEC);
	if (fgetxattr(fa, "user.note", s, sizeof(s)) !=
	    fgetxattr(fb, "user.note", t, sizeof(t)))
		same = false;
	if (same)
		same = S_ISDIR(x.st_mode) ? same_tree(fa, fb, name) :
		    same_bytes(fa, fb) && (x.st_blocks > 64 ||
		    y.st_blocks <= x.st_blocks + 16);
	close(fa);
	close(fb);
	return (same);
}

static bool
same_tree(int a, int b, const char *path)
{
	DIR		*d = fdopendir(dup(a));
	struct dirent	*e;
	size_t		 na = 0, nb = 0;
	bool		 same = true;

	while (d != NULL && (e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name,
		    "..") == 0)
			continue;
		na++;
		if (!same_entry(a, b, e->d_name)) {
			printf("# differs: %s/%s\n", path, e->d_name);
			same = false;
		}
	}
	if (d != NULL)
		closedir(d);
	d = fdopendir(dup(b));
	while (d != NULL && (e = readdir(d)) != NULL)
		nb += strcmp(e->d_name, ".") != 0 &&
		    strcmp(e->d_name, "..") != 0;
	if (d != NULL)
		closedir(d);
	return (same && na == nb);
}

/* A tree with one of everything that a layer may hold. */
static void
make_source(void)
{
	sh("rm -rf src; mkdir -p src/d/e/f src/empty src/sticky; cd src; "
	    "echo one > d/one; ln d/one d/e/hard; ln -s ../one d/e/soft; "
	    "ln -s /etc/passwd abs; ln -s $(printf '%%0200d' 7) longlink; "
	    "mkfifo pipe; : > empty/none; printf 'x\\ny' > \"$(printf "
	    "'new\\nline')\"; echo u > \"$(printf 'caf\\303\\251')\"; "
	    "echo r > \"$(printf 'raw\\377')\"; "
	    "mkdir -p $(printf '%%090d/%%090d/%%090d' 1 2 3); "
	    "echo deep > $(printf '%%090d/%%090d/%%090d/%%0120d' 1 2 3 4); "
	    "truncate -s 3000000 hole; echo end >> hole; "
	    "head -c 900 /dev/urandom | dd of=hole bs=1 seek=1000000 "
	    "conv=notrunc 2>/dev/null; head -c 3000000 /dev/urandom > big; "
	    "cp big odd; truncate -s 2999999 odd; "
	    "chmod 4755 d/one; chmod 2750 d/e; chmod 1777 sticky; "
	    "chmod %s empty/none; chmod 0500 d/e/f; "
	    "touch -d '2001-02-03 04:05:06' d/one d/e d hole; "
	    "touch -h -d 1999-01-01 d/e/soft; touch -d 2010-10-10 .",
	    root ? "000" : "400");
	(void)setxattr("src/d/one", "user.note", "note", 4, 0);
	(void)setxattr("src/d/e", "user.note", "dir", 3, 0);
	if (root)
		sh("chown 1000:50 src/d/one src/d/e; chmod 4755 src/d/one; "
		    "chmod 2750 src/d/e; chown -h 33:33 src/abs; "
		    "touch -d '2001-02-03 04:05:06' src/d; "
		    "touch -d 2010-10-10 src");
}

static void
compare(const char *options, const char *filter)
{
	struct run	 r = { 0 };
	int		 a, b;

	sh("tar -C src %s -cf - . %s > good", options, filter);
	sh("chmod -R u+rwx theirs 2>/dev/null; rm -rf theirs; mkdir theirs; "
	    "tar -C theirs --xattrs -xpf - < /dev/null 2>/dev/null; "
	    "cat good | (case '%s' in *gzip*) gzip -d;; *bzip2*) bzip2 -d;; "
	    "*xz*) xz -d;; *zstd*) zstd -d;; *) cat;; esac) | "
	    "tar -C theirs --xattrs -xpf -", filter);
	r.file = "good";
	accepted(&r, options, __LINE__);
	a = open("theirs", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	b = open("stage", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	say(same_tree(a, b, ""), __LINE__, "as GNU tar does: %s %s", options,
	    filter);
	close(a);
	close(b);
	done(&r);
}

static void
test_same_as_tar(void)
{
	static const char *const	 filters[] = { "gzip", "bzip2", "xz",
		"zstd" };
	char				 pipe_to[64];

	make_source();
	compare("--format=gnu --hard-dereference", "");
	compare("--format=gnu", "");
	compare("--format=pax --xattrs", "");
	compare("--format=gnu -S", "");
	compare("--format=pax -S --sparse-version=1.0 --xattrs", "");
	compare("--format=pax -S --sparse-version=0.1", "");
	compare("--format=posix --pax-option=delete=atime,delete=ctime", "");
	sh("chmod -R u+rwx src; cd src; rm -rf 000* longlink");
	compare("--format=ustar", "");
	compare("--format=v7 --exclude=./pipe", "");
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		if (!have(filters[i])) {
			printf("ok - %s # SKIP not here\n", filters[i]);
			continue;
		}
		(void)snprintf(pipe_to, sizeof(pipe_to), "| %s -c",
		    filters[i]);
		compare("--format=gnu", pipe_to);
	}
}

/* tar-split: asked for and there; not there when it could not be right. */
static void
test_split(void)
{
	struct run	 r = { .flags = UNPACK_SPLIT };
	size_t		 n;

	tb_file(&r.tb, "f", "content");
	tb_end(&r.tb);
	ACCEPTED(&r, "tar-split");
	CHECK(r.rec != NULL && rec_bytes(r.rec, "tar_split", &n) != NULL);
	done(&r);
	r.flags = UNPACK_SPLIT;
	tb_file(&r.tb, "f", "content");
	tb_file(&r.tb, "f", "other");
	tb_end(&r.tb);
	ACCEPTED(&r, "tar-split of a replaced file");
	CHECK(r.rec != NULL && rec_bytes(r.rec, "tar_split", &n) == NULL);
	CHECK(holds("stage/f", "other"));
	done(&r);
}

int
main(int argc, char **argv)
{
	if (argc != 2)
		errx(1, "usage: unpack_test program");
	program = argv[1];
	root = geteuid() == 0;
	(void)umask(022);
	if (mkdtemp(base) == NULL || chmod(base, 0755) == -1 ||
	    chdir(base) == -1)
		err(1, "%s", base);
	sh("mkdir outside; echo precious > outside/victim; "
	    "chmod 777 outside; chmod 666 outside/victim");
	snapshot(before, sizeof(before));
	test_order();
	test_confined();
	test_escapes();
	test_hardlinks();
	test_root_entry();
	test_whiteouts();
	test_whiteout_beneath();
	test_merged();
	test_xattrs();
	test_many_xattrs();
	test_devices();
	test_two_meanings();
	test_sparse();
	test_limits();
	test_damage();
	test_owners();
	test_same_as_tar();
	test_split();
	sh("cd / && chmod -R u+rwx %s && rm -rf %s", base, base);
	return (finish());
}
