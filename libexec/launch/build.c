#include "build.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "exec.h"
#include "fault.h"
#include "given.h"
#include "kernel.h"
#include "lookup.h"
#include "messages.h"
#include "nitems.h"
#include "spec.h"
#include "walk.h"

#define FIRST_KEPT	3
#define HIGH_FD		16		/* above all fixed numbers */

int
build_init(struct build *b)
{
	b->graph = b->root = b->proc = b->self_fd = b->sys = b->cgroup = -1;
	b->mqueue = b->shm = b->dev = b->pts = b->empty = -1;
	b->passwd = b->passwd_mount = b->slave = b->master = b->init = -1;
	for (int i = 0; i < NODES; i++)
		b->node[i] = -1;
	return (0);
}

/*
 * The kernel lets only root of the host lower it: then it stays as it is. The
 * process that has just taken the ids of its container is not dumpable, and its
 * files in /proc are the host's root's. hide() follows soon; until then only
 * processes with its ids could trace it: in system mode there are none, else
 * those of the user who started it.
 */
static int
oom_score(struct build *b)
{
	const char	*text = b->spec->oom_score_adj;
	scoped_fd int	 fd = -1;

	if (text == NULL)
		return (0);
	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == -1)
		return (fault_errno(b->fault, "setting oom_score_adj"));
	fd = openat(b->proc, "self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	if (fd == -1 || (write(fd, text, strlen(text)) == -1 &&
	    errno != EACCES))
		return (fault_errno(b->fault, "setting oom_score_adj"));
	return (0);
}

/*
 * Not dumpable until execve: no other process of the same user or in the
 * container can trace this one or open its files through /proc.
 */
static int
hide(struct build *b)
{
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1 ||
	    prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
		return (fault_errno(b->fault, "hiding the process"));
	return (0);
}

/*
 * Take the filter and the streams, and close all other descriptors: of the
 * host, and of the mounts. Left are the standard streams, the channel, the
 * --init program (a sealed memfd), and the master of the container's terminal
 * until it is sent. execve resolves a path before close-on-exec acts, so a path
 * of the image or of its user could lead through /proc/self/fd/N into a
 * directory that is still open.
 */
static int
hold_nothing(struct build *b)
{
	int	 init = given_get(b->given, LAUNCH_INIT, 0);
	int	*kept[] = { &b->channel, &b->init, &b->master };
	int	 next = FIRST_KEPT;

	if (b->spec->init != 0 && init == -1)
		return (fault_set(b->fault, EINVAL, "the container is to have "
		    "an init, and was given none"));
	if (exec_map_filter(b) == -1 || exec_place_streams(b) == -1)
		return (-1);
	b->init = b->spec->init != 0 ? init : -1;
	for (size_t i = 0; i < NITEMS(kept); i++)
		if (*kept[i] != -1 && (*kept[i] = fcntl(*kept[i],
		    F_DUPFD_CLOEXEC, HIGH_FD)) == -1)
			return (fault_errno(b->fault, "moving descriptors"));
	for (size_t i = 0; i < NITEMS(kept); i++)
		if (*kept[i] != -1) {
			if (dup3(*kept[i], next, O_CLOEXEC) == -1)
				return (fault_errno(b->fault, "moving "
				    "descriptors"));
			*kept[i] = next++;
		}
	if (k_close_from((unsigned int)next) == -1)
		return (fault_errno(b->fault, "closing what is open"));
	given_forget(b->given);
	b->root = b->proc = b->self_fd = b->sys = b->cgroup = b->mqueue = -1;
	b->shm = b->dev = b->pts = b->empty = b->slave = -1;
	b->passwd = b->passwd_mount = -1;
	return (0);
}

/* Make a working directory that the image lacks, for its user. */
static int
workdir(struct build *b, int root)
{
	const char	*cwd = b->spec->cwd;
	scoped_fd int	 fd = -1;

	if (cwd == NULL)
		return (0);
	fd = walk_open(root, cwd, O_PATH);
	if (fd != -1 || errno != ENOENT || b->spec->workdir_make == 0)
		return (0);		/* chdir reports the error */
	fd = walk_target(root, cwd, true);
	if (fd == -1 || fchownat(fd, "", b->who.uid, b->who.gid,
	    AT_EMPTY_PATH) == -1)
		return (fault_errno(b->fault, "making the working directory "
		    "%s in the container", cwd));
	return (0);
}

static int
finish(struct build *b)
{
	scoped_fd int	 root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (root == -1)
		return (fault_errno(b->fault, "opening the container's root"));
	return (workdir(b, root) == -1 ? -1 : root_finish(b, root));
}

int
build_begin(struct build *b)
{
	return (dev_open(b) == -1 || kernfs_begin(b) == -1 ? -1 :
	    net_loopback(b));
}

/*
 * The order of the steps is a security property.
 *
 * build_begin has made what every container has, which needs no rights of the
 * user. First, open everything of the host that is needed, with the rights of
 * the user who asks. Then make everything that can be made, all of it detached.
 * Then make the container's root the only root: only after that anything is
 * created, looked up or mounted in it, and no name leads out of it. A process
 * that holds nothing reads the image's users, and before any other text of the
 * image or its user is used as a path (working directory, PATH, program), this
 * process holds nothing either.
 */
int
build_run(struct build *b)
{
	struct lookup	 l;

	exec_share_pipes(b);
	if (mount_open(b) == -1 || root_open(b) == -1 ||
	    mount_open_volumes(b) == -1)
		return (-1);
	if (idmap_become_root(b) == -1 ||
	    kernfs_make(b) == -1 || oom_score(b) == -1 || hide(b) == -1 ||
	    net_setup(b) == -1 || dev_make(b) == -1 || files_make(b) == -1 ||
	    root_make(b) == -1)
		return (-1);
	root_release(b);
	if (root_enter(b) == -1)
		return (-1);
	if (kernfs_attach(b) == -1 || dev_attach(b) == -1 ||
	    dev_console(b) == -1 || mount_attach(b) == -1 ||
	    files_attach(b) == -1)
		return (-1);
	if (lookup_begin(b, &l) == -1 || mask_attach(b) == -1 ||
	    lookup_end(b, &l) == -1)
		return (-1);
	if (files_passwd(b) == -1 || mount_chown(b) == -1 ||
	    plan_check(b) == -1 || hold_nothing(b) == -1)
		return (-1);
	return (finish(b));
}
