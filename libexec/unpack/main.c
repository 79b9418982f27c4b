/*
 * unpack: turns one hostile layer stream into one directory.
 *
 * Trusts: the front end for the directory; not the bytes of the layer.
 * Holds:  one directory, one stream, and capabilities over the ids of a user
 *         namespace, not of the host. No paths, no network, no children.
 * Dies:   when its channel closes, also in the middle of a layer.
 *
 * A layer may take it over, and then fills its directory with other files. It
 * cannot pass them off as another layer: digest hashes the bytes in front of
 * it.
 *
 * One process unpacks one layer. Before layer_unpack it reads only messages of
 * the front end. When that request arrives it is confined to the directory of
 * the request, before it reads the first byte of the stream. So the filter has
 * no row for namespaces or ids: those calls have been made.
 *
 * The tar reader is our own and not libarchive's. Readers differ in what they
 * make of two sizes, repeated PAX keys, data behind a directory or a lone block
 * of zeros, so all of these are refused. A strict check in front of a lenient
 * reader would be two readers that can differ.
 */
#include <linux/capability.h>
#include <sys/stat.h>

#include <errno.h>
#include <unistd.h>

#include "cleanup.h"
#include "flow.h"
#include "helper.h"
#include "layer.h"
#include "log.h"
#include "nitems.h"
#include "owners.h"
#include "procaps.h"
#include "record.h"
#include "unpack.policy.h"
#include "userns.h"

enum { EMPTY = 1, READY = 2, DONE = 4 };

struct unpack {
	struct helper	*helper;
	unsigned int	 state;
	struct idmap	 uids, gids;
};

/* Keep the capabilities over files of mapped ids; drop the others. */
static int
keep_file_caps(void)
{
	const uint64_t			 keep = 1ULL << CAP_CHOWN |
					    1ULL << CAP_DAC_OVERRIDE |
					    1ULL << CAP_FOWNER |
					    1ULL << CAP_FSETID |
					    1ULL << CAP_SETFCAP;
	return (procaps_set(&(struct procaps){ keep, keep, 0 }));
}

/* After the maps were written: read them while /proc can be read. */
static int
inside(struct unpack *u, struct answer *a)
{
	if (idmap_read(&u->uids, "/proc/self/uid_map") == -1 ||
	    idmap_read(&u->gids, "/proc/self/gid_map") == -1)
		return (answer_text(a, "the id maps cannot be read"));
	if (keep_file_caps() == -1)
		return (answer_text(a, "cannot reduce capabilities"));
	u->state = READY;
	return (0);
}

static int
on_userns_make(void *ctx, struct packet *p, struct answer *a)
{
	return (userns_on_make(ctx, p, a));
}

static int
on_userns_ready(void *ctx, struct packet *p, struct answer *a)
{
	if (userns_on_ready(ctx, p, a) == -1)
		return (-1);
	return (inside(ctx, a));
}

static int
on_userns_join(void *ctx, struct packet *p, struct answer *a)
{
	if (userns_on_join(ctx, p, a) == -1)
		return (-1);
	return (inside(ctx, a));
}

/* Check the descriptors: a directory, and a file or pipe. */
static int
check_descriptors(int stream, int dir, struct answer *a)
{
	struct stat	 st;

	if (flow_check_in(stream) == -1)
		return (answer_text(a, "the layer is not a file or a pipe"));
	if (fstat(dir, &st) == -1)
		return (-1);
	if (!S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return (answer_text(a, "the place is not a directory"));
	}
	return (0);
}

/* For Landlock: the layer's directory. */
static void
directories(const void *ctx, const struct packet *p, int dirs[HELPER_DIRS])
{
	(void)ctx;
	dirs[0] = p->fds[1];
}

/* The process is confined from here on: see .sandbox_at in main. */
static int
on_layer_unpack(void *ctx, struct packet *p, struct answer *a)
{
	const struct msg_layer_unpack	*m = &p->body.layer_unpack;
	struct unpack			*u = ctx;
	scoped_fd int			 stream = packet_take_fd(p, 0);
	scoped_fd int			 dir = packet_take_fd(p, 1);
	struct why			 w = { 0 };
	scoped_rec struct rec		*r = NULL;
	struct layer_opts		 o = {
		.max_bytes = m->max_bytes, .max_inodes = m->max_inodes,
		.merged = (m->flags & UNPACK_MERGED) != 0,
		.need_end = (m->flags & UNPACK_NEED_END) != 0,
		.want_split = (m->flags & UNPACK_SPLIT) != 0,
		.single = userns_single(),
		.owner_fd = u->helper->chan.fd,
		.uids = u->uids, .gids = u->gids,
	};

	u->state = DONE;
	if (check_descriptors(stream, dir, a) == -1)
		return (-1);
	if ((r = layer_unpack(stream, dir, &o, &w)) == NULL) {
		errno = w.error;
		return (answer_text(a, "%s", w.text));
	}
	return (answer_rec(a, r));
}

static const struct handler handlers[] = {
	/* message		states		handler */
	{ MSG_userns_make,	EMPTY,		on_userns_make },
	{ MSG_userns_ready,	EMPTY,		on_userns_ready },
	{ MSG_userns_join,	EMPTY,		on_userns_join },
	{ MSG_layer_unpack,	READY,		on_layer_unpack },
};

int
main(int argc, char **argv)
{
	struct helper	 h = { .name = "unpack", .self = R_UNPACK,
			    .policy = &unpack_policy,
			    .sandbox_at = MSG_layer_unpack,
			    .dirs = directories };
	struct unpack	 u = { .helper = &h, .state = EMPTY };

	helper_args(&h, argc, argv);
	helper_socket(&h);
	(void)umask(022);
	helper_drop(&h);
	return (helper_serve(&h, handlers,
	    NITEMS(handlers), &u.state, &u));
}
