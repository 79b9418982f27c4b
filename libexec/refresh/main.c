/*
 * refresh: makes anew, for each container, what takes privilege to make:
 * the maps of a user namespace, and mounts whose ids are mapped.
 *
 * Trusts: the kernel for who its caller is; /etc/subuid, /etc/subgid and the
 *         user database for what that caller may map; nothing else.
 * Holds:  rootless CAP_SETUID and CAP_SETGID, in system mode CAP_SYS_ADMIN
 *         too; effective around single calls only. Directories that root
 *         granted. It is never root, nor dumpable, after its first moments.
 * Dies:   when its channel closes.
 */
#include <sys/resource.h>
#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "birth.h"
#include "caps.h"
#include "cleanup.h"
#include "helper.h"
#include "ids.h"
#include "log.h"
#include "map.h"
#include "messages.h"
#include "mount.h"
#include "refresh.policy.h"
#include "space.h"
#include "users.h"

#define GRANTS		4000	/* of the 4096 descriptors of its policy */
#define OWN_FDS		32u
#define BOTH		(CAP_BIT(CAP_SETUID) | CAP_BIT(CAP_SETGID))

enum state { GRANTING = 1, SEALED = 2 };

struct grant {
	int		 fd;
	uint32_t	 flags;		/* enum grant_flags */
};

struct refresh {
	unsigned int	 state;
	struct ids	 ids;
	char		 path[1024];	/* of this program, for advice */
	struct grant	 grants[GRANTS];
	unsigned int	 ngrants;
	unsigned int	 most;		/* that may be granted */
	int		 space;		/* the last that was mapped, */
	uint64_t	 slot;		/* and as what */
};

/* Can anything be mapped? 0, or -1 with a sentence that says what is missing. */
static int
ready(const struct refresh *r, struct answer *a)
{
	errno = EPERM;
	if (!caps_have(BOTH))
		return (answer_text(a, "%s has no CAP_SETUID and CAP_SETGID, "
		    "which would have given the container more than one id: "
		    "as root, `setcap cap_setuid,cap_setgid=p %s`, or run "
		    "`make install`", r->path, r->path));
	if (r->ids.why[0] != '\0')
		return (answer_text(a, "%s", r->ids.why));
	return (0);
}

static int
on_ids_query(void *ctx, struct packet *p, struct answer *a)
{
	const struct refresh	*r = ctx;
	uint64_t		 u = ranges_sum(&r->ids.uids);
	uint64_t		 g = ranges_sum(&r->ids.gids);

	(void)p;
	a->value = 1;
	if (ready(r, a) == 0)
		a->value = r->ids.system ? SLOT_IDS : 1 + (u < g ? u : g);
	return (0);
}

/* The maps for a slot. NULL, or why there are none. */
static const char *
compose(const struct ids *ids, uint64_t slot, struct map *u, struct map *g)
{
	const char	*why;

	if (!ids->system && slot != 0)
		return ("slots are for system mode");
	if (!ids->system) {
		if ((why = map_own(u, ids->uid, &ids->uids)) == NULL)
			why = map_own(g, ids->gid, &ids->gids);
	} else if (slot == 0) {
		if ((why = map_store(u, ids->uid, &ids->uids)) == NULL)
			why = map_store(g, ids->gid, &ids->gids);
	} else if ((why = map_slot(u, ids->uid, &ids->uids, slot)) == NULL)
		why = map_slot(g, ids->gid, &ids->gids, slot);
	return (why);
}

static int
maps_for(struct refresh *r, uint64_t slot, struct map *u, struct map *g,
    struct answer *a)
{
	const char	*why;

	if (ready(r, a) == -1)
		return (-1);
	if ((why = compose(&r->ids, slot, u, g)) == NULL)
		return (0);
	errno = ERANGE;
	if (!r->ids.system)
		return (answer_text(a, "%s: %s", r->ids.name, why));
	return (answer_text(a, "slot %llu: %s for the account %s: give it a "
	    "range of at least %llu in /etc/subuid and /etc/subgid",
	    (unsigned long long)slot, why, r->ids.name,
	    (unsigned long long)(slot + 1) * SLOT_IDS));
}

static int
on_ids_write(void *ctx, struct packet *p, struct answer *a)
{
	struct refresh	*r = ctx;
	struct map	 u, g;
	struct holder	 h;
	const char	*why;

	if (maps_for(r, p->body.ids_write.slot, &u, &g, a) == -1)
		return (-1);
	if ((why = space_check(p->fds[0], r->ids.uid)) != NULL) {
		errno = EPERM;
		return (answer_text(a, "cannot map ids: that is %s", why));
	}
	if (holder_start(&h, p->fds[0]) == -1)
		why = "cannot enter it";
	else
		why = holder_map(&h, &u, &g, r->ids.keep_groups);
	holder_stop(&h);
	if (why == NULL) {
		scope_close(&r->space);
		r->space = packet_take_fd(p, 0);
		r->slot = p->body.ids_write.slot;
		return (0);
	}
	return (answer_text(a, "cannot map ids of the user namespace: %s (%s)",
	    why, strerror(errno)));
}

static int
on_ids_grant(void *ctx, struct packet *p, struct answer *a)
{
	struct refresh	*r = ctx;
	const char	*why = mount_check(p->fds[0]);

	errno = EINVAL;
	if (why != NULL)
		return (answer_text(a, "cannot be mounted with mapped ids: it "
		    "is %s", why));
	errno = EMFILE;
	if (r->ngrants == r->most)
		return (answer_text(a, "more than %u directories for one "
		    "command%s", r->most, r->most == GRANTS ? "" : "; the "
		    "limit of open files allows no more (ulimit -n)"));
	a->value = r->ngrants;
	r->grants[r->ngrants].fd = packet_take_fd(p, 0);
	r->grants[r->ngrants++].flags = p->body.ids_grant.flags;
	return (0);
}

static int
on_ids_seal(void *ctx, struct packet *p, struct answer *a)
{
	struct refresh	*r = ctx;

	(void)p;
	(void)a;
	r->state = SEALED;
	return (0);
}

/*
 * What root granted and what is asked for now, by a front end that may have
 * been taken over since: the stricter of both. NULL, or why not at all.
 */
static const char *
limit(const struct grant *g, struct msg_ids_mount *m)
{
	bool	 store = m->slot == 0;

	if (store && (g->flags & GRANT_STORE) == 0)
		return ("for containers only, not for the store");
	if (m->recursive && (g->flags & GRANT_DEEP) == 0)
		return ("without what is mounted in it");
	m->nosuid |= store || (g->flags & GRANT_NOSUID) != 0;
	m->nodev |= store || (g->flags & GRANT_NODEV) != 0;
	m->readonly |= (g->flags & GRANT_RDONLY) != 0;
	return (NULL);
}

/* A mount mapped as the slot is, by a namespace that lives for this only. */
static int
mount_slot(const struct msg_ids_mount *m, int from, const struct map *u,
    const struct map *g, const char **why)
{
	struct holder	 h;
	scoped_fd int	 space = -1;
	int		 fd = -1;

	if (holder_start(&h, -1) == -1)
		*why = "no user namespace to map them by";
	else if ((*why = holder_map(&h, u, g, false)) == NULL &&
	    (space = holder_space(&h)) == -1)
		*why = "no way to the user namespace";
	if (*why == NULL)
		fd = mount_mapped(from, space, m, why);
	holder_stop(&h);
	return (fd);
}

static int
on_ids_mount(void *ctx, struct packet *p, struct answer *a)
{
	struct msg_ids_mount	*m = &p->body.ids_mount;
	struct refresh		*r = ctx;
	struct map		 u, g;
	const char		*why = NULL;
	int			 fd;

	errno = EPERM;
	if (m->grant >= r->ngrants)
		return (answer_text(a, "directory %u was not granted by root",
		    m->grant));
	if ((why = limit(&r->grants[m->grant], m)) != NULL)
		return (answer_text(a, "directory %u was granted by root %s",
		    m->grant, why));
	if (maps_for(r, m->slot, &u, &g, a) == -1)
		return (-1);
	/* What maps a container's own namespace maps its mounts. */
	if (r->space != -1 && r->slot == m->slot)
		fd = mount_mapped(r->grants[m->grant].fd, r->space, m,
		    &why);
	else
		fd = mount_slot(m, r->grants[m->grant].fd, &u, &g, &why);
	if (fd != -1)
		return (answer_fd(a, fd));
	return (answer_text(a, "cannot mount with mapped ids: %s (%s)", why,
	    strerror(errno)));
}

static const struct handler handlers[] = {
	/* message		states			handler */
	{ MSG_ids_query,	GRANTING | SEALED,	on_ids_query },
	{ MSG_ids_grant,	GRANTING,		on_ids_grant },
	{ MSG_ids_seal,		GRANTING,		on_ids_seal },
	{ MSG_ids_write,	SEALED,			on_ids_write },
	{ MSG_ids_mount,	SEALED,			on_ids_mount },
};

#define NITEMS(a)	(sizeof(a) / sizeof((a)[0]))

static void
find_self(struct refresh *r)
{
	ssize_t	 n = readlink("/proc/self/exe", r->path, sizeof(r->path) - 1);

	if (n == -1)
		n = snprintf(r->path, sizeof(r->path), "refresh");
	r->path[n] = '\0';
}

/* As many descriptors as come in packets, less those of our own. */
static unsigned int
most_grants(void)
{
	struct rlimit	 l;

	if (getrlimit(RLIMIT_NOFILE, &l) == -1 || l.rlim_max <= OWN_FDS)
		return (0);
	return (l.rlim_max - OWN_FDS < GRANTS ?
	    (unsigned int)l.rlim_max - OWN_FDS : GRANTS);
}

int
main(int argc, char **argv)
{
	static struct refresh	 r = { .space = -1 };
	struct helper		 h = { .name = "refresh", .self = R_REFRESH,
				    .policy = &refresh_policy };
	int			 rc;

	birth_clean(argc, argv);		/* nothing of the caller's */
	helper_args(&h, argc, argv);		/* -P -t -v, -p role */
	helper_socket(&h);			/* descriptor 3, or exit */
	birth_channel(HELPER_FD);
	find_self(&r);
	r.most = most_grants();
	users_elsewhere(r.path, argv);		/* the program with glibc */
	space_home();
	ids_load(&r.ids);			/* who, and which ranges */
	if (r.ids.system)
		birth_become(r.ids.uid, r.ids.gid);
	r.state = r.ids.system ? GRANTING : SEALED;
	helper_drop(&h);			/* but the policy's, for good */
	caps_drop_effective();
	helper_sandbox(&h, NULL, 0);		/* limits, /proc, seccomp */
	rc = helper_serve(&h, handlers, NITEMS(handlers), &r.state, &r);
	holder_reap();
	return (rc);
}
