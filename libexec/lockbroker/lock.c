#include "lock.h"

#include <sys/queue.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "path.h"
#include "scope.h"
#include "turn.h"

/*
 * A lock is an open-file-description lock on a file of its name. The kernel
 * drops it with the last copy of the descriptor, and we never make a copy.
 * Files are removed when the last holder lets go, so that a directory does
 * not fill with the names of containers that are gone; whoever locked a file
 * that was removed meanwhile begins again with the one that is there now.
 */
struct lock {
	TAILQ_ENTRY(lock)	 entry;
	char			*name;
	int			 fd;
	bool			 shared;
};

struct locks {
	TAILQ_HEAD(, lock)	 held;
	int			 dir_fd;
	char			 who[256];	/* blanks to its end */
};

struct locks *
locks_new(int dir_in, const char *who)	/* takes */
{
	scoped_fd int	 dir_fd = dir_in;
	struct locks	*ls = calloc(1, sizeof(*ls));

	if (ls == NULL)
		return (NULL);
	TAILQ_INIT(&ls->held);
	ls->dir_fd = take_fd(&dir_fd);
	memset(ls->who, ' ', sizeof(ls->who));
	memcpy(ls->who, who, strnlen(who, sizeof(ls->who) - 1));
	return (ls);
}

static struct lock *
find(struct locks *ls, const char *name)
{
	struct lock	*l;

	TAILQ_FOREACH(l, &ls->held, entry)
		if (strcmp(l->name, name) == 0)
			return (l);
	return (NULL);
}

/* Is this open file still the one that has the name? */
static bool
is_current(const struct locks *ls, const char *name, int fd)
{
	struct stat	 ours, there;

	return (fstat(fd, &ours) == 0 && ours.st_nlink > 0 &&
	    fstatat(ls->dir_fd, name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
	    ours.st_dev == there.st_dev && ours.st_ino == there.st_ino);
}

static uint64_t
now_ms(void)
{
	struct timespec	 ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000);
}

/* The locked file of that name, or -1. */
static int
lock_file(const struct locks *ls, const char *name, bool shared,
    unsigned int wait_ms)
{
	uint64_t	 now = now_ms(), deadline = now + wait_ms;

	for (;;) {
		scoped_fd int	 fd = path_open(ls->dir_fd, name,
				    O_RDWR | O_CREAT | O_NOFOLLOW, 0600);

		if (fd == -1)
			return (-1);
		if (turn_take(fd, !shared, deadline > now ?
		    (unsigned int)(deadline - now) : 0) == -1)
			return (-1);
		if (is_current(ls, name, fd))
			return (take_fd(&fd));
		now = now_ms();
	}
}

int
locks_take(struct locks *ls, const char *name, bool shared,
    unsigned int wait_ms)
{
	scoped_fd int		 fd = -1;
	scoped_free char	*copy = NULL;
	scoped_free struct lock	*l = NULL;

	if (!path_is_name(name) || *name == '.') {
		errno = EINVAL;
		return (-1);
	}
	if (find(ls, name) != NULL) {
		errno = EDEADLK;
		return (-1);
	}
	if ((copy = strdup(name)) == NULL ||
	    (l = calloc(1, sizeof(*l))) == NULL ||
	    (fd = lock_file(ls, name, shared, wait_ms)) == -1)
		return (-1);
	/* For those who wait. A full disk costs them the name, no more. */
	if (pwrite(fd, ls->who, sizeof(ls->who), 0) == -1)
		log_debug("cannot say in %s who holds it", name);
	l->shared = shared;
	l->name = take_ptr(&copy);
	l->fd = take_fd(&fd);
	TAILQ_INSERT_TAIL(&ls->held, l, entry);
	(void)take_ptr(&l);
	return (0);
}

static void
release(struct locks *ls, struct lock *l)
{
	/* Alone on it, and it is the one with the name: nobody can miss it. */
	if ((!l->shared || turn_take(l->fd, true, 0) == 0) &&
	    is_current(ls, l->name, l->fd))
		(void)unlinkat(ls->dir_fd, l->name, 0);
	close(l->fd);
	TAILQ_REMOVE(&ls->held, l, entry);
	free(l->name);
	free(l);
}

int
locks_drop(struct locks *ls, const char *name)
{
	struct lock	*l = find(ls, name);

	if (l == NULL) {
		errno = ENOENT;
		return (-1);
	}
	release(ls, l);
	return (0);
}

void
locks_free(struct locks *ls)
{
	struct lock	*l;

	if (ls == NULL)
		return;
	while ((l = TAILQ_FIRST(&ls->held)) != NULL)
		release(ls, l);
	close(ls->dir_fd);
	free(ls);
}

void
locks_holder(struct locks *ls, const char *name, char *out, size_t size)
{
	scoped_fd int	 fd = path_open(ls->dir_fd, name,
			    O_RDONLY | O_NOFOLLOW, 0);
	ssize_t		 n = fd == -1 ? 0 : read(fd, out, size - 1);

	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n < 0 ? 0 : n] = '\0';
}
