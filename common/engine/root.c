/*
 * The part of `bulkhead` that runs as root, in the order in which it runs. An
 * ordinary user's command does none of this.
 *
 *  1. Standard streams, umask and signals are set (bin/bulkhead/main.c).
 *  2. The options are parsed. argv is root's own text, and says which files
 *     root opens in steps 3 and 13; nothing else is read for it.
 *  3. The log that --log-opt path= names is opened (rootlog.c).
 *  4. The account is looked up in /etc/passwd (account.c).
 *  5. Helpers are started. Each but refresh becomes the account before its
 *     exec (protocol/spawn.c).
 *  6. The configuration arrives as a record: from resolve, which is the
 *     account's, or from the cache in the run directory, authenticated with a
 *     key that only root reads (runtime/cache.c). It is decoded as root because
 *     it names the directories of steps 7 to 9. The decoder takes no length or
 *     offset on trust and is fuzzed; what the record says is worth no more than
 *     the account's word, which is why steps 7 and 8 check it.
 *  7. Directories on the way to the storage, the state and the run directory
 *     must belong to root or to the account (trust.c).
 *  8. The storage is opened. One is made only where root chose the path.
 *  9. The state and run directories are made, opened and handed to the
 *     account (owndir.c).
 * 10. The key that authenticates what root granted is read, or made (grant.c).
 * 11. statekeep, which is the account's, says with which paths the state was
 *     made. That record is decoded as root because the storage may be at one
 *     of them; each path must carry a code made with root's key (pinned.c).
 * 12. refresh is given the storage, and with NEED_RUN_ROOT podman's run root,
 *     which is one only where the storage itself would be accepted (trust.c).
 * 13. Files that the command line names are opened, and given to refresh or to
 *     a helper. Those that a container's definition names are opened only when
 *     the definition carries the right code (grant.c). `pause` makes control
 *     groups, for which it reads the rows of the containers and corrects them
 *     (container/reconcile.c); `events` starts journalctl.
 * 14. refresh is told that no more grants follow.
 * 15. The key is wiped from memory.
 * 16. This process becomes the account for good (account.c).
 *
 * Steps 12 to 16 are last_steps below. After them refresh is the only process
 * of this command that holds a privilege of the host.
 */
#include "root.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "account.h"
#include "calls.h"
#include "layout.h"
#include "mac.h"
#include "path.h"
#include "records.h"
#include "session.h"
#include "trust.h"

int
root_find_account(struct session *s)
{
	char	 maker[900];

	s->system = true;
	if (account_find(&s->client.uid, &s->client.gid) == 0)
		return (0);
	account_maker(maker, sizeof(maker));
	return (error_set(&s->client.error, ENOENT, "there is no account \""
	    LAYOUT_ACCOUNT "\" on this machine for root's containers: make it "
	    "with `%s`", maker));
}

int
root_check_dirs(struct session *s)
{
	/* A clean-up works with directories that its container has open. */
	if (s->inherit)
		return (0);
	return (trust_path(s, "graph root", s->graph) == -1 ||
	    trust_path(s, "state directory", session_config(s,
	    KEY_AS(path_state),
	    "")) == -1 || trust_path(s, "run directory", session_config(s,
	    KEY_AS(path_run), "")) == -1 ? -1 : 0);
}

int
root_open_graph(struct session *s, bool create)
{
	int	 fd = open(s->graph, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1 && errno == ENOENT && create &&
	    (geteuid() != 0 || trust_is_chosen(s, s->graph)))
		fd = path_private_dir(s->graph, true);
	if (fd == -1)
		return (session_sentence(s, "cannot open the storage",
		    s->graph));
	if (geteuid() != 0)
		return (fd);
	if (trust_storage(s, fd, s->graph) == -1) {
		close(fd);
		return (-1);
	}
	if (trust_is_reachable(s->graph))
		session_warn(s, "every user can enter the directories above "
		    "the storage %s: whoever takes over the account "
		    LAYOUT_ACCOUNT " could leave set-user-ID programs there; "
		    "give one of them mode 0700", s->graph);
	return (fd);
}

/* The storage is grant number 0. */
static int
grant_graph(struct session *s, unsigned int need)
{
	(void)need;
	if (s->graph_fd == -1 || !client_has(&s->client, H_REFRESH))
		return (0);
	return (ids_grant_begin(&s->client, GRANT_STORE | GRANT_NODEV,
	    s->graph_fd));
}

/*
 * Where podman of root lists what lasts until the boot: grant number 1. What
 * is at this path of resolve's and is no storage is gone without.
 */
static int
grant_run_root(struct session *s, unsigned int need)
{
	const char	*path = session_config(s, KEY_AS(path_run_storage),
			    "");

	if (s->graph_fd == -1 || !client_has(&s->client, H_REFRESH) ||
	    (need & NEED_RUN_ROOT) == 0)
		return (0);
	s->run_root_fd = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC);
	if (s->run_root_fd != -1 && trust_storage(s, s->run_root_fd,
	    path) == -1) {
		close(s->run_root_fd);
		s->run_root_fd = -1;
		error_clear(&s->client.error);
	}
	return (s->run_root_fd == -1 ? 0 : ids_grant_begin(&s->client,
	    GRANT_STORE | GRANT_NOSUID | GRANT_NODEV, s->run_root_fd));
}

static int
open_named(struct session *s, unsigned int need)
{
	(void)need;
	return (s->privileged == NULL ? 0 : s->privileged(s));
}

static int
seal_grants(struct session *s, unsigned int need)
{
	(void)need;
	return (!client_has(&s->client, H_REFRESH) ? 0 :
	    ids_seal_begin(&s->client));
}

static int
forget_key(struct session *s, unsigned int need)
{
	(void)need;
	mac_forget(&s->root_key);
	return (0);
}

static int
become_account(struct session *s, unsigned int need)
{
	(void)need;
	account_become(s->client.uid, s->client.gid);
	s->client.uid = 0;	/* later helpers need no change */
	return (0);
}

static int	(*const last_steps[])(struct session *, unsigned int) = {
	grant_graph,
	grant_run_root,
	open_named,
	seal_grants,
	forget_key,
	become_account,
};

/* As the account: the storage, with ids mapped to the account's own. */
static int
mount_graph(struct session *s)
{
	int	 fd = ids_mount(&s->client, 0, 0, GRANT_NOSUID | GRANT_NODEV);

	if (fd == -1)
		return (-1);
	close(s->graph_fd);
	s->graph_fd = fd;
	return (0);
}

/* Linux before 6.3 does not map ids in a tmpfs: go on without the run root. */
static void
mount_run_root(struct session *s)
{
	close(s->run_root_fd);
	s->run_root_fd = ids_mount(&s->client, 1, 0, GRANT_NOSUID |
	    GRANT_NODEV);
	if (s->run_root_fd == -1)
		error_clear(&s->client.error);
}

int
root_give_up(struct session *s, unsigned int need)
{
	for (size_t i = 0; i < sizeof(last_steps) / sizeof(last_steps[0]); i++)
		if (last_steps[i](s, need) == -1)
			return (-1);
	if (s->graph_fd == -1)
		return (0);
	if (mount_graph(s) == -1)
		return (-1);
	if (s->run_root_fd != -1)
		mount_run_root(s);
	return (0);
}

void
root_leave(struct session *s)
{
	account_become(s->client.uid, s->client.gid);
}
