#include "rootlog.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "account.h"
#include "cleanup.h"
#include "record.h"

#define OLD	".old"

/* The log that was opened, and the old one: a command makes one container. */
static char	 kept_path[PATH_MAX];
static int	 kept[2] = { -1, -1 };

/* A new file is the account's: it opens it when the container is started. */
static int
make(const char *path, int flags, uid_t uid, gid_t gid)
{
	scoped_fd int	 fd = open(path, flags | O_CREAT | O_EXCL, 0600);

	if (fd == -1)
		return (-1);
	if (fchown(fd, uid, gid) == -1) {
		(void)unlink(path);
		return (-1);
	}
	return (take_fd(&fd));
}

/*
 * Open an existing file, of root or the account, which has no second name
 * (a hard link).
 */
static int
reuse(const char *path, int flags, uid_t uid)
{
	scoped_fd int	 fd = open(path, flags, 0);
	struct stat	 st;

	if (fd == -1 || fstat(fd, &st) == -1 || !S_ISREG(st.st_mode) ||
	    st.st_nlink != 1 || (st.st_uid != 0 && st.st_uid != uid))
		return (-1);
	return (take_fd(&fd));
}

static int
open_one(const char *path, bool old, uid_t uid, gid_t gid)
{
	int	 flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
		    O_CLOEXEC | (old ? 0 : O_APPEND);
	char	 name[PATH_MAX];
	int	 fd;

	if ((size_t)snprintf(name, sizeof(name), "%s%s", path, old ? OLD :
	    "") >= sizeof(name))
		return (-1);
	fd = make(name, flags, uid, gid);
	if (fd == -1 && errno == EEXIST)
		fd = reuse(name, flags, uid);
	return (fd);
}

void
rootlog_open(const struct rec *opts)
{
	const char	*v, *path = NULL;
	bool		 bounded = true;
	uid_t		 uid;
	gid_t		 gid;

	if (geteuid() != 0 || account_find(&uid, &gid) == -1)
		return;
	for (size_t it = 0; rec_next(opts, KEY_AS(ask_log_opt), &it, &v);) {
		if (strncmp(v, "path=/", 6) == 0)
			path = v + 5;
		if (strcmp(v, "max-size=-1") == 0)
			bounded = false;
	}
	if (path == NULL || strlcpy(kept_path, path, sizeof(kept_path)) >=
	    sizeof(kept_path))
		return;
	kept[false] = open_one(path, false, uid, gid);
	if (bounded)
		kept[true] = open_one(path, true, uid, gid);
}

int
rootlog_take(const char *path, bool old)
{
	int	 fd = kept[old];

	if (fd == -1 || strcmp(path, kept_path) != 0)
		return (-1);
	kept[old] = -1;
	return (fd);
}
