#include "info.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "calls.h"
#include "cleanup.h"
#include "hostroot.h"
#include "nitems.h"
#include "reconcile.h"
#include "record.h"
#include "session.h"
#include "states.h"

/* --- finding out --- */

bool
info_misses(const struct info *in, enum info_part part)
{
	return (in->failed[part].text[0] != '\0');
}

/* Does a directory say what its entries are? "." and ".." are always there. */
static const char *
has_d_type(int dir)
{
	int		 fd = openat(dir, ".", O_RDONLY | O_DIRECTORY |
			    O_CLOEXEC);
	DIR		*d = fd == -1 ? NULL : fdopendir(fd);
	struct dirent	*e = d == NULL ? NULL : readdir(d);
	const char	*answer = e == NULL ? "unknown" :
			    e->d_type == DT_UNKNOWN ? "false" : "true";

	if (d != NULL)
		(void)closedir(d);
	else if (fd != -1)
		close(fd);
	return (answer);
}

/* The storage, or what it would be made in. */
static int
open_nearest(const char *path)
{
	char	 at[PATH_MAX], *slash;
	int	 fd;

	if (strlcpy(at, path, sizeof(at)) >= sizeof(at) || *at != '/')
		return (-1);
	while ((fd = open(at, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1 &&
	    errno == ENOENT && (slash = strrchr(at, '/')) != at)
		*slash = '\0';
	return (fd);
}

/* A session that could not check its directories needs none of these. */
#define NEED_CHECKED	(NEED_STATE | NEED_STORE | NEED_LOCK)

int
info_look_at_disk(struct session *s)
{
	struct info	*in = s->arg;
	scoped_fd int	 dir = -1;

	if (host_root() && (s->need & NEED_CHECKED) == 0)
		return (0);
	dir = open_nearest(s->graph);
	if (dir == -1 || fstatfs(dir, &in->disk) == -1)
		(void)error_set(&in->failed[INFO_DISK], errno, "cannot open "
		    "the storage %s: %s", s->graph, strerror(errno));
	else
		in->d_type = has_d_type(dir);
	return (0);
}

static int
count_containers(struct info *in, struct session *s)
{
	scoped_rec struct rec	*rows = containers_reconciled(s);
	struct rec		*row;
	int64_t			 state;
	size_t			 it = 0;

	for (; (row = rec_sub(rows, KEY(ctr), &it)) != NULL; rec_free(row)) {
		state = rec_num(row, KEY(state), 0);
		in->running += state == CTR_RUNNING || state == CTR_STOPPING;
		in->paused += state == CTR_PAUSED;
		in->containers++;
	}
	return (rows == NULL ? -1 : 0);
}

static int
count_images(struct info *in, struct session *s)
{
	scoped_rec struct rec	*images = store_images(&s->client);

	in->images = (int64_t)rec_count(images, KEY_IN(images, image));
	return (images == NULL ? -1 : 0);
}

static int
count_locks(struct info *in, struct session *s)
{
	scoped_rec struct rec	*used = lock_list(&s->client, true);

	in->locks = (int64_t)rec_count(used, KEY_IN(locks, lock));
	return (used == NULL ? -1 : 0);
}

static int
count_ids(struct info *in, struct session *s)
{
	in->ids = ids_query(&s->client, NULL);
	return (in->ids == -1 ? -1 : 0);
}

void
info_ask(struct info *in, struct session *s)
{
	static int	(*const ask[])(struct info *, struct session *) = {
		[INFO_STATE] = count_containers, [INFO_STORE] = count_images,
		[INFO_LOCKS] = count_locks, [INFO_IDS] = count_ids };

	for (size_t i = 0; i < NITEMS(ask); i++)
		if (!info_misses(in, (enum info_part)i) &&
		    ask[i](in, s) == -1)
			(void)error_set(&in->failed[i],
			    s->client.error.number == ETIME ? ETIME : errno,
			    "%s", error_message(&s->client.error));
}

/* --- telling it --- */

static const char *
why(const struct info *in, enum info_part part)
{
	const struct error	*e = &in->failed[part];

	return (e->number == ETIME ? "it does not answer: something holds its "
	    "lock" : e->text);
}

json_t *
info_value(const struct info *in, enum info_part part, json_t *v)
{
	char	 unknown[ERROR_TEXT + 16];

	if (!info_misses(in, part))
		return (v);
	json_decref(v);
	(void)snprintf(unknown, sizeof(unknown), "unknown (%s)", why(in, part));
	return (tmpl_text(unknown));
}

json_t *
info_setting(const struct info *in, struct key_str key)
{
	return (info_value(in, INFO_CONFIG, tmpl_text(rec_str(in->config, key,
	    ""))));
}

json_t *
info_number(const struct info *in, enum info_part part, uint64_t n)
{
	return (info_misses(in, part) ? json_null() :
	    json_integer((json_int_t)n));
}

json_t *
info_note(const struct info *in, enum info_part part, json_t *o)
{
	if (info_misses(in, part))
		(void)json_object_set_new(o, "error", tmpl_text(why(in,
		    part)));
	return (o);
}
