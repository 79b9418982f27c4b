#include "sweep.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bsd/string.h>

#include "cgroup.h"
#include "path.h"
#include "record.h"
#include "scope.h"
#include "session.h"

#define ID_LEN		64
#define RECENT_S	2	/* others are at work: let them finish */
#define EPHEMERAL	"rm"	/* beside upper and work: not for two boots */
#define SWEPT		"swept"	/* in the run directory: done in this boot */

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

/* Its row looked after; its directory removed when it says nothing now. */
static void
sweep_one(struct session *s, int all, const char *id)
{
	scoped_fd int	 dir = openat(all, id, O_RDONLY | O_DIRECTORY |
			    O_NOFOLLOW | O_CLOEXEC);
	struct rec	*row;
	bool		 idle;

	if (dir == -1 || flock(dir, LOCK_EX | LOCK_NB) == -1)
		return;
	if ((row = session_container(s, id)) == NULL)
		idle = errno == ENOENT;
	else
		idle = rec_num(row, "state", 0) == CTR_CREATED ||
		    rec_num(row, "state", 0) == CTR_EXITED;
	rec_free(row);
	if (!idle)
		return;
	cgroup_remove(all, id);
	(void)path_remove(all, id);
}

void
sweep_containers(struct session *s)
{
	DIR		*d = open_dir(s->run_dir, "ctr");
	struct dirent	*e;

	if (d == NULL)
		return;
	while ((e = readdir(d)) != NULL)
		if (strlen(e->d_name) == ID_LEN)
			sweep_one(s, dirfd(d), e->d_name);
	closedir(d);
}

static bool
has_old(struct session *s, const char *name)
{
	int		 fd = path_open(s->graph_fd, name,
			    O_RDONLY | O_DIRECTORY, 0);
	struct dirent	*e = NULL;
	struct stat	 sb;
	DIR		*d;

	if (fd == -1)
		return (false);
	if (fstat(fd, &sb) == -1 ||
	    llabs((long long)(time(NULL) - sb.st_mtime)) < RECENT_S ||
	    (d = fdopendir(fd)) == NULL) {
		close(fd);
		return (false);
	}
	while ((e = readdir(d)) != NULL && !path_is_name(e->d_name))
		;
	closedir(d);
	return (e != NULL);
}

void
sweep_mark_ephemeral(struct session *s, const char *id)
{
	char		 name[96];
	scoped_fd int	 fd = -1;

	(void)snprintf(name, sizeof(name), "bulkhead/%s/" EPHEMERAL, id);
	fd = openat(s->graph_fd, name, O_WRONLY | O_CREAT | O_NOFOLLOW |
	    O_CLOEXEC, 0600);
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

/*
 * No state is asked, because several may share one storage: a container that
 * goes at its end did not outlive the boot in any of them; and a layer that
 * was never mounted is made anew if there is a container that wants to start.
 */
static bool
is_orphan(int all, const char *id)
{
	char		 name[96];
	struct stat	 sb;

	if (strlen(id) != ID_LEN ||
	    fstatat(all, id, &sb, AT_SYMLINK_NOFOLLOW) == -1 ||
	    !S_ISDIR(sb.st_mode) || !is_before_boot(&sb))
		return (false);
	(void)snprintf(name, sizeof(name), "%s/" EPHEMERAL, id);
	if (fstatat(all, name, &sb, AT_SYMLINK_NOFOLLOW) == 0)
		return (true);
	(void)snprintf(name, sizeof(name), "%s/work", id);
	return (is_empty(all, name));
}

static void
sweep_orphan(struct session *s, const char *id)
{
	union msg	 m;

	if (!s->userns && session_userns(s, H_STORE) == 0)
		s->userns = true;
	memset(&m.rw_remove, 0, sizeof(m.rw_remove));
	(void)strlcpy(m.rw_remove.id, id, sizeof(m.rw_remove.id));
	(void)star_do(&s->star, H_STORE, MSG_rw_remove, &m, NULL, 0);
	s->star.text[0] = '\0';
}

static void
sweep_layers(struct session *s)
{
	DIR		*d = open_dir(s->graph_fd, "bulkhead");
	struct dirent	*e;

	if (d == NULL)
		return;
	while ((e = readdir(d)) != NULL)
		if (is_orphan(dirfd(d), e->d_name))
			sweep_orphan(s, e->d_name);
	closedir(d);
}

/* In this boot, and for this graph root? */
static bool
is_swept(struct session *s, const char *graph)
{
	scoped_free char *have = path_slurp(s->run_dir, SWEPT, 64, NULL);
	struct stat	 sb;

	return (have != NULL && strcmp(have, graph) == 0 &&
	    fstatat(s->run_dir, SWEPT, &sb, AT_SYMLINK_NOFOLLOW) == 0 &&
	    !is_before_boot(&sb));
}

/* Layers of containers that the last boot ended, whose records it took. */
static void
sweep_boot(struct session *s)
{
	char		 graph[32];
	struct stat	 sb;

	if (fstat(s->graph_fd, &sb) == -1)
		return;
	(void)snprintf(graph, sizeof(graph), "%ju", (uintmax_t)sb.st_ino);
	if (is_swept(s, graph))
		return;
	sweep_layers(s);
	(void)path_replace(s->run_dir, SWEPT, graph, strlen(graph), 0600,
	    false);
}

/* As root of the ids that the files have. What fails is tried next time. */
void
sweep_store(struct session *s)
{
	sweep_boot(s);
	if (!has_old(s, "bulkhead/.trash") && !has_old(s, "bulkhead/stage"))
		return;
	if (!s->userns && session_userns(s, H_STORE) == 0)
		s->userns = true;
	(void)star_do(&s->star, H_STORE, MSG_store_tidy, NULL, NULL, 0);
	s->star.text[0] = '\0';
}
