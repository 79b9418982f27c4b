#include "sweep.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bsd/string.h>

#include "cgroup.h"
#include "cleanup.h"
#include "end.h"
#include "locks.h"
#include "path.h"
#include "record.h"
#include "session.h"
#include "store.h"
#include "storeid.h"

#define ID_LEN		64
#define RECENT_S	2	/* others are at work: let them finish */
/* Beside upper and work, with the ID of a boot; NEW with the store's, too. */
#define EPHEMERAL	"rm."
#define NEW		"new."
#define TRASH		"bulkhead/.trash"
#define STAGE		"bulkhead/stage"

/* A directory below another, to be read; NULL when it is not there. */
static DIR *
open_dir(int at, const char *name)
{
	int	 fd = path_open(at, name, O_RDONLY | O_DIRECTORY, 0);
	DIR	*d = fd == -1 ? NULL : fdopendir(fd);

	if (d == NULL && fd != -1)
		close(fd);
	return (d);
}

/*
 * Its row looked after. Does its directory say nothing now? Where there is
 * no row, *gone: whoever made or removed it was killed.
 */
static bool
is_idle(struct session *s, const char *id, bool look_only, bool *gone)
{
	struct rec	*row;
	bool		 idle;

	row = look_only ? session_row(s, id) : session_container(s, id);
	*gone = row == NULL && errno == ENOENT;
	if (row == NULL)
		idle = *gone;
	else
		idle = rec_num(row, "state", 0) == CTR_CREATED ||
		    rec_num(row, "state", 0) == CTR_EXITED;
	rec_free(row);
	return (idle);
}

/*
 * Its maker has the lock before there is anything but the directory, which
 * may have been ours before it was theirs.
 */
static bool
forgotten(struct session *s, const char *id)
{
	struct rec	*row;
	bool		 done = false;

	if (locks_take(s, "ctr", id, 0) == -1)
		return (false);
	if ((row = session_row(s, id)) == NULL && errno == ENOENT)
		done = end_leftovers(s, id) == 0;
	rec_free(row);
	locks_drop(s, "ctr", id);
	return (done);
}

static void
sweep_one(struct session *s, int all, const char *id, sweep_fn *tell,
    void *ctx)
{
	scoped_fd int	 dir = openat(all, id, O_RDONLY | O_DIRECTORY |
			    O_NOFOLLOW | O_CLOEXEC);
	bool		 look_only = tell != NULL, gone;
	struct stat	 held, named;

	if (dir == -1 || flock(dir, LOCK_EX | LOCK_NB) == -1 ||
	    !is_idle(s, id, look_only, &gone))
		return;
	/* What has the name now may be another's, for the next run. */
	if (fstat(dir, &held) == -1 || fstatat(all, id, &named,
	    AT_SYMLINK_NOFOLLOW) == -1 || held.st_ino != named.st_ino)
		return;
	if (look_only)
		tell(ctx, "leftover", id, "the run directory of nothing that "
		    "runs");
	else if (!gone || forgotten(s, id)) {
		cgroup_remove(all, id);
		(void)path_remove(all, id);
	}
	error_clear(&s->client.error);
}

static void
sweep_run_dirs(struct session *s, sweep_fn *tell, void *ctx)
{
	DIR		*d = open_dir(s->run_dir, "ctr");
	struct dirent	*e;

	if (d == NULL)
		return;
	while ((e = readdir(d)) != NULL)
		if (strlen(e->d_name) == ID_LEN)
			sweep_one(s, dirfd(d), e->d_name, tell, ctx);
	closedir(d);
}

void
sweep_containers(struct session *s)
{
	sweep_run_dirs(s, NULL, NULL);
}

/* Is there anything in it, if that is not of just now? */
static bool
has_old(struct session *s, const char *name, long seconds)
{
	int		 fd = path_open(s->graph_fd, name,
			    O_RDONLY | O_DIRECTORY, 0);
	struct dirent	*e = NULL;
	struct stat	 sb;
	DIR		*d;

	if (fd == -1)
		return (false);
	if (fstat(fd, &sb) == -1 ||
	    llabs((long long)(time(NULL) - sb.st_mtime)) < seconds ||
	    (d = fdopendir(fd)) == NULL) {
		close(fd);
		return (false);
	}
	while ((e = readdir(d)) != NULL && !path_is_name(e->d_name))
		;
	closedir(d);
	return (e != NULL);
}

/* Its name says in which boot: there is nothing to be read, or half written. */
void
sweep_mark(const struct session *s, char *out, size_t len)
{
	(void)snprintf(out, len, EPHEMERAL "%s", s->boot_id);
}

static bool
sees_all(const struct session *s)
{
	return (*session_config(s, "engine.namespace", "") == '\0');
}

void
sweep_mark_new(const struct session *s, char *out, size_t len)
{
	char	 store[80];

	*out = '\0';
	if (sees_all(s) && store_id(s->state_dir, store, sizeof(store)) == 0)
		(void)snprintf(out, len, NEW "%s.%s", s->boot_id, store);
}

static bool
is_empty(int dir, const char *name)
{
	int		 fd = path_open(dir, name, O_RDONLY | O_DIRECTORY, 0);
	struct dirent	*e;
	DIR		*d;

	if (fd == -1 || (d = fdopendir(fd)) == NULL) {
		if (fd != -1)
			close(fd);
		return (false);
	}
	while ((e = readdir(d)) != NULL && !path_is_name(e->d_name))
		;
	closedir(d);
	return (e == NULL);
}

static bool
is_before_boot(const struct stat *sb)
{
	struct timespec	 now, up;

	return (clock_gettime(CLOCK_REALTIME, &now) == 0 &&
	    clock_gettime(CLOCK_BOOTTIME, &up) == 0 &&
	    sb->st_ctime < now.tv_sec - up.tv_sec - 1);
}

/* What marks say, those of this boot apart. */
struct marks {
	bool	 ephemeral;
	char	 fresh[NAME_MAX + 1];	/* by a command of this store, or "" */
};

static void
read_mark(const struct session *s, const char *name, struct marks *m,
    bool *now)
{
	const char	*boot, *store;
	char		 ours[80];
	size_t		 n = strlen(s->boot_id);

	if (strncmp(name, EPHEMERAL, strlen(EPHEMERAL)) == 0) {
		m->ephemeral = true;
		*now |= strcmp(name + strlen(EPHEMERAL), s->boot_id) == 0;
	}
	if (strncmp(name, NEW, strlen(NEW)) != 0)
		return;
	boot = name + strlen(NEW);
	store = strchr(boot, '.');
	if (strncmp(boot, s->boot_id, n) == 0 && boot[n] == '.')
		*now = true;
	else if (store != NULL && sees_all(s) &&
	    store_id(s->state_dir, ours, sizeof(ours)) == 0 &&
	    strcmp(store + 1, ours) == 0)
		(void)strlcpy(m->fresh, name, sizeof(m->fresh));
}

static struct marks
marks_of(const struct session *s, int all, const char *id)
{
	struct marks	 m = { .ephemeral = false };
	DIR		*d = open_dir(all, id);
	struct dirent	*e;
	bool		 now = false;

	while (d != NULL && (e = readdir(d)) != NULL)
		read_mark(s, e->d_name, &m, &now);
	if (d != NULL)
		closedir(d);
	return (now ? (struct marks){ .ephemeral = false } : m);
}

/*
 * Whoever made it was cut off before the record of the container was durable,
 * or just after.
 */
static bool
has_record(struct session *s, const char *id)
{
	struct rec	*row = session_row(s, id);
	bool		 has = row != NULL || errno != ENOENT;

	error_clear(&s->client.error);
	rec_free(row);
	return (has);
}

/*
 * No state is asked, because several may share one storage: a container that
 * goes at its end did not outlive the boot in any of them; and a layer that
 * was never mounted is made anew if there is a container that wants to start.
 */
static const char *
why_orphan(struct session *s, int all, const char *id, struct marks *m)
{
	char		 name[96];
	struct stat	 sb;

	if (strlen(id) != ID_LEN ||
	    fstatat(all, id, &sb, AT_SYMLINK_NOFOLLOW) == -1 ||
	    !S_ISDIR(sb.st_mode))
		return (NULL);
	*m = marks_of(s, all, id);
	if (m->ephemeral)
		return ("--rm, and the boot it was made in is over");
	if (m->fresh[0] != '\0' && !has_record(s, id))
		return ("its container was never recorded");
	(void)snprintf(name, sizeof(name), "%s/work", id);
	if (is_before_boot(&sb) && is_empty(all, name))
		return ("it was never mounted");
	return (NULL);
}

static void
sweep_orphan(struct session *s, const char *id)
{
	(void)session_store_userns(s);
	(void)store_rw_remove(&s->client, id);
	error_clear(&s->client.error);
}

/* Its record is there: from now on nobody looks. */
static void
forget_mark(struct session *s, const char *id, const char *mark)
{
	(void)store_rw_keep(&s->client, id, mark);
	error_clear(&s->client.error);
}

static void
sweep_layers(struct session *s, sweep_fn *tell, void *ctx)
{
	struct marks	 m;
	DIR		*d = open_dir(s->graph_fd, "bulkhead");
	struct dirent	*e;
	const char	*why;

	if (d == NULL)
		return;
	while ((e = readdir(d)) != NULL) {
		m = (struct marks){ .ephemeral = false };
		why = why_orphan(s, dirfd(d), e->d_name, &m);
		if (why != NULL && tell != NULL)
			tell(ctx, "layer", e->d_name, why);
		else if (why != NULL)
			sweep_orphan(s, e->d_name);
		else if (m.fresh[0] != '\0' && tell == NULL)
			forget_mark(s, e->d_name, m.fresh);
	}
	closedir(d);
}

static void
tidy(struct session *s)
{
	(void)session_store_userns(s);
	(void)store_tidy(&s->client);
	error_clear(&s->client.error);
}

/* As root of the ids that the files have. What fails is tried next time. */
void
sweep_store(struct session *s)
{
	if (has_old(s, TRASH, RECENT_S) || has_old(s, STAGE, RECENT_S))
		tidy(s);
}

void
sweep_boot(struct session *s)
{
	sweep_run_dirs(s, NULL, NULL);
	sweep_layers(s, NULL, NULL);
	if (has_old(s, TRASH, 0) || has_old(s, STAGE, 0))
		tidy(s);
}

void
sweep_plan(struct session *s, sweep_fn *tell, void *ctx)
{
	sweep_run_dirs(s, tell, ctx);
	sweep_layers(s, tell, ctx);
	if (has_old(s, STAGE, 0))
		tell(ctx, "image", "-", "a load or pull that did not end");
	if (has_old(s, TRASH, 0))
		tell(ctx, "trash", "-", "a removal that did not end");
}
