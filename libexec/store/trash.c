#include "trash.h"

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
#include "path.h"
#include "random.h"
#include "store.h"

/* Under a random name, which is put in the buffer. */
static int
move(struct store *s, const char *name, char moved[17])
{
	char	 to[64];

	if (random_hex(moved, 8) == -1)
		return (-1);
	snprintf(to, sizeof(to), TRASH "/%s", moved);
	return (renameat(s->graph, name, s->graph, to));
}

/* A directory that is closed to its owner has to be opened to be moved. */
static int
put_as(struct store *s, const char *name, char moved[17])
{
	struct stat	 sb;

	if (move(s, name, moved) == 0)
		return (0);
	if (errno != EACCES ||
	    fstatat(s->graph, name, &sb, AT_SYMLINK_NOFOLLOW) == -1 ||
	    !S_ISDIR(sb.st_mode) || fchmodat(s->graph, name, 0700, 0) == -1)
		return (-1);
	return (move(s, name, moved));
}

int
trash_put(struct store *s, const char *name)
{
	char	 moved[17];

	return (put_as(s, name, moved));
}

int
trash_discard(struct store *s, const char *name)
{
	scoped_fd int	 trash = -1;
	char		 moved[17];

	if (put_as(s, name, moved) == -1)
		return (errno == ENOENT ? 0 : -1);
	trash = path_open(s->graph, TRASH, O_RDONLY | O_DIRECTORY, 0);
	return (trash == -1 || path_remove(trash, moved) == -1 ? 1 : 0);
}

int
trash_empty(struct store *s, struct answer *a)
{
	DIR		*d = path_open_dir(s->graph, TRASH);
	struct dirent	*e;
	int		 left = 0;

	if (d == NULL)
		return (errno == ENOENT ? 0 :
		    fail_errno(a, "cannot open", TRASH));
	while ((e = readdir(d)) != NULL)
		if (path_is_name(e->d_name) &&
		    path_remove(dirfd(d), e->d_name) == -1 && left++ == 0)
			(void)answer_text(a, "%s", strerror(errno));
	closedir(d);
	return (left);
}

bool
trash_is_idle(struct store *s, const char *name, long seconds)
{
	struct stat	 sb;

	return (fstatat(s->graph, name, &sb, AT_SYMLINK_NOFOLLOW) == 0 &&
	    llabs((long long)(time(NULL) - sb.st_mtime)) >= seconds &&
	    path_is_empty(s->graph, name) == 0);
}
