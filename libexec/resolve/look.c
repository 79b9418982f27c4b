#include "look.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>

#include "record.h"
#include "scope.h"
#include "seen.h"

/* Of the one question that this process is asked. */
static struct rec	*seen;
static bool		 lost;

static void
note(enum seen_how how, const char *path, int error, const struct stat *st)
{
	if (seen == NULL)
		seen = rec_new();
	if (seen == NULL || seen_add(seen, how, path, error, st) == -1)
		lost = true;
	errno = error;		/* the caller's */
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
	scoped_fd int	 fd = openat(AT_FDCWD, path, flags);

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
	if (seen == NULL || rec_set(seen, "cwd", cwd) == -1)
		lost = true;
}

const struct rec *
look_seen(void)
{
	return (lost ? NULL : seen);
}
