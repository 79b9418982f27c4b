#include "sweep.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "path.h"
#include "record.h"
#include "scope.h"
#include "session.h"

#define ID_LEN		64
#define RECENT_S	2	/* others are at work: let them finish */

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
	if (idle)
		(void)path_remove(all, id);
}

void
sweep_containers(struct session *s)
{
	int		 fd = path_open(s->run_dir, "ctr",
			    O_RDONLY | O_DIRECTORY, 0);
	struct dirent	*e;
	DIR		*d;

	if (fd == -1)
		return;
	if ((d = fdopendir(fd)) == NULL) {
		close(fd);
		return;
	}
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

/* As root of the ids that the files have. What fails is tried next time. */
void
sweep_store(struct session *s)
{
	if (!has_old(s, "bulkhead/.trash") && !has_old(s, "bulkhead/stage"))
		return;
	if (!s->userns && session_userns(s, H_STORE) == 0)
		s->userns = true;
	(void)star_do(&s->star, H_STORE, MSG_store_tidy, NULL, NULL, 0);
	s->star.text[0] = '\0';
}
