/*
 * refresh: makes anew, for each container, what takes privilege to make:
 * the maps of a user namespace, and mounts whose ids are mapped.
 *
 * Trusts: the kernel for who its caller is; subids, which it starts itself out
 *         of the caller's reach, for which ids that caller may map; of mapper
 *         and of bulkhead behind it, nothing.
 * Holds:  rootless CAP_SETUID and CAP_SETGID, in system mode CAP_SYS_ADMIN
 *         too; effective around single calls only. Directories that root
 *         granted. It is never root, nor dumpable, after its first moments.
 * Dies:   when mapper does, which dies when its channel closes.
 */
#include <sys/resource.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "caps.h"
#include "children.h"
#include "cleanup.h"
#include "confine.h"
#include "fdpass.h"
#include "ids.h"
#include "log.h"
#include "map.h"
#include "maprequest.h"
#include "mount.h"
#include "refresh.policy.h"
#include "startup.h"
#include "userns.h"
#include "waitchild.h"

#define CHANNEL_FD	3	/* to bulkhead, then to mapper */
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
	struct grant	 grants[GRANTS];
	unsigned int	 ngrants;
	unsigned int	 most;		/* that may be granted */
	int		 userns;	/* the last that was mapped, */
	uint64_t	 slot;		/* and as what */
};

/* One request, with the descriptors that came with it. */
struct asked {
	struct map_request	 q;
	int			 fds[MAP_FDS];
	struct map_answer	 a;
	int			 fd;	/* of the answer, or -1 */
};

/* Refuse, for this reason. Always -1. */
static int
no(struct asked *k, enum map_about about, int error, const char *why)
{
	(void)snprintf(k->a.why, sizeof(k->a.why), "%s", why);
	k->a.about = about;
	errno = error;
	return (-1);
}

/* Can anything be mapped? 0, or -1. */
static int
ready(const struct refresh *r, struct asked *k)
{
	if (!caps_have(BOTH))
		return (no(k, ABOUT_CAPS, EPERM, ""));
	return (r->ids.why[0] == '\0' ? 0 :
	    no(k, ABOUT_WHOLE, EPERM, r->ids.why));
}

static int
on_query(struct refresh *r, struct asked *k)
{
	uint64_t	 u = ranges_sum(&r->ids.uids);
	uint64_t	 g = ranges_sum(&r->ids.gids);

	k->a.value = 1;
	if (ready(r, k) == 0)
		k->a.value = r->ids.kind == MAP_SYSTEM ? SLOT_IDS :
		    1 + (u < g ? u : g);
	return (0);
}

static int
maps_for(struct refresh *r, uint64_t slot, struct map *u, struct map *g,
    struct asked *k)
{
	const struct ids	*ids = &r->ids;
	const char		*why;

	if (ready(r, k) == -1)
		return (-1);
	if (ids->kind != MAP_SYSTEM && slot != 0)
		why = "slots are for system mode";
	else if ((why = map_make(u, ids->uid, &ids->uids, ids->kind,
	    slot)) == NULL)
		why = map_make(g, ids->gid, &ids->gids, ids->kind, slot);
	return (why == NULL ? 0 : no(k, ids->kind == MAP_SYSTEM ? ABOUT_SLOT :
	    ABOUT_IDS, ERANGE, why));
}

static int
on_write(struct refresh *r, struct asked *k)
{
	struct map	 u, g;
	scoped_fd int	 userns = -1;
	const char	*why;

	if (maps_for(r, k->q.slot, &u, &g, k) == -1)
		return (-1);
	if ((why = userns_check(k->fds[0], r->ids.uid)) != NULL)
		return (no(k, ABOUT_USERNS, EPERM, why));
	errno = (int)k->q.error;
	if (k->fds[1] == -1)
		why = "cannot enter it";
	else if ((userns = userns_of(k->fds[1])) == -1 ||
	    !userns_same(userns, k->fds[0]))
		why = "it is not that of the process";
	else
		why = userns_map(k->fds[1], &u, &g, r->ids.keep_groups);
	if (why != NULL)
		return (no(k, ABOUT_MAP, errno, why));
	scope_close(&r->userns);
	r->userns = take_fd(&k->fds[0]);
	r->slot = k->q.slot;
	return (0);
}

static int
on_grant(struct refresh *r, struct asked *k)
{
	const char	*why = mount_check(k->fds[0]);

	if (why != NULL)
		return (no(k, ABOUT_FILE, EINVAL, why));
	if (r->ngrants == r->most)
		return (no(k, ABOUT_WHOLE, EMFILE, "more directories for one "
		    "command than files may be open (ulimit -n)"));
	k->a.value = r->ngrants;
	r->grants[r->ngrants].fd = take_fd(&k->fds[0]);
	r->grants[r->ngrants++].flags = k->q.flags;
	return (0);
}

static int
on_seal(struct refresh *r, struct asked *k)
{
	(void)k;
	r->state = SEALED;
	return (0);
}

/*
 * What root granted and what is asked for now, by a front end that may have
 * been taken over since: the stricter of both. NULL, or why not at all.
 */
static const char *
limit(const struct grant *g, struct map_request *q)
{
	bool	 store = q->slot == 0;

	if (store && (g->flags & GRANT_STORE) == 0)
		return ("granted by root for containers only, "
		    "not for the store");
	if ((q->flags & GRANT_DEEP) != 0 && (g->flags & GRANT_DEEP) == 0)
		return ("granted by root without what is mounted in it");
	q->flags |= g->flags & (GRANT_NOSUID | GRANT_NODEV | GRANT_RDONLY);
	if (store)
		q->flags |= GRANT_NOSUID | GRANT_NODEV;
	return (NULL);
}

/*
 * What maps a container's own namespace maps its mounts. Others are mapped by
 * a namespace that lives for this only.
 */
static int
mount_slot(struct refresh *r, struct asked *k, const struct map *u,
    const struct map *g, const char **why)
{
	int		 from = r->grants[k->q.grant].fd;
	scoped_fd int	 userns = -1;

	if (r->userns != -1 && r->slot == k->q.slot)
		return (mount_mapped(from, r->userns, k->q.flags, why));
	errno = (int)k->q.error;
	if (k->fds[0] == -1)
		*why = "no user namespace to map them by";
	else if ((userns = userns_of(k->fds[0])) == -1)
		*why = "no way to the user namespace";
	else if ((*why = userns_check(userns, r->ids.uid)) == NULL)
		*why = userns_map(k->fds[0], u, g, false);
	return (*why != NULL ? -1 : mount_mapped(from, userns, k->q.flags,
	    why));
}

static int
on_mount(struct refresh *r, struct asked *k)
{
	struct map	 u, g;
	const char	*why = NULL;

	why = k->q.grant >= r->ngrants ? "not granted by root" :
	    limit(&r->grants[k->q.grant], &k->q);
	if (why != NULL)
		return (no(k, ABOUT_GRANT, EPERM, why));
	if (maps_for(r, k->q.slot, &u, &g, k) == -1)
		return (-1);
	if ((k->fd = mount_slot(r, k, &u, &g, &why)) != -1)
		return (0);
	return (no(k, ABOUT_MOUNT, errno, why));
}

static const struct {
	unsigned int	 states;
	size_t		 least, most;	/* descriptors */
	int		 (*run)(struct refresh *, struct asked *);
} handlers[MAP_OPS] = {
	[MAP_QUERY] = { GRANTING | SEALED,	0, 0,	on_query },
	[MAP_GRANT] = { GRANTING,		1, 1,	on_grant },
	[MAP_SEAL] =  { GRANTING,		0, 0,	on_seal },
	[MAP_WRITE] = { SEALED,			1, 2,	on_write },
	[MAP_MOUNT] = { SEALED,			0, 1,	on_mount },
};

/* 0, or -1 with errno. */
static int
handle(struct refresh *r, struct asked *k, size_t nfds)
{
	uint32_t	 op = k->q.op < MAP_OPS ? k->q.op : 0;

	errno = EPROTO;
	if (handlers[op].run == NULL || nfds < handlers[op].least ||
	    nfds > handlers[op].most)
		return (-1);
	errno = EBUSY;
	if ((handlers[op].states & r->state) == 0)
		return (-1);
	errno = 0;
	return (handlers[op].run(r, k));
}

/* One request and its answer: 1. 0: mapper is gone. -1: it talks nonsense. */
static int
serve_one(struct refresh *r)
{
	struct asked	 k = { .fds = { -1, -1 }, .fd = -1 };
	size_t		 nfds;
	ssize_t		 n;

	n = fdpass_recv(CHANNEL_FD, &k.q, sizeof(k.q), k.fds, MAP_FDS, &nfds);
	if (n <= 0)
		return (n == -1 && errno != ECONNRESET ? -1 : 0);
	if (n != sizeof(k.q))
		return (-1);
	if (handle(r, &k, nfds) == -1)
		k.a.error = errno == 0 ? EIO : (uint32_t)errno;
	n = fdpass_send(CHANNEL_FD, &k.a, sizeof(k.a), &k.fd, k.fd != -1);
	for (size_t i = 0; i < MAP_FDS; i++)
		scope_close(&k.fds[i]);
	scope_close(&k.fd);
	return (n == -1 ? 0 : 1);
}

/* Until mapper ends. Its exit status is ours. */
static int
serve(struct refresh *r, pid_t mapper)
{
	int	 rc, st;

	while ((rc = serve_one(r)) == 1)
		;
	if (rc == -1)
		return (EX_PROTOCOL);
	st = waitchild(mapper);
	return (WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st));
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

/*
 * Ask subids about the caller, or as root about the account. False: nothing
 * can be mapped, so there is nothing to ask.
 */
static bool
start_reader(struct refresh *r, int dir, struct reader *reader)
{
	bool	 system;

	ids_init(&r->ids);
	system = r->ids.kind == MAP_SYSTEM;
	r->state = system ? GRANTING : SEALED;
	if (!caps_have(BOTH) && system)
		fatalx(EX_NOPERM, "root without CAP_SETUID and CAP_SETGID");
	if (!caps_have(BOTH))
		return (false);
	if (children_are_safe(dir) &&
	    children_start_reader(dir, r->ids.uid, reader) == 0)
		return (true);
	if (system)
		fatal("subids, which reads /etc/passwd, cannot be started");
	(void)snprintf(r->ids.why, sizeof(r->ids.why), "refresh has "
	    "capabilities, but cannot start subids, which reads your "
	    "subordinate ids: %s", strerror(errno));
	return (false);
}

int
main(int argc, char **argv)
{
	static struct refresh	 r = { .userns = -1 };
	struct reader		 reader;
	int			 dir, mapper_fd;
	pid_t			 mapper;
	bool			 asked;

	startup_clean(argc, argv);		/* nothing of the caller's */
	startup_args(argc, argv, &refresh_policy);	/* -P, or -p role */
	startup_channel(CHANNEL_FD);
	r.most = most_grants();
	userns_home();
	dir = children_dir();
	asked = start_reader(&r, dir, &reader);
	if (r.ids.kind == MAP_SYSTEM) {
		ids_take(&r.ids, &reader);	/* who the account is */
		startup_become(r.ids.uid, r.ids.gid);
	}
	/* but the policy's, for good */
	confine_drop(&refresh_policy);
	caps_drop_effective();
	/*
	 * mapper is started in our Landlock domain: we must see its children.
	 */
	if ((mapper_fd = openat(dir, "mapper", O_PATH | O_CLOEXEC)) == -1)
		fatal("mapper");
	confine_limits(&refresh_policy);
	confine_landlock(&refresh_policy, &mapper_fd, 1);
	mapper = children_start_mapper(dir, argv);
	close(mapper_fd);
	close(dir);
	if (asked && r.ids.kind != MAP_SYSTEM)	/* it reads meanwhile */
		ids_take(&r.ids, &reader);
	confine_seccomp(&refresh_policy);
	return (serve(&r, mapper));
}
