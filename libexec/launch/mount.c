/*
 * The mounts of the definition: directories and files of the host, volumes,
 * tmpfs.
 */
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include <linux/magic.h>
#include <linux/openat2.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "build.h"
#include "cleanup.h"
#include "copy.h"
#include "fault.h"
#include "given.h"
#include "kernel.h"
#include "messages.h"
#include "nitems.h"
#include "path.h"
#include "spec.h"
#include "walk.h"

struct mounting {
	const struct spec_mount	*m;
	int			 fd;
	bool			 tree;
	bool			 copy_up;
	bool			 chown;		/* give it to the user */
	bool			 has_mode;
	uint64_t		 attrs;
	uint64_t		 propagation;
	const char		*pass[8];	/* options for a tmpfs */
	size_t			 npass;
};

enum {
	RDONLY = MOUNT_ATTR_RDONLY,
	NOSUID = MOUNT_ATTR_NOSUID,
	NODEV = MOUNT_ATTR_NODEV,
	NOEXEC = MOUNT_ATTR_NOEXEC,
	NOATIME = MOUNT_ATTR_NOATIME,
	NOSYMFOLLOW = MOUNT_ATTR_NOSYMFOLLOW,
};

/* Options that are words. A later one overrides an earlier one. */
static const struct option {
	const char	*word;
	uint64_t	 set;
	uint64_t	 clear;
	uint64_t	 propagation;
} options[] = {
	{ "ro",			RDONLY,		0,		0 },
	{ "readonly",		RDONLY,		0,		0 },
	{ "rw",			0,		RDONLY,		0 },
	{ "nosuid",		NOSUID,		0,		0 },
	{ "suid",		0,		NOSUID,		0 },
	{ "nodev",		NODEV,		0,		0 },
	{ "dev",		0,		NODEV,		0 },
	{ "noexec",		NOEXEC,		0,		0 },
	{ "exec",		0,		NOEXEC,		0 },
	{ "nosymfollow",	NOSYMFOLLOW,	0,		0 },
	{ "private",		0,		0,		MS_PRIVATE },
	{ "rprivate",		0,		0,		MS_PRIVATE },
	{ "slave",		0,		0,		MS_SLAVE },
	{ "rslave",		0,		0,		MS_SLAVE },
	{ "shared",		0,		0,		MS_SHARED },
	{ "rshared",		0,		0,		MS_SHARED },
	{ "unbindable",		0,		0,		MS_UNBINDABLE },
	{ "runbindable",	0,		0,		MS_UNBINDABLE },
	{ "noatime",		NOATIME,	0,		0 },
	/* Accepted and ignored: the default, or without a meaning here. */
	{ "relatime",		0,		0,		0 },
	{ "z",			0,		0,		0 },
	{ "Z",			0,		0,		0 },
	{ "cached",		0,		0,		0 },
	{ "delegated",		0,		0,		0 },
	{ "consistent",		0,		0,		0 },
};

/* Options of a tmpfs that are passed to the kernel. */
static const char *const sizes[] = {
	"size=", "mode=", "nr_inodes=", "nr_blocks=", "uid=", "gid=",
};

/*
 * Files of /proc that may be covered, as lxcfs does with numbers of the
 * container. Any other mount could deceive readers of /proc.
 */
static const char *const proc_allowed[] = {
	"/proc/cpuinfo", "/proc/diskstats", "/proc/loadavg", "/proc/meminfo",
	"/proc/net/dev", "/proc/slabinfo", "/proc/stat", "/proc/swaps",
	"/proc/uptime", "/proc/sys/crypto/fips_enabled",
};

/* Directories that are writable in a read-only container. */
static const struct spec_mount scratch[] = {
	{ .type = "tmpfs", .dst = "/run" },
	{ .type = "tmpfs", .dst = "/tmp" },
	{ .type = "tmpfs", .dst = "/var/tmp" },
};

static size_t
path_len(const char *path)
{
	size_t	 n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	return (n);
}

bool
mount_claimed(const struct build *b, const char *path)
{
	for (size_t i = 0; i < b->spec->nmounts; i++) {
		const char	*dst = b->spec->mounts[i].dst;

		if (path_len(dst) == strlen(path) &&
		    strncmp(dst, path, strlen(path)) == 0)
			return (true);
	}
	return (false);
}

static bool
size_option(struct mounting *t, const char *word)
{
	for (size_t i = 0; i < NITEMS(sizes); i++)
		if (strncmp(word, sizes[i], strlen(sizes[i])) == 0) {
			if (t->npass + 1 >= NITEMS(t->pass))
				return (false);
			t->pass[t->npass++] = word;
			if (strncmp(word, "mode=", 5) == 0)
				t->has_mode = true;
			return (true);
		}
	return (false);
}

static bool
take_option(struct mounting *t, const char *word)
{
	bool	 is_tmpfs = strcmp(t->m->type, "tmpfs") == 0;

	if (strcmp(word, "bind") == 0 || strcmp(word, "rbind") == 0) {
		t->tree = *word == 'r';
		return (!is_tmpfs);
	}
	if (strcmp(word, "tmpcopyup") == 0 ||
	    strcmp(word, "notmpcopyup") == 0) {
		t->copy_up = *word == 't';
		return (is_tmpfs);
	}
	if (is_tmpfs && size_option(t, word))
		return (true);
	if (!is_tmpfs && strcmp(word, "noatime") == 0)
		return (false);
	for (size_t i = 0; i < NITEMS(options); i++)
		if (strcmp(options[i].word, word) == 0) {
			t->attrs &= ~options[i].clear;
			t->attrs |= options[i].set;
			if (options[i].propagation != 0)
				t->propagation = options[i].propagation;
			return (true);
		}
	return (false);
}

static int
take_options(struct build *b, struct mounting *t)
{
	t->attrs = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
	t->propagation = MS_PRIVATE;
	t->tree = true;
	t->copy_up = true;
	for (size_t i = 0; i < t->m->opt.n; i++)
		if (!take_option(t, t->m->opt.v[i]))
			return (fault_set(b->fault, EINVAL, "a mount of type "
			    "%s on %s cannot have the option \"%s\"",
			    t->m->type, t->m->dst, t->m->opt.v[i]));
	return (0);
}

/*
 * Copy the source before anything of the container exists, with the rights of
 * the user who asks and no others.
 */
static int
source_open(struct build *b, struct mounting *t)
{
	t->fd = given_get(b->given, LAUNCH_MOUNT, t->m->index);
	if (t->fd != -1)
		return (root_unshare(t->fd) == 0 ? 0 : fault_errno(b->fault,
		    "taking over the mount for %s", t->m->dst));
	if (t->m->src == NULL)
		return (fault_set(b->fault, EINVAL, "the mount on %s has no "
		    "source", t->m->dst));
	t->fd = k_clone(AT_FDCWD, t->m->src, t->tree);
	if (t->fd == -1 && errno == ENOENT)
		return (fault_set(b->fault, ENOENT, "statfs %s: no such file "
		    "or directory", t->m->src));
	/* A copy without the submounts would reveal files that they hide. */
	if (t->fd == -1 && errno == EINVAL && !t->tree)
		return (fault_set(b->fault, EINVAL, "%s has mounts below it, "
		    "so only \"rbind\" can mount it in a container",
		    t->m->src));
	if (t->fd == -1)
		return (fault_errno(b->fault, "opening %s to mount it in the "
		    "container", t->m->src));
	return (0);
}

static size_t
depth(const char *path)
{
	size_t	 n = 0;

	for (; *path != '\0'; path++)
		if (path[0] == '/' && path[1] != '/' && path[1] != '\0')
			n++;
	return (n);
}

/* Outer destinations before inner ones; else in the given order. */
static void
insert(struct build *b, const struct spec_mount *m)
{
	size_t	 i = b->nmounts++;

	for (; i > 0 && depth(b->mounts[i - 1].m->dst) > depth(m->dst); i--)
		b->mounts[i] = b->mounts[i - 1];
	b->mounts[i] = (struct mounting){ .m = m, .fd = -1 };
}

int
mount_open(struct build *b)
{
	size_t	 most = b->spec->nmounts + NITEMS(scratch);

	if ((b->mounts = calloc(most, sizeof(*b->mounts))) == NULL)
		return (fault_errno(b->fault, "preparing the mounts"));
	for (size_t i = 0; i < b->spec->nmounts; i++)
		insert(b, &b->spec->mounts[i]);
	if (b->spec->readonly != 0 && b->spec->readonly_tmpfs != 0)
		for (size_t i = 0; i < NITEMS(scratch); i++)
			if (!mount_claimed(b, scratch[i].dst))
				insert(b, &scratch[i]);
	for (size_t i = 0; i < b->nmounts; i++) {
		struct mounting	*t = &b->mounts[i];

		if (take_options(b, t) == -1)
			return (-1);
		if (strcmp(t->m->type, "bind") == 0 && t->m->sub == NULL &&
		    source_open(b, t) == -1)
			return (-1);
	}
	return (0);
}

bool
mount_has_volumes(const struct spec *s)
{
	for (size_t i = 0; i < s->nmounts; i++)
		if (s->mounts[i].sub != NULL)
			return (true);
	return (false);
}

/* Volumes lie beneath the graph root, and have its id mapping. */
int
mount_open_volumes(struct build *b)
{
	for (size_t i = 0; i < b->nmounts; i++) {
		struct mounting	*t = &b->mounts[i];
		scoped_fd int	 dir = -1;

		if (t->m->sub == NULL)
			continue;
		dir = k_open(b->graph, t->m->sub, O_PATH | O_DIRECTORY,
		    RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS |
		    RESOLVE_NO_SYMLINKS);
		if (dir == -1 || (t->fd = k_clone(dir, "", true)) == -1)
			return (fault_errno(b->fault, "opening the volume for "
			    "%s", t->m->dst));
	}
	return (0);
}

/* Copy the image's files into a volume, unless it has files already. */
static int
copy_up(const struct mounting *t, int target)
{
	int	 empty;

	if (t->m->copyup == COPYUP_AGAIN) {
		if (copy_tree(target, t->fd, COPY_OWNERS | COPY_REPLACE) == -1)
			return (-1);
	} else if (t->m->copyup != COPYUP_OWNER) {
		if ((empty = path_is_empty(t->fd, ".")) != 1)
			return (empty);
		if (copy_tree(target, t->fd, COPY_OWNERS) == -1)
			return (-1);
	}
	return (copy_owner(target, t->fd));
}

/* The first use of a volume. */
static int
volume_fill(struct build *b, struct mounting *t, int target, bool covers)
{
	if (t->m->copyup == COPYUP_NO)
		return (0);
	/*
	 * A directory that the image does not have belongs to the container's
	 * user.
	 */
	if (!covers) {
		t->chown = true;
		return (0);
	}
	return (copy_up(t, target) == 0 ? 0 : fault_errno(b->fault, "filling "
	    "the volume on %s with what the image has there", t->m->dst));
}

int
mount_chown(struct build *b)
{
	for (size_t i = 0; i < b->nmounts; i++) {
		struct mounting	*t = &b->mounts[i];

		if (t->chown && fchownat(t->fd, "", b->who.uid, b->who.gid,
		    AT_EMPTY_PATH) == -1 && errno != EROFS)
			return (fault_errno(b->fault, "giving the volume on "
			    "%s to the container's user", t->m->dst));
	}
	return (0);
}

/* No part of /proc may be covered, neither through a link nor by name. */
static int
target_allowed(struct build *b, const struct mounting *t, int target)
{
	struct statfs	 fs;

	if (fstatfs(target, &fs) == -1)
		return (fault_errno(b->fault, "mounting %s in the container",
		    t->m->dst));
	if (fs.f_type != PROC_SUPER_MAGIC)
		return (0);
	for (size_t i = 0; i < NITEMS(proc_allowed); i++)
		if (strcmp(t->m->dst, proc_allowed[i]) == 0)
			return (0);
	return (fault_set(b->fault, EPERM, "%s is in the container's /proc, "
	    "where nothing can be mounted", t->m->dst));
}

/* The covered directory gives its contents, mode and owner. */
static int
tmpfs_make(struct build *b, struct mounting *t, int target, bool covers)
{
	const char	*opts[NITEMS(t->pass) + 3] = { "source=tmpfs",
			    "mode=1777" };
	size_t		 n = 2;

	for (size_t i = 0; i < t->npass; i++)
		opts[n++] = t->pass[i];
	t->fd = k_mount_new("tmpfs", opts,
	    (unsigned int)(t->attrs & ~(uint64_t)MOUNT_ATTR_RDONLY));
	if (t->fd == -1)
		return (fault_errno(b->fault, "making a tmpfs for %s with the "
		    "options given", t->m->dst));
	if (covers && t->copy_up &&
	    (copy_tree(target, t->fd, COPY_OWNERS) == -1 ||
	    (!t->has_mode && copy_owner(target, t->fd) == -1)))
		return (fault_errno(b->fault, "filling the tmpfs on %s with "
		    "what the image has there", t->m->dst));
	return (0);
}

static int
attach(struct build *b, struct mounting *t)
{
	bool		 is_tmpfs = strcmp(t->m->type, "tmpfs") == 0;
	scoped_fd int	 target = -1;
	scoped_fd int	 before = walk_open(b->root, t->m->dst, O_PATH);
	struct stat	 st = { .st_mode = S_IFDIR };

	if (!is_tmpfs && fstat(t->fd, &st) == -1)
		return (fault_errno(b->fault, "mounting %s in the container",
		    t->m->dst));
	target = walk_target(b->root, t->m->dst, S_ISDIR(st.st_mode));
	if (target == -1)
		return (fault_errno(b->fault, "mounting %s in the container",
		    t->m->dst));
	if (target_allowed(b, t, target) == -1 ||
	    (is_tmpfs && tmpfs_make(b, t, target, before != -1) == -1) ||
	    (t->m->sub != NULL && volume_fill(b, t, target,
	    before != -1) == -1))
		return (-1);
	/* The atime mode is set when the mount is made, not later. */
	if (k_setattr(t->fd, true, t->attrs & ~(uint64_t)MOUNT_ATTR__ATIME,
	    t->propagation) == -1 ||
	    plan_attach(b, t->fd, target, NULL,
	    (t->attrs & MOUNT_ATTR_RDONLY) != 0) == -1)
		return (fault_errno(b->fault, "mounting %s in the container",
		    t->m->dst));
	return (0);
}

int
mount_attach(struct build *b)
{
	for (size_t i = 0; i < b->nmounts; i++)
		if (attach(b, &b->mounts[i]) == -1)
			return (-1);
	return (0);
}
