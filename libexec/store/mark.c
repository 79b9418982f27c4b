#include "mark.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "cleanup.h"
#include "messages.h"
#include "path.h"
#include "store.h"

#define EPHEMERAL	"rm."
#define NEW		"new."

/* The name of a mark of this boot; "" where there is none to be put. */
static void
name_of(const struct store *s, uint32_t mark, char *out, size_t size)
{
	*out = '\0';
	if (mark == LAYER_EPHEMERAL)
		(void)snprintf(out, size, EPHEMERAL "%s", s->boot_id);
	if (mark == LAYER_NEW && *s->state_id != '\0')
		(void)snprintf(out, size, NEW "%s.%s", s->boot_id,
		    s->state_id);
}

int
mark_put(const struct store *s, int dir, uint32_t mark)
{
	char		 name[NAME_MAX + 1];
	scoped_fd int	 fd = -1;

	name_of(s, mark, name, sizeof(name));
	if (*name == '\0')
		return (0);
	fd = path_open(dir, name, O_WRONLY | O_CREAT | O_NOFOLLOW |
	    O_NONBLOCK, 0600);
	return (fd == -1 ? -1 : 0);
}

int
mark_drop(const struct store *s, int dir)
{
	char	 name[NAME_MAX + 1];

	name_of(s, LAYER_NEW, name, sizeof(name));
	return (*name == '\0' || unlinkat(dir, name, 0) == 0 ||
	    errno == ENOENT ? 0 : -1);
}

/* True: it is a mark of this boot, during which the layer stays. */
static bool
read_one(const struct store *s, const char *now, const char *name,
    struct marks *m)
{
	const char	*boot, *state;
	size_t		 n = strlen(now);

	if (strncmp(name, EPHEMERAL, strlen(EPHEMERAL)) == 0) {
		m->ephemeral = true;
		return (strcmp(name + strlen(EPHEMERAL), now) == 0);
	}
	if (strncmp(name, NEW, strlen(NEW)) != 0)
		return (false);
	boot = name + strlen(NEW);
	if (strncmp(boot, now, n) == 0 && boot[n] == '.')
		return (true);
	state = strchr(boot, '.');
	if (state != NULL && *s->state_id != '\0' &&
	    strcmp(state + 1, s->state_id) == 0)
		(void)strlcpy(m->fresh, name, sizeof(m->fresh));
	return (false);
}

struct marks
mark_read(const struct store *s, const char *boot_id, int all, const char *id)
{
	struct marks	 m = { .ephemeral = false };
	DIR		*d = path_open_dir(all, id);
	struct dirent	*e;
	bool		 stays = false;

	while (d != NULL && !stays && (e = readdir(d)) != NULL)
		stays = read_one(s, boot_id, e->d_name, &m);
	if (d != NULL)
		closedir(d);
	return (stays ? (struct marks){ .ephemeral = false } : m);
}
