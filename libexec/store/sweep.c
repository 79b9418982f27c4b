#include "sweep.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "mark.h"
#include "path.h"
#include "record.h"
#include "rw.h"
#include "stage.h"
#include "store.h"
#include "text.h"
#include "trash.h"

#define RECENT_S	2		/* its maker may be at work with it */

struct sweep {
	struct store	*s;
	const struct rec *alive;	/* the IDs of containers */
	const char	*boot_id;
	bool		 plan;		/* only list them */
	struct rec	*out;		/* its items */
};

static bool
is_idle(struct store *s, long seconds)
{
	return (trash_is_idle(s, TRASH, seconds) ||
	    trash_is_idle(s, STAGE, seconds));
}

bool
sweep_is_due(struct store *s)
{
	return (is_idle(s, RECENT_S));
}

static bool
is_recorded(const struct rec *alive, const char *id)
{
	const char	*one;
	size_t		 it = 0;

	while (rec_next(alive, KEY_IN(alive, ctr), &it, &one))
		if (strcmp(one, id) == 0)
			return (true);
	return (false);
}

static bool
is_before_boot(const struct stat *sb)
{
	struct timespec	 now, up;

	return (clock_gettime(CLOCK_REALTIME, &now) == 0 &&
	    clock_gettime(CLOCK_BOOTTIME, &up) == 0 &&
	    sb->st_ctime < now.tv_sec - up.tv_sec - 1);
}

/* overlay makes a directory in "work" with the first mount. */
static bool
was_mounted(int all, const char *id)
{
	char	 name[ID_LEN + 8];

	(void)snprintf(name, sizeof(name), "%s/work", id);
	return (path_is_empty(all, name) != 1);
}

/*
 * Why a layer goes, or NULL. Several states may share one storage: of
 * containers of another state nothing is known here. But none with --rm
 * outlived the boot, and a layer that was never mounted is made anew when its
 * container starts.
 */
static const char *
why_gone(const struct sweep *w, int all, const char *id, struct marks *m)
{
	struct stat	 sb;

	if (!text_is_id(id) ||
	    fstatat(all, id, &sb, AT_SYMLINK_NOFOLLOW) == -1 ||
	    !S_ISDIR(sb.st_mode))
		return (NULL);
	*m = mark_read(w->s, w->boot_id, all, id);
	if (m->ephemeral)
		return ("--rm, and the boot it was made in is over");
	if (m->fresh[0] != '\0' && !is_recorded(w->alive, id))
		return ("its container was never recorded");
	if (is_before_boot(&sb) && !was_mounted(all, id))
		return ("it was never mounted");
	return (NULL);
}

/* With an errno: it could not be removed. */
static int
add_item(struct rec *out, const char *kind, const char *id, const char *why,
    int error)
{
	scoped_rec struct rec	*item = rec_new();

	return (item == NULL || rec_add(item, KEY(kind), kind) == -1 ||
	    rec_add(item, KEY(id), id) == -1 ||
	    rec_add(item, KEY(why), why) == -1 ||
	    (error != 0 && rec_add(item, KEY(error), strerror(error)) == -1) ||
	    rec_add_rec(out, KEY(item), item) == -1 ? -1 : 0);
}

/* One that cannot be moved is left to the next refresh. */
static int
sweep_one(const struct sweep *w, int all, const char *id)
{
	struct marks	 m = { .ephemeral = false };
	const char	*why = why_gone(w, all, id, &m);
	char		 mark[ID_LEN + NAME_MAX + 2];

	if (why != NULL)
		return (add_item(w->out, "layer", id, why, !w->plan &&
		    rw_trash(w->s, id) == -1 ? errno : 0));
	if (!w->plan && m.fresh[0] != '\0') {
		/* Its container is recorded: no later sweep has to look. */
		(void)snprintf(mark, sizeof(mark), "%s/%s", id, m.fresh);
		(void)unlinkat(all, mark, 0);
	}
	return (0);
}

static int
sweep_layers(const struct sweep *w)
{
	DIR		*d = path_open_dir(w->s->graph, "bulkhead");
	struct dirent	*e;
	int		 rc = 0;

	if (d == NULL)
		return (0);
	while (rc == 0 && (e = readdir(d)) != NULL)
		rc = sweep_one(w, dirfd(d), e->d_name);
	closedir(d);
	return (rc);
}

/* What store_tidy will do. */
static int
plan_tidy(struct store *s, struct rec *out)
{
	if (trash_is_idle(s, STAGE, 0) && add_item(out, "image", "-",
	    "a load or pull that did not end", 0) == -1)
		return (-1);
	return (trash_is_idle(s, TRASH, 0) ? add_item(out, "trash", "-",
	    "a removal that did not end", 0) : 0);
}

struct rec *
sweep_boot(struct store *s, const struct rec *alive, const char *boot_id,
    bool plan, struct answer *a)
{
	struct rec	*out = rec_new();
	struct sweep	 w = { s, alive, boot_id, plan, out };

	if (out != NULL && plan_tidy(s, out) == 0 && sweep_layers(&w) == 0 &&
	    (plan || !is_idle(s, 0) || rec_add_num(out, KEY(left), 1) == 0))
		return (out);
	rec_free(out);
	(void)fail(a, ENOMEM, "out of memory");
	return (NULL);
}
