#include "ids.h"

#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "log.h"
#include "subid.h"
#include "users.h"

/* The first thing that is wrong is the one that is told. */
static void because(struct ids *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

static void
because(struct ids *ids, const char *fmt, ...)
{
	va_list	 ap;

	if (ids->why[0] != '\0')
		return;
	va_start(ap, fmt);
	(void)vsnprintf(ids->why, sizeof(ids->why), fmt, ap);
	va_end(ap);
}

static void
load_account(struct ids *ids)
{
	struct passwd	*pw;

	if ((pw = users_by_name(ACCOUNT)) == NULL)
		fatalx(EX_NOUSER, "there is no account %s for the engine; "
		    "make it with share/bulkhead/make-account (see INSTALL, "
		    "under ACCOUNTS)", ACCOUNT);
	if (pw->pw_uid == 0 || pw->pw_gid == 0)
		fatalx(EX_CONFIG, "the account %s is root; give it an id of "
		    "its own", ACCOUNT);
	ids->uid = pw->pw_uid;
	ids->gid = pw->pw_gid;
	(void)snprintf(ids->name, sizeof(ids->name), "%s", ACCOUNT);
}

/*
 * A file may grant to everyone what it denies to one group, so to leave a
 * group can be a gain. The groups of the system below GROUPS_MADE give
 * rights only. Of one that an administrator made that is not known: with a
 * supplementary one of these setgroups(2) is denied in the namespace.
 */
static bool
in_made_group(gid_t own)
{
	static gid_t	 groups[65536];		/* NGROUPS_MAX */
	int		 n = getgroups(65536, groups);

	if (n == -1)
		fatal("groups");
	for (int i = 0; i < n; i++)
		if (groups[i] >= GROUPS_MADE && groups[i] != own)
			return (true);
	return (false);
}

/* Someone without an entry may still have ranges, under the number. */
static void
load_caller(struct ids *ids)
{
	struct passwd	*pw = users_by_id(ids->uid);
	int		 n;

	/* The group of the database: newgrp(1) makes any of them the own. */
	ids->keep_groups = in_made_group(pw == NULL ? ids->gid : pw->pw_gid);
	if (pw == NULL)
		n = snprintf(ids->name, sizeof(ids->name), "%u", ids->uid);
	else
		n = snprintf(ids->name, sizeof(ids->name), "%s", pw->pw_name);
	if (n < 0 || (size_t)n >= sizeof(ids->name))
		fatalx(EX_NOUSER, "your user name is too long");
}

static void
load_ranges(struct ids *ids, struct ranges *rs, enum subid_kind kind)
{
	const char	*file = kind == SUBID_USERS ? "subuid" : "subgid";
	uint64_t	 own = kind == SUBID_USERS ? ids->uid : ids->gid;
	const char	*why;
	char		 other[128];

	if (subid_ranges(rs, kind, ids->name, ids->uid) == -1)
		because(ids, "cannot ask for the subordinate ids of %s: see "
		    "/etc/%s and the line `subid` of /etc/nsswitch.conf",
		    ids->name, file);
	if (rs->n == 0 && ids->system)
		because(ids, "the account %s has no subordinate ids in "
		    "/etc/%s: give it some as INSTALL says, under ACCOUNTS",
		    ids->name, file);
	if (rs->n == 0)
		because(ids, "%s has no subordinate ids in /etc/%s: as root, "
		    "run `usermod --add-subuids 100000-165535 --add-subgids "
		    "100000-165535 %s` with a range that is free", ids->name,
		    file, ids->name);
	if ((why = ranges_check(rs, own)) != NULL)
		because(ids, "%s has in /etc/%s %s: correct it there",
		    ids->name, file, why);
	if (subid_taken(rs, kind, ids->name, ids->uid, other, sizeof(other)))
		because(ids, "the range of %s in /etc/%s overlaps the line "
		    "%s: give one of them other ids, as INSTALL says under "
		    "ACCOUNTS", ids->name, file, other);
}

static bool
within(const struct ranges *rs, uint64_t id)
{
	for (size_t i = 0; i < rs->n; i++)
		if (id >= rs->r[i].start && id - rs->r[i].start < rs->r[i].count)
			return (true);
	return (false);
}

static void
refuse_user(struct ids *ids, const struct passwd *pw)
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
refuse_users(struct ids *ids)
{
	struct passwd	*pw;
	FILE		*f;

	if ((f = fopen("/etc/passwd", "re")) == NULL)
		return;
	while ((pw = fgetpwent(f)) != NULL)
		refuse_user(ids, pw);
	(void)fclose(f);
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
refuse_groups(struct ids *ids)
{
	struct group	*gr;
	FILE		*f;

	if ((f = fopen("/etc/group", "re")) == NULL)
		return;
	while ((gr = fgetgrent(f)) != NULL)
		if (within(&ids->gids, gr->gr_gid))
			because(ids, "the range of %s in /etc/subgid contains "
			    "the group %s (%u): give one of them other ids",
			    ids->name, gr->gr_name, gr->gr_gid);
	(void)fclose(f);
}

void
ids_load(struct ids *ids)
{
	memset(ids, 0, sizeof(*ids));
	ids->uid = getuid();
	ids->gid = getgid();
	ids->system = ids->uid == 0;
	if (ids->system)
		load_account(ids);
	else
		load_caller(ids);
	load_ranges(ids, &ids->uids, SUBID_USERS);
	load_ranges(ids, &ids->gids, SUBID_GROUPS);
	refuse_users(ids);
	refuse_groups(ids);
}
