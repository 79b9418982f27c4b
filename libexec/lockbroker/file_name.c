/*
 * The files of a directory of locks, and their numbers, which are second
 * names.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "file_impl.h"
#include "path.h"

void
file_fill(char *out, size_t size, const char *text)
{
	memset(out, 0, size);
	(void)snprintf(out, size, "%s", text);
}

bool
file_read(int fd, struct content *c)
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

bool
file_read_named(const struct files *f, const char *name, struct content *c)
{
	scoped_fd int	 fd = path_regular(path_open(f->dir_fd, name,
			    O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0));

	return (fd != -1 && file_read(fd, c));
}

int
file_open_named(const struct files *f, const char *name)
{
	return (path_regular(path_open(f->dir_fd, name, O_RDWR | O_CREAT |
	    O_NOFOLLOW | O_NONBLOCK, 0600)));
}

int
file_put_text(const struct files *f, const char *name, const char *text)
{
	scoped_fd int	 fd = path_regular(path_open(f->dir_fd, name,
			    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW |
			    O_NONBLOCK, 0600));

	return (fd != -1 && write(fd, text, strlen(text)) ==
	    (ssize_t)strlen(text) ? 0 : -1);
}

bool
file_is_current(const struct files *f, const char *name, int fd)
{
	struct stat	 ours, there;

	return (fstat(fd, &ours) == 0 && ours.st_nlink > 0 &&
	    fstatat(f->dir_fd, name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
	    ours.st_dev == there.st_dev && ours.st_ino == there.st_ino);
}

bool
file_has_number(int fd)
{
	struct stat	 st;

	return (fstat(fd, &st) == 0 && st.st_nlink > 1);
}

/* Remove a number whose other name is gone: its broker died in between. */
static bool
is_number_free(const struct files *f, const char *number)
{
	struct stat	 st;

	if (fstatat(f->dir_fd, number, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return (errno == ENOENT);
	return (st.st_nlink == 1 &&
	    unlinkat(f->dir_fd, number, 0) == 0);
}

/* Give the file of a name this number. 0, or -1 with EEXIST if it is taken. */
static int
give_number(const struct files *f, const char *name, int fd, uint32_t n)
{
	struct content	 c;

	if (!file_read(fd, &c))
		return (-1);
	file_fill(c.name, sizeof(c.name), name);
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

uint32_t
file_number(int fd)
{
	struct content	 c;

	if (!file_has_number(fd) || !file_read(fd, &c))
		return (0);
	return ((uint32_t)strtoul(c.number, NULL, 10) + 1);
}

uint32_t
file_allocate(const struct files *f, const char *name, uint32_t want, bool *had)
{
	scoped_fd int	 fd = file_open_named(f, name);
	uint32_t	 n = want == 0 ? 0 : want - 1;

	if (fd == -1)
		return (0);
	if ((*had = file_has_number(fd)))
		return (file_number(fd));
	while (give_number(f, name, fd, n) == -1) {
		if (errno != EEXIST || want != 0 || ++n == LOCK_MAX)
			return (0);
	}
	return (n + 1);
}
