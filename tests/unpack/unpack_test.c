/*
 * Hostile layers: none reaches a file outside of its directory, and archives
 * that readers could read differently are refused.
 */
#include "drive.h"
#include "nitems.h"

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

	for (size_t i = 0; i < NITEMS(links); i++) {
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

	for (size_t i = 0; i < NITEMS(bad); i++) {
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

/*
 * Beneath a file that is no directory in this layer there is nothing to hide.
 */
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

int
main(int argc, char **argv)
{
	drive_begin(argc, argv);
	test_order();
	test_confined();
	title = "A01 A04";
	test_escapes();
	test_hardlinks();
	title = "A03";
	test_root_entry();
	title = "A05";
	test_whiteouts();
	test_whiteout_beneath();
	title = "A08";
	test_two_meanings();
	title = "A09 A10";
	test_limits();
	title = NULL;
	test_damage();
	return (drive_end());
}
