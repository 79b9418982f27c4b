/*
 * fetch: reads image archives and delivers their bytes.
 *
 * Trusts: the front end for the archive file; not the contents of it.
 * Holds:  that one file, open for reading, and a pipe while it fills it. No
 *         paths, no network, no children.
 * Dies:   when its channel closes.
 *
 * Lies of it are found: configuration, manifest and layers are hashed again by
 * the programs that use them. The tar reader here is libarchive's and only
 * finds members; unpack, which makes files of them, has a reader of its own.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "fetch.policy.h"
#include "helper.h"
#include "image.h"
#include "nitems.h"
#include "record.h"
#include "send.h"

enum { EMPTY = 1, READY = 2 };

struct fetch {
	struct helper	*helper;
	unsigned int	 state;
	struct images	 images;
	bool		 whole;		/* tar: the file is the one blob */
};

/* Try manifest.json first: it has full names, which index.json may lack. */
static int
read_auto(struct images *is, struct answer *a)
{
	if (members_have(&is->members, "manifest.json"))
		return (docker_read(is, a));
	if (members_have(&is->members, "index.json"))
		return (oci_read(is, a));
	if (members_have(&is->members, "repositories"))
		return (legacy_read(is, a));
	errno = EINVAL;
	return (answer_text(a, "the file is no image archive (it has no "
	    "manifest.json and no index.json); use import for the tar of a "
	    "root file system"));
}

static int
read_images(struct images *is, const char *format, struct answer *a)
{
	if (strcmp(format, "auto") == 0)
		return (read_auto(is, a));
	if (strcmp(format, "oci") == 0)
		return (oci_read(is, a));
	if (strcmp(format, "docker") == 0)
		return (members_have(&is->members, "manifest.json") ?
		    docker_read(is, a) : legacy_read(is, a));
	errno = EINVAL;
	return (answer_text(a, "there is no archive format \"%s\"; say auto, "
	    "docker, oci or tar", format));
}

/* For import: one blob, no table; unpack checks what it is. */
static int
open_tar(struct fetch *f, int fd, uint64_t size, struct answer *a)
{
	static struct member	 m;
	struct image		*im;

	m.size = size;
	f->whole = true;
	f->images.members.fd = fd;
	f->images.kind = "tar";
	if ((im = images_add(&f->images, a)) == NULL ||
	    image_add_layer(&f->images, im, &m, a) == NULL)
		return (-1);
	return (0);
}

static int
on_archive_open(void *ctx, struct packet *p, struct answer *a)
{
	const char	*format = p->body.archive_open.format;
	struct fetch	*f = ctx;
	struct rec	*r;
	struct stat	 st;
	int		 fd = packet_take_fd(p, 0), rc;

	images_clear(&f->images);
	f->whole = false;
	f->state = EMPTY;
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode)) {
		close(fd);
		errno = EINVAL;
		return (answer_text(a, "the archive is not a regular file"));
	}
	if (strcmp(format, "tar") == 0)
		rc = open_tar(f, fd, (uint64_t)st.st_size, a);
	else
		rc = members_open(&f->images.members, fd, a) == -1 ||
		    read_images(&f->images, format, a) == -1 ? -1 : 0;
	if (rc == -1) {
		rc = errno;
		images_clear(&f->images);
		errno = rc;
		return (-1);
	}
	if ((r = images_record(&f->images)) == NULL)
		return (-1);
	rc = answer_rec(a, r);
	rec_free(r);
	if (rc == 0)
		f->state = READY;
	return (rc);
}

static int
on_blob_send(void *ctx, struct packet *p, struct answer *a)
{
	struct fetch	*f = ctx;
	scoped_fd int	 pipe_fd = packet_take_fd(p, 0);
	uint32_t	 i = p->body.blob_send.index;

	if (i >= f->images.nblobs) {
		errno = ENOENT;
		return (answer_text(a, "the archive has no blob %u", i));
	}
	if (f->whole)
		return (send_file(f->images.members.fd, pipe_fd,
		    f->helper->chan.fd, a));
	return (send_member(&f->images.members, f->images.blobs[i], pipe_fd,
	    f->helper->chan.fd, a));
}

static const struct handler handlers[] = {
	/* message		states		handler */
	{ MSG_archive_open,	EMPTY | READY,	on_archive_open },
	{ MSG_blob_send,	READY,		on_blob_send },
};

int
main(int argc, char **argv)
{
	struct helper	 h = { .name = "fetch", .self = R_FETCH,
			    .policy = &fetch_policy };
	struct fetch	 f = { .helper = &h, .state = EMPTY,
			    .images.members.fd = -1 };

	helper_args(&h, argc, argv);
	helper_socket(&h);
	/* Member names are bytes: UTF-8 keeps libarchive from converting. */
	(void)setlocale(LC_CTYPE, "C.UTF-8");
	/*
	 * A random seed prevents collisions on purpose; it reads /dev/urandom.
	 */
	json_object_seed(0);
	helper_drop(&h);
	helper_sandbox(&h, NULL, 0);
	return (helper_serve(&h, handlers,
	    NITEMS(handlers), &f.state, &f));
}
