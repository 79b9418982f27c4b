#include "ctrlog.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "layout.h"
#include "path.h"
#include "record.h"
#include "root.h"
#include "session.h"

/* The name below the state directory, or NULL when it is somewhere else. */
static const char *
own_log(const struct session *s, const char *path)
{
	const char	*dir = session_text(s, path_state);
	size_t		 n = strlen(dir);

	if (n == 0 || strncmp(path, dir, n) != 0 ||
	    strncmp(path + n, "/" LAYOUT_LOGS "/", 6) != 0 ||
	    !path_is_name(path + n + 6))
		return (NULL);
	return (path + n + 1);
}

/* The name of a log, or of what was rotated out of it. 0, or -1: too long. */
static int
log_name(const struct rec *def, bool old, char *out, size_t size)
{
	int	 n = snprintf(out, size, "%s%s", rec_str(def, KEY(log_path),
	    ""),
		    old ? ".old" : "");

	if (n >= 0 && (size_t)n < size)
		return (0);
	errno = ENAMETOOLONG;
	return (-1);
}

int
ctrlog_open(struct session *s, const struct rec *def, bool old, int flags)
{
	scoped_fd int	 logs = -1;
	char		 path[PATH_MAX];
	const char	*own;
	int		 fd;

	if (log_name(def, old, path, sizeof(path)) == -1)
		return (-1);
	if (s->system && (flags & O_CREAT) != 0 &&
	    (fd = root_take_log(rec_str(def, KEY(log_path), ""), old)) != -1)
		return (fd);
	flags |= O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	if ((own = own_log(s, path)) == NULL)
		return (open(path, flags, 0600));
	if ((flags & O_CREAT) != 0 &&
	    (logs = path_mkdirs(s->state_dir, LAYOUT_LOGS, 0700)) == -1)
		return (-1);
	return (path_open(s->state_dir, own, flags, 0600));
}

static void
remove_log(struct session *s, const struct rec *def, bool old)
{
	char		 path[PATH_MAX];
	const char	*own;

	if (log_name(def, old, path, sizeof(path)) == -1)
		return;
	if ((own = own_log(s, path)) != NULL)
		(void)unlinkat(s->state_dir, own, 0);
	else
		(void)unlink(path);
}

void
ctrlog_remove(struct session *s, const struct rec *def)
{
	remove_log(s, def, true);
	remove_log(s, def, false);
}
