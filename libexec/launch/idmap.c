/* The ids of the new user namespace, from inside. */
#include <sys/prctl.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "build.h"
#include "cleanup.h"
#include "fault.h"

static int
put(const char *path, const char *text)
{
	scoped_fd int	 fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd == -1)
		return (-1);
	return (write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? 0 :
	    -1);
}

/*
 * A process may map its own id, and no other, without privilege; setgroups must
 * be denied for that. It is done in the new process itself, so that no process
 * is looked up by its pid.
 */
int
idmap_single(struct build *b)
{
	char	 uids[64], gids[64];

	(void)snprintf(uids, sizeof(uids), "0 %u 1\n", b->host_uid);
	(void)snprintf(gids, sizeof(gids), "0 %u 1\n", b->host_gid);
	if (put("/proc/self/setgroups", "deny") == -1 ||
	    put("/proc/self/uid_map", uids) == -1 ||
	    put("/proc/self/gid_map", gids) == -1)
		return (fault_errno(b->fault, "mapping the user's own id"));
	return (0);
}

int
idmap_become_root(struct build *b)
{
	uid_t	 uid[3];
	gid_t	 gid[3];

	/*
	 * Drop the caller's groups, unless setgroups is denied: always with one
	 * id, else where refresh found a group that may restrict its members.
	 */
	b->keep_groups = b->single || (setgroups(0, NULL) == -1 &&
	    errno == EPERM);
	if (!b->keep_groups && getgroups(0, NULL) != 0)
		return (fault_errno(b->fault, "leaving the caller's groups"));
	if (setresgid(0, 0, 0) == -1 || setresuid(0, 0, 0) == -1)
		return (fault_errno(b->fault, "becoming root of the "
		    "container, whose ids should be mapped by now"));
	if (getresuid(&uid[0], &uid[1], &uid[2]) == -1 ||
	    getresgid(&gid[0], &gid[1], &gid[2]) == -1 ||
	    (uid[0] | uid[1] | uid[2]) != 0 || (gid[0] | gid[1] | gid[2]) != 0)
		return (fault_set(b->fault, EPERM, "becoming root of the "
		    "container did not take effect"));
	return (0);
}
