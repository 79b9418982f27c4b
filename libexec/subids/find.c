#include "find.h"

#include <sys/types.h>

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "layout.h"
#include "subid.h"
#include "subids.h"
#include "users.h"

static void because(struct subids *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

/* Only the first reason is kept. */
static void
because(struct subids *ids, const char *fmt, ...)
{
	va_list	 ap;

	if (ids->why[0] != '\0')
		return;
	va_start(ap, fmt);
	(void)vsnprintf(ids->why, sizeof(ids->why), fmt, ap);
	va_end(ap);
}

static void
load_account(struct subids *ids)
{
	struct passwd	*pw = users_by_name(LAYOUT_ACCOUNT);

	(void)snprintf(ids->name, sizeof(ids->name), "%s", LAYOUT_ACCOUNT);
	if (pw == NULL) {
		because(ids, "there is no account %s for the engine; make it "
		    "with share/bulkhead/make-account (see INSTALL, under "
		    "ACCOUNTS)", LAYOUT_ACCOUNT);
		return;
	}
	ids->found = true;
	ids->uid = pw->pw_uid;
	ids->gid = pw->pw_gid;
}

/* Someone without an entry may still have ranges, under the number. */
static void
load_caller(struct subids *ids)
{
	struct passwd	*pw = users_by_id(ids->asked);
	int		 n;

	ids->found = pw != NULL;
	ids->uid = ids->asked;
	if (pw == NULL)
		n = snprintf(ids->name, sizeof(ids->name), "%u", ids->uid);
	else {
		ids->gid = pw->pw_gid;
		n = snprintf(ids->name, sizeof(ids->name), "%s", pw->pw_name);
	}
	if (n < 0 || (size_t)n >= sizeof(ids->name))
		because(ids, "your user name is too long");
}

static void
load_ranges(struct subids *ids, struct ranges *rs, enum subid_kind kind)
{
	const char	*file = kind == SUBID_USERS ? "subuid" : "subgid";
	char		 other[128];

	if (subid_ranges(rs, kind, ids->name, ids->uid) == -1)
		because(ids, "cannot ask for the subordinate ids of %s: see "
		    "/etc/%s and the line `subid` of /etc/nsswitch.conf",
		    ids->name, file);
	if (rs->n == 0 && ids->asked == 0)
		because(ids, "the account %s has no subordinate ids in "
		    "/etc/%s: give it some as INSTALL says, under ACCOUNTS",
		    ids->name, file);
	if (rs->n == 0)
		because(ids, "%s has no subordinate ids in /etc/%s: as root, "
		    "run `usermod --add-subuids 100000-165535 --add-subgids "
		    "100000-165535 %s` with a range that is free", ids->name,
		    file, ids->name);
	if (subid_taken(rs, kind, ids->name, ids->uid, other, sizeof(other)))
		because(ids, "the range of %s in /etc/%s overlaps the line "
		    "%s: give one of them other ids, as INSTALL says under "
		    "ACCOUNTS", ids->name, file, other);
}

static bool
within(const struct ranges *rs, uint64_t id)
{
	for (uint64_t i = 0; i < rs->n; i++)
		if (id >= rs->r[i].start &&
		    id - rs->r[i].start < rs->r[i].count)
			return (true);
	return (false);
}

/*
 * What cannot be read, the caller may have caused (by its limits): then no
 * range is free of other users as far as is known.
 */
static FILE *
open_local(struct subids *ids, const char *path)
{
	FILE	*f = fopen(path, "re");

	if (f == NULL && errno != ENOENT)
		because(ids, "%s cannot be read: %s", path, strerror(errno));
	errno = 0;
	return (f);
}

/* A line for which there is no memory ends a file like its end. */
static void
close_local(struct subids *ids, FILE *f, const char *path)
{
	if (ferror(f) || !feof(f) || errno == ENOMEM)
		because(ids, "%s cannot be read", path);
	(void)fclose(f);
}

static void
refuse_user(struct subids *ids, const struct passwd *pw)
{
	if (pw != NULL && within(&ids->uids, pw->pw_uid))
		because(ids, "the range of %s in /etc/subuid contains the "
		    "user %s (%u): give one of them other ids", ids->name,
		    pw->pw_name, pw->pw_uid);
}

/*
 * A range that contains a real user would hand out that user's files. The
 * local files are looked through whole. A directory service may hold any
 * number of users and cannot be; it is asked for both ends of each range,
 * so that a range laid over a block of its users is noticed at least there.
 */
static void
refuse_users(struct subids *ids)
{
	struct passwd	*pw;
	FILE		*f;

	if ((f = open_local(ids, "/etc/passwd")) == NULL)
		return;
	while ((pw = fgetpwent(f)) != NULL)
		refuse_user(ids, pw);
	close_local(ids, f, "/etc/passwd");
	if (!subid_afar("passwd:"))
		return;
	for (size_t i = 0; i < ids->uids.n && ids->why[0] == '\0'; i++) {
		const struct range	*r = &ids->uids.r[i];

		refuse_user(ids, users_by_id((uid_t)r->start));
		refuse_user(ids, users_by_id((uid_t)(r->start + r->count -
		    1)));
	}
}

static void
refuse_groups(struct subids *ids)
{
	struct group	*gr;
	FILE		*f;

	if ((f = open_local(ids, "/etc/group")) == NULL)
		return;
	while ((gr = fgetgrent(f)) != NULL)
		if (within(&ids->gids, gr->gr_gid))
			because(ids, "the range of %s in /etc/subgid contains "
			    "the group %s (%u): give one of them other ids",
			    ids->name, gr->gr_name, gr->gr_gid);
	close_local(ids, f, "/etc/group");
}

/* The ids of our user namespace, of which 0 is its root, without 0. */
static void
load_own(struct subids *ids, struct ranges *rs, const char *path)
{
	FILE		*f = fopen(path, "re");
	bool		 zero = false;
	uint32_t	 first, count;

	while (f != NULL && rs->n < MAP_LINES &&
	    fscanf(f, "%u %*u %u", &first, &count) == 2) {
		if (first == 0) {
			zero = true;
			first++;
			count--;
		}
		if (count > 0)
			rs->r[rs->n++] = (struct range){ first, count };
	}
	if (f != NULL)
		(void)fclose(f);
	if (!zero)
		because(ids, "%s names no id 0 for bulkhead, which runs as "
		    "root of a user namespace", path);
	else if (rs->n == 0)
		because(ids, "bulkhead runs in a user namespace with one id, "
		    "so its containers have one, too");
}

void
find_own_ids(struct subids *ids)
{
	memset(ids, 0, sizeof(*ids));
	ids->magic = SUBIDS_MAGIC;
	(void)snprintf(ids->name, sizeof(ids->name), "root");
	load_own(ids, &ids->uids, "/proc/self/uid_map");
	load_own(ids, &ids->gids, "/proc/self/gid_map");
}

void
find_ids(struct subids *ids, uid_t uid)
{
	memset(ids, 0, sizeof(*ids));
	ids->magic = SUBIDS_MAGIC;
	ids->asked = uid;
	if (uid == 0)
		load_account(ids);
	else
		load_caller(ids);
	if (!ids->found && uid == 0)
		return;
	load_ranges(ids, &ids->uids, SUBID_USERS);
	load_ranges(ids, &ids->gids, SUBID_GROUPS);
	refuse_users(ids);
	refuse_groups(ids);
}
