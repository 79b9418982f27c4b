#include "keep.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db.h"
#include "name.h"
#include "record.h"
#include "scope.h"

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
	if (fchdir(fd) == -1 || getcwd(out, size) == NULL)
		(void)snprintf(out, size, "(state)");
}

int
keep_init(struct keep *k, int durable_fd, int boot_fd, const char *boot_id)
{
	char	 where[4096];

	name_dir(durable_fd, where, sizeof(where));
	k->durable = db_new(durable_fd, "state", where, boot_id);
	name_dir(boot_fd, where, sizeof(where));
	k->boot = db_new(boot_fd, "boot", where, boot_id);
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

int
keep_end(struct keep *k, int rc)
{
	if (db_end(k->boot) == -1 && (rc != -1 || errno == EUCLEAN))
		rc = keep_fail_db(k, k->boot);
	if (db_end(k->durable) == -1 && (rc != -1 || errno == EUCLEAN))
		rc = keep_fail_db(k, k->durable);
	return (rc);
}

bool
keep_again(const struct keep *k, int rc, int tries)
{
	return (rc == -1 && tries == 0 && (errno == ENOSPC ||
	    errno == EDQUOT || errno == EUCLEAN) &&
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

static const char *
setting_label(const char *key)
{
	static const char *const	 labels[][2] = {
		{ "path.graph", "graph root" },
		{ "path.run_storage", "run root" },
		{ "path.state", "static dir" },
		{ "path.run", "tmp dir" },
		{ "path.volume", "volume path" },
		{ "storage.driver", "graph driver" },
	};

	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (strcmp(key, labels[i][0]) == 0)
			return (labels[i][1]);
	return (key);
}

/* 1: something is to be added, 0: all there and equal, -1: refused. */
static int
compare_settings(struct keep *k, const struct rec *have, const struct rec *want)
{
	struct rec_item	 item;
	const char	*old;
	size_t		 it = 0;
	int		 missing = 0;

	while (rec_walk(want, NULL, &it, &item)) {
		if (item.text == NULL || *item.text == '\0')
			continue;
		old = have == NULL ? NULL : rec_get(have, item.key);
		if (old == NULL || *old == '\0')
			missing = 1;
		else if (strcmp(old, item.text) != 0)
			return (keep_fail(k, EINVAL, "database %s \"%s\" does "
			    "not match our %s \"%s\": database configuration "
			    "mismatch", setting_label(item.key), old,
			    setting_label(item.key), item.text));
	}
	return (missing);
}

/* Sets *have to the stored settings (or NULL) when the schema is ours. */
static int
read_settings(struct keep *k, struct rec **have)
{
	char	 text[32];
	long	 schema;

	*have = NULL;
	if (!db_get_text(k->durable, "s:schema", text, sizeof(text)))
		return (0);
	schema = strtol(text, NULL, 10);
	if (schema > KEEP_SCHEMA)
		return (keep_fail(k, EPROTONOSUPPORT, "the state database "
		    "was written by a newer bulkhead (schema %ld, this one "
		    "knows %d); install that version again", schema,
		    KEEP_SCHEMA));
	if (schema < 1)
		return (keep_fail(k, EUCLEAN, "the state database has an "
		    "unknown schema \"%s\"; restore it from a backup", text));
	if ((*have = db_get(k->durable, "s:settings")) == NULL &&
	    errno != ENOENT)
		return (keep_fail(k, EUCLEAN, "the settings in the state "
		    "database are damaged; restore it from a backup"));
	return (0);
}

/* In a write transaction: add what is missing. */
static int
add_settings(struct keep *k, const struct rec *want)
{
	struct rec	*have, *merged;
	struct rec_item	 item;
	size_t		 it = 0;
	char		 text[16];
	int		 rc;

	if (read_settings(k, &have) == -1)
		return (-1);
	if ((rc = compare_settings(k, have, want)) != 1) {
		rec_free(have);
		return (rc);
	}
	merged = have == NULL ? rec_new() : have;
	while (merged != NULL && rec_walk(want, NULL, &it, &item))
		if (item.text != NULL && *item.text != '\0' &&
		    rec_get(merged, item.key) == NULL)
			(void)rec_add(merged, item.key, item.text);
	(void)snprintf(text, sizeof(text), "%d", KEEP_SCHEMA);
	rc = 0;
	if (db_put(k->durable, "s:settings", merged) == -1 ||
	    db_put_text(k->durable, "s:schema", text) == -1 ||
	    db_commit(k->durable, false) == -1)
		rc = keep_fail_db(k, k->durable);
	rec_free(merged);
	return (rc);
}

static int
settings(struct keep *k, const struct rec *want)
{
	struct rec	*have;
	int		 rc;

	if (keep_begin(k, true, false, false) == -1)
		return (-1);
	if ((rc = read_settings(k, &have)) == 0) {
		rc = compare_settings(k, have, want);
		rec_free(have);
	}
	rc = keep_end(k, rc);
	if (rc != 1)
		return (rc);
	if (keep_begin(k, true, false, true) == -1)
		return (-1);
	return (keep_end(k, add_settings(k, want)));
}

int
keep_settings(struct keep *k, const struct rec *want)
{
	int	 rc;

	for (int tries = 0;; tries++) {
		rc = settings(k, want);
		if (!keep_again(k, rc, tries))
			return (rc);
	}
}
