/*
 * lockbroker: takes the engine's locks for one command and holds them.
 *
 * Trusts: the front end for the directory, but not the contents of it.
 * Holds:  that directory, the table of locks in it, which other brokers map, or
 *         one descriptor per lock. No network, no children, no other path.
 * Dies:   when its channel closes, and every lock with it.
 */
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "chan.h"
#include "cleanup.h"
#include "filelock.h"
#include "helper.h"
#include "lock.h"
#include "lockbroker.policy.h"
#include "log.h"
#include "nitems.h"
#include "record.h"
#include "table.h"

enum state { EMPTY = 1, READY = 2 };

struct broker {
	struct helper	 helper;
	struct locks	*locks;
	unsigned int	 state;
	uint32_t	 pid;		/* of the command */
	char		 command[140];
};

/* For Landlock: the directory of the locks. */
static void
directories(const void *ctx, const struct packet *p, int dirs[HELPER_DIRS])
{
	(void)ctx;
	dirs[0] = p->fds[0];
}

/* The process is confined from here on: see .sandbox_at in main. */
static int
on_lock_open(void *ctx, struct packet *p, struct answer *a)
{
	const struct msg_lock_open	*m = &p->body.lock_open;
	struct broker			*b = ctx;
	struct locks_want		 want = { .type = m->type,
					    .boot_id = m->boot_id,
					    .count = m->count,
					    .any = m->flags != 0,
					    .command = b->command,
					    .pid = b->pid };

	/* After a failure there is no second try: nothing else is served. */
	b->state = 0;
	b->locks = locks_open(packet_take_fd(p, 0), &want);
	if (b->locks == NULL)
		return (answer_text(a, "%s", locks_open_error()));
	b->state = READY;
	a->value = locks_stale(b->locks);
	return (0);
}

static int
explain_full(const struct msg_lock_take *m, struct answer *a)
{
	return (answer_text(a, "there is no lock left for %s: all that "
	    "engine.num_locks in containers.conf allows are in use; raise it, "
	    "which counts at once, or remove containers, pods or volumes",
	    m->name));
}

/* Set the message for a lock that could not be taken. errno is preserved. */
static int
explain(struct broker *b, const struct msg_lock_take *m, struct answer *a)
{
	char	 who[256] = "", name[LOCK_NAME] = "";
	int	 error = errno;

	locks_holder(b->locks, name, who, sizeof(who));
	if (*who == '\0')
		(void)snprintf(who, sizeof(who), "another process");
	if (*name == '\0')
		(void)snprintf(name, sizeof(name), "%s", m->name);
	errno = error;
	switch (error) {
	case EBUSY:
		return (answer_text(a, "lock %s is held by %s", name, who));
	case ETIMEDOUT:
		return (answer_text(a, "lock %s was not free within %u ms: "
		    "%s holds it; wait for it, or end it", name, m->wait_ms,
		    who));
	case EDEADLK:
		return (answer_text(a, "lock %s is held by this command, or "
		    "by one that waits for this command: waiting would be for "
		    "ever", m->name));
	case EINVAL:
		return (answer_text(a, "\"%s\" cannot be the name of a lock",
		    m->name));
	case ENOSPC:
		return (explain_full(m, a));
	default:
		return (answer_text(a, "cannot take lock %s: %s", m->name,
		    strerror(error)));
	}
}

/*
 * The handler may wait, and serves nothing else meanwhile: its only peer is the
 * one that waits, and the wait ends if the peer leaves.
 */
static int
on_lock_take(void *ctx, struct packet *p, struct answer *a)
{
	const struct msg_lock_take	*m = &p->body.lock_take;
	struct broker			*b = ctx;
	struct take			 t = { .name = m->name,
					    .shared = m->shared != 0,
					    .alloc = m->alloc != 0,
					    .wait_ms = m->wait_ms };
	uint32_t			 number;

	if (locks_take(b->locks, &t, &number) == 0) {
		a->value = number;
		return (0);
	}
	if (errno == ETIMEDOUT && m->wait_ms == 0)
		errno = EBUSY;
	return (explain(b, m, a));
}

static int
on_lock_drop(void *ctx, struct packet *p, struct answer *a)
{
	const struct msg_lock_drop	*m = &p->body.lock_drop;
	struct broker			*b = ctx;

	if (locks_drop(b->locks, m->name) == 0)
		return (0);
	return (answer_text(a, "lock %s is not held", m->name));
}

static int
on_lock_free(void *ctx, struct packet *p, struct answer *a)
{
	const struct msg_lock_free	*m = &p->body.lock_free;
	struct broker			*b = ctx;

	if (locks_free(b->locks, m->name) == 0)
		return (0);
	return (answer_text(a, "cannot free lock %s: %s", m->name,
	    errno == ENOENT ? "it has no number" : strerror(errno)));
}

static int
on_lock_alloc(void *ctx, struct packet *p, struct answer *a)
{
	const struct msg_lock_alloc	*m = &p->body.lock_alloc;
	struct broker			*b = ctx;
	uint32_t			 got;

	if (locks_alloc(b->locks, m->name, m->number, &got) == 0) {
		a->value = got;
		return (0);
	}
	if (m->number == 0)
		return (answer_text(a, "cannot allocate a lock for %s: %s",
		    m->name, strerror(errno)));
	return (answer_text(a, "cannot allocate lock %u for %s: %s",
	    m->number - 1, m->name, errno == EEXIST ? "it, or one for that, "
	    "is allocated" : strerror(errno)));
}

static int
on_lock_find(void *ctx, struct packet *p, struct answer *a)
{
	const struct msg_lock_find	*m = &p->body.lock_find;
	struct broker			*b = ctx;
	char				 name[LOCK_NAME];
	uint32_t			 number = m->number;

	(void)snprintf(name, sizeof(name), "%s", m->name);
	if (*name != '\0')
		number = 0;
	else if (number == 0)
		errno = EINVAL;
	if ((*name != '\0' || number != 0) &&
	    locks_find(b->locks, name, &number) == 0) {
		a->value = number;
		(void)answer_text(a, "%s", name);
		return (0);
	}
	return (answer_text(a, "there is no such lock: %s", strerror(errno)));
}

static int
on_lock_list(void *ctx, struct packet *p, struct answer *a)
{
	struct broker		*b = ctx;
	scoped_rec struct rec	*r = rec_new();
	int			 rc = -1;

	if (r != NULL && locks_list(b->locks, r, p->body.lock_list.all != 0)
	    == 0)
		rc = answer_rec(a, r);
	else
		(void)answer_text(a, "cannot list the locks: %s",
		    strerror(errno));
	return (rc);
}

static int
on_lock_renumber(void *ctx, struct packet *p, struct answer *a)
{
	struct broker	*b = ctx;
	struct rec	*r = request_rec(p, 0, RECORD(locks), a);
	int		 rc, saved;

	if (r == NULL)
		return (-1);
	if (p->body.lock_renumber.begin)
		rc = locks_renumber_begin(b->locks);
	else
		rc = locks_renumber(b->locks, r);
	saved = errno;
	rec_free(r);
	errno = saved;
	if (rc == 0)
		return (0);
	return (answer_text(a, "cannot renumber the locks: %s",
	    saved == EINVAL ? "engine.num_locks is too small" :
	    strerror(saved)));
}

static const struct handler handlers[] = {
	/* message		states		handler */
	{ MSG_lock_open,	EMPTY,		on_lock_open },
	{ MSG_lock_take,	READY,		on_lock_take },
	{ MSG_lock_drop,	READY,		on_lock_drop },
	{ MSG_lock_free,	READY,		on_lock_free },
	{ MSG_lock_alloc,	READY,		on_lock_alloc },
	{ MSG_lock_find,	READY,		on_lock_find },
	{ MSG_lock_list,	READY,		on_lock_list },
	{ MSG_lock_renumber,	READY,		on_lock_renumber },
};

/* The peer's command line, printable; "" if it cannot be read. */
static void
command_of(pid_t pid, char *out, size_t size)
{
	char		 path[64];
	scoped_fd int	 fd = -1;
	ssize_t		 n;
	size_t		 words;

	(void)snprintf(path, sizeof(path), "/proc/%ld/cmdline", (long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd == -1 ? 0 : read(fd, out, size - 1);
	if (n < 0)
		n = 0;
	while (n > 0 && out[n - 1] == '\0')
		n--;
	for (ssize_t i = 0; i < n; i++)
		if (out[i] < ' ' || out[i] > '~')
			out[i] = out[i] == '\0' ? ' ' : '?';
	out[n] = '\0';
	/* Leave the directory of the program out. */
	words = strcspn(out, " ");
	for (size_t i = words; i > 0; i--)
		if (out[i - 1] == '/') {
			memmove(out, out + i, strlen(out + i) + 1);
			break;
		}
}

/* The peer's pid comes from the kernel (SO_PEERCRED), not from the peer. */
static void
name_peer(struct broker *b)
{
	struct ucred	 cred;
	socklen_t	 len = sizeof(cred);

	if (getsockopt(HELPER_FD, SOL_SOCKET, SO_PEERCRED, &cred, &len) == -1)
		fatal("peer");
	b->pid = (uint32_t)cred.pid;
	command_of(cred.pid, b->command, sizeof(b->command));
	if (b->command[0] == '\0')
		(void)snprintf(b->command, sizeof(b->command), "bulkhead");
}

int
main(int argc, char **argv)
{
	struct broker	 b = { .helper = { .name = "lockbroker",
			    .self = R_LOCK, .policy = &lockbroker_policy,
			    .sandbox_at = MSG_lock_open, .dirs = directories },
			    .state = EMPTY };
	int		 rc;

	helper_args(&b.helper, argc, argv);
	helper_socket(&b.helper);
	helper_drop(&b.helper);
	name_peer(&b);
	if (filelock_init() == -1)
		fatal("signal");
	rc = helper_serve(&b.helper, handlers,
	    NITEMS(handlers), &b.state, &b);
	locks_close(b.locks);
	return (rc);
}
