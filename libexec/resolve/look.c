#include "look.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "messages.h"
#include "record.h"
#include "seen.h"

/* State of the one request that this process serves. */
static struct rec	*seen;
static bool		 lost;

/* By number; 0: none, because 0 to 3 are never given. */
static int			 given[GIVE_MAX];
static const struct rec		*names;

int
look_give(unsigned int index, int fd)
{
	if (given[index] != 0) {
		close(fd);
		errno = EEXIST;
		return (-1);
	}
	given[index] = fd;
	return (0);
}

void
look_named(const struct rec *r)
{
	names = r;
}

/* Take the given descriptor of this path: -1 if there is none. */
static int
take_given(const char *path)
{
	const char	*name;
	size_t		 it = 0;
	int		 fd;

	for (size_t i = 0; names != NULL && i < GIVE_MAX &&
	    rec_next(names, KEY(given), &it, &name); i++)
		if (given[i] != 0 && strcmp(name, path) == 0) {
			fd = given[i];
			given[i] = 0;
			return (fd);
		}
	return (-1);
}

static void
note(enum seen_how how, const char *path, int error, const struct stat *st)
{
	if (seen == NULL)
		seen = rec_new();
	if (seen == NULL || seen_add(seen, how, path, error, st) == -1)
		lost = true;
	errno = error;		/* for the caller */
}

bool
look_at(const char *path, struct stat *st)
{
	int	 rc = stat(path, st);

	note(SEEN_THERE, path, rc == -1 ? errno : 0, st);
	return (rc == 0);
}

bool
look_at_itself(const char *path, struct stat *st)
{
	int	 rc = lstat(path, st);

	note(SEEN_ITSELF, path, rc == -1 ? errno : 0, st);
	return (rc == 0);
}

int
look_inside(const char *path, int flags, struct stat *st)
{
	scoped_fd int	 fd = take_given(path);

	if (fd == -1)
		fd = openat(AT_FDCWD, path, flags);
	if (fd == -1 || fstat(fd, st) == -1) {
		note(SEEN_INSIDE, path, errno, st);
		return (-1);
	}
	note(SEEN_INSIDE, path, 0, st);
	return (take_fd(&fd));
}

void
look_from(const char *cwd)
{
	if (seen == NULL)
		seen = rec_new();
	if (seen == NULL || rec_set(seen, KEY(cwd), cwd) == -1)
		lost = true;
}

const struct rec *
look_seen(void)
{
	return (lost ? NULL : seen);
}
