/*
 * Locks as files in a directory. A lock is an open-file-description lock on
 * the file of its name, which the kernel drops with the last copy of the
 * descriptor, and we never make a copy. One that has a number has that as its
 * second name; one that has none is removed by the last who lets go. There is
 * no bound to the numbers. Who waits is woken in no particular order.
 */
#include <sys/queue.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "lock.h"
#include "log.h"
#include "path.h"
#include "record.h"
#include "table.h"
#include "turn.h"

#define DIR_LOCK	".dir"		/* who makes and removes names */
#define BOOT		".boot"
#define STALE		".stale"
#define DIR_MS		10000
#define SLICE_MS	50u		/* then the wait is looked at again */
#define REPORT_MS	1000
#define STEPS_MAX	1000		/* of a walk along who waits for whom */

/* What is in a file, blanks and zeros around it. */
struct content {
	char	 pid[16];	/* of the command */
	char	 broker[16];
	char	 command[224];
	char	 name[96];
	char	 number[32];
};

struct held {
	TAILQ_ENTRY(held)	 entry;
	char			 name[LOCK_NAME];
	int			 fd;
	bool			 shared;
	bool			 fresh;		/* its number goes with it */
};

struct files {
	TAILQ_HEAD(, held)	 held;
	int			 dir_fd;
	int			 lock_fd;	/* DIR_LOCK */
	uint32_t		 pid;
	uint32_t		 broker;	/* our own */
	char			 command[224];
	char			 blocked[LOCK_NAME];
};

static void
fill(char *out, size_t size, const char *text)
{
	memset(out, 0, size);
	(void)snprintf(out, size, "%s", text);
}

static bool
read_content(int fd, struct content *c)
{
	memset(c, 0, sizeof(*c));
	if (pread(fd, c, sizeof(*c), 0) == -1)
		return (false);
	c->pid[sizeof(c->pid) - 1] = '\0';
	c->broker[sizeof(c->broker) - 1] = '\0';
	c->command[sizeof(c->command) - 1] = '\0';
	c->name[LOCK_NAME - 1] = '\0';
	c->number[sizeof(c->number) - 1] = '\0';
	return (true);
}

static bool
read_named(const struct files *f, const char *name, struct content *c)
{
	scoped_fd int	 fd = path_open(f->dir_fd, name, O_RDONLY |
			    O_NOFOLLOW, 0);

	return (fd != -1 && read_content(fd, c));
}

static int
open_named(const struct files *f, const char *name)
{
	return (path_open(f->dir_fd, name, O_RDWR | O_CREAT | O_NOFOLLOW,
	    0600));
}

/* A small file that says one thing. 0 or -1. */
static int
put_text(const struct files *f, const char *name, const char *text)
{
	scoped_fd int	 fd = path_open(f->dir_fd, name, O_WRONLY | O_CREAT |
			    O_TRUNC | O_NOFOLLOW, 0600);

	return (fd != -1 && write(fd, text, strlen(text)) ==
	    (ssize_t)strlen(text) ? 0 : -1);
}

static struct held *
find_held(struct files *f, const char *name)
{
	struct held	*h;

	TAILQ_FOREACH(h, &f->held, entry)
		if (strcmp(h->name, name) == 0)
			return (h);
	return (NULL);
}

/* Is this open file still the one that has the name? */
static bool
is_current(const struct files *f, const char *name, int fd)
{
	struct stat	 ours, there;

	return (fstat(fd, &ours) == 0 && ours.st_nlink > 0 &&
	    fstatat(f->dir_fd, name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
	    ours.st_dev == there.st_dev && ours.st_ino == there.st_ino);
}

static bool
has_number(int fd)
{
	struct stat	 st;

	return (fstat(fd, &st) == 0 && st.st_nlink > 1);
}

/* --- numbers, with DIR_LOCK --- */

/* What a death left between two names is nobody's. */
static bool
is_number_free(const struct files *f, const char *number)
{
	struct stat	 st;

	if (fstatat(f->dir_fd, number, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return (errno == ENOENT);
	return (st.st_nlink == 1 &&
	    unlinkat(f->dir_fd, number, 0) == 0);
}

/* The file of a name gets this number, if nobody has it. */
static int
give_number(const struct files *f, const char *name, int fd, uint32_t n)
{
	struct content	 c;

	if (!read_content(fd, &c))
		return (-1);
	fill(c.name, sizeof(c.name), name);
	memset(c.number, 0, sizeof(c.number));
	(void)snprintf(c.number, sizeof(c.number), "%u", n);
	if (!is_number_free(f, c.number)) {
		errno = EEXIST;
		return (-1);
	}
	if (pwrite(fd, &c, sizeof(c), 0) == -1)
		return (-1);
	return (linkat(f->dir_fd, name, f->dir_fd, c.number, 0));
}

static uint32_t
number_of(int fd)
{
	struct content	 c;

	if (!has_number(fd) || !read_content(fd, &c))
		return (0);
	return ((uint32_t)strtoul(c.number, NULL, 10) + 1);
}

/* Number and one, or 0: the one wanted and one, or (0) the lowest. */
static uint32_t
allocate(const struct files *f, const char *name, uint32_t want, bool *had)
{
	scoped_fd int	 fd = open_named(f, name);
	uint32_t	 n = want == 0 ? 0 : want - 1;

	if (fd == -1)
		return (0);
	if ((*had = has_number(fd)))
		return (number_of(fd));
	while (give_number(f, name, fd, n) == -1) {
		if (errno != EEXIST || want != 0 || ++n == LOCK_MAX)
			return (0);
	}
	return (n + 1);
}

/* --- who waits for whom --- */

static void
wait_name(char *out, size_t size, const char *broker)
{
	(void)snprintf(out, size, ".w%.15s", broker);
}

/* Who we are, and the name of what we hold or wait for. */
static void
describe(const struct files *f, struct content *c, const char *name)
{
	memset(c->pid, 0, sizeof(c->pid));
	memset(c->broker, 0, sizeof(c->broker));
	(void)snprintf(c->pid, sizeof(c->pid), "%u", f->pid);
	(void)snprintf(c->broker, sizeof(c->broker), "%u", f->broker);
	fill(c->command, sizeof(c->command), f->command);
	fill(c->name, sizeof(c->name), name);
}

static void
say_waiting(const struct files *f, const char *name)
{
	struct content	 c = { 0 };
	char		 own[32];
	scoped_fd int	 fd = -1;

	describe(f, &c, name);
	wait_name(own, sizeof(own), c.broker);
	if (*name == '\0') {
		(void)unlinkat(f->dir_fd, own, 0);
		return;
	}
	if ((fd = open_named(f, own)) == -1 ||
	    pwrite(fd, &c, sizeof(c), 0) == -1)
		log_debug("cannot say in %s what we wait for", own);
}

/* From a lock to its holder, to what that waits for, and so on: to us? */
static bool
in_cycle(const struct files *f, const char *name)
{
	struct content	 c;
	char		 file[32];

	if (!read_named(f, name, &c))
		return (false);
	for (int i = 0; i < STEPS_MAX && c.broker[0] != '\0'; i++) {
		if (strtoul(c.broker, NULL, 10) == f->broker)
			return (true);
		wait_name(file, sizeof(file), c.broker);
		if (!read_named(f, file, &c) || !read_named(f, c.name, &c))
			return (false);
	}
	return (false);
}

static void
report(const struct files *f, const char *name)
{
	struct content	 c;

	if (read_named(f, name, &c))
		log_warnx("waiting for lock %s, which process %s (%s) holds",
		    name, c.pid, c.command);
}

/* The lock of an open file. 0 or -1. */
static int
wait_for(const struct files *f, int fd, const struct take *t, bool waits)
{
	uint64_t	 start = table_now() / 1000000, passed = 0;
	bool		 reported = false;
	/*
	 * Whoever closes a cycle sees it, having said first what he waits
	 * for; once more, for a holder may be just about to say who he is.
	 */
	int		 looks = waits ? 2 : 0;

	while (turn_take(fd, !t->shared, looks == 2 ? 0 :
	    t->wait_ms - passed < SLICE_MS ?
	    (unsigned int)(t->wait_ms - passed) : SLICE_MS) == -1) {
		if (errno != ETIMEDOUT)
			return (-1);
		passed = table_now() / 1000000 - start;
		if (passed >= t->wait_ms) {
			errno = ETIMEDOUT;
			return (-1);
		}
		if (looks-- > 0 && in_cycle(f, t->name)) {
			errno = EDEADLK;
			return (-1);
		}
		if (passed >= REPORT_MS && !reported) {
			reported = true;
			report(f, t->name);
		}
	}
	return (0);
}

/* Nobody may be there at all: that is looked at before anything is written. */
static int
lock_file(const struct files *f, int fd, const struct take *t)
{
	struct take	 now = *t;
	int		 rc;

	now.wait_ms = 0;
	if (wait_for(f, fd, &now, false) == 0)
		return (0);
	if (errno != ETIMEDOUT || t->wait_ms == 0)
		return (-1);
	say_waiting(f, t->name);
	rc = wait_for(f, fd, t, !TAILQ_EMPTY(&f->held));
	say_waiting(f, "");
	return (rc);
}

/* --- the table --- */

/* All names go but those that begin with a dot; numbers only, if told so. */
static void
wipe(const struct files *f, bool numbers)
{
	int		 fd = path_open(f->dir_fd, ".", O_RDONLY | O_DIRECTORY,
			    0);
	DIR		*d = fd == -1 ? NULL : fdopendir(fd);
	struct dirent	*e;

	if (d == NULL) {
		if (fd != -1)
			close(fd);
		return;
	}
	while ((e = readdir(d)) != NULL)
		if (e->d_name[0] >= '0' && e->d_name[0] <= '9')
			(void)unlinkat(f->dir_fd, e->d_name, 0);
		else if (!numbers && (e->d_name[0] != '.' ||
		    strncmp(e->d_name, ".w", 2) == 0))
			(void)unlinkat(f->dir_fd, e->d_name, 0);
	closedir(d);
}

static int
check_boot(const struct files *f, const char *boot_id)
{
	scoped_free char	*have = path_slurp(f->dir_fd, BOOT, 64, NULL);
	int			 rc;

	if (have != NULL && strcmp(have, boot_id) == 0)
		return (0);
	if (turn_take(f->lock_fd, true, DIR_MS) == -1)
		return (-1);
	free(have);
	have = path_slurp(f->dir_fd, BOOT, 64, NULL);
	if (have != NULL && strcmp(have, boot_id) != 0)
		wipe(f, false);
	/* Objects may have numbers that are not known here. */
	rc = put_text(f, STALE, "");
	if (rc == 0)
		rc = put_text(f, BOOT, boot_id);
	turn_give(f->lock_fd);
	return (rc);
}

static void
file_close(void *ctx)
{
	struct files	*f = ctx;
	struct held	*h;

	if (f == NULL)
		return;
	while ((h = TAILQ_FIRST(&f->held)) != NULL) {
		char	 name[LOCK_NAME];

		locks_copy_name(name, h->name);
		if (h->fresh)
			(void)kind_file.free(f, name);
		if (kind_file.drop(f, name) == -1)
			break;
	}
	if (f->lock_fd != -1)
		close(f->lock_fd);
	close(f->dir_fd);
	free(f);
}

static void *
file_open(int dir_fd, const struct locks_want *want)	/* takes */
{
	struct files	*f = calloc(1, sizeof(*f));

	if (f == NULL) {
		close(dir_fd);
		return (locks_fail(ENOMEM, "out of memory"));
	}
	TAILQ_INIT(&f->held);
	f->dir_fd = dir_fd;
	f->pid = want->pid;
	f->broker = (uint32_t)syscall(SYS_gettid);
	(void)snprintf(f->command, sizeof(f->command), "%s", want->command);
	if ((f->lock_fd = open_named(f, DIR_LOCK)) == -1 ||
	    check_boot(f, want->boot_id) == -1) {
		(void)locks_fail(errno, "cannot open the directory of locks: "
		    "%s", strerror(errno));
		file_close(f);
		return (NULL);
	}
	say_waiting(f, "");
	return (f);
}

static bool
file_stale(void *ctx)
{
	const struct files	*f = ctx;
	struct stat		 st;

	return (fstatat(f->dir_fd, STALE, &st, AT_SYMLINK_NOFOLLOW) == 0);
}

static void
say_held(const struct files *f, int fd, const char *name)
{
	struct content	 c;

	if (!read_content(fd, &c))
		return;
	describe(f, &c, name);
	/* A full disk costs those who wait the name, no more. */
	if (pwrite(fd, &c, sizeof(c), 0) == -1)
		log_debug("cannot say in %s who holds it", name);
}

/* The file of a name, locked; whoever removed it meanwhile, it is made. */
static int
locked_file(const struct files *f, const struct take *t)
{
	for (;;) {
		scoped_fd int	 fd = open_named(f, t->name);

		if (fd == -1 || lock_file(f, fd, t) == -1)
			return (-1);
		if (is_current(f, t->name, fd))
			return (take_fd(&fd));
	}
}

static int
with_number(struct files *f, const char *name, bool *fresh)
{
	uint32_t	 n;
	bool		 had = false;

	if (turn_take(f->lock_fd, true, DIR_MS) == -1)
		return (-1);
	n = allocate(f, name, 0, &had);
	turn_give(f->lock_fd);
	*fresh = n != 0 && !had;
	return (n == 0 ? -1 : 0);
}

static int
file_take(void *ctx, const struct take *t, uint32_t *number)
{
	struct files	*f = ctx;
	struct held	*h;
	int		 saved;

	locks_copy_name(f->blocked, t->name);
	if (find_held(f, t->name) != NULL) {
		errno = EDEADLK;
		return (-1);
	}
	if ((h = calloc(1, sizeof(*h))) == NULL)
		return (-1);
	if ((t->alloc && with_number(f, t->name, &h->fresh) == -1) ||
	    (h->fd = locked_file(f, t)) == -1) {
		saved = errno;
		if (h->fresh)
			(void)kind_file.free(f, t->name);
		free(h);
		errno = saved;
		return (-1);
	}
	say_held(f, h->fd, t->name);
	*number = number_of(h->fd);
	h->shared = t->shared;
	locks_copy_name(h->name, t->name);
	TAILQ_INSERT_TAIL(&f->held, h, entry);
	return (0);
}

/* Alone on it, without a number, and it has the name: nobody misses it. */
static void
remove_unused(const struct files *f, int fd, const char *name, bool shared)
{
	if (has_number(fd) || turn_take(f->lock_fd, true, DIR_MS) == -1)
		return;
	if (!has_number(fd) && (!shared || turn_take(fd, true, 0) == 0) &&
	    is_current(f, name, fd))
		(void)unlinkat(f->dir_fd, name, 0);
	turn_give(f->lock_fd);
}

static int
file_drop(void *ctx, const char *name)
{
	struct files	*f = ctx;
	struct held	*h = find_held(f, name);

	if (h == NULL) {
		errno = ENOENT;
		return (-1);
	}
	remove_unused(f, h->fd, name, h->shared);
	close(h->fd);
	TAILQ_REMOVE(&f->held, h, entry);
	free(h);
	return (0);
}

static int
file_alloc(void *ctx, const char *name, uint32_t want, uint32_t *got)
{
	struct files	*f = ctx;
	bool		 had = false;
	int		 saved;

	if (turn_take(f->lock_fd, true, DIR_MS) == -1)
		return (-1);
	*got = allocate(f, name, want, &had);
	saved = had ? EEXIST : errno;
	turn_give(f->lock_fd);
	errno = saved;
	return (*got == 0 || had ? -1 : 0);
}

static int
free_number(struct files *f, const char *name)
{
	scoped_fd int	 fd = path_open(f->dir_fd, name, O_RDWR | O_NOFOLLOW,
			    0);
	struct content	 c;

	if (fd == -1)
		return (-1);
	if (!has_number(fd) || !read_content(fd, &c)) {
		errno = ENOENT;
		return (-1);
	}
	if (unlinkat(f->dir_fd, c.number, 0) == -1)
		return (-1);
	if (find_held(f, name) == NULL && turn_take(fd, true, 0) == 0)
		(void)unlinkat(f->dir_fd, name, 0);
	return (0);
}

static int
file_free(void *ctx, const char *name)
{
	struct files	*f = ctx;
	int		 rc, saved;

	if (turn_take(f->lock_fd, true, DIR_MS) == -1)
		return (-1);
	rc = free_number(f, name);
	saved = errno;
	turn_give(f->lock_fd);
	errno = saved;
	return (rc);
}

static int
file_find(void *ctx, char name[LOCK_NAME], uint32_t *number)
{
	struct files	*f = ctx;
	struct content	 c;
	char		 file[LOCK_NAME];
	scoped_fd int	 fd = -1;

	if (*number == 0)
		locks_copy_name(file, name);
	else
		(void)snprintf(file, sizeof(file), "%u", *number - 1);
	fd = path_open(f->dir_fd, file, O_RDONLY | O_NOFOLLOW, 0);
	if (fd == -1)
		return (-1);
	if (!has_number(fd) || !read_content(fd, &c)) {
		errno = ENOENT;
		return (-1);
	}
	locks_copy_name(name, c.name);
	*number = number_of(fd);
	return (0);
}

static bool
is_held(int fd)
{
	struct flock	 fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return (fcntl(fd, F_OFD_GETLK, &fl) == 0 && fl.l_type != F_UNLCK);
}

static int
add_claim(struct rec *lock, const char *pid, const char *command, bool held,
    int64_t since)
{
	struct rec	*r = rec_new();
	struct timespec	 now;
	int		 rc = -1;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (r != NULL && rec_add(r, "pid", pid) == 0 &&
	    rec_add(r, "command", command) == 0 &&
	    rec_add_num(r, "held", held) == 0 &&
	    rec_add_num(r, "shared", 0) == 0 &&
	    rec_add_num(r, "age_ns", (now.tv_sec - since) * 1000000000L) == 0)
		rc = rec_add_rec(lock, "claim", r);
	rec_free(r);
	return (rc);
}

/* Those who said that they wait for it. */
static int
add_waiters(const struct files *f, DIR *d, const char *name, struct rec *lock)
{
	struct dirent	*e;
	struct content	 c;
	int		 rc = 0;

	rewinddir(d);
	while (rc == 0 && (e = readdir(d)) != NULL)
		if (strncmp(e->d_name, ".w", 2) == 0 &&
		    read_named(f, e->d_name, &c) && strcmp(c.name, name) == 0)
			rc = add_claim(lock, c.pid, c.command, false,
			    time(NULL));
	return (rc);
}

static int
add_lock(const struct files *f, DIR *waiters, const char *name, bool all,
    struct rec *out, int64_t *allocated)
{
	scoped_fd int	 fd = path_open(f->dir_fd, name, O_RDONLY |
			    O_NOFOLLOW, 0);
	struct content	 c;
	struct stat	 st;
	struct rec	*lock;
	bool		 held;
	int		 rc;

	if (fd == -1 || fstat(fd, &st) == -1 || !read_content(fd, &c))
		return (0);
	*allocated += st.st_nlink > 1;
	held = is_held(fd);
	if (!held && !(all && st.st_nlink > 1))
		return (0);
	if ((lock = rec_new()) == NULL)
		return (-1);
	rc = rec_add(lock, "name", name);
	if (rc == 0 && st.st_nlink > 1)
		rc = rec_add(lock, "number", c.number);
	if (rc == 0 && held)
		rc = add_claim(lock, c.pid, c.command, true, st.st_mtime);
	if (rc == 0 && held)
		rc = add_waiters(f, waiters, name, lock);
	if (rc == 0)
		rc = rec_add_rec(out, "lock", lock);
	rec_free(lock);
	return (rc);
}

static DIR *
open_list(const struct files *f)
{
	int	 fd = path_open(f->dir_fd, ".", O_RDONLY | O_DIRECTORY, 0);
	DIR	*d = fd == -1 ? NULL : fdopendir(fd);

	if (d == NULL && fd != -1)
		close(fd);
	return (d);
}

static int
file_list(void *ctx, struct rec *out, bool all)
{
	struct files	*f = ctx;
	DIR		*d = open_list(f), *waiters = open_list(f);
	struct dirent	*e;
	int64_t		 allocated = 0;
	int		 rc = d == NULL || waiters == NULL ? -1 : 0;

	while (rc == 0 && (e = readdir(d)) != NULL)
		if (locks_name_good(e->d_name))
			rc = add_lock(f, waiters, e->d_name, all, out,
			    &allocated);
	if (d != NULL)
		closedir(d);
	if (waiters != NULL)
		closedir(waiters);
	if (rc == 0)
		rc = rec_add_num(out, "allocated", allocated);
	return (rc);
}

static int
file_begin(void *ctx)
{
	struct files	*f = ctx;

	return (put_text(f, STALE, ""));
}

/* Nobody else holds anything: we have LOCK_STORE alone. */
static int
file_renumber(void *ctx, const struct rec *r)
{
	struct files	*f = ctx;
	struct rec	*lock;
	size_t		 it = 0;
	bool		 had;
	int		 rc = 0;

	wipe(f, true);
	while (rc == 0 && (lock = rec_sub(r, "lock", &it)) != NULL) {
		const char	*name = rec_str(lock, "name", "");

		errno = EINVAL;
		rc = !locks_name_good(name) || allocate(f, name,
		    (uint32_t)rec_num(lock, "number", 0) + 1, &had) == 0 ?
		    -1 : 0;
		rec_free(lock);
	}
	if (rc == 0)
		(void)unlinkat(f->dir_fd, STALE, 0);
	return (rc);
}

static void
file_holder(void *ctx, char name[LOCK_NAME], char *out, size_t size)
{
	const struct files	*f = ctx;
	struct content		 c;

	*out = '\0';
	locks_copy_name(name, f->blocked);
	if (read_named(f, name, &c) && c.pid[0] != '\0')
		(void)snprintf(out, size, "process %s (%s)", c.pid, c.command);
}

const struct kind	kind_file = {
	.open = file_open, .close = file_close, .stale = file_stale,
	.take = file_take, .drop = file_drop, .alloc = file_alloc,
	.free = file_free, .find = file_find, .list = file_list,
	.begin = file_begin, .renumber = file_renumber,
	.holder = file_holder,
};
