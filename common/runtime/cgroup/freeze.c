#include "freeze.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "calls.h"
#include "cgroup.h"
#include "cgroup_path.h"
#include "cgroup_systemd.h"
#include "cleanup.h"
#include "layout.h"
#include "path.h"
#include "record.h"
#include "run_env.h"

static int
open_cgroup(const struct run_env *rt, const char *id)
{
	char			 name[80];
	scoped_free char	*path = NULL;

	(void)snprintf(name, sizeof(name), LAYOUT_CTR "/" LAYOUT_CTR_CGROUP,
	    id);
	path = path_slurp(rt->run_dir, name, CGROUP_PATH_LEN, NULL);
	return (path == NULL ? -1 : cgroup_open(path));
}

/* 1 or 0; -1 with errno: it is not there, or no more. */
static int
has_text(int dir, const char *file, const char *text)
{
	scoped_fd int	 fd = cgroup_open_in(dir, file, O_RDONLY);
	char		 buf[256];
	ssize_t		 n = fd == -1 ? -1 : read(fd, buf, sizeof(buf) - 1);

	if (n < 0)
		return (-1);
	buf[n] = '\0';
	return (strstr(buf, text) != NULL);
}

static int
write_text(int dir, const char *file, const char *text)
{
	scoped_fd int	 fd = cgroup_open_in(dir, file, O_WRONLY);

	if (fd == -1 || write(fd, text, strlen(text)) == -1)
		return (-1);
	return (0);
}

static int
ask_freeze(int dir, bool freeze)
{
	if (cgroup_is_v2(dir))
		return (write_text(dir, "cgroup.freeze", freeze ? "1" : "0"));
	return (write_text(dir, "freezer.state", freeze ? "FROZEN" :
	    "THAWED"));
}

/* 10 s; a process in the middle of a system call that waits takes longer. */
static int
await(int dir, bool frozen)
{
	bool	 v2 = cgroup_is_v2(dir);
	int	 is;

	for (int tries = 0; tries < 2000; tries++) {
		is = v2 ? has_text(dir, "cgroup.events", frozen ? "frozen 1" :
		    "frozen 0") : has_text(dir, "freezer.state", frozen ?
		    "FROZEN" : "THAWED");
		if (is != 0)
			return (is == 1 ? 0 : -1);
		(void)usleep(tries < 20 ? 100 : 5000);
	}
	errno = ETIMEDOUT;
	return (-1);
}

/*
 * Processes that systemd must move, because their cgroup belongs to another
 * user.
 */
static int
attach_left(const struct run_env *rt, const char *id, const struct rec *tally)
{
	const char	*pid;

	rec_each_text(pid, tally, KEY(left)) {
		if (client_has(rt->client, H_SYSTEMD) &&
		    cgroup_systemd_attach(rt, id, (pid_t)strtol(pid, NULL, 10))
		    == 0)
			continue;
		return (error_set(&rt->client->error, EACCES, "process %s of "
		    "container %s is in a cgroup that only root may take it "
		    "out of: start the container below your systemd "
		    "(`systemd-run --user --scope bulkhead run ...`)", pid,
		    id));
	}
	return (0);
}

static int
gather(const struct run_env *rt, const char *id, const struct cgroup *cg)
{
	for (int tries = 0; tries < 32; tries++) {
		scoped_rec struct rec	*tally = cgroup_gather(rt->client,
					    cg->procs, cg->pids);

		if (tally == NULL || attach_left(rt, id, tally) == -1)
			return (-1);
		if (rec_count(tally, KEY(left)) == 0)
			return (0);
	}
	return (error_set(&rt->client->error, EAGAIN, "the processes of "
	    "container %s leave the cgroup as fast as they are put there", id));
}

/*
 * Frozen while it is empty: who is moved in stops at once, and what a process
 * forks is born in its own cgroup, so there is an end to gathering.
 */
int
cgroup_freeze(const struct run_env *rt, const struct rec *row,
    const struct cgroup *cg)
{
	const char	*id = rec_str(row, KEY(id), "");
	scoped_fd int	 dir = open_cgroup(rt, id);
	int		 saved;

	if (dir == -1 || ask_freeze(dir, true) == -1)
		return (cgroup_error(rt, "cannot freeze container", id));
	if (gather(rt, id, cg) == 0) {
		if (await(dir, true) == 0)
			return (0);
		(void)cgroup_error(rt, "the kernel does not freeze container",
		    id);
	}
	saved = errno;
	(void)ask_freeze(dir, false);
	errno = saved;
	return (-1);
}

int
cgroup_thaw(const struct run_env *rt, const char *id)
{
	scoped_fd int	 dir = open_cgroup(rt, id);

	if (dir == -1)
		return (0);
	if (ask_freeze(dir, false) == 0 && await(dir, false) == 0)
		return (0);
	/* It has ended, and its cgroup with it. */
	return (errno == ENOENT || errno == ENODEV ? 0 :
	    cgroup_error(rt, "cannot let container run", id));
}

int
cgroup_frozen(const struct run_env *rt, const char *id)
{
	scoped_fd int	 dir = open_cgroup(rt, id);

	if (dir == -1)
		return (-1);
	return (cgroup_is_v2(dir) ? has_text(dir, "cgroup.freeze", "1") :
	    has_text(dir, "freezer.state", "FR"));
}
