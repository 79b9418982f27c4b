/*
 * Attaching mounts, and comparing the kernel's list of mounts with what was
 * attached.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "build.h"
#include "cleanup.h"
#include "fault.h"
#include "kernel.h"

/* The path that the kernel gives for a descriptor, as seen from the root. */
static char *
place_of(const struct build *b, int fd)
{
	char	 name[16], path[PATH_MAX];
	ssize_t	 n;

	(void)snprintf(name, sizeof(name), "%d", fd);
	n = readlinkat(b->self_fd, name, path, sizeof(path) - 1);
	if (n == -1)
		return (NULL);
	path[n] = '\0';
	return (strdup(path));
}

int
plan_attach(struct build *b, int mount, int target, const char *path,
    bool readonly)
{
	struct planned	*p = reallocarray(b->plan, b->nplan + 1, sizeof(*p));

	if (p == NULL)
		return (-1);
	b->plan = p;
	p += b->nplan;
	p->seen = false;
	p->readonly = readonly;
	p->path = path != NULL ? strdup(path) : place_of(b, target);
	if (p->path == NULL || k_attach(mount, target) == -1)
		return (-1);
	p->id = k_mount_id(mount);
	b->nplan++;
	return (0);
}

/* mountinfo writes blanks and backslashes as three octal digits. */
static void
unescape(char *s)
{
	char	*out = s;

	for (; *s != '\0'; s++) {
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' &&
		    s[2] >= '0' && s[2] <= '7' && s[3] >= '0' && s[3] <= '7') {
			*out++ = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 |
			    (s[3] - '0'));
			s += 3;
		} else
			*out++ = *s;
	}
	*out = '\0';
}

/* One line: id parent dev root place options ... */
static int
check_line(struct build *b, char *line)
{
	char		*field[6];
	uint64_t	 id;

	for (int i = 0; i < 6; i++)
		if ((field[i] = strsep(&line, " ")) == NULL)
			return (fault_set(b->fault, EIO, "the list of the "
			    "container's mounts cannot be read"));
	id = strtoull(field[0], NULL, 10);
	unescape(field[4]);
	for (size_t i = 0; i < b->nplan; i++) {
		struct planned	*p = &b->plan[i];

		if (p->id != id)
			continue;
		if (strcmp(p->path, field[4]) != 0)
			return (fault_set(b->fault, EXDEV, "what was mounted "
			    "on %s in the container turned out elsewhere",
			    p->path));
		if (p->readonly && strncmp(field[5], "ro", 2) != 0)
			return (fault_set(b->fault, EROFS, "%s in the "
			    "container did not become read-only", p->path));
		p->seen = true;
	}
	return (0);
}

static char *
read_all(int fd)
{
	scoped_free char	*buf = NULL;
	size_t			 got = 0, cap = 0;
	ssize_t			 n;

	do {
		if (cap - got < 4096) {
			char	*more = realloc(buf, cap + 16384);

			if (more == NULL)
				return (NULL);
			buf = more;
			cap += 16384;
		}
		if ((n = read(fd, buf + got, cap - got - 1)) == -1)
			return (NULL);
		got += (size_t)n;
	} while (n > 0);
	buf[got] = '\0';
	return (take_ptr(&buf));
}

/*
 * Read the kernel's list of mounts: each mount must be at its expected place.
 */
int
plan_check(struct build *b)
{
	scoped_fd int		 fd = -1;
	scoped_free char	*all = NULL;
	char			*rest, *line;

	fd = openat(b->proc, "self/mountinfo", O_RDONLY | O_CLOEXEC);
	if (fd == -1 || (all = read_all(fd)) == NULL)
		return (fault_errno(b->fault, "reading the container's "
		    "mounts back"));
	rest = all;
	while ((line = strsep(&rest, "\n")) != NULL)
		if (*line != '\0' && check_line(b, line) == -1)
			return (-1);
	for (size_t i = 0; i < b->nplan; i++)
		if (!b->plan[i].seen)
			return (fault_set(b->fault, ENOENT, "what was mounted "
			    "on %s in the container is not there",
			    b->plan[i].path));
	return (0);
}
