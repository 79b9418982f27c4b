#include "store.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "copy.h"
#include "layout.h"
#include "path.h"
#include "stage.h"
#include "trash.h"
#include "userns.h"

int
fail(struct answer *a, int error, const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	vsnprintf(a->text, sizeof(a->text), fmt, ap);
	va_end(ap);
	errno = error;
	return (-1);
}

int
fail_errno(struct answer *a, const char *doing, const char *what)
{
	int	 error = errno;

	if (error == ENOSPC || error == EDQUOT)
		return (fail(a, error, "%s %s: the disk that holds the image "
		    "store is full; free some space and try again", doing,
		    what));
	return (fail(a, error, "%s %s: %s", doing, what, path_why(error)));
}

int
store_copy(const struct store *s, int from, int to)
{
	unsigned int	 owners = s->single || userns_single() ? 0 :
			    COPY_OWNERS;

	return (copy_tree(from, to, COPY_EXACT | owners));
}

/* Is this a store, or a directory that is empty but for a "tmp"? */
static bool
is_store(int fd)
{
	static const char *const names[] = { "storage.lock", "overlay-layers",
		"vfs-layers" };
	struct stat		 sb;

	for (size_t i = 0; i < 3; i++)
		if (path_is_there(fd, names[i]))
			return (true);
	/* Debian's podman package makes "tmp" at each boot. */
	return (fstatat(fd, ".", &sb, 0) == 0 && sb.st_nlink == 3 &&
	    path_is_there(fd, "tmp"));
}

/*
 * Is there nothing in it but the directory of the state, which is made first?
 */
static bool
is_empty(int fd)
{
	DIR		*d = path_open_dir(fd, ".");
	struct dirent	*e;
	bool		 empty = d != NULL;

	if (d == NULL)
		return (false);
	while (empty && (e = readdir(d)) != NULL)
		empty = !path_is_name(e->d_name) ||
		    strcmp(e->d_name, LAYOUT_STATE_NAME) == 0;
	closedir(d);
	return (empty);
}

/*
 * Debian's podman package has systemd make the graph root of root at boot, open
 * to all users; mkdir makes one that is open, too. Close it if it is ours and a
 * store or empty. Another directory (--root $HOME) is not changed, and one that
 * others could write to is refused.
 */
static bool
close_to_others(int fd, const struct stat *sb)
{
	return ((sb->st_mode & 022) == 0 && (is_store(fd) || is_empty(fd)) &&
	    fchmodat(fd, ".", sb->st_mode & 07700, 0) == 0);
}

/*
 * Refuse a store that other users can enter, because they could run its
 * set-user-ID programs. Search permission alone is accepted, as podman sets it
 * when ids are mapped.
 */
static int
check_root(int fd, const char *what, struct answer *a)
{
	struct stat	 sb;

	if (fstat(fd, &sb) == -1)
		return (fail_errno(a, "cannot look at the", what));
	if (!S_ISDIR(sb.st_mode))
		return (fail(a, ENOTDIR, "the %s is not a directory", what));
	if (sb.st_uid != geteuid())
		return (fail(a, EPERM, "the %s belongs to user %u, not to "
		    "user %u who runs this; use another directory", what,
		    sb.st_uid, geteuid()));
	if ((sb.st_mode & 066) != 0 && !close_to_others(fd, &sb))
		return (fail(a, EPERM, "the %s is open to other users (mode "
		    "%04o); make it 0700 with chmod, or name an empty "
		    "directory", what, (unsigned int)(sb.st_mode & 07777)));
	return (0);
}

static int
make_dir(int root, const char *name, mode_t mode, struct answer *a)
{
	scoped_fd int	 fd = path_mkdirs(root, name, mode);

	return (fd == -1 ? fail_errno(a, "cannot make", name) : 0);
}

/* If the directories that are made last exist, all of them do. */
static int
make_layout(struct store *s, struct answer *a)
{
	static const char *const kind[] = { "containers", "images", "layers" };
	char			 name[64];

	if (path_is_there(s->graph, STAGE) &&
	    path_is_there(s->graph, s->images.path))
		return (0);
	for (size_t i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "%s-%s", s->driver, kind[i]);
		if (make_dir(s->graph, name, 0700, a) == -1 ||
		    make_dir(s->run, name, 0700, a) == -1)
			return (-1);
	}
	if (make_dir(s->graph, s->vfs ? "vfs/dir" : "overlay", 0700, a) == -1 ||
	    (!s->vfs && make_dir(s->graph, "overlay/l", 0755, a) == -1))
		return (-1);
	if (make_dir(s->graph, TRASH, 0700, a) == -1)
		return (-1);
	return (make_dir(s->graph, STAGE, 0700, a));
}

int
store_setup(struct store *s, int graph_in, int run_in, const char *driver,
    bool create, struct answer *a)			/* takes */
{
	scoped_fd int	 graph = graph_in;
	scoped_fd int	 run = run_in;

	if (strcmp(driver, "overlay") != 0 && strcmp(driver, "vfs") != 0)
		return (fail(a, ENOTSUP, "storage driver %s: only overlay and "
		    "vfs are supported", driver));
	if (check_root(graph, "graph root", a) == -1 ||
	    check_root(run, "run root", a) == -1)
		return (-1);
	s->vfs = strcmp(driver, "vfs") == 0;
	snprintf(s->driver, sizeof(s->driver), "%s", driver);
	index_init(&s->images, driver, "images", "images.json");
	index_init(&s->layers, driver, "layers", "layers.json");
	s->graph = graph;
	s->run = run;
	if (create && make_layout(s, a) == -1) {
		s->graph = s->run = -1;
		return (-1);
	}
	(void)take_fd(&graph);
	(void)take_fd(&run);
	return (0);
}
