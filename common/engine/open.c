#include "open.h"

#include <sys/prctl.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "calls.h"
#include "cleanup.h"
#include "config.h"
#include "event.h"
#include "grant.h"
#include "layout.h"
#include "locks.h"
#include "owndir.h"
#include "path.h"
#include "pinned.h"
#include "record.h"
#include "root.h"
#include "running.h"
#include "runtimes.h"
#include "session.h"
#include "stateid.h"
#include "volumes.h"

#define NEED_OPENED	(NEED_STATE | NEED_SETTINGS)	/* a statekeep */
#define NITEMS(a)	(sizeof(a) / sizeof((a)[0]))

/*
 * Use the refresh that root started for this container, if its reaper holds the
 * channel (handover.c).
 */
static void
adopt_refresh(struct session *s)
{
	int	 fd = session_kept(s, INHERIT_REFRESH);

	if (fd != -1)
		s->client.helper[H_REFRESH].chan = (struct chan){
		    fcntl(fd, F_DUPFD_CLOEXEC, 0), R_CTL, R_REFRESH };
}

static bool
is_wanted(unsigned int need, enum helper_id who)
{
	switch (who) {
	case H_REFRESH:
		return ((need & NEED_IDS) != 0 ||
		    (geteuid() == 0 && (need & NEED_STORE) != 0));
	case H_STATE:
		return ((need & NEED_OPENED) != 0);
	case H_STORE:
		return ((need & NEED_STORE) != 0);
	case H_LOCK:			/* also to reconcile */
		return ((need & (NEED_LOCK | NEED_STATE)) != 0);
	case H_FETCH:
		return ((need & NEED_FETCH) != 0);
	case H_CGROUP:
		return ((need & NEED_CGROUP) != 0);
	default:
		return (false);
	}
}

static int
start_wanted(struct session *s, unsigned int need,
    const enum helper_id *who, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_wanted(need, who[i]) &&
		    client_start(&s->client, who[i]) == -1)
			return (-1);
	return (0);
}

/*
 * The helpers that others wait for, in the order in which they are needed.
 * Root waits for the state before anything else.
 */
static int
start_first(struct session *s, unsigned int need)
{
	static const enum helper_id	 as_root[] = { H_STATE, H_REFRESH },
					 as_user[] = { H_REFRESH, H_STORE,
					    H_STATE };

	if (need & NEED_IDS)
		adopt_refresh(s);
	return (geteuid() == 0 ?
	    start_wanted(s, need, as_root, NITEMS(as_root)) :
	    start_wanted(s, need, as_user, NITEMS(as_user)));
}

/* The others, while those open what they were given. */
static int
start_rest(struct session *s, unsigned int need, char *const *cleanup)
{
	static const enum helper_id	 rest[] = { H_LOCK, H_FETCH, H_CGROUP };

	if (is_wanted(need, H_STORE) && client_start(&s->client, H_STORE) == -1)
		return (-1);
	if ((need & NEED_LAUNCH) &&
	    (client_start_reaper(&s->client, cleanup) == -1 ||
	    (s->launch_started != NULL && s->launch_started(s) == -1)))
		return (-1);
	return (start_wanted(s, need, rest, NITEMS(rest)));
}

/* Root's may lie where the account cannot go: then its reaper has them. */
static int
kept_dir(struct session *s, enum inherited_fd which, struct key_str key)
{
	int	 fd = session_kept(s, which);

	return (fd == -1 ? owndir_open(s, session_config(s, key, "")) :
	    fcntl(fd, F_DUPFD_CLOEXEC, 0));
}

/* With a state, that is asked first whether this is the place to make it. */
static int
open_graph(struct session *s, unsigned int need)
{
	int	 fd;

	if (s->graph_fd != -1)
		return (0);
	if ((need & NEED_STORE) == 0) {
		/* The state may be made in it: is it the place for that? */
		if (geteuid() == 0 && (fd = root_open_graph(s, false)) != -1)
			close(fd);
		else if (geteuid() == 0 && errno != ENOENT)
			return (-1);
		return (0);
	}
	s->graph_fd = root_open_graph(s, (need & NEED_OPENED) == 0);
	return (s->graph_fd == -1 && errno != ENOENT ? -1 : 0);
}

static int
open_dirs(struct session *s, unsigned int need)
{
	/* The storage before what may be made in it. */
	if (root_check_dirs(s) == -1 || open_graph(s, need) == -1)
		return (-1);
	/* The store alone can be looked at when the state is broken. */
	if (((need & (NEED_OPENED | NEED_LOCK)) != 0 &&
	    (s->state_dir = kept_dir(s, INHERIT_STATE,
	    KEY_AS(path_state))) == -1) ||
	    (s->run_dir == -1 &&
	    (s->run_dir = kept_dir(s, INHERIT_RUN, KEY_AS(path_run))) == -1))
		return (-1);
	/*
	 * Only the user who starts the command may read it; root may make it.
	 */
	if (!s->inherit)
		cache_open(&s->cache, session_config(s, KEY_AS(path_run), ""),
		    true);
	if (geteuid() == 0)
		grant_open(s);
	return (0);
}

static int
send_state_open(struct session *s)
{
	scoped_fd int		 settings = pinned_fd(s);
	struct msg_state_open	 o = { .memory = session_in_memory(s) };
	const char		*ns = session_config(s,
				    KEY_AS(engine_namespace), "");

	if (session_boot_id(s) == -1 || event_prepare(s, &o) == -1)
		return (-1);
	if (strlcpy(o.ns, ns, sizeof(o.ns)) >= sizeof(o.ns))
		return (error_set(&s->client.error, ENAMETOOLONG, "cannot use "
		    "the state namespace \"%.64s...\": it is too long", ns));
	(void)strlcpy(o.boot_id, s->boot_id, sizeof(o.boot_id));
	return (state_open_begin(&s->client, &o, s->state_dir, s->run_dir,
	    settings));
}

/*
 * In a state namespace not all records are seen: then no layer is looked at
 * as one whose container may never have been recorded.
 */
static int
state_name(struct session *s, char *id, size_t size)
{
	*id = '\0';
	if (s->state_dir == -1 ||
	    *session_config(s, KEY_AS(engine_namespace), "") != '\0' ||
	    state_id(s->state_dir, id, size) == 0)
		return (0);
	return (session_sentence(s, "cannot look at", session_config(s,
	    KEY_AS(path_state), "")));
}

static int
send_store_open(struct session *s, unsigned int need)
{
	scoped_fd int		 run = -1;
	char			 id[80];

	if (state_name(s, id, sizeof(id)) == -1)
		return (-1);
	if (s->run_root_fd != -1)
		run = take_fd(&s->run_root_fd);
	else if (s->system)
		run = path_mkdirs(s->run_dir, LAYOUT_RUN_STORAGE, 0700);
	else
		run = path_private_dir(session_config(s,
		    KEY_AS(path_run_storage),
		    ""), true);
	if (run == -1)
		return (session_sentence(s, "cannot make the directory",
		    session_config(s, KEY_AS(path_run_storage), "")));
	return (store_open_begin(&s->client, s->graph_fd, run,
	    session_config(s, KEY_AS(storage_driver), "overlay"),
	    (need & NEED_WRITE) != 0, s->single, volumes_base(s), s->boot_id,
	    id));
}

/*
 * How many ids does a container get? One: say so where one is made, and go
 * on.
 */
static int
query_ids(struct session *s, unsigned int need)
{
	char		 why[1024];
	const int64_t	 count = ids_query(&s->client, why);

	if (count == -1)
		return (-1);
	s->single = count <= 1;
	if (s->single && (need & (NEED_LAUNCH | NEED_MORE)) != 0 &&
	    why[0] != '\0')
		session_warn(s, "%s", why);
	return (0);
}

/*
 * The store was made with other settings, which are the session's from here
 * on. 1: they are merged, and everything begins once more, with directories
 * that are theirs. -1: they cannot be.
 */
static int
merge_settings(struct session *s, struct rec *made_with)
{
	if (s->made_with != NULL) {
		rec_free(made_with);
		return (error_set(&s->client.error, ESTALE, "cannot settle the "
		    "store's settings: %s", strerror(ESTALE)));
	}
	s->made_with = made_with;
	/* What a clean-up has inherited was merged when that began. */
	if (s->inherit)
		return (1);
	if (pinned_merge(s, made_with) == -1)
		return (-1);
	return (config_seal(s) == -1 ? -1 : 1);
}

/*
 * Has this boot's part of the state been lost, or never been there? Nothing
 * opened it yet.
 */
static bool
boot_state_lost(const struct session *s)
{
	struct stat	 st;

	return (!session_in_memory(s) && fstatat(s->run_dir,
	    LAYOUT_BOOT_JOURNAL, &st, AT_SYMLINK_NOFOLLOW) == -1 &&
	    errno == ENOENT);
}

/* The state is open: 0; 1: open it with what the store was made with. */
static int
state_opened(struct session *s)
{
	struct rec	*made_with;
	unsigned int	 flags = 0;
	int		 rc = state_open_end(&s->client, &flags, &made_with);

	if (rc == -1)
		return (-1);
	s->stale = (flags & STATE_STALE) != 0;
	if (rc == 1)
		rc = merge_settings(s, made_with);
	if (rc == 0 && s->lost && running_restore(s) == -1)
		return (-1);
	/* Only now is it known that a storage belongs there. */
	if (rc == 0 && s->graph_fd == -1 && *s->graph != '\0' &&
	    client_has(&s->client, H_STORE))
		rc = (s->graph_fd = root_open_graph(s, true)) == -1 ?
		    -1 : 0;
	return (rc);
}

static int
open_parts(struct session *s, unsigned int need, bool root,
    char *const *cleanup)
{
	int64_t	 untidy = s->untidy;

	if ((need & NEED_STORE) && send_store_open(s, need) == -1)
		return (-1);
	if (!root && start_rest(s, need, cleanup) == -1)
		return (-1);
	if ((need & NEED_LOCK) && locks_open_begin(s) == -1)
		return (-1);
	if ((need & NEED_STORE) &&
	    (untidy = store_open_end(&s->client)) == -1)
		return (-1);
	s->untidy = untidy == 1;
	if ((need & NEED_LOCK) && locks_open_end(s) == -1)
		return (-1);
	return (0);
}

/*
 * A clean-up works with what its container was started with: the
 * configuration, and in system mode the storage as that session saw it.
 */
static int
take_kept(struct session *s)
{
	/* Now, while what we open ourselves has lower numbers. */
	for (int i = 0; i < INHERIT_COUNT; i++)
		if (fcntl(INHERIT_BASE + i, F_SETFD, FD_CLOEXEC) != -1)
			s->kept |= 1u << i;
	s->config_fd = INHERIT_BASE + INHERIT_CONFIG;
	if ((s->config = rec_from_fd(s->config_fd, RECORD(config),
	    NULL)) == NULL)
		return (error_set(&s->client.error, errno, "a clean-up is "
		    "started by a container's reaper, which has left no "
		    "configuration: %s", strerror(errno)));
	s->graph_fd = session_kept(s, INHERIT_GRAPH);
	s->system = s->graph_fd != -1;
	return (0);
}

/* Only to be asked for filters when the configuration is known already? */
static bool
needs_compiler(struct session *s, unsigned int need)
{
	return (!s->inherit && (need & NEED_LAUNCH) != 0 &&
	    (s->needs_compiler == NULL || s->needs_compiler(s)));
}

static int
open_all(struct session *s, unsigned int need, char *const *cleanup)
{
	const char	*given = rec_get(s->options.settings, KEY(runtime));
	bool		 root = geteuid() == 0, early, asks;
	int		 rc;

	if (client_init(&s->client, s->options.trace, s->options.verbose,
	    s->options.helpers) == -1 ||
	    (s->inherit && s->config == NULL && take_kept(s) == -1) ||
	    (root && root_find_account(s) == -1))
		return (-1);
	/* A clean-up is the account's from its first instruction. */
	if (s->system && !root && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		return (session_sentence(s, "cannot hide", "this process"));
	/* Look up the configuration while the helpers start. */
	if (start_first(s, need) == -1)
		return (-1);
	asks = s->config == NULL && config_find_cached(s) == -1;
	if ((asks || needs_compiler(s, need)) &&
	    (client_start(&s->client, H_RESOLVE) == -1 || config_ask(s) == -1))
		return (-1);
	if (asks && config_take(s) == -1)
		return (-1);
	if (given != NULL && runtimes_check(s->config, given,
	    s->options.starts, &s->client.error) == -1)
		return (-1);
	if ((need & NEED_IF_THERE) && access(session_config(s,
	    KEY_AS(path_state),
	    ""), F_OK) == -1)
		need &= ~(unsigned int)NEED_OPENED;
	s->graph = session_config(s, KEY_AS(path_graph), "");
	if ((need & (NEED_STATE | NEED_STORE | NEED_LOCK)) &&
	    open_dirs(s, need) == -1)
		return (-1);
	s->lost = (need & NEED_OPENED) != 0 && boot_state_lost(s);
	if ((need & NEED_OPENED) && send_state_open(s) == -1)
		return (-1);
	if (root && start_rest(s, need, cleanup) == -1)
		return (-1);
	/* Root may have to look something up before it is given up. */
	early = root || ((need & NEED_STORE) != 0 && s->graph_fd == -1);
	if (early && (need & NEED_OPENED) && (rc = state_opened(s)) != 0)
		return (rc);
	if (root && root_give_up(s, need) == -1)
		return (-1);
	if (client_has(&s->client, H_REFRESH) && query_ids(s, need) == -1)
		return (-1);
	if (open_parts(s, need, root, cleanup) == -1)
		return (-1);
	if (!early && (need & NEED_OPENED) && (rc = state_opened(s)) != 0)
		return (rc);
	if (!root && s->privileged != NULL && s->privileged(s) == -1)
		return (-1);
	s->userns_fd = session_kept(s, INHERIT_USERNS);
	return (0);
}

/* Let go of all that was opened with settings that are not the store's. */
static void
start_over(struct session *s)
{
	int	*fds[] = { &s->state_dir, &s->run_dir, &s->run_root_fd,
		    &s->client.libexec_fd, s->inherit ? NULL : &s->graph_fd };

	client_stop_all(&s->client);
	s->locks = false;
	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		if (fds[i] == NULL || *fds[i] == -1)
			continue;
		close(*fds[i]);
		*fds[i] = -1;
	}
}

/* Nothing is open. */
static void
begin(struct session *s, const struct session_options *options)
{
	s->options = *options;
	s->state_dir = s->run_dir = s->graph_fd = s->config_fd = -1;
	s->run_root_fd = -1;
	s->fresh_fd = s->userns_fd = s->ctr_fd = -1;
}

int
session_open(struct session *s, const struct session_options *options,
    unsigned int need, char *const *cleanup)
{
	int	 rc, saved;

	begin(s, options);
	s->containers = (need & NEED_STATE) != 0;
	/* The graph root may be recorded in the state database. */
	if ((need & NEED_STORE) && s->config == NULL && !session_in_memory(s))
		need |= NEED_SETTINGS;
	if ((rc = open_all(s, need, cleanup)) == 1) {
		start_over(s);
		rc = open_all(s, need, cleanup);
	}
	if (rc == 0) {
		config_cache_put(s);
		return (0);
	}
	saved = errno;
	session_close(s);
	errno = saved;
	return (-1);
}

int
session_open_resolve(struct session *s, const struct session_options *options)
{
	int	 saved;

	begin(s, options);
	if (client_init(&s->client, options->trace, options->verbose,
	    options->helpers) == -1 ||
	    (geteuid() == 0 && root_find_account(s) == -1) ||
	    client_start(&s->client, H_RESOLVE) == -1) {
		saved = errno;
		session_close(s);
		errno = saved;
		return (-1);
	}
	if (geteuid() == 0)
		root_leave(s);
	return (0);
}
