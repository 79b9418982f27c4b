#include "volume.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "cleanup.h"
#include "layout.h"
#include "path.h"
#include "store.h"
#include "trash.h"

#define DATA		LAYOUT_VOLUME_DATA
#define FRESH		"fresh"
#define FILLING		"filling"

/* The directory of a volume, below the graph root. 0, or -1 + error. */
static int
locate(const struct store *s, const char *name, bool legacy,
    char out[PATH_MAX], struct answer *a)
{
	if (*s->volumes == '\0')
		return (fail(a, ENOTSUP, "the volume path is not below the "
		    "graph root"));
	if (!path_is_name(name) || *name == '.')
		return (fail(a, EINVAL, "not the name of a volume: %s", name));
	snprintf(out, PATH_MAX, "%s/%s%s", s->volumes, legacy ? "" :
	    LAYOUT_VOLUME_OWN, name);
	return (0);
}

/* _data is made last: where it is, the mark has been made. */
static int
make_in(int dir)
{
	scoped_fd int	 mark = -1, data = -1;

	mark = path_open(dir, FRESH, O_WRONLY | O_CREAT | O_NOFOLLOW |
	    O_NONBLOCK, 0600);
	if (mark == -1 || (mkdirat(dir, DATA, 0700) == -1 && errno != EEXIST))
		return (-1);
	data = path_open(dir, DATA, O_RDONLY | O_DIRECTORY, 0);
	return (data == -1 ? -1 : fchmod(data, 0755));
}

/* Open the directory of a volume. A descriptor, or -1 and errno. */
static int
open_volume(struct store *s, const char *name, bool legacy, struct answer *a)
{
	char	 where[PATH_MAX];

	if (locate(s, name, legacy, where, a) == -1)
		return (-1);
	return (path_open(s->graph, where, O_RDONLY | O_DIRECTORY, 0));
}

static int
state_of(int dir)
{
	if (path_is_there(dir, FILLING))
		return (VOLUME_FILLING);
	return (path_is_there(dir, FRESH) ? VOLUME_FRESH : VOLUME_USED);
}

int
volume_look(struct store *s, const char *name, bool legacy, struct answer *a)
{
	char		 where[PATH_MAX];
	scoped_fd int	 dir = -1;

	if (locate(s, name, legacy, where, a) == -1)
		return (-1);
	dir = path_open(s->graph, where, O_RDONLY | O_DIRECTORY, 0);
	if (dir == -1)
		return (errno == ENOENT ? VOLUME_USED :
		    fail_errno(a, "cannot open", where));
	return (state_of(dir));
}

int
volume_make(struct store *s, const char *name, bool legacy, struct answer *a)
{
	char		 where[PATH_MAX];
	scoped_fd int	 dir = -1;

	if (locate(s, name, legacy, where, a) == -1)
		return (-1);
	dir = path_mkdirs(s->graph, where, 0700);
	if (dir == -1 || (!path_is_there(dir, DATA) && make_in(dir) == -1))
		return (fail_errno(a, "cannot make the directory of volume",
		    name));
	return (state_of(dir));
}

/* A copy that was cut short is made anew: the mark stays as it is. */
int
volume_fill(struct store *s, const char *name, bool legacy, struct answer *a)
{
	scoped_fd int	 dir = open_volume(s, name, legacy, a);

	if (dir != -1 && path_is_there(dir, FILLING))
		return (VOLUME_FILLING);
	if (dir != -1 && renameat(dir, FRESH, dir, FILLING) == 0)
		return (VOLUME_FRESH);
	return (dir != -1 && errno == ENOENT ? VOLUME_USED :
	    fail_errno(a, "cannot use volume", name));
}

int
volume_filled(struct store *s, const char *name, bool legacy, struct answer *a)
{
	scoped_fd int	 dir = open_volume(s, name, legacy, a);

	if (dir == -1 || (unlinkat(dir, FILLING, 0) == -1 && errno != ENOENT))
		return (fail_errno(a, "cannot use volume", name));
	return (0);
}

/* podman, if it has used this graph root, may have a volume of this name. */
static bool
may_be_podmans(const struct store *s, bool legacy, bool anonymous)
{
	return (legacy && !anonymous && path_is_there(s->graph, "libpod"));
}

int
volume_remove(struct store *s, const char *name, bool legacy, bool anonymous,
    struct answer *a)
{
	char	 where[PATH_MAX];

	if (locate(s, name, legacy, where, a) == -1)
		return (-1);
	if (may_be_podmans(s, legacy, anonymous))
		return (1);
	if (trash_put(s, where) == -1 && errno != ENOENT)
		return (fail_errno(a, "cannot remove volume", name));
	s->tidy_at_end = true;
	return (0);
}
