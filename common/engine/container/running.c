#include "running.h"

#include <sys/file.h>
#include <sys/fsuid.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "calls.h"
#include "cgroup.h"
#include "cleanup.h"
#include "freeze.h"
#include "hostroot.h"
#include "layout.h"
#include "note.h"
#include "path.h"
#include "process.h"
#include "record.h"
#include "session.h"
#include "states.h"

#define RUNNING_MAX	(4u << 20)	/* bytes of a record */

/*
 * Include the definition of a container that ends with the boot: the boot
 * database loses it.
 */
static struct rec *
describe(struct session *s, const char *id, const struct rec *def, pid_t pid,
    uint64_t start)
{
	struct rec	*r = rec_new();
	pid_t		 reaper = s->client.helper[H_REAPER].pid;

	(void)rec_add(r, KEY(id), id);
	(void)rec_add(r, KEY(boot_id), s->boot_id);
	(void)rec_add_num(r, KEY(pid), pid);
	(void)rec_add_num(r, KEY(pid_start), (int64_t)start);
	(void)rec_add_num(r, KEY(reaper), reaper);
	(void)rec_add_num(r, KEY(reaper_start),
	    (int64_t)process_start_time(reaper));
	(void)rec_add_num(r, KEY(pid_ns), (int64_t)process_own_pid_ns());
	(void)rec_add_num(r, KEY(slot), rec_num(def, KEY(slot), 0));
	if (rec_num(def, KEY(rm), 0) != 0 ||
	    rec_num(def, KEY(transient), 0) != 0)
		(void)rec_add_rec(r, KEY(def), def);
	return (r);
}

/* Room for the monitor's note comes first, at an offset that it knows. */
static int
write_record(int fd, const struct rec *r)
{
	scoped_free void	*data = NULL;
	scoped_free char	*all = NULL;
	size_t			 len;

	if (r == NULL || rec_encode(r, &data, &len) == -1 ||
	    (all = malloc(NOTE_LEN + len)) == NULL)
		return (-1);
	memset(all, ' ', NOTE_LEN);
	memcpy(all + NOTE_LEN, data, len);
	len += NOTE_LEN;
	errno = ENOSPC;
	return (write(fd, all, len) == (ssize_t)len &&
	    lseek(fd, 0, SEEK_SET) == 0 ? 0 : -1);
}

int
running_write(struct session *s, const char *id, const struct rec *def,
    pid_t pid, uint64_t start)
{
	scoped_rec struct rec	*r = NULL;
	scoped_fd int		 dir = -1, fd = -1;
	char			 name[80];

	errno = 0;
	if (session_in_memory(s))
		return (-1);
	(void)snprintf(name, sizeof(name), LAYOUT_RUNNING "/%s", id);
	/* A new file: the last run's monitor may still hold its own. */
	if ((dir = path_mkdirs(s->state_dir, LAYOUT_RUNNING, 0700)) != -1 &&
	    (unlinkat(s->state_dir, name, 0) == 0 || errno == ENOENT) &&
	    (fd = path_open(s->state_dir, name, O_WRONLY | O_CREAT | O_EXCL |
	    O_NOFOLLOW, 0600)) != -1) {
		r = describe(s, id, def, pid, start);
		/* The monitor has it as long as it lives: running_is_hidden. */
		(void)flock(fd, LOCK_EX | LOCK_NB);
		if (write_record(fd, r) == 0)
			return (take_fd(&fd));
	}
	running_remove(s, id);
	if (errno != ENOSPC && errno != EDQUOT && errno != EROFS)
		return (session_errno(s, "cannot write, in the state "
		    "directory,", name));
	errno = 0;
	return (-1);
}

void
running_remove(struct session *s, const char *id)
{
	char	 name[80];
	int	 saved = errno;

	(void)snprintf(name, sizeof(name), LAYOUT_RUNNING "/%s", id);
	if (s->state_dir != -1)
		(void)unlinkat(s->state_dir, name, 0);
	errno = saved;
}

/* The note, a string, and the record, the caller's; NULL: there is none. */
static struct rec *
read_running(struct session *s, const char *id, char note[NOTE_LEN + 1])
{
	scoped_free char	*text = NULL;
	char			 name[80];
	size_t			 len;

	note[0] = '\0';
	(void)snprintf(name, sizeof(name), LAYOUT_RUNNING "/%s", id);
	if (s->state_dir == -1 || (text = path_slurp(s->state_dir, name,
	    RUNNING_MAX, &len)) == NULL || len < NOTE_LEN)
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
is_process(const struct session *s, const struct rec *r, struct key_num pid,
    struct key_num start)
{
	uint64_t	 then = (uint64_t)rec_num(r, start, 0);

	return (then != 0 && is_of_boot(s, r) &&
	    process_start_time((pid_t)rec_num(r, pid, 0)) == then);
}

/* The clean-up is the reaper itself, or its child. */
bool
running_has_reaper(struct session *s, const char *id)
{
	char			 note[NOTE_LEN + 1];
	scoped_rec struct rec	*r = read_running(s, id, note);
	int64_t			 pid = rec_num(r, KEY(reaper), 0);

	return (pid > 1 && pid != getpid() && pid != getppid() &&
	    is_process(s, r, KEY(reaper), KEY(reaper_start)));
}

bool
running_is_alive(struct session *s, const char *id)
{
	char			 note[NOTE_LEN + 1];
	scoped_rec struct rec	*r = read_running(s, id, note);

	return (is_process(s, r, KEY(pid), KEY(pid_start)));
}

/*
 * The kernel's first pid namespace lasts as long as the boot. All of another
 * one may have been killed with it, as of a container that is started again
 * with a store in it: there the monitor is the evidence.
 */
bool
running_is_hidden(struct session *s, const char *id)
{
	char			 note[NOTE_LEN + 1];
	scoped_rec struct rec	*r = read_running(s, id, note);
	uint64_t		 ns = (uint64_t)rec_num(r, KEY(pid_ns), 0);
	scoped_fd int		 fd = -1;
	int64_t			 when;
	int			 status;

	if (ns == 0 || ns == process_own_pid_ns() ||
	    (fd = running_open(s, id)) == -1 ||
	    running_note(fd, &status, &when) == 0)
		return (false);
	return (ns == PROCESS_FIRST_PID_NS ||
	    (flock(fd, LOCK_SH | LOCK_NB) == -1 && errno == EWOULDBLOCK));
}

int
running_end_fd(struct session *s, const char *id)
{
	char			 note[NOTE_LEN + 1];
	scoped_rec struct rec	*r = read_running(s, id, note);
	int			 fd;

	if (r == NULL || !is_of_boot(s, r))
		return (-1);
	fd = process_open((pid_t)rec_num(r, KEY(reaper), 0),
	    (uint64_t)rec_num(r, KEY(reaper_start), 0));
	return (fd != -1 ? fd : process_open((pid_t)rec_num(r, KEY(pid), 0),
	    (uint64_t)rec_num(r, KEY(pid_start), 0)));
}

int
running_open(struct session *s, const char *id)
{
	char			 note[NOTE_LEN + 1], name[80];
	scoped_rec struct rec	*r = read_running(s, id, note);

	(void)snprintf(name, sizeof(name), LAYOUT_RUNNING "/%s", id);
	return (r == NULL || !is_of_boot(s, r) ? -1 :
	    path_open(s->state_dir, name, O_RDONLY | O_NOFOLLOW, 0));
}

int
running_note(int fd, int *status, int64_t *when)
{
	char		 note[NOTE_LEN + 1] = "";
	long long	 at;
	int		 raw;

	if (pread(fd, note, NOTE_LEN, 0) != NOTE_LEN ||
	    sscanf(note, NOTE_FORMAT, &raw, &at) != 2)
		return (-1);
	*status = raw;
	*when = at;
	return (0);
}

int
running_read_note(struct session *s, const char *id, int *status,
    int64_t *when)
{
	scoped_fd int	 fd = running_open(s, id);

	return (fd == -1 ? -1 : running_note(fd, status, when));
}

/* --- putting it back --- */

/* All of this boot; those of another are of no more use. */
static struct rec *
collect(struct session *s, DIR *d)
{
	char		 note[NOTE_LEN + 1];
	struct dirent	*e;
	struct rec	*all = rec_new(), *r;
	int		 rc = all == NULL ? -1 : 0;

	while (rc == 0 && (e = readdir(d)) != NULL) {
		if (!rec_is_id(e->d_name) ||
		    (r = read_running(s, e->d_name, note)) == NULL)
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
	(void)session_errno(s, "cannot read", "the records of what runs");
	return (NULL);
}

/*
 * Its run directory is where a sweep looks for what has ended, and where it is
 * recorded which cgroup it has: one that is frozen was paused.
 */
static void
make_run_dir(struct session *s, struct rec *r)
{
	const char	*id = rec_str(r, KEY(id), "");
	scoped_fd int	 fd = -1;
	char		 name[80];

	(void)snprintf(name, sizeof(name), LAYOUT_CTR, id);
	if ((fd = path_mkdirs(s->run_dir, name, 0700)) == -1)
		return;
	cgroup_find_again(session_run_env(s), r);
	if (cgroup_frozen(session_run_env(s), id) == 1)
		(void)rec_set_num(r, KEY(state), CTR_PAUSED);
}

static int
restore_all(struct session *s)
{
	scoped_rec struct rec	*found = NULL, *all = NULL;
	DIR			*d = path_open_dir(s->state_dir,
				    LAYOUT_RUNNING);
	struct rec		*r;

	if (d == NULL)
		return (errno == ENOENT ? 0 : session_errno(s, "cannot "
		    "open, in the state directory,", LAYOUT_RUNNING));
	found = collect(s, d);
	closedir(d);
	if (found == NULL)
		return (-1);
	if (rec_count(found, KEY(ctr)) == 0)
		return (0);
	all = rec_new();
	rec_each(r, found, KEY(ctr)) {
		make_run_dir(s, r);
		if (all == NULL || rec_add_rec(all, KEY(ctr), r) == -1)
			return (session_errno(s, "cannot read", "the records "
			    "of what runs"));
	}
	return (state_containers_restore(&s->client, all));
}

/* The link is looked up as root, too: it is read, never followed. */
bool
running_is_known(const struct session *s)
{
	scoped_fd int	 dir = path_open(s->state_dir, LAYOUT_RUNNING,
			    O_PATH | O_DIRECTORY, 0);
	char		 here[80], there[80];
	ssize_t		 n;

	if (path_is_there(s->run_dir, LAYOUT_BOOT_JOURNAL) == false)
		return (false);
	/* The boot's journal may be that of another store. */
	if (dir == -1 || (n = readlinkat(dir, LAYOUT_RUNNING_AT, there,
	    sizeof(there) - 1)) == -1)
		return (dir == -1 && errno != ENOENT);
	if (session_dir_id(s->run_dir, here, sizeof(here)) == -1)
		return (true);
	there[n] = '\0';
	return (strcmp(here, there) == 0);
}

/* Where it cannot be written, the next command restores once more. */
static void
set_known(struct session *s)
{
	scoped_fd int	 dir = path_mkdirs(s->state_dir, LAYOUT_RUNNING, 0700);
	char		 here[80];

	if (dir == -1 || session_dir_id(s->run_dir, here, sizeof(here)) == -1)
		return;
	(void)unlinkat(dir, LAYOUT_RUNNING_AT ".new", 0);
	if (symlinkat(here, dir, LAYOUT_RUNNING_AT ".new") == 0)
		(void)renameat(dir, LAYOUT_RUNNING_AT ".new", dir,
		    LAYOUT_RUNNING_AT);
}

/*
 * Root asks the state before it becomes the account: what is read and made
 * meanwhile is read and made as the account would.
 */
int
running_restore(struct session *s)
{
	bool	 root = host_root();
	int	 rc;

	if (root) {
		(void)setfsgid(s->client.gid);
		(void)setfsuid(s->client.uid);
	}
	if ((rc = restore_all(s)) == 0)
		set_known(s);
	if (root) {
		(void)setfsuid(0);
		(void)setfsgid(0);
	}
	return (rc);
}
