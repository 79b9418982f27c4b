#include "walk.h"

#include <sys/stat.h>

#include <linux/openat2.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "kernel.h"

#define LINKS	40			/* as many as the kernel follows */

/* The state of a walk: the current directory, and the rest of the path. */
struct walk {
	int	 root;
	int	 at;
	int	 links;
	bool	 dir;			/* the last component must be one */
	char	 done[PATH_MAX];	/* the path of `at` */
	char	 ahead[PATH_MAX];
};

int
walk_open(int root, const char *path, int flags)
{
	return (k_open(root, path, flags,
	    RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS));
}

/* Make a missing component, and enter it. */
static int
step(int at, const char *name, bool dir)
{
	int	 fd = openat(at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd != -1 || errno != ENOENT)
		return (fd);
	/* The open refuses a link that another process puts there meanwhile. */
	if ((dir ? mkdirat(at, name, 0755) :
	    mknodat(at, name, S_IFREG | 0644, 0)) == -1 && errno != EEXIST)
		return (-1);
	return (openat(at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
}

/* Cut the first component off a path into a buffer of NAME_MAX + 1. */
static int
cut(char *path, char *name)
{
	size_t	 skip = strspn(path, "/"), n = strcspn(path + skip, "/");

	if (n > NAME_MAX) {
		errno = ENAMETOOLONG;
		return (-1);
	}
	memcpy(name, path + skip, n);
	name[n] = '\0';
	skip += n;
	skip += strspn(path + skip, "/");
	memmove(path, path + skip, strlen(path + skip) + 1);
	return (0);
}

static int
go_to(struct walk *w, const char *path)
{
	int	 fd = *path == '\0' ? fcntl(w->root, F_DUPFD_CLOEXEC, 3) :
		    k_open(w->root, path, O_PATH | O_DIRECTORY,
		    RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS);

	if (fd == -1)
		return (-1);
	close(w->at);
	w->at = fd;
	if (path != w->done)
		(void)snprintf(w->done, sizeof(w->done), "%s", path);
	return (0);
}

static int
go_up(struct walk *w)
{
	char	*slash = strrchr(w->done, '/');

	if (slash != NULL)
		*slash = '\0';
	return (go_to(w, w->done));
}

/* Put the text of a link in front of what is left to do. */
static int
follow(struct walk *w, int link)
{
	char	 text[PATH_MAX], rest[PATH_MAX];
	ssize_t	 n = readlinkat(link, "", text, sizeof(text) - 1);

	if (n == -1)
		return (-1);
	text[n] = '\0';
	memcpy(rest, w->ahead, sizeof(rest));
	errno = ELOOP;
	if (++w->links > LINKS)
		return (-1);
	errno = ENAMETOOLONG;
	if (snprintf(w->ahead, sizeof(w->ahead), "%s%s%s", text,
	    *rest == '\0' ? "" : "/", rest) >= (int)sizeof(w->ahead))
		return (-1);
	return (text[0] == '/' ? go_to(w, "") : 0);
}

static int
enter(struct walk *w, int fd_in, const char *name)		/* takes */
{
	scoped_fd int	 fd = fd_in;
	size_t		 n = strlen(w->done);

	if (snprintf(w->done + n, sizeof(w->done) - n, "/%s", name) >=
	    (int)(sizeof(w->done) - n)) {
		errno = ENAMETOOLONG;
		return (-1);
	}
	close(w->at);
	w->at = take_fd(&fd);
	return (0);
}

static int
take_step(struct walk *w)
{
	scoped_fd int	 fd = -1;
	char		 name[NAME_MAX + 1];
	struct stat	 st;

	if (cut(w->ahead, name) == -1)
		return (-1);
	if (name[0] == '\0' || strcmp(name, ".") == 0)
		return (0);
	if (strcmp(name, "..") == 0)
		return (go_up(w));
	fd = step(w->at, name, *w->ahead != '\0' || w->dir);
	if (fd == -1 || fstat(fd, &st) == -1)
		return (-1);
	if (S_ISLNK(st.st_mode))
		return (follow(w, fd));
	if (*w->ahead != '\0' && !S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return (-1);
	}
	return (enter(w, take_fd(&fd), name));
}

/*
 * RESOLVE_IN_ROOT cannot make directories, and mkdir by path would follow
 * links: so take one component at a time.
 */
static int
walk_make(int root, const char *path, bool dir)
{
	struct walk	 w = { .root = root, .dir = dir };

	if (strlen(path) >= sizeof(w.ahead)) {
		errno = ENAMETOOLONG;
		return (-1);
	}
	memcpy(w.ahead, path, strlen(path) + 1);
	if ((w.at = fcntl(root, F_DUPFD_CLOEXEC, 3)) == -1)
		return (-1);
	while (w.ahead[0] != '\0')
		if (take_step(&w) == -1) {
			scope_close(&w.at);
			return (-1);
		}
	return (w.at);
}

static int
suits(int fd_in, bool dir)				/* takes */
{
	scoped_fd int	 fd = fd_in;
	struct stat	 st;

	if (fd == -1 || fstat(fd, &st) == -1)
		return (-1);
	if (S_ISDIR(st.st_mode) != dir) {
		errno = dir ? ENOTDIR : EISDIR;
		return (-1);
	}
	return (take_fd(&fd));
}

int
walk_target(int root, const char *path, bool dir)
{
	int	 fd = walk_open(root, path, O_PATH);

	if (fd == -1 && errno == ENOENT)
		fd = walk_make(root, path, dir);
	return (suits(fd, dir));
}

int
walk_plain_dir(int root, const char *path)
{
	int	 fd = k_open(root, path, O_PATH | O_DIRECTORY,
		    RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS);

	if (fd != -1 || errno != ENOENT)
		return (fd);
	if ((fd = walk_make(root, path, true)) == -1)
		return (-1);
	close(fd);
	return (k_open(root, path, O_PATH | O_DIRECTORY,
	    RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS));
}
