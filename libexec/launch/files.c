/*
 * The few files that an engine writes for a container: hosts, resolv.conf,
 * hostname, and a passwd entry. None is written into the image.
 */
#include <sys/stat.h>

#include <linux/mount.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "build.h"
#include "cleanup.h"
#include "fault.h"
#include "kernel.h"
#include "spec.h"
#include "walk.h"
#include "writeall.h"

static int
create(int dir, const char *name, const void *content, size_t len, mode_t mode)
{
	scoped_fd int	 fd = openat(dir, name, O_RDWR | O_CREAT | O_EXCL |
			    O_CLOEXEC, 0600);

	if (fd == -1 || write_all(fd, content, len) == -1 ||
	    fchmod(fd, mode) == -1)
		return (-1);
	return (take_fd(&fd));
}

static const void *
file_bytes(const struct spec_file *file, size_t *len)
{
	*len = file->data != NULL ? file->len : strlen(file->content);
	return (file->data != NULL ? file->data : file->content);
}

static int
files_fill(struct build *b, int dir)
{
	const struct spec	*s = b->spec;

	for (size_t i = 0; i < s->nfiles; i++) {
		char		 name[24];
		size_t		 len;
		const void	*bytes = file_bytes(&s->files[i], &len);
		scoped_fd int	 fd = -1;

		(void)snprintf(name, sizeof(name), "%zu", i);
		fd = create(dir, name, bytes, len,
		    (mode_t)s->files[i].mode);
		if (fd == -1 ||
		    (b->files[i] = k_clone(dir, name, false)) == -1)
			return (-1);
	}
	/* Only a user given by number can have no entry. */
	if (s->user == NULL || s->user[0] < '0' || s->user[0] > '9')
		return (0);
	b->passwd = create(dir, "passwd", "", 0, 0644);
	if (b->passwd == -1)
		return (-1);
	b->passwd_mount = k_clone(dir, "passwd", false);
	return (b->passwd_mount == -1 ? -1 : 0);
}

/*
 * Older kernels copy mounts only from the caller's own namespace. So attach the
 * tmpfs to the host's tree for that time, copy the single files from it, and
 * let it be detached with the host's root.
 */
int
files_make(struct build *b)
{
	static const char *const	 options[] = { "source=files",
					    "mode=755", "size=4m",
					    "nr_inodes=4200", NULL };
	scoped_fd int			 dir = -1;

	b->files = calloc(b->spec->nfiles + 1, sizeof(*b->files));
	dir = k_mount_new("tmpfs", options, MOUNT_ATTR_NOSUID |
	    MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	if (b->files == NULL || dir == -1 || root_park(dir) == -1 ||
	    files_fill(b, dir) == -1)
		return (fault_errno(b->fault, "making the container's files"));
	return (0);
}

static int
put(struct build *b, int mount, const char *path)
{
	scoped_fd int	 target = walk_target(b->root, path, false);
	bool		 readonly = b->spec->readonly != 0;

	if (target == -1 || (readonly &&
	    k_setattr(mount, false, MOUNT_ATTR_RDONLY, 0) == -1) ||
	    plan_attach(b, mount, target, NULL, readonly) == -1)
		return (fault_errno(b->fault, "mounting %s in the container",
		    path));
	return (0);
}

int
files_attach(struct build *b)
{
	for (size_t i = 0; i < b->spec->nfiles; i++) {
		const char	*dst = b->spec->files[i].dst;

		if (!mount_claimed(b, dst) && put(b, b->files[i], dst) == -1)
			return (-1);
	}
	return (0);
}

/* A colon or newline in the home directory would make other fields or lines. */
static const char *
safe_home(const char *home)
{
	for (const char *p = home; p != NULL && *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == ':' || *p == 0x7f)
			return ("/");
	return (home == NULL ? "/" : home);
}

/* A user that the image does not know gets an entry, which whoami needs. */
int
files_passwd_fill(const struct build *b, int root, int fd,
    const struct identity *who)
{
	scoped_free char	*old = NULL;
	char			 line[4200];
	size_t			 n;
	int			 len;

	if (mount_claimed(b, "/etc/passwd") ||
	    (b->spec->passwd_entry != NULL &&
	    strcmp(b->spec->passwd_entry, "0") == 0))
		return (0);
	old = user_slurp(root, "/etc/passwd", &n);
	if (old == NULL)
		return (0);		/* no passwd file */
	len = snprintf(line, sizeof(line), "%s%u:*:%u:%u:container user:%s:"
	    "/bin/sh\n", n > 0 && old[n - 1] != '\n' ? "\n" : "", who->uid,
	    who->uid, who->gid, safe_home(b->spec->cwd));
	if (len >= (int)sizeof(line))
		return (0);
	if (write_all(fd, old, n) == -1 ||
	    write_all(fd, line, (size_t)len) == -1)
		return (-1);
	return (1);
}

int
files_passwd(struct build *b)
{
	return (b->passwd_written ? put(b, b->passwd_mount, "/etc/passwd") : 0);
}
