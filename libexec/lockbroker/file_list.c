/*
 * What a directory of locks has, as records.
 */
#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "file_impl.h"
#include "path.h"
#include "record.h"

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
	scoped_rec struct rec	*r = rec_new();
	struct timespec		 now;
	int			 rc = -1;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (r != NULL && rec_add_num(r, KEY(pid), atoll(pid)) == 0 &&
	    rec_add(r, KEY(command), command) == 0 &&
	    rec_add_num(r, KEY(held), held) == 0 &&
	    rec_add_num(r, KEY(shared), 0) == 0 &&
	    rec_add_num(r, KEY(age_ns),
	    (now.tv_sec - since) * 1000000000L) == 0)
		rc = rec_add_rec(lock, KEY(claim), r);
	return (rc);
}

/* Add the brokers that have written that they wait for this lock. */
static int
add_waiters(const struct files *f, DIR *d, const char *name, struct rec *lock)
{
	struct dirent	*e;
	struct content	 c;
	int		 rc = 0;

	rewinddir(d);
	while (rc == 0 && (e = readdir(d)) != NULL)
		if (strncmp(e->d_name, ".w", 2) == 0 &&
		    file_read_named(f, e->d_name, &c) &&
		    strcmp(c.name, name) == 0)
			rc = add_claim(lock, c.pid, c.command, false,
			    time(NULL));
	return (rc);
}

static int
add_lock(const struct files *f, DIR *waiters, const char *name, bool all,
    struct rec *out, int64_t *allocated)
{
	scoped_fd int		 fd = path_regular(path_open(f->dir_fd, name,
			    O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0));
	struct content		 c;
	struct stat		 st;
	scoped_rec struct rec	*lock = NULL;
	bool			 held;
	int			 rc;

	if (fd == -1 || fstat(fd, &st) == -1 || !file_read(fd, &c))
		return (0);
	*allocated += st.st_nlink > 1;
	held = is_held(fd);
	if (!held && !(all && st.st_nlink > 1))
		return (0);
	if ((lock = rec_new()) == NULL)
		return (-1);
	rc = rec_add(lock, KEY(name), name);
	if (rc == 0 && st.st_nlink > 1)
		rc = rec_add_num(lock, KEY(number), atoll(c.number));
	if (rc == 0 && held)
		rc = add_claim(lock, c.pid, c.command, true, st.st_mtime);
	if (rc == 0 && held)
		rc = add_waiters(f, waiters, name, lock);
	if (rc == 0)
		rc = rec_add_rec(out, KEY_IN(locks, lock), lock);
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

int
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
		rc = rec_add_num(out, KEY(allocated), allocated);
	return (rc);
}
