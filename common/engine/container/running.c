#include "running.h"

#include <sys/fsuid.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "calls.h"
#include "cleanup.h"
#include "layout.h"
#include "note.h"
#include "path.h"
#include "process.h"
#include "record.h"
#include "session.h"

#define ID_LEN		64
#define RECORD_MAX	(4u << 20)	/* bytes of a record */

static void
name_of(const char *id, char *out, size_t len)
{
	(void)snprintf(out, len, LAYOUT_RUNNING "/%s", id);
}

/* Ended with the boot, it has to be described whole: the state forgets it. */
static struct rec *
describe(struct session *s, const char *id, const struct rec *def, pid_t pid,
    uint64_t start)
{
	struct rec	*r = rec_new();
	pid_t		 reaper = s->client.helper[H_REAPER].pid;
	int		 rc = -1;

	if (r != NULL && rec_add(r, KEY(id), id) == 0 &&
	    rec_add(r, KEY(boot_id), s->boot_id) == 0 &&
	    rec_add_num(r, KEY(pid), pid) == 0 &&
	    rec_add_num(r, KEY(pid_start), (int64_t)start) == 0 &&
	    rec_add_num(r, KEY(reaper), reaper) == 0 &&
	    rec_add_num(r, KEY(reaper_start),
	    (int64_t)process_start_time(reaper)) == 0 &&
	    rec_add_num(r, KEY(slot), rec_num(def, KEY(slot), 0)) == 0)
		rc = rec_num(def, KEY(rm), 0) == 0 &&
		    rec_num(def, KEY(transient), 0) == 0 ? 0 :
		    rec_add_rec(r, KEY(def), def);
	if (rc == 0)
		return (r);
	rec_free(r);
	return (NULL);
}

/* Room for the monitor's note comes first, at an offset that it knows. */
static int
write_record(int fd, const struct rec *r)
{
	scoped_free void	*data = NULL;
	scoped_free char	*all = NULL;
	size_t			 len;

	if (rec_encode(r, &data, &len) == -1 ||
	    (all = malloc(NOTE_LEN + len)) == NULL)
		return (-1);
	memset(all, ' ', NOTE_LEN);
	memcpy(all + NOTE_LEN, data, len);
	len += NOTE_LEN;
	errno = ENOSPC;
	return (write(fd, all, len) == (ssize_t)len &&
	    lseek(fd, 0, SEEK_SET) == 0 ? 0 : -1);
}

/* A new file each time: the last run's monitor may still hold its own. */
static int
create(struct session *s, const char *name)
{
	scoped_fd int	 dir = path_mkdirs(s->state_dir, LAYOUT_RUNNING, 0700);

	if (dir == -1 ||
	    (unlinkat(s->state_dir, name, 0) == -1 && errno != ENOENT))
		return (-1);
	return (path_open(s->state_dir, name, O_WRONLY | O_CREAT | O_EXCL |
	    O_NOFOLLOW, 0600));
}

static int
no_record(struct session *s, const char *name)
{
	int	 saved = errno;

	(void)unlinkat(s->state_dir, name, 0);
	if (saved != ENOSPC && saved != EDQUOT && saved != EROFS) {
		errno = saved;
		return (session_sentence(s, "cannot write, in the state "
		    "directory,", name));
	}
	errno = 0;
	return (-1);
}

int
running_write(struct session *s, const char *id, const struct rec *def,
    pid_t pid, uint64_t start)
{
	scoped_fd int		 fd = -1;
	scoped_rec struct rec	*r = NULL;
	char			 name[80];
	int			 rc;

	if (session_in_memory(s)) {
		errno = 0;
		return (-1);
	}
	name_of(id, name, sizeof(name));
	if ((fd = create(s, name)) == -1 ||
	    (r = describe(s, id, def, pid, start)) == NULL)
		return (no_record(s, name));
	rc = write_record(fd, r);
	return (rc == -1 ? no_record(s, name) : take_fd(&fd));
}

void
running_remove(struct session *s, const char *id)
{
	char	 name[80];

	name_of(id, name, sizeof(name));
	if (s->state_dir != -1)
		(void)unlinkat(s->state_dir, name, 0);
}

/* The note, a string, and the record, the caller's; NULL: there is none. */
static struct rec *
read_record(struct session *s, const char *id, char note[NOTE_LEN + 1])
{
	scoped_free char	*text = NULL;
	char			 name[80];
	size_t			 len;

	name_of(id, name, sizeof(name));
	if (s->state_dir == -1 || (text = path_slurp(s->state_dir, name,
	    RECORD_MAX, &len)) == NULL || len < NOTE_LEN)
		return (NULL);
	(void)snprintf(note, NOTE_LEN + 1, "%.*s", NOTE_LEN, text);
	return (rec_decode(text + NOTE_LEN, len - NOTE_LEN, RECORD(running),
	    NULL));
}

static bool
is_of_boot(const struct session *s, const struct rec *r)
{
	return (strcmp(rec_str(r, KEY(boot_id), ""), s->boot_id) == 0);
}

static bool
is_process(const struct rec *r, struct key_num pid, struct key_num start)
{
	uint64_t	 then = (uint64_t)rec_num(r, start, 0);

	return (then != 0 &&
	    process_start_time((pid_t)rec_num(r, pid, 0)) == then);
}

int
running_read_exit(struct session *s, const char *id, int *status,
    int64_t *when)
{
	char		 note[NOTE_LEN + 1];
	struct rec	*r = read_record(s, id, note);
	long long	 at;
	int		 raw;
	bool		 noted;

	noted = r != NULL && is_of_boot(s, r) &&
	    sscanf(note, NOTE_FORMAT, &raw, &at) == 2;
	rec_free(r);
	if (!noted)
		return (-1);
	*status = raw;
	*when = at;
	return (0);
}

/* The clean-up is the reaper itself, or its child. */
bool
running_has_reaper(struct session *s, const char *id)
{
	char			 note[NOTE_LEN + 1];
	scoped_rec struct rec	*r = read_record(s, id, note);
	int64_t			 pid = r == NULL ? 0 : rec_num(r, KEY(reaper),
	    0);
	bool			 has;

	has = pid > 1 && pid != getpid() && pid != getppid() &&
	    is_of_boot(s, r) && is_process(r, KEY(reaper), KEY(reaper_start));
	return (has);
}

bool
running_is_alive(struct session *s, const char *id)
{
	char			 note[NOTE_LEN + 1];
	scoped_rec struct rec	*r = read_record(s, id, note);
	bool			 alive;

	alive = r != NULL && is_of_boot(s, r) &&
	    is_process(r, KEY(pid), KEY(pid_start));
	return (alive);
}

/* All of this boot; those of another are of no more use. */
static struct rec *
collect(struct session *s, DIR *d)
{
	char		 note[NOTE_LEN + 1];
	struct dirent	*e;
	struct rec	*all = rec_new(), *r;
	int		 rc = all == NULL ? -1 : 0;

	while (rc == 0 && (e = readdir(d)) != NULL) {
		if (strlen(e->d_name) != ID_LEN)
			continue;
		if ((r = read_record(s, e->d_name, note)) == NULL)
			continue;
		if (is_of_boot(s, r))
			rc = rec_add_rec(all, KEY(ctr), r);
		else
			(void)unlinkat(dirfd(d), e->d_name, 0);
		rec_free(r);
	}
	if (rc == 0)
		return (all);
	rec_free(all);
	(void)session_sentence(s, "cannot read", "the records of what runs");
	return (NULL);
}

/* A run directory of its own is where a sweep looks for what has ended. */
static void
make_run_dirs(struct session *s, const struct rec *all)
{
	struct rec	*r;
	char		 name[80];
	size_t		 it = 0;
	int		 fd;

	while ((r = rec_sub(all, KEY(ctr), &it)) != NULL) {
		(void)snprintf(name, sizeof(name), LAYOUT_CTR,
		    rec_str(r, KEY(id), ""));
		if ((fd = path_mkdirs(s->run_dir, name, 0700)) != -1)
			close(fd);
		rec_free(r);
	}
}

static int
restore(struct session *s, const struct rec *all)
{
	make_run_dirs(s, all);
	return (state_containers_restore(&s->client, all));
}

static int
restore_all(struct session *s)
{
	DIR			*d = path_open_dir(s->state_dir,
	    LAYOUT_RUNNING);
	scoped_rec struct rec	*all = NULL;

	if (d == NULL)
		return (errno == ENOENT ? 0 : session_sentence(s, "cannot "
		    "open, in the state directory,", LAYOUT_RUNNING));
	all = collect(s, d);
	closedir(d);
	if (all == NULL)
		return (-1);
	return (rec_count(all, KEY(ctr)) == 0 ? 0 : restore(s, all));
}

/*
 * Root asks the state before it becomes the account: what is read and made
 * meanwhile is read and made as the account would.
 */
int
running_restore(struct session *s)
{
	bool	 root = geteuid() == 0;
	int	 rc;

	if (root) {
		(void)setfsgid(s->client.gid);
		(void)setfsuid(s->client.uid);
	}
	rc = restore_all(s);
	if (root) {
		(void)setfsuid(0);
		(void)setfsgid(0);
	}
	return (rc);
}
