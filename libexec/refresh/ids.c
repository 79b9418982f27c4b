#include "ids.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "children.h"
#include "hostroot.h"
#include "layout.h"
#include "log.h"
#include "waitchild.h"

#define ID_MAX	0xfffffffeU

void
ids_init(struct ids *ids)
{
	memset(ids, 0, sizeof(*ids));
	ids->uid = getuid();
	ids->gid = ids->uid == 0 ? 0 : getgid();
	ids->kind = host_root() ? MAP_SYSTEM : ids->uid == 0 ? MAP_NESTED :
	    MAP_USER;
}

/* Exactly one struct, in time. */
static bool
read_whole(int fd, struct subids *s)
{
	struct pollfd	 pfd = { .fd = fd, .events = POLLIN };
	size_t		 have = 0;
	ssize_t		 n;

	while (have < sizeof(*s)) {
		if (poll(&pfd, 1, (READER_SECONDS + 1) * 1000) != 1 ||
		    (n = read(fd, (char *)s + have, sizeof(*s) - have)) <= 0)
			return (false);
		have += (size_t)n;
	}
	return (true);
}

/* Is it an answer to this question, with every count and text in bounds? */
static bool
is_sound(const struct subids *s, uint32_t asked)
{
	return (s->magic == SUBIDS_MAGIC && s->asked == asked &&
	    s->uids.n <= MAP_LINES && s->gids.n <= MAP_LINES &&
	    s->name[0] != '\0' &&
	    memchr(s->name, '\0', sizeof(s->name)) != NULL &&
	    memchr(s->why, '\0', sizeof(s->why)) != NULL);
}

static void
take_account(struct ids *ids, const struct subids *s)
{
	if (!s->found)
		fatalx(EX_NOUSER, "%s", s->why);
	if (s->uid == 0 || s->gid == 0 || s->uid > ID_MAX || s->gid > ID_MAX)
		fatalx(EX_CONFIG, "the account %s is root; give it an id of "
		    "its own", LAYOUT_ACCOUNT);
	ids->uid = s->uid;
	ids->gid = s->gid;
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

/* NULL, or what is wrong with ranges that are there. */
static const char *
check_ranges(const struct ids *ids, const struct ranges *rs, uint64_t own)
{
	return (rs->n == 0 ? NULL : ranges_check(rs, own, ids->kind));
}

/* Leave the first reason that speaks against the ranges, if there is one. */
static void
judge(struct ids *ids, const char *reason)
{
	const char	*file = "subuid";
	const char	*why = check_ranges(ids, &ids->uids, ids->uid);

	if (why == NULL) {
		file = "subgid";
		why = check_ranges(ids, &ids->gids, ids->gid);
	}
	if (why != NULL)
		(void)snprintf(ids->why, sizeof(ids->why), "%s has in /etc/%s "
		    "%s: correct it there", ids->name, file, why);
	else if (*reason == '\0' && (ids->uids.n == 0 || ids->gids.n == 0))
		(void)snprintf(ids->why, sizeof(ids->why), "%s has no "
		    "subordinate ids", ids->name);
	else
		(void)snprintf(ids->why, sizeof(ids->why), "%s", reason);
}

void
ids_take(struct ids *ids, const struct reader *r)
{
	static struct subids	 s;
	bool			 whole = read_whole(r->pipe, &s);

	close(r->pipe);
	(void)waitchild(r->pid);
	if (!whole || !is_sound(&s, ids->uid)) {
		if (ids->kind == MAP_SYSTEM)
			fatalx(EX_UNAVAILABLE, "subids, which reads "
			    "/etc/passwd and /etc/subuid, gave no answer");
		(void)snprintf(ids->why, sizeof(ids->why), "your subordinate "
		    "ids cannot be read: subids gave no answer");
		return;
	}
	if (ids->kind == MAP_SYSTEM)
		take_account(ids, &s);
	else if (ids->kind == MAP_USER)
		/* The group of the database: newgrp(1) can change the own. */
		ids->keep_groups = in_made_group(s.found ? s.gid : ids->gid);
	memcpy(ids->name, s.name, sizeof(ids->name));
	ids->uids = s.uids;
	ids->gids = s.gids;
	judge(ids, s.why);
}
