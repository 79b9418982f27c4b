/*
 * The part of `bulkhead` that runs as root, in the order in which it runs. An
 * ordinary user's command does none of this as root.
 *
 *  1. Standard streams, umask and signals are set (bin/bulkhead/main.c).
 *  2. The options are parsed. argv is root's own text. The files that options
 *     of the kinds OPT_FILE_* name are opened (cli/opt.c).
 *  3. What else argv names is opened, and not parsed: the log of --log-opt
 *     path= (below); the files of --cidfile and --pidfile, which `run` and
 *     `create` also make (bin/bulkhead/creating.c), and a seccomp profile
 *     (container/define.c); an archive to load, files to check, a state that
 *     is copied (bin/bulkhead). For other commands the first line of each
 *     --cidfile and --pod-id-file is read (bin/bulkhead/each.c).
 *  4. The account is looked up in /etc/passwd (below).
 *  5. Helpers are started. Each but refresh becomes the account before its
 *     exec (protocol/spawn.c).
 *  6. The configuration arrives as a record: from resolve, which is the
 *     account's, or from the cache in the run directory, authenticated with a
 *     key that only root reads (runtime/cache.c). Files that the environment
 *     (CONTAINERS_CONF...) and --module name are opened, and passed to resolve
 *     unread (config.c). The record is decoded as root because it names the
 *     directories of steps 7 to 9. The decoder takes no length or offset on
 *     trust and is fuzzed; what the record says is worth no more than the
 *     account's word, which is why steps 7 and 8 check it. The values of
 *     volumes and mounts are parsed, and what is a path of the host is dropped
 *     (container/define.c): root opens no source of a mount for a setting.
 *  7. Directories on the way to the storage, the state and the run directory
 *     must belong to root or to the account (session.c).
 *  8. The storage is opened. One is made only where root chose the path.
 *  9. The state directory is made, opened and handed to the account (grant.c).
 * 10. The key that authenticates what root granted is read, or made (grant.c).
 *     Then the run directory is made, as the state directory; if a state is
 *     there and no run directory, not before step 11. Directories that a
 *     refused command has made are removed again, without following a link
 *     (session.c).
 * 11. statekeep, which is the account's, says with which paths the state was
 *     made. That record is decoded as root because the storage may be at one
 *     of them; each path must carry a code made with root's key (pins.c).
 *     With these paths all begins again. If the run directory was lost, what
 *     runs is looked up with the file system ids of the account (running.c).
 * 12. refresh is given the storage, and with NEED_RUN_ROOT podman's run root,
 *     which is one only where the storage itself would be accepted (grant.c).
 * 13. Files that the command line names are opened, and given to refresh or to
 *     a helper. Those that a container's definition names are opened only when
 *     the definition carries the right code (grant.c). `pause` makes control
 *     groups, for which it reads ids and processes in the rows of containers;
 *     it corrects no row (container/reconcile.c) and opens only what is on a
 *     file system of control groups (cgroup_path.c); `events` starts
 *     journalctl; `info` opens the storage, if step 7 has passed it, to ask for
 *     its file system; `migrate` looks for the runtime.
 * 14. refresh is told that no more grants follow.
 * 15. The key is wiped from memory.
 * 16. This process becomes the account for good (below).
 *
 * The order of steps 4 to 12 is in open.c, steps 12 to 16 are root_give_up
 * below. After them refresh is the only process of this command that holds a
 * privilege of the host.
 */
#include "root.h"

#include <sys/prctl.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cache.h"
#include "calls.h"
#include "cleanup.h"
#include "grant.h"
#include "hostroot.h"
#include "layout.h"
#include "log.h"
#include "record.h"
#include "session.h"

#define NOBODY		65534

/* --- the account --- */

/*
 * 0, or -1 with errno ENOENT. The file itself, not the name service: this
 * program links static, and a system service's account is the machine's.
 */
static int
find_account(uid_t *uid, gid_t *gid)
{
	FILE		*f = fopen("/etc/passwd", "re");
	struct passwd	*pw;
	int		 rc = -1;

	if (f == NULL)
		return (-1);
	while (rc == -1 && (pw = fgetpwent(f)) != NULL)
		if (strcmp(pw->pw_name, LAYOUT_ACCOUNT) == 0) {
			*uid = pw->pw_uid;
			*gid = pw->pw_gid;
			rc = 0;
		}
	fclose(f);
	if (rc == -1)
		errno = ENOENT;
	return (rc);
}

/* The command that makes it: of this installation, or of the sources. */
static const char *
account_maker(char *path, size_t size)
{
	static const char	 bin[] = "/bin/bulkhead",
				 share[] = "/share/bulkhead/make-account";
	ssize_t			 n = readlink("/proc/self/exe", path, size -
				    sizeof(share));
	char			*at;

	if (n >= (ssize_t)sizeof(bin)) {
		at = path + n - (sizeof(bin) - 1);
		if (memcmp(at, bin, sizeof(bin) - 1) == 0 &&
		    memcpy(at, share, sizeof(share)) != NULL &&
		    access(path, X_OK) == 0)
			return (path);
	}
	return ("sh tools/account.sh");
}

int
root_find_account(struct session *s)
{
	char	 path[4096];

	s->system = true;
	if (find_account(&s->client.uid, &s->client.gid) == 0)
		return (0);
	return (error_set(&s->client.error, ENOENT, "there is no account \""
	    LAYOUT_ACCOUNT "\" on this machine for root's containers: make it "
	    "with `%.599s`; in a container of root's make it there and start "
	    "that one with --cap-add SYS_ADMIN, or give it a user namespace "
	    "(--userns=auto, --uidmap, or a rootless engine), or start "
	    "bulkhead as an ordinary user", account_maker(path,
	    sizeof(path))));
}

/* For good: groups, ids, capabilities, read back. */
static void
become(uid_t uid, gid_t gid)
{
	uid_t	 r, e, s;

	if (setgroups(0, NULL) == -1 || setresgid(gid, gid, gid) == -1 ||
	    setresuid(uid, uid, uid) == -1)
		fatal("become %s", LAYOUT_ACCOUNT);
	if (getresuid(&r, &e, &s) == -1 || r != uid || e != uid || s != uid ||
	    uid == 0 || setuid(0) != -1)
		fatalx(EX_SOFTWARE, "still able to become root");
	/*
	 * A change of ids makes a process not dumpable, and it stays so: it
	 * holds root's terminal, keys and descriptors, which other processes
	 * of the account must not take by ptrace.
	 */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1 ||
	    prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
		fatal("dumpable");
}

void
root_drop(void)
{
	uid_t	 uid = NOBODY;
	gid_t	 gid = NOBODY;

	if (!host_root())
		return;
	(void)find_account(&uid, &gid);
	become(uid, gid);
}

/* --- the log of --log-opt path= --- */

static int
open_log(const char *path, const char *suffix, uid_t uid, gid_t gid)
{
	int		 flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
			    O_CLOEXEC | (*suffix == '\0' ? O_APPEND : 0);
	char		 name[PATH_MAX];
	scoped_fd int	 fd = -1;
	struct stat	 st;

	if ((size_t)snprintf(name, sizeof(name), "%s%s", path, suffix) >=
	    sizeof(name))
		return (-1);
	/* A new file is the account's: it opens it at each start. */
	if ((fd = open(name, flags | O_CREAT | O_EXCL, 0600)) != -1) {
		if (fchown(fd, uid, gid) == 0)
			return (take_fd(&fd));
		(void)unlink(name);
		return (-1);
	}
	/* Another is root's or the account's, without a second (hard) link. */
	if (errno != EEXIST || (fd = open(name, flags)) == -1 ||
	    fstat(fd, &st) == -1 || !S_ISREG(st.st_mode) ||
	    st.st_nlink != 1 || (st.st_uid != 0 && st.st_uid != uid))
		return (-1);
	return (take_fd(&fd));
}

void
root_open_log(struct session *s, const struct rec *opts)
{
	const char	*v, *path = NULL;
	bool		 bounded = true;
	uid_t		 uid;
	gid_t		 gid;

	if (find_account(&uid, &gid) == -1)
		return;
	rec_each_text(v, opts, KEY_AS(ask_log_opt)) {
		if (strncmp(v, "path=/", 6) == 0)
			path = v + 5;
		if (strcmp(v, "max-size=-1") == 0)
			bounded = false;
	}
	if (path == NULL)
		return;
	s->log_path = path;
	s->log_fd[false] = open_log(path, "", uid, gid);
	s->log_fd[true] = bounded ? open_log(path, ".old", uid, gid) : -1;
}

int
root_take_log(struct session *s, const char *path, bool old)
{
	if (s->log_path == NULL || strcmp(path, s->log_path) != 0)
		return (-1);
	return (take_fd(&s->log_fd[old]));
}

/* --- giving up root --- */

/* The storage is grant number 0. */
static int
grant_graph(struct session *s)
{
	if (s->graph_fd == -1 || !client_has(&s->client, H_REFRESH))
		return (0);
	return (ids_grant_send(&s->client, GRANT_STORE | GRANT_NODEV,
	    s->graph_fd));
}

/*
 * Where podman of root lists what lasts until the boot: grant number 1. The
 * path comes from resolve; a directory there that is no storage is not used.
 */
static int
grant_run_root(struct session *s)
{
	const char	*path = session_text(s, path_run_storage);

	if (s->graph_fd == -1 || !client_has(&s->client, H_REFRESH) ||
	    (s->need & NEED_RUN_ROOT) == 0)
		return (0);
	s->run_root_fd = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC);
	if (s->run_root_fd != -1 && grant_check_storage(s, s->run_root_fd,
	    path) == -1) {
		close(s->run_root_fd);
		s->run_root_fd = -1;
		error_clear(&s->client.error);
	}
	return (s->run_root_fd == -1 ? 0 : ids_grant_send(&s->client,
	    GRANT_STORE | GRANT_NOSUID | GRANT_NODEV, s->run_root_fd));
}

/* As the account: a grant with ids mapped to the account's own. */
static int
mount_grant(struct session *s, unsigned int grant, int *fd)
{
	close(*fd);
	*fd = ids_mount(&s->client, grant, 0, GRANT_NOSUID | GRANT_NODEV);
	return (*fd == -1 ? -1 : 0);
}

int
root_give_up(struct session *s)
{
	if (grant_graph(s) == -1 || grant_run_root(s) == -1 ||
	    (s->privileged != NULL && s->privileged(s) == -1) ||
	    (client_has(&s->client, H_REFRESH) &&
	    ids_seal_send(&s->client) == -1))
		return (-1);
	mac_forget(&s->root_key);
	become(s->client.uid, s->client.gid);
	s->client.uid = 0;	/* later helpers need no change */
	if (s->graph_fd != -1 && mount_grant(s, 0, &s->graph_fd) == -1)
		return (-1);
	/* Linux before 6.3 maps no ids in a tmpfs: go on without it. */
	if (s->run_root_fd != -1 && mount_grant(s, 1, &s->run_root_fd) == -1)
		error_clear(&s->client.error);
	return (0);
}
