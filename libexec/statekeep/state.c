#include "state.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "db.h"
#include "layout.h"
#include "name.h"
#include "record.h"

#define TRIES_MAX	4		/* two for each database */

int
state_fail(struct state *sk, int error, const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	(void)vsnprintf(sk->error, sizeof(sk->error), fmt, ap);
	va_end(ap);
	errno = error;
	return (-1);
}

int
state_fail_db(struct state *sk, const struct db *db)
{
	return (state_fail(sk, errno, "%s", db_error(db)));
}

/* The path of an open directory, for messages. */
static void
name_dir(int fd, char *out, size_t size)
{
	if (fd == -1 || fchdir(fd) == -1 || getcwd(out, size) == NULL)
		(void)snprintf(out, size, "(state)");
}

int
state_init(struct state *sk, int durable_fd, int boot_fd, const char *boot_id)
{
	char	 where[4096];

	name_dir(durable_fd, where, sizeof(where));
	sk->durable = db_new(durable_fd, LAYOUT_STATE_DB, where, boot_id, true);
	name_dir(boot_fd, where, sizeof(where));
	sk->boot = db_new(boot_fd, LAYOUT_BOOT_DB, where, boot_id, false);
	(void)snprintf(sk->boot_id, sizeof(sk->boot_id), "%s", boot_id);
	if (sk->durable == NULL || sk->boot == NULL)
		return (state_fail(sk, ENOMEM, "out of memory"));
	/* The boot id is one word of the stamps. */
	if (!name_valid(boot_id))
		return (state_fail(sk, EINVAL, "\"%s\" is not a boot ID",
		    boot_id));
	return (0);
}

void
state_clear(struct state *sk)
{
	db_free(sk->durable);
	db_free(sk->boot);
	sk->durable = sk->boot = NULL;
	state_recorded(sk);
	events_clear(&sk->events);
}

int
state_begin(struct state *sk, bool durable, bool boot, bool write)
{
	enum db_mode	 mode = write ? DB_WRITE : DB_READ;
	int		 saved;

	if (durable && db_begin(sk->durable, mode) == -1)
		return (state_fail_db(sk, sk->durable));
	if (boot && db_begin(sk->boot, mode) == -1) {
		(void)state_fail_db(sk, sk->boot);
		saved = errno;
		(void)db_end(sk->durable);
		errno = saved;
		return (-1);
	}
	return (0);
}

/*
 * End the transaction of one database. A failure of the index matters only
 * before the commit; a failed sync always does.
 */
static int
end_one(struct state *sk, struct db *db, int rc, bool done)
{
	if (db_end(db) == 0 || (db_try_again(db) ? done : rc == -1))
		return (rc);
	return (state_fail_db(sk, db));
}

int
state_end(struct state *sk, int rc)
{
	bool	 done = rc != -1 && (db_committed(sk->durable) ||
		    db_committed(sk->boot));

	event_forget(sk);	/* of the abandoned transaction */
	rc = end_one(sk, sk->boot, rc, done);
	return (end_one(sk, sk->durable, rc, done));
}

int
state_begin_boot(struct state *sk)
{
	if (db_begin(sk->durable, DB_READ) == -1)
		return (state_fail_db(sk, sk->durable));
	if (db_begin(sk->boot, DB_WRITE) == -1) {
		(void)state_fail_db(sk, sk->boot);
		return (state_end(sk, -1));
	}
	return (0);
}

int
state_commit_both(struct state *sk, bool durable, bool boot)
{
	if (boot && db_commit(sk->boot, false) == -1)
		return (state_fail_db(sk, sk->boot));
	if (durable && db_commit(sk->durable, true) == -1) {
		(void)state_fail_db(sk, sk->durable);
		db_undo(sk->boot);
		return (-1);
	}
	return (0);
}

static int
commit_changes(struct state *sk, const struct transition *t)
{
	if (t->boot && db_ready(sk->boot) == -1)
		return (state_fail_db(sk, sk->boot));
	if (t->durable && db_commit(sk->durable, t->hard) == -1)
		return (state_fail_db(sk, sk->durable));
	if (t->boot && db_commit(sk->boot, false) == -1) {
		(void)state_fail_db(sk, sk->boot);
		if (t->durable)
			db_undo(sk->durable);
		return (-1);
	}
	return (0);
}

int
state_commit(struct state *sk, const struct transition *t)
{
	struct hist	 h;
	int		 rc = history_put(sk, t, &h);

	if (rc == 0 && (rc = commit_changes(sk, t)) == 0)
		events_emit(sk, &h);
	history_done(&h);
	return (rc);
}

bool
state_again(const struct state *sk, int rc, int tries)
{
	return (rc == -1 && tries < TRIES_MAX &&
	    (db_try_again(sk->durable) || db_try_again(sk->boot)));
}

bool
state_sees(const struct state *sk, const struct rec *row)
{
	return (*sk->ns == '\0' || sk->all || strcmp(rec_str(row,
	    KEY(namespace), ""), sk->ns) == 0);
}

int
state_not_ours(struct state *sk, const char *noun, const char *id,
    const struct rec *row)
{
	return (state_fail(sk, EXDEV, "cannot retrieve %s %s as it is part of "
	    "namespace \"%s\" and we are in namespace \"%s\": target is in "
	    "a different namespace", noun, id, rec_str(row, KEY(namespace), ""),
	    sk->ns));
}
