#include "keep.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "db.h"
#include "name.h"
#include "record.h"

#define TRIES_MAX	4		/* twice for each database */

int
keep_fail(struct keep *k, int error, const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	(void)vsnprintf(k->error, sizeof(k->error), fmt, ap);
	va_end(ap);
	errno = error;
	return (-1);
}

int
keep_fail_db(struct keep *k, const struct db *db)
{
	return (keep_fail(k, errno, "%s", db_error(db)));
}

/* Name of the directory a descriptor stands for, for sentences. */
static void
name_dir(int fd, char *out, size_t size)
{
	if (fd == -1 || fchdir(fd) == -1 || getcwd(out, size) == NULL)
		(void)snprintf(out, size, "(state)");
}

int
keep_init(struct keep *k, int durable_fd, int boot_fd, const char *boot_id)
{
	char	 where[4096];

	name_dir(durable_fd, where, sizeof(where));
	k->durable = db_new(durable_fd, "state", where, boot_id, true);
	name_dir(boot_fd, where, sizeof(where));
	k->boot = db_new(boot_fd, "boot", where, boot_id, false);
	(void)snprintf(k->boot_id, sizeof(k->boot_id), "%s", boot_id);
	if (k->durable == NULL || k->boot == NULL)
		return (keep_fail(k, ENOMEM, "out of memory"));
	/* It is a word in the stamps. */
	if (!name_valid(boot_id))
		return (keep_fail(k, EINVAL, "\"%s\" is not a boot ID",
		    boot_id));
	return (0);
}

void
keep_clear(struct keep *k)
{
	db_free(k->durable);
	db_free(k->boot);
	k->durable = k->boot = NULL;
	events_clear(&k->events);
}

int
keep_begin(struct keep *k, bool durable, bool boot, bool write)
{
	enum db_mode	 mode = write ? DB_WRITE : DB_READ;
	int		 saved;

	if (durable && db_begin(k->durable, mode) == -1)
		return (keep_fail_db(k, k->durable));
	if (boot && db_begin(k->boot, mode) == -1) {
		(void)keep_fail_db(k, k->boot);
		saved = errno;
		(void)db_end(k->durable);
		errno = saved;
		return (-1);
	}
	return (0);
}

/*
 * End the turn at one of both. An index that failed matters as long as nothing
 * was committed; a journal that was not synced always does.
 */
static int
end_one(struct keep *k, struct db *db, int rc, bool done)
{
	if (db_end(db) == 0 || (db_try_again(db) ? done : rc == -1))
		return (rc);
	return (keep_fail_db(k, db));
}

int
keep_end(struct keep *k, int rc)
{
	bool	 done = rc != -1 && (db_committed(k->durable) ||
		    db_committed(k->boot));

	event_forget(k);	/* of a transaction that was not to be */
	rc = end_one(k, k->boot, rc, done);
	return (end_one(k, k->durable, rc, done));
}

bool
keep_again(const struct keep *k, int rc, int tries)
{
	return (rc == -1 && tries < TRIES_MAX &&
	    (db_try_again(k->durable) || db_try_again(k->boot)));
}

bool
keep_sees(const struct keep *k, const struct rec *row)
{
	return (*k->ns == '\0' || strcmp(rec_str(row, "namespace", ""),
	    k->ns) == 0);
}

int
keep_not_ours(struct keep *k, const char *noun, const char *id,
    const struct rec *row)
{
	return (keep_fail(k, EXDEV, "cannot retrieve %s %s as it is part of "
	    "namespace \"%s\" and we are in namespace \"%s\": target is in "
	    "a different namespace", noun, id, rec_str(row, "namespace", ""),
	    k->ns));
}
