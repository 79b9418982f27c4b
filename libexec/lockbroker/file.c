/*
 * Locks as files in a directory. A lock is an open-file-description lock on
 * the file of its name; the kernel drops it with the last copy of the
 * descriptor, and the broker makes no copy. A lock that has a number has the
 * number as a second name of its file. The file of a lock without a number is
 * removed by the last broker that releases it. The numbers have no bound, and
 * those who wait are woken in no particular order.
 */
#include <sys/stat.h>
#include <sys/syscall.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "file_impl.h"
#include "filelock.h"
#include "log.h"
#include "path.h"
#include "record.h"

#define DIR_LOCK	".dir"		/* held to make and remove names */
#define BOOT		".boot"
#define STALE		".stale"
#define DIR_MS		10000

static struct held *
find_held(struct files *f, const char *name)
{
	struct held	*h;

	TAILQ_FOREACH(h, &f->held, entry)
		if (strcmp(h->name, name) == 0)
			return (h);
	return (NULL);
}

/* Remove all names that do not begin with a dot, or only the numbers. */
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
	if (filelock_take(f->lock_fd, true, DIR_MS) == -1)
		return (-1);
	free(have);
	have = path_slurp(f->dir_fd, BOOT, 64, NULL);
	if (have != NULL && strcmp(have, boot_id) != 0)
		wipe(f, false);
	/* Recorded objects may have numbers that this table does not know. */
	rc = file_put_text(f, STALE, "");
	if (rc == 0)
		rc = file_put_text(f, BOOT, boot_id);
	filelock_drop(f->lock_fd);
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
	if ((f->lock_fd = file_open_named(f, DIR_LOCK)) == -1 ||
	    check_boot(f, want->boot_id) == -1) {
		(void)locks_fail(errno, "cannot open the directory of locks: "
		    "%s", strerror(errno));
		file_close(f);
		return (NULL);
	}
	file_note_waiting(f, "");
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
note_holder(const struct files *f, int fd, const char *name)
{
	struct content	 c;

	if (!file_read(fd, &c))
		return;
	file_describe(f, &c, name);
	/*
	 * If the disk is full, waiters do not learn the holder; nothing else
	 * fails.
	 */
	if (pwrite(fd, &c, sizeof(c), 0) == -1)
		log_debug("cannot write the holder of lock %s", name);
}

/* Lock the file of a name; if it was removed meanwhile, make it again. */
static int
take_current(const struct files *f, const struct take *t)
{
	for (;;) {
		scoped_fd int	 fd = file_open_named(f, t->name);

		if (fd == -1 || file_lock(f, fd, t) == -1)
			return (-1);
		if (file_is_current(f, t->name, fd))
			return (take_fd(&fd));
	}
}

static int
take_number(struct files *f, const char *name, bool *fresh)
{
	uint32_t	 n;
	bool		 had = false;

	if (filelock_take(f->lock_fd, true, DIR_MS) == -1)
		return (-1);
	n = file_allocate(f, name, 0, &had);
	filelock_drop(f->lock_fd);
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
	if ((t->alloc && take_number(f, t->name, &h->fresh) == -1) ||
	    (h->fd = take_current(f, t)) == -1) {
		saved = errno;
		if (h->fresh)
			(void)kind_file.free(f, t->name);
		free(h);
		errno = saved;
		return (-1);
	}
	note_holder(f, h->fd, t->name);
	*number = file_number(h->fd);
	h->shared = t->shared;
	locks_copy_name(h->name, t->name);
	TAILQ_INSERT_TAIL(&f->held, h, entry);
	return (0);
}

/* Remove the file of a lock without a number that no other broker holds. */
static void
remove_unused(const struct files *f, int fd, const char *name, bool shared)
{
	if (file_has_number(fd) || filelock_take(f->lock_fd, true,
	    DIR_MS) == -1)
		return;
	if (!file_has_number(fd) && (!shared || filelock_take(fd, true, 0) == 0)
	    && file_is_current(f, name, fd))
		(void)unlinkat(f->dir_fd, name, 0);
	filelock_drop(f->lock_fd);
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

	if (filelock_take(f->lock_fd, true, DIR_MS) == -1)
		return (-1);
	*got = file_allocate(f, name, want, &had);
	saved = had ? EEXIST : errno;
	filelock_drop(f->lock_fd);
	errno = saved;
	return (*got == 0 || had ? -1 : 0);
}

static int
free_number(struct files *f, const char *name)
{
	scoped_fd int	 fd = path_regular(path_open(f->dir_fd, name,
			    O_RDWR | O_NOFOLLOW | O_NONBLOCK, 0));
	struct content	 c;

	if (fd == -1)
		return (-1);
	if (!file_has_number(fd) || !file_read(fd, &c)) {
		errno = ENOENT;
		return (-1);
	}
	if (unlinkat(f->dir_fd, c.number, 0) == -1)
		return (-1);
	if (find_held(f, name) == NULL && filelock_take(fd, true, 0) == 0)
		(void)unlinkat(f->dir_fd, name, 0);
	return (0);
}

static int
file_free(void *ctx, const char *name)
{
	struct files	*f = ctx;
	int		 rc, saved;

	if (filelock_take(f->lock_fd, true, DIR_MS) == -1)
		return (-1);
	rc = free_number(f, name);
	saved = errno;
	filelock_drop(f->lock_fd);
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
	fd = path_regular(path_open(f->dir_fd, file, O_RDONLY | O_NOFOLLOW |
	    O_NONBLOCK, 0));
	if (fd == -1)
		return (-1);
	if (!file_has_number(fd) || !file_read(fd, &c)) {
		errno = ENOENT;
		return (-1);
	}
	locks_copy_name(name, c.name);
	*number = file_number(fd);
	return (0);
}

static int
file_begin(void *ctx)
{
	struct files	*f = ctx;

	return (file_put_text(f, STALE, ""));
}

/* The caller holds LOCK_STORE alone, so no other broker holds a lock. */
static int
file_renumber(void *ctx, const struct rec *r)
{
	struct files	*f = ctx;
	struct rec	*lock;
	size_t		 it = 0;
	bool		 had;
	int		 rc = 0;

	wipe(f, true);
	while (rc == 0 && (lock = rec_sub(r, KEY_IN(locks, lock),
	    &it)) != NULL) {
		const char	*name = rec_str(lock, KEY(name), "");

		errno = EINVAL;
		rc = !locks_name_good(name) || file_allocate(f, name,
		    (uint32_t)rec_num(lock, KEY(number), 0) + 1, &had) == 0 ?
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
	if (file_read_named(f, name, &c) && c.pid[0] != '\0')
		(void)snprintf(out, size, "process %s (%s)", c.pid, c.command);
}

const struct kind	kind_file = {
	.open = file_open, .close = file_close, .stale = file_stale,
	.take = file_take, .drop = file_drop, .alloc = file_alloc,
	.free = file_free, .find = file_find, .list = file_list,
	.begin = file_begin, .renumber = file_renumber,
	.holder = file_holder,
};
