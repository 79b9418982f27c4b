/*
 * Waiting for a lock that is a file. A broker that waits writes that into a
 * file of its own, so that the others can find a deadlock.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "file_impl.h"
#include "filelock.h"
#include "log.h"
#include "table.h"

#define SLICE_MS	50u		/* of a wait, between two checks */
#define REPORT_MS	1000
#define STEPS_MAX	1000		/* of a chain of waiting brokers */

static void
wait_name(char *out, size_t size, const char *broker)
{
	(void)snprintf(out, size, ".w%.15s", broker);
}

void
file_describe(const struct files *f, struct content *c, const char *name)
{
	memset(c->pid, 0, sizeof(c->pid));
	memset(c->broker, 0, sizeof(c->broker));
	(void)snprintf(c->pid, sizeof(c->pid), "%u", f->pid);
	(void)snprintf(c->broker, sizeof(c->broker), "%u", f->broker);
	file_fill(c->command, sizeof(c->command), f->command);
	file_fill(c->name, sizeof(c->name), name);
}

void
file_note_waiting(const struct files *f, const char *name)
{
	struct content	 c = { 0 };
	char		 own[32];
	scoped_fd int	 fd = -1;

	file_describe(f, &c, name);
	wait_name(own, sizeof(own), c.broker);
	if (*name == '\0') {
		(void)unlinkat(f->dir_fd, own, 0);
		return;
	}
	if ((fd = file_open_named(f, own)) == -1 ||
	    pwrite(fd, &c, sizeof(c), 0) == -1)
		log_debug("cannot write to %s which lock this waits for", own);
}

/*
 * Follow the chain from a lock to its holder, to the lock that the holder waits
 * for, and so on. Does it come back to this broker?
 */
static bool
in_cycle(const struct files *f, const char *name)
{
	struct content	 c;
	char		 file[32];

	if (!file_read_named(f, name, &c))
		return (false);
	for (int i = 0; i < STEPS_MAX && c.broker[0] != '\0'; i++) {
		if (strtoul(c.broker, NULL, 10) == f->broker)
			return (true);
		wait_name(file, sizeof(file), c.broker);
		if (!file_read_named(f, file, &c) ||
		    !file_read_named(f, c.name, &c))
			return (false);
	}
	return (false);
}

static void
report_holder(const struct files *f, const char *name)
{
	struct content	 c;

	if (file_read_named(f, name, &c))
		log_warnx("waiting for lock %s, which process %s (%s) holds",
		    name, c.pid, c.command);
}

/* Take the lock of an open file; return after wait_ms. 0 or -1. */
static int
wait_for_lock(const struct files *f, int fd, const struct take *t, bool waits)
{
	uint64_t	 start = table_now() / 1000000, passed = 0;
	bool		 reported = false;
	/*
	 * The broker that closes a cycle finds it, because each writes what it
	 * waits for before it looks. It looks twice: a holder may not have
	 * written its number yet.
	 */
	int		 looks = waits ? 2 : 0;

	while (filelock_take(fd, !t->shared, looks == 2 ? 0 :
	    t->wait_ms - passed < SLICE_MS ?
	    (unsigned int)(t->wait_ms - passed) : SLICE_MS) == -1) {
		if (errno != ETIMEDOUT)
			return (-1);
		passed = table_now() / 1000000 - start;
		if (passed >= t->wait_ms) {
			errno = ETIMEDOUT;
			return (-1);
		}
		if (looks-- > 0 && in_cycle(f, t->name)) {
			errno = EDEADLK;
			return (-1);
		}
		if (passed >= REPORT_MS && !reported) {
			reported = true;
			report_holder(f, t->name);
		}
	}
	return (0);
}

int
file_lock(const struct files *f, int fd, const struct take *t)
{
	struct take	 now = *t;
	int		 rc;

	now.wait_ms = 0;
	if (wait_for_lock(f, fd, &now, false) == 0)
		return (0);
	if (errno != ETIMEDOUT || t->wait_ms == 0)
		return (-1);
	file_note_waiting(f, t->name);
	rc = wait_for_lock(f, fd, t, !TAILQ_EMPTY(&f->held));
	file_note_waiting(f, "");
	return (rc);
}
