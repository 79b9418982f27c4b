/*
 * Files that are not as statekeep left them: it mends what can be mended,
 * names what cannot, and never dies of either. Disks that are full.
 */
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/statvfs.h>

#include <sched.h>

#include "records.h"
#include "state.h"

#define SOME	10

static const char	*program, *durable, *run;
static struct peer	 p;

static int
file_fd(const char *name, int flags)
{
	int	 dir = open(durable, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int	 fd = openat(dir, name, flags | O_CLOEXEC);

	close(dir);
	if (fd == -1)
		err(1, "%s", name);
	return (fd);
}

/* Overwrite a file with so many bytes of noise. */
static void
spoil(const char *name, size_t len)
{
	char	 buf[8192];
	int	 fd = file_fd(name, O_WRONLY | O_TRUNC);

	for (size_t i = 0; i < sizeof(buf); i++)
		buf[i] = (char)random();
	while (len > 0) {
		size_t	 n = len < sizeof(buf) ? len : sizeof(buf);

		if (write(fd, buf, n) != (ssize_t)n)
			err(1, "write");
		len -= n;
	}
	close(fd);
}

static void
cut(const char *name, off_t len)
{
	int	 fd = file_fd(name, O_WRONLY);

	if (ftruncate(fd, len) == -1)
		err(1, "truncate");
	close(fd);
}

static off_t
size_of(const char *name)
{
	struct stat	 st;
	int		 fd = file_fd(name, O_RDONLY);

	if (fstat(fd, &st) == -1)
		err(1, "stat");
	close(fd);
	return (st.st_size);
}

static uint32_t
reopen(void)
{
	return (state_open(&p, program, durable, run, BOOT, "/g"));
}

/* A store of ten, closed. */
static void
fresh(void)
{
	char	 name[16];

	durable = new_dir("/tmp");
	CHECK(reopen() == 0);
	for (unsigned int i = 0; i < SOME; i++) {
		(void)snprintf(name, sizeof(name), "c%u", i);
		CHECK(ctr_create(&p, id_of(i), name, false, false) == 0);
	}
	CHECK(peer_end(&p) == 0);
}

static void
expect_all(void)
{
	CHECK(reopen() == 0);
	CHECK(ctr_count(&p) == SOME);
	CHECK(ctr_find(&p, "c3") == 0);
	CHECK(ctr_state(&p, id_of(3)) == CREATING);
	CHECK(ctr_create(&p, id_of(77), "more", false, false) == 0);
	CHECK(ctr_remove(&p, id_of(77)) == 0);
	CHECK(peer_end(&p) == 0);
}

/* The index can be anything: it is made again. */
static void
test_index(void)
{
	fresh();
	spoil("state.kct", 100000);
	expect_all();
	spoil("state.kct", 3);
	expect_all();
	cut("state.kct", size_of("state.kct") / 2);
	expect_all();
	cut("state.kct", 0);
	expect_all();
	remove_dir(durable);
}

/* The journal can be anything while the index is whole. */
static void
test_journal(void)
{
	fresh();
	spoil("state.journal", 50000);
	expect_all();
	cut("state.journal", size_of("state.journal") / 3);
	expect_all();
	cut("state.journal", 0);
	expect_all();
	/* Noise behind its end. */
	cut("state.journal", size_of("state.journal") + 1000);
	expect_all();
	remove_dir(durable);
}

/*
 * Rot: bytes change and nothing else about the file does, so that only
 * Kyoto Cabinet can notice, in the middle of a transaction.
 */
static void
rot(off_t from, size_t len)
{
	int		 fd = file_fd("state.kct", O_RDWR);
	struct stat	 st;
	struct timespec	 times[2];
	char		 buf[8192];

	memset(buf, 0xff, sizeof(buf));
	if (fstat(fd, &st) == -1 || len > sizeof(buf))
		err(1, "rot");
	if (from < 0)
		from += st.st_size;
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
	if (pwrite(fd, buf, len, from) != (ssize_t)len ||
	    futimens(fd, times) == -1)
		err(1, "rot");
	close(fd);
}

static void
test_rot(void)
{
	fresh();
	rot(0, 64);
	expect_all();
	rot(0, 3000);
	expect_all();
	rot(26368, 4096);
	expect_all();
	rot(-3000, 3000);
	expect_all();
	rot(-12000, 8000);
	expect_all();
	remove_dir(durable);
}

/* Both gone: one message that names them, and no end of the process. */
static void
test_both(void)
{
	fresh();
	spoil("state.kct", 100000);
	spoil("state.journal", 50000);
	CHECK(reopen() == EUCLEAN);
	printf("# %s\n", p.text);
	CHECK(strstr(p.text, durable) != NULL &&
	    strstr(p.text, "state.journal") != NULL &&
	    strstr(p.text, "is damaged") != NULL);
	CHECK(ctr_count(&p) == -1);
	CHECK(peer_end(&p) == 0);
	/* Again: nothing was made of it meanwhile. */
	CHECK(reopen() == EUCLEAN);
	CHECK(peer_end(&p) == 0);
	remove_dir(durable);
}

/* Read the journal, change it with the function, write it, drop the index. */
static void
edit_journal(void (*edit)(char *, size_t))
{
	static char	 buf[1 << 20];
	int		 fd = file_fd("state.journal", O_RDWR);
	ssize_t		 n = pread(fd, buf, sizeof(buf), 0);
	int		 dir = open(durable, O_PATH | O_CLOEXEC);

	if (n <= 0)
		err(1, "journal");
	edit(buf, (size_t)n);
	if (pwrite(fd, buf, (size_t)n, 0) != n ||
	    unlinkat(dir, "state.kct", 0) == -1)
		err(1, "journal");
	close(fd);
	close(dir);
}

/* Flip one bit in the value of the row of container 4. */
static void
flip(char *buf, size_t len)
{
	char	 key[80], *at;

	(void)snprintf(key, sizeof(key), "r:%s", id_of(4));
	if ((at = memmem(buf, len, key, strlen(key))) == NULL)
		errx(1, "no row in the journal");
	at[strlen(key) + 40] ^= 4;
}

/* D18: one record is damaged, the others list; it can be removed. */
static void
test_quarantine(void)
{
	struct rec	*all, *r;
	size_t		 it = 0;
	int		 damaged = 0, good = 0;

	title = "D18: a damaged record is named, the others are as they were";
	fresh();
	edit_journal(flip);
	CHECK(reopen() == 0);
	all = ctr_list(&p);
	while (all != NULL && (r = rec_sub(all, KEY(ctr), &it)) != NULL) {
		if (rec_num(r, KEY(state), 0) == DAMAGED) {
			damaged++;
			CHECK(strcmp(rec_str(r, KEY(id), ""), id_of(4)) == 0);
			CHECK(strcmp(rec_str(r, KEY(state_name), ""),
			    "damaged") == 0);
			CHECK(rec_get(r, KEY(error)) != NULL);
			CHECK(strcmp(rec_str(r, KEY(name), ""), "c4") == 0);
		} else
			good++;
		rec_free(r);
	}
	rec_free(all);
	CHECK(damaged == 1);
	CHECK(good == SOME - 1);
	CHECK(ctr_get(&p, id_of(4)) == NULL);
	CHECK(strstr(p.text, "is damaged") != NULL);
	CHECK(ctr_set(&p, id_of(4), ANY, EXITED, NULL, NULL) == EUCLEAN);
	CHECK(ctr_find(&p, "c4") == 0);
	CHECK(ctr_remove(&p, id_of(4)) == 0);
	CHECK(ctr_find(&p, "c4") == ENOENT);
	CHECK(ctr_count(&p) == SOME - 1);
	CHECK(peer_end(&p) == 0);
	remove_dir(durable);
}

/*
 * A power cut: pages of the unsynced end read as zeros, and later pages did
 * reach the disk.
 */
static void
lose_page(char *buf, size_t len)
{
	char	 key[80], *at;

	(void)snprintf(key, sizeof(key), "r:%s", id_of(SOME - 2));
	if ((at = memmem(buf, len, key, strlen(key))) == NULL ||
	    at < buf + 100 || at + 5000 > buf + len)
		errx(1, "the journal is too short");
	/* From within the one before to within the row. */
	memset(at - 60, 0, 200);
}

static void
test_power_cut(void)
{
	fresh();
	edit_journal(lose_page);
	CHECK(state_open(&p, program, durable, run, "next-boot", "/g") == 0);
	CHECK(ctr_count(&p) == SOME - 3);
	CHECK(ctr_find(&p, "c6") == 0);
	CHECK(ctr_find(&p, "c7") == ENOENT);
	CHECK(ctr_find(&p, "c8") == ENOENT);
	CHECK(ctr_create(&p, id_of(9), "c9", false, false) == 0);
	CHECK(peer_end(&p) == 0);
	/* Cut off before anything was in the files. */
	cut("state.kct", 0);
	cut("state.kct", 20000);
	cut("state.journal", 0);
	cut("state.lock", 0);
	CHECK(state_open(&p, program, durable, run, "third-boot", "/g") == 0);
	CHECK(ctr_count(&p) == 0);
	CHECK(peer_end(&p) == 0);
	remove_dir(durable);
}

static uint32_t
sum(uint32_t h, const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		h = (h ^ (uint8_t)data[i]) * 16777619u;
	return (h);
}

/* One bit of the index changes, and no time stamp of the file. */
static void
flip_bit(void)
{
	int		 fd = file_fd("state.kct", O_RDWR);
	struct stat	 st;
	struct timespec	 times[2];
	off_t		 at;
	char		 c;

	if (fstat(fd, &st) == -1)
		err(1, "flip");
	at = (off_t)(random() % st.st_size);
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
	if (pread(fd, &c, 1, at) != 1)
		err(1, "flip");
	c = (char)(c ^ 1 << random() % 8);
	if (pwrite(fd, &c, 1, at) != 1 || futimens(fd, times) == -1)
		err(1, "flip");
	close(fd);
}

/* The whole list as it came, into a buffer; its length. */
static ssize_t
list_bytes(char *buf, size_t size)
{
	union msg	 m = { 0 };

	if (peer_ask(&p, MSG_ctr_list, &m, NULL, 0) != 0)
		return (-1);
	return (pread(p.fd, buf, size, 0));
}

static void
test_bits(void)
{
	static char	 first[1 << 16], now[1 << 16];
	ssize_t		 len;
	int		 wrong = 0;

	title = "D18: a bit that the disk has turned in a row is mended";
	fresh();
	CHECK(reopen() == 0);
	CHECK((len = list_bytes(first, sizeof(first))) > 0);
	CHECK(peer_end(&p) == 0);
	for (int i = 0; i < 150; i++) {
		flip_bit();
		/* A name's own key is looked at again after the next boot. */
		if (reopen() != 0 ||
		    list_bytes(now, sizeof(now)) != len ||
		    memcmp(first, now, (size_t)len) != 0 ||
		    ctr_state(&p, id_of(7)) != CREATING) {
			printf("# bit %d: %s\n", i, p.text);
			wrong++;
		}
		if (peer_end(&p) != 0)
			wrong++;
	}
	CHECK(wrong == 0);
	CHECK(state_open(&p, program, durable, run, "next-boot", "/g") == 0);
	CHECK(peer_end(&p) == 0);
	expect_all();
	remove_dir(durable);
}

/* A damaged value stays marked when the journal is written again. */
static void
test_quarantine_lasts(void)
{
	unsigned int	 n = 0;
	off_t		 before = 0, now = 0;

	title = "D18: a damaged record is not forgotten before it is removed";
	fresh();
	edit_journal(flip);
	CHECK(reopen() == 0);
	for (; n < 20000 && now >= before; n++) {
		before = now;
		(void)ctr_create(&p, id_of(100 + n % 2), "busy", false, false);
		(void)ctr_remove(&p, id_of(100 + n % 2));
		now = size_of("state.journal");
	}
	printf("# written anew after %u\n", n);
	CHECK(now < before);
	CHECK(peer_end(&p) == 0);
	cut("state.kct", 0);
	CHECK(reopen() == 0);
	CHECK(ctr_count(&p) == SOME);
	CHECK(ctr_get(&p, id_of(4)) == NULL);
	CHECK(strstr(p.text, "is damaged") != NULL);
	CHECK(ctr_state(&p, id_of(5)) == CREATING);
	CHECK(ctr_remove(&p, id_of(4)) == 0);
	CHECK(ctr_count(&p) == SOME - 1);
	CHECK(peer_end(&p) == 0);
	remove_dir(durable);
}

/* The row of the fourth is gone; its name and its definition are not. */
static void
lose_row(char *buf, size_t len)
{
	char		 key[80], kind = 2, *at;
	uint32_t	 size, h;

	(void)snprintf(key, sizeof(key), "r:%s", id_of(4));
	if ((at = memmem(buf, len, key, strlen(key))) == NULL)
		errx(1, "no row in the journal");
	memcpy(&size, at - 8, 4);
	h = sum(sum(2166136261u, &kind, 1), at, strlen(key) + size);
	at[-11] = kind;
	memcpy(at - 4, &h, 4);
}

static void
test_dangling(void)
{
	title = "X9: a name that leads to nothing is in nobody's way";
	fresh();
	edit_journal(lose_row);
	CHECK(reopen() == 0);
	CHECK(ctr_count(&p) == SOME - 1);
	CHECK(ctr_find(&p, "c4") == ENOENT);
	CHECK(ctr_get(&p, id_of(4)) == NULL);
	CHECK(ctr_find(&p, "c3") == 0 && ctr_find(&p, "c5") == 0);
	CHECK(ctr_create(&p, id_of(44), "c4", false, false) == 0);
	CHECK(ctr_find(&p, "c4") == 0 && strcmp(p.text, id_of(44)) == 0);
	CHECK(ctr_create(&p, id_of(4), "again", false, false) == 0);
	CHECK(ctr_count(&p) == SOME + 1);
	CHECK(peer_end(&p) == 0);
	remove_dir(durable);
}

/* Schema 9, as a later statekeep would have written it. */
static void
later(char *buf, size_t len)
{
	char		*at = memmem(buf, len, "s:schema2", 9);
	char		 kind = 1;
	uint32_t	 h;

	if (at == NULL)
		errx(1, "no schema in the journal");
	at[8] = '9';
	h = sum(sum(2166136261u, &kind, 1), at, 9);
	memcpy(at - 4, &h, 4);
}

static void
test_schema(void)
{
	fresh();
	edit_journal(later);
	CHECK(reopen() == EPROTONOSUPPORT);
	CHECK(strstr(p.text, "newer bulkhead (schema 9, this one knows 2)") !=
	    NULL);
	CHECK(peer_end(&p) == 0);
	remove_dir(durable);
}

/* A file system of so many kilobytes on a new directory. */
static const char *
small_disk(unsigned int kb)
{
	const char	*dir = new_dir("/tmp");
	char		 options[40];

	(void)snprintf(options, sizeof(options), "size=%uk,mode=700", kb);
	if (mount("none", dir, "tmpfs", 0, options) == -1 ||
	    chown(dir, NOBODY, NOBODY) == -1)
		err(1, "tmpfs");
	return (dir);
}

/* Fill it but for so many kilobytes, as another program's file. */
static void
fill(const char *dir, unsigned int leave_kb)
{
	static char	 buf[4096];
	char		 path[128];
	struct statvfs	 fs;
	uint64_t	 kb = 0;
	int		 fd;

	(void)snprintf(path, sizeof(path), "%s/filler", dir);
	if ((fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
	    0600)) == -1)
		err(1, "%s", path);
	while (statvfs(dir, &fs) == 0 &&
	    (kb = fs.f_bfree * fs.f_bsize / 1024) > leave_kb)
		if (write(fd, buf, sizeof(buf)) != sizeof(buf))
			break;
	close(fd);
	if (kb > leave_kb)
		errx(1, "%s is not full", dir);
}

/* A disk of half a megabyte: refused with an error, and nothing half. */
static void
test_full(void)
{
	unsigned int	 n = 0;
	uint32_t	 rc = 0;
	char		 name[16];

	title = NULL;
	durable = small_disk(512);
	CHECK(reopen() == 0);
	while (n < 2000) {
		(void)snprintf(name, sizeof(name), "f%u", n);
		if ((rc = ctr_create(&p, id_of(n), name, false, false)) != 0)
			break;
		n++;
	}
	printf("# after %u: %s\n", n, p.text);
	CHECK(rc == ENOSPC);
	CHECK(strstr(p.text, "cannot write") != NULL &&
	    strstr(p.text, "No space left on device") != NULL &&
	    strstr(p.text, durable) != NULL);
	CHECK(ctr_count(&p) == (int)n);
	CHECK(ctr_find(&p, name) == ENOENT);
	CHECK(ctr_create(&p, id_of(n), name, true, false) == 0);
	CHECK(ctr_remove(&p, id_of(n)) == 0);
	CHECK(peer_end(&p) == 0);
	CHECK(reopen() == 0);
	CHECK(ctr_count(&p) == (int)n);
	CHECK(ctr_state(&p, id_of(0)) == CREATING);
	/* Removing must be possible: it is how room is made. */
	CHECK(ctr_remove(&p, id_of(0)) == 0);
	CHECK(ctr_remove(&p, id_of(1)) == 0);
	CHECK(ctr_count(&p) == (int)n - 2);
	CHECK(peer_end(&p) == 0);
	(void)umount(durable);
	remove_dir(durable);
}

/* Two that run, one of them ephemeral. */
static void
two_run(void)
{
	CHECK(reopen() == 0);
	CHECK(ctr_create(&p, id_of(0), "lasts", false, false) == 0);
	CHECK(ctr_set(&p, id_of(0), ANY, RUNNING, "pid", "77") == 0);
	CHECK(ctr_create(&p, id_of(1), "goes", true, true) == 0);
	CHECK(ctr_set(&p, id_of(1), ANY, RUNNING, "pid", "78") == 0);
	CHECK(peer_end(&p) == 0);
}

/* Add containers until it is refused; how many it were. */
static int
add_until_full(void)
{
	uint32_t	 rc = 0;
	char		 name[16];
	int		 n;

	for (n = 0; rc == 0 && n < 100; n++) {
		(void)snprintf(name, sizeof(name), "more%d", n);
		rc = ctr_create(&p, id_of(10 + (unsigned int)n), name,
		    n % 2 == 0, true);
	}
	CHECK(rc == ENOSPC && strstr(p.text, "No space left on device") !=
	    NULL);
	return (n - 1);
}

/* They are seen, end and go, also when no more can be added. */
static void
end_both(bool full)
{
	int	 n = 0, left;

	CHECK(reopen() == 0);
	CHECK(ctr_count(&p) == 2);
	CHECK(ctr_find(&p, "lasts") == 0 && ctr_find(&p, "goes") == 0);
	CHECK(ctr_state(&p, id_of(0)) == RUNNING);
	if (full)
		n = add_until_full();
	left = n;
	CHECK(peer_end(&p) == 0);
	CHECK(reopen() == 0);
	CHECK(ctr_set(&p, id_of(0), ANY, STOPPING, NULL, NULL) == 0);
	CHECK(ctr_set(&p, id_of(0), ANY, EXITED, NULL, NULL) == 0);
	CHECK(ctr_remove(&p, id_of(1)) == 0);
	CHECK(ctr_remove(&p, id_of(0)) == 0);
	for (int i = 0; i < n; i++)
		left -= ctr_remove(&p, id_of(10 + (unsigned int)i)) == 0;
	CHECK(left == 0);
	CHECK(ctr_count(&p) == 0);
	CHECK(peer_end(&p) == 0);
}

static void
drop_index(const char *dir, const char *name)
{
	char	 path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	(void)unlink(path);
}

/*
 * A nearly full disk for both directories: containers can be listed and ended,
 * with an index and without.
 */
static void
test_nearly_full(void)
{
	static char	 what[80];
	const char	*old_run = run;

	for (unsigned int kb = 0; kb <= 32; kb += 4)
		for (int bare = 0; bare < 2; bare++) {
			(void)snprintf(what, sizeof(what), "X9: %u kB left%s",
			    kb, bare ? ", and no index" : "");
			title = what;
			durable = small_disk(1024);
			run = small_disk(1024);
			two_run();
			fill(durable, kb);
			fill(run, kb);
			if (bare) {
				drop_index(durable, "state.kct");
				drop_index(run, "boot.kct");
				fill(durable, kb);
				fill(run, kb);
			}
			end_both(true);
			(void)umount(durable);
			(void)umount(run);
			remove_dir(durable);
			remove_dir(run);
		}
	run = old_run;
	title = NULL;
}

/* Put a read-only view over a directory. */
static void
read_only(const char *dir)
{
	if (mount(dir, dir, NULL, MS_BIND, NULL) == -1 || mount(NULL, dir,
	    NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) == -1)
		err(1, "read-only");
}

static void
look_only(const char *at)
{
	CHECK(reopen() == 0);
	CHECK(ctr_count(&p) == 2);
	CHECK(ctr_find(&p, "lasts") == 0 && ctr_find(&p, "goes") == 0);
	CHECK(ctr_state(&p, id_of(0)) == RUNNING);
	CHECK(ctr_remove(&p, id_of(0)) == EROFS);
	printf("# %s\n", p.text);
	CHECK(strstr(p.text, "Read-only file system") != NULL &&
	    strstr(p.text, at) != NULL);
	CHECK(ctr_count(&p) == 2);
	CHECK(peer_end(&p) == 0);
}

static void
test_read_only(void)
{
	title = "X9: a state that cannot be written is read";
	durable = new_dir("/tmp");
	two_run();
	read_only(durable);
	look_only(durable);
	(void)umount(durable);
	drop_index(durable, "state.kct");
	read_only(durable);
	look_only(durable);
	(void)umount(durable);
	/* A bit of an index that cannot be made again has turned. */
	CHECK(reopen() == 0);
	CHECK(ctr_count(&p) == 2);
	CHECK(peer_end(&p) == 0);
	rot(26368, 4096);
	read_only(durable);
	look_only(durable);
	(void)umount(durable);
	end_both(false);
	remove_dir(durable);
	title = NULL;
}

/* An account may have a limit on the size of files. */
static void
limit_files(void)
{
	struct rlimit	 lim = { 4096, 4096 };

	if (setrlimit(RLIMIT_FSIZE, &lim) == -1)
		_exit(126);
}

static void
test_limit(void)
{
	title = "a limit on the size of files is an error";
	fresh();
	start_before_exec = limit_files;
	CHECK(reopen() == 0);
	CHECK(ctr_create(&p, id_of(77), "more", false, false) == EFBIG);
	printf("# %s\n", p.text);
	CHECK(strstr(p.text, "File too large") != NULL &&
	    strstr(p.text, durable) != NULL);
	CHECK(ctr_state(&p, id_of(3)) == CREATING);
	CHECK(peer_end(&p) == 0);
	start_before_exec = NULL;
	expect_all();
	remove_dir(durable);
	title = NULL;
}

static bool
own_mounts(void)
{
	if (geteuid() == 0 && unshare(CLONE_NEWNS) == 0 &&
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
		return (true);
	check(1, "full disk # SKIP no mounts here", 0);
	return (false);
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		errx(1, "usage: %s program", argv[0]);
	program = argv[1];
	run = new_dir("/tmp");
	test_index();
	test_journal();
	test_rot();
	test_both();
	test_bits();
	test_quarantine();
	test_quarantine_lasts();
	test_dangling();
	title = NULL;
	test_power_cut();
	test_schema();
	test_limit();
	if (own_mounts()) {
		test_full();
		test_nearly_full();
		test_read_only();
	}
	remove_dir(run);
	return (finish());
}
