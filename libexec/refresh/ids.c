#include "ids.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <shadow/subid.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "log.h"
#include "scope.h"

/* The first thing that is wrong is the one that is told. */
static void
because(struct ids *ids, const char *fmt, ...)
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

	if ((pw = getpwnam(ACCOUNT)) == NULL)
		fatalx(EX_NOUSER, "there is no account %s for the engine; "
		    "make it as INSTALL says, under ACCOUNTS", ACCOUNT);
	if (pw->pw_uid == 0 || pw->pw_gid == 0)
		fatalx(EX_CONFIG, "the account %s is root; give it an id of "
		    "its own", ACCOUNT);
	ids->uid = pw->pw_uid;
	ids->gid = pw->pw_gid;
	(void)snprintf(ids->name, sizeof(ids->name), "%s", ACCOUNT);
}

/* Someone without an entry may still have ranges, under the number. */
static void
load_caller(struct ids *ids)
{
	struct passwd	*pw = getpwuid(ids->uid);
	int		 n;

	if (pw == NULL)
		n = snprintf(ids->name, sizeof(ids->name), "%u", ids->uid);
	else
		n = snprintf(ids->name, sizeof(ids->name), "%s", pw->pw_name);
	if (n < 0 || (size_t)n >= sizeof(ids->name))
		fatalx(EX_NOUSER, "your user name is too long");
}

static void
load_ranges(struct ids *ids, struct ranges *rs, const char *file, uint64_t own,
    int (*get)(const char *, struct subid_range **))
{
	struct subid_range	*found = NULL;
	const char		*why;
	int			 n = get(ids->name, &found);

	if (n <= 0 || found == NULL)
		because(ids, "%s has no subordinate ids in %s: as root, run "
		    "`usermod --add-subuids 100000-165535 --add-subgids "
		    "100000-165535 %s` with a range that is free", ids->name,
		    file, ids->name);
	/* One too many is kept, for ranges_check to refuse. */
	for (int i = 0; i < n && found != NULL && rs->n < MAP_LINES; i++)
		rs->r[rs->n++] = (struct range){ found[i].start,
		    found[i].count };
	free(found);
	if ((why = ranges_check(rs, own)) != NULL)
		because(ids, "%s has in %s %s: correct it there", ids->name,
		    file, why);
}

static bool
within(const struct ranges *rs, uint64_t id)
{
	for (size_t i = 0; i < rs->n; i++)
		if (id >= rs->r[i].start && id - rs->r[i].start < rs->r[i].count)
			return (true);
	return (false);
}

/* Does the line of nsswitch.conf name more than what is on this host? */
static bool
served_from_afar(const char *db)
{
	static const char	 sep[] = " \t\n";
	char			 line[1024], *word, *save = NULL;
	bool			 afar = false;
	FILE			*f;

	if ((f = fopen("/etc/nsswitch.conf", "re")) == NULL)
		return (false);
	while (!afar && fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "#")] = '\0';
		word = strtok_r(line, sep, &save);
		if (word == NULL || strcmp(word, db) != 0)
			continue;
		while ((word = strtok_r(NULL, sep, &save)) != NULL)
			if (strcmp(word, "files") != 0 &&
			    strcmp(word, "compat") != 0 &&
			    strcmp(word, "systemd") != 0)
				afar = true;
	}
	(void)fclose(f);
	return (afar);
}

/*
 * A range that contains a real user would hand out that user's files. The
 * local files are looked through whole. A directory service may hold any
 * number of users and cannot be; it is asked for both ends of each range,
 * so that a range laid over a block of its users is noticed at least there.
 */
static void
refuse_user(struct ids *ids, const struct passwd *pw)
{
	if (pw != NULL && within(&ids->uids, pw->pw_uid))
		because(ids, "the range of %s in /etc/subuid contains the "
		    "user %s (%u): give one of them other ids", ids->name,
		    pw->pw_name, pw->pw_uid);
}

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
	if (!served_from_afar("passwd:"))
		return;
	for (size_t i = 0; i < ids->uids.n && ids->why[0] == '\0'; i++) {
		const struct range	*r = &ids->uids.r[i];

		refuse_user(ids, getpwuid((uid_t)r->start));
		refuse_user(ids, getpwuid((uid_t)(r->start + r->count - 1)));
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
	/* Its complaints (NULL: to nowhere) would not be one sentence. */
	if (!subid_init("refresh", NULL))
		fatalx(EX_OSERR, "libsubid does not start");
	load_ranges(ids, &ids->uids, "/etc/subuid", ids->uid,
	    subid_get_uid_ranges);
	load_ranges(ids, &ids->gids, "/etc/subgid", ids->gid,
	    subid_get_gid_ranges);
	refuse_users(ids);
	refuse_groups(ids);
}
