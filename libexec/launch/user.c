#include "user.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "fault.h"
#include "spec.h"
#include "walk.h"

#define FILE_MAX	(1u << 20)
#define LINES_MAX	100000
#define ID_MAX		INT32_MAX

char *
user_slurp(int root, const char *path, size_t *len)
{
	scoped_fd int		 fd = walk_open(root, path, O_RDONLY |
				    O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	scoped_free char	*buf = NULL;
	struct stat		 st;
	size_t			 got = 0;
	ssize_t			 n;

	if (fd == -1 || fstat(fd, &st) == -1)
		return (NULL);
	errno = EINVAL;
	if (!S_ISREG(st.st_mode))
		return (NULL);
	errno = EFBIG;
	if (st.st_size > FILE_MAX || (buf = malloc(FILE_MAX + 1)) == NULL)
		return (NULL);
	while (got < FILE_MAX &&
	    (n = read(fd, buf + got, FILE_MAX - got)) != 0) {
		if (n == -1)
			return (NULL);
		got += (size_t)n;
	}
	buf[got] = '\0';
	*len = got;
	return (take_ptr(&buf));
}

static bool
is_number(const char *s)
{
	return (*s != '\0' && s[strspn(s, "0123456789")] == '\0');
}

/* Only digits: a number, never a name. */
static int
parse_half(const char *s, const char **name, uint32_t *id, struct fault *f)
{
	uint64_t	 v;

	if (!is_number(s)) {
		*name = s;
		return (0);
	}
	if (!spec_number(s, ID_MAX, &v))
		return (fault_set(f, EINVAL, "the id %.32s is not in the range "
		    "0 to %d", s, ID_MAX));
	*id = (uint32_t)v;
	return (0);
}

int
user_parse(const char *text, struct user_text *t, struct fault *f)
{
	char	*colon;

	*t = (struct user_text){ 0 };
	if (text == NULL)
		text = "";
	if (strlen(text) >= sizeof(t->copy))
		return (fault_set(f, EINVAL, "the user is too long"));
	memcpy(t->copy, text, strlen(text) + 1);
	if ((colon = strchr(t->copy, ':')) != NULL) {
		*colon++ = '\0';
		if (strchr(colon, ':') != NULL)
			return (fault_set(f, EINVAL, "the user \"%s\" is not "
			    "of the form user:group", text));
		t->has_group = *colon != '\0';
	}
	if (t->copy[0] != '\0' &&
	    parse_half(t->copy, &t->user, &t->uid, f) == -1)
		return (-1);
	if (t->has_group && parse_half(colon, &t->group, &t->gid, f) == -1)
		return (-1);
	return (0);
}

/*
 * Find the next line of a passwd or group file that has at least so many
 * fields: true and pointers to them. Other lines are skipped.
 */
static bool
next_line(char **rest, unsigned int *lines, char **field, int fields)
{
	char	*line;

	while ((line = strsep(rest, "\n")) != NULL && (*lines)++ < LINES_MAX) {
		int	 n = 0;

		while (n < fields && (field[n] = strsep(&line, ":")) != NULL)
			n++;
		if (n == fields && field[0][0] != '\0')
			return (true);
	}
	return (false);
}

static bool
get_id(const char *s, uint32_t *out)
{
	uint64_t	 v;

	if (!spec_number(s, ID_MAX, &v))
		return (false);
	*out = (uint32_t)v;
	return (true);
}

/* name:password:uid:gid:gecos:home:shell. True when the user is in it. */
static bool
search_passwd(char *text, const struct user_text *t, struct identity *who)
{
	unsigned int	 lines = 0;
	char		*field[6];
	uint32_t	 uid, gid;

	while (next_line(&text, &lines, field, 6)) {
		if (!get_id(field[2], &uid) || !get_id(field[3], &gid))
			continue;
		if (t->user != NULL ? strcmp(field[0], t->user) != 0 :
		    uid != t->uid)
			continue;
		who->uid = uid;
		who->gid = gid;
		who->name = strdup(field[0]);
		who->home = strdup(field[5]);
		return (true);
	}
	return (false);
}

static bool
in_list(char *list, const char *name)
{
	char	*member;

	while (list != NULL && (member = strsep(&list, ",")) != NULL)
		if (strcmp(member, name) == 0)
			return (true);
	return (false);
}

static int
add_group(struct identity *who, gid_t gid)
{
	gid_t	*more;

	for (size_t i = 0; i < who->ngroups; i++)
		if (who->groups[i] == gid)
			return (0);
	errno = E2BIG;
	if (who->ngroups == GROUPS_MAX ||
	    (more = reallocarray(who->groups, who->ngroups + 1,
	    sizeof(*more))) == NULL)
		return (-1);
	who->groups = more;
	who->groups[who->ngroups++] = gid;
	return (0);
}

/*
 * name:password:gid:members. A group given by name is looked up; if none was
 * given, add the groups that have the user as a member.
 */
static int
search_group(char *text, const struct user_text *t, struct identity *who,
    bool *found)
{
	unsigned int	 lines = 0;
	char		*field[4];
	uint32_t	 gid;

	while (next_line(&text, &lines, field, 4)) {
		if (!get_id(field[2], &gid))
			continue;
		if (t->group != NULL && !*found &&
		    strcmp(field[0], t->group) == 0) {
			*found = true;
			who->gid = gid;
		}
		if (!t->has_group && who->name != NULL &&
		    in_list(field[3], who->name) && add_group(who, gid) == -1)
			return (-1);
	}
	return (0);
}

static int
find_user(int root, const struct user_text *t, struct identity *who,
    struct fault *f)
{
	scoped_free char	*text = NULL;
	size_t			 len;
	bool			 found;

	who->uid = t->uid;
	text = user_slurp(root, "/etc/passwd", &len);
	found = text != NULL && search_passwd(text, t, who);
	if (t->user == NULL || found)
		return (0);
	if (text == NULL && errno != ENOENT)
		return (fault_errno(f, "unable to find user %s: the image's "
		    "/etc/passwd cannot be used", t->user));
	return (fault_set(f, ESRCH, "unable to find user %s: no matching "
	    "entries in passwd file", t->user));
}

static int
find_groups(int root, const struct user_text *t, struct identity *who,
    struct fault *f)
{
	scoped_free char	*text = NULL;
	size_t			 len;
	bool			 found = false;

	if (t->has_group && t->group == NULL)
		who->gid = t->gid;
	/*
	 * Add the primary group to the supplementary ones: rules that exclude a
	 * group apply only to processes with it in one of these.
	 */
	if (t->group == NULL && add_group(who, who->gid) == -1)
		return (fault_errno(f, "reading the groups of the image"));
	text = user_slurp(root, "/etc/group", &len);
	if (text != NULL && search_group(text, t, who, &found) == -1)
		return (fault_errno(f, "reading the groups of the image"));
	if (t->group != NULL && !found)
		return (fault_set(f, ESRCH, "unable to find group %s: no "
		    "matching entries in group file", t->group));
	if (add_group(who, who->gid) == -1)
		return (fault_errno(f, "reading the groups of the image"));
	return (0);
}

int
user_resolve(int root, const char *user, struct identity *who,
    struct fault *f)
{
	struct user_text	 t;

	*who = (struct identity){ 0 };
	if (user_parse(user, &t, f) == -1 || find_user(root, &t, who, f) == -1)
		return (-1);
	return (find_groups(root, &t, who, f));
}
