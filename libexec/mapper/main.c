/*
 * mapper: the part of refresh without privilege. It decodes what bulkhead
 * sends, starts the processes through which maps are written, and asks refresh
 * for the system calls that need a capability.
 *
 * Trusts: nothing that bulkhead sends; of refresh, that it decides.
 * Holds:  the channel, a socket to refresh, and a child for as long as one
 *         request takes. No capability, no path but its children's in /proc.
 * Dies:   when its channel closes, and refresh with it; or with refresh.
 */
#include <sys/statvfs.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "fdpass.h"
#include "helper.h"
#include "log.h"
#include "map_child.h"
#include "mapper.policy.h"
#include "maprequest.h"
#include "nitems.h"
#include "subids.h"

#define REFRESH_FD	4

enum { SERVING = 1 };

struct mapper {
	bool		 mapped;	/* a namespace, and as this slot */
	uint32_t	 slot;
	char		 path[1100];	/* of refresh */
	bool		 nosuid;	/* its capabilities have no effect */
};

/* The path of the refresh that has started us, for advice. */
static void
refresh_path(char *out, size_t size)
{
	char	 self[1024] = "";

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) == -1)
		self[0] = '\0';
	(void)snprintf(out, size, "%.*srefresh", (int)(strlen(self) -
	    strlen(strrchr(self, '/') == NULL ? self : strrchr(self, '/') +
	    1)), self);
}

/* Make a message of the reason in an answer of refresh. Always -1. */
static int
explain(const struct mapper *m, const struct map_request *q,
    const struct map_answer *o, struct answer *a)
{
	const char	*error = strerror((int)o->error);

	switch (o->about) {
	case ABOUT_CAPS:
		if (m->nosuid)
			return (answer_text(a, "%s gets no CAP_SETUID and "
			    "CAP_SETGID, which would have given the container "
			    "more than one id: it is on a mount with nosuid; "
			    "install bulkhead elsewhere, or mount that without",
			    m->path));
		return (answer_text(a, "%s has no CAP_SETUID and CAP_SETGID, "
		    "which would have given the container more than one id: "
		    "as root, `setcap cap_setuid,cap_setgid=p %s`, or run "
		    "`make install`", m->path, m->path));
	case ABOUT_IDS:
		return (answer_text(a, "your subordinate ids cannot be mapped: "
		    "%s", o->why));
	case ABOUT_SLOT:
		return (answer_text(a, "slot %u: %s for the account "
		    LAYOUT_ACCOUNT ": give it a range of at least %llu in "
		    "/etc/subuid and /etc/subgid", q->slot, o->why,
		    (q->slot + 1ULL) * SLOT_IDS));
	case ABOUT_USERNS:
		return (answer_text(a, "cannot map ids: that is %s", o->why));
	case ABOUT_MAP:
		return (answer_text(a, "cannot map ids of the user namespace: "
		    "%s (%s)", o->why, error));
	case ABOUT_FILE:
		return (answer_text(a, "cannot be mounted with mapped ids: it "
		    "is %s", o->why));
	case ABOUT_GRANT:
		return (answer_text(a, "directory %u was %s", q->grant,
		    o->why));
	case ABOUT_MOUNT:
		return (answer_text(a, "cannot mount with mapped ids: %s (%s)",
		    o->why, error));
	default:
		return (answer_text(a, "%s", o->why));
	}
}

/* Ask refresh, and put its answer. 0, or -1 with errno as refresh has it. */
static int
ask(const struct mapper *m, const struct map_request *q, const int *fds,
    size_t nfds, struct answer *a)
{
	struct map_answer	 out;
	size_t			 n;
	int			 fd = -1;

	if (fdpass_send(REFRESH_FD, q, sizeof(*q), fds, nfds) == -1 ||
	    fdpass_recv(REFRESH_FD, &out, sizeof(out), &fd, 1, &n) !=
	    sizeof(out) || memchr(out.why, '\0', sizeof(out.why)) == NULL)
		fatalx(EX_UNAVAILABLE, "refresh is gone");
	a->value = out.value;
	(void)explain(m, q, &out, a);
	errno = (int)out.error;
	if (out.error != 0)
		return (-1);
	return (n == 0 ? 0 : answer_fd(a, fd));
}

static int
on_ids_query(void *ctx, struct packet *p, struct answer *a)
{
	(void)p;
	return (ask(ctx, &(struct map_request){ .op = MAP_QUERY }, NULL, 0, a));
}

static int
on_ids_grant(void *ctx, struct packet *p, struct answer *a)
{
	struct map_request	 q = { .op = MAP_GRANT,
				    .flags = p->body.ids_grant.flags };

	return (ask(ctx, &q, p->fds, 1, a));
}

static int
on_ids_seal(void *ctx, struct packet *p, struct answer *a)
{
	(void)p;
	return (ask(ctx, &(struct map_request){ .op = MAP_SEAL }, NULL, 0, a));
}

/*
 * Ask with one more descriptor: the directory in /proc of a new child in this
 * namespace, or with -1 in a new one. Where there is no child, refresh is
 * asked all the same, because it may have a better reason to refuse.
 */
static int
ask_with_child(const struct mapper *m, struct map_request *q, int userns,
    struct answer *a)
{
	struct map_child	 c;
	int			 fds[MAP_FDS], rc;
	size_t			 n = 0;

	if (userns != -1)
		fds[n++] = userns;
	if (map_child_start(&c, userns) == 0)
		fds[n++] = c.dir;
	else
		q->error = (uint32_t)errno;
	rc = ask(m, q, fds, n, a);
	map_child_stop(&c);
	return (rc);
}

static int
on_ids_write(void *ctx, struct packet *p, struct answer *a)
{
	struct mapper		*m = ctx;
	struct map_request	 q = { .op = MAP_WRITE,
				    .slot = p->body.ids_write.slot };

	if (ask_with_child(m, &q, p->fds[0], a) == -1)
		return (-1);
	m->mapped = true;
	m->slot = q.slot;
	return (0);
}

static int
on_ids_mount(void *ctx, struct packet *p, struct answer *a)
{
	const struct msg_ids_mount	*b = &p->body.ids_mount;
	const struct mapper		*m = ctx;
	struct map_request		 q = { .op = MAP_MOUNT,
					    .slot = b->slot,
					    .grant = b->grant };

	q.flags = (b->recursive ? GRANT_DEEP : 0) |
	    (b->nosuid ? GRANT_NOSUID : 0) | (b->nodev ? GRANT_NODEV : 0) |
	    (b->readonly ? GRANT_RDONLY : 0);
	/* The namespace that is mapped already maps its mounts, too. */
	if (m->mapped && m->slot == b->slot)
		return (ask(m, &q, NULL, 0, a));
	return (ask_with_child(m, &q, -1, a));
}

static const struct handler handlers[] = {
	/* message		states		handler */
	{ MSG_ids_query,	SERVING,	on_ids_query },
	{ MSG_ids_grant,	SERVING,	on_ids_grant },
	{ MSG_ids_seal,		SERVING,	on_ids_seal },
	{ MSG_ids_write,	SERVING,	on_ids_write },
	{ MSG_ids_mount,	SERVING,	on_ids_mount },
};

int
main(int argc, char **argv)
{
	struct mapper	 m = { .mapped = false };
	struct helper	 h = { .name = "mapper", .self = R_REFRESH,
			    .policy = &mapper_policy };
	unsigned int	 state = SERVING;
	struct statvfs	 vfs;
	int		 rc;

	helper_args(&h, argc, argv);
	helper_socket_upto(&h, REFRESH_FD);
	refresh_path(m.path, sizeof(m.path));
	m.nosuid = statvfs(m.path, &vfs) == 0 &&
	    (vfs.f_flag & ST_NOSUID) != 0;
	helper_drop(&h);
	helper_sandbox(&h, NULL, 0);
	rc = helper_serve(&h, handlers, NITEMS(handlers), &state, &m);
	map_child_reap();
	return (rc);
}
