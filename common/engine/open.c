/*
 * Opening a session. The order is in two tables at the end, as_root and
 * as_user: which steps, for which commands, and which helpers are started.
 */
#include "session.h"

#include <sys/prctl.h>
#include <sys/stat.h>

#include <linux/capability.h>
#include <linux/seccomp.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "boot.h"
#include "cache.h"
#include "calls.h"
#include "cleanup.h"
#include "config.h"
#include "event.h"
#include "grant.h"
#include "hostroot.h"
#include "layout.h"
#include "lock_numbers.h"
#include "locks.h"
#include "nitems.h"
#include "parse.h"
#include "path.h"
#include "pins.h"
#include "record.h"
#include "root.h"
#include "running.h"
#include "runtimes.h"
#include "volumes.h"

#define NEED_OPENED	(NEED_STATE | NEED_SETTINGS)	/* a statekeep */
#define NEED_DIRS	(NEED_OPENED | NEED_LOCK | NEED_STORE)
#define NEED_SWEEP	(NEED_STATE | NEED_STORE | NEED_IDS)
#define PARTS_WAIT_MS	10000	/* for each answer, if parts may be missing */
#define LOG_MAX		(1 << 20)
#define AGAIN_MAX	3	/* a look, another state, its settings */

/*
 * A step: a function, or a helper to start; what it is for, NEED_*, or 0: for
 * all; and what cannot be had where it fails, 0: nothing can. The function
 * returns 0; -1 with an error; 1: everything begins once more, see take_state.
 */
struct step {
	int		(*run)(struct session *);
	unsigned int	 need;
	enum helper_id	 helper;
	unsigned int	 loses;
};

/* --- helpers --- */

static int
init_client(struct session *s)
{
	if (client_init(&s->client, s->options.trace, s->options.verbose,
	    s->options.helpers) == -1)
		return (-1);
	if (s->failed != NULL) {
		memset(s->failed, 0, SESSION_PARTS * sizeof(*s->failed));
		s->client.deadline_ms = PARTS_WAIT_MS;
	}
	return (0);
}

/*
 * In a container of podman, docker or bulkhead a filter allows sethostname only
 * with CAP_SYS_ADMIN, whichever user namespace the caller is root of.
 */
static int
find_hostname_rule(struct session *s)
{
	s->fixed_hostname = prctl(PR_GET_SECCOMP, 0, 0, 0, 0) ==
	    SECCOMP_MODE_FILTER && prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN, 0, 0,
	    0) == 0;
	return (0);
}

/*
 * A clean-up works with what its container was started with: the
 * configuration, and in system mode the storage as that session saw it.
 */
static int
take_inherited(struct session *s)
{
	if (!s->inherit || s->config != NULL)
		return (0);
	/* First: descriptors opened later could get these numbers. */
	for (int i = 0; i < INHERIT_COUNT; i++)
		if (fcntl(INHERIT_BASE + i, F_SETFD, FD_CLOEXEC) != -1)
			s->inherited |= 1u << i;
	s->config_fd = INHERIT_BASE + INHERIT_CONFIG;
	if ((s->config = rec_from_fd(s->config_fd, RECORD(config),
	    NULL)) == NULL)
		return (error_set_code(&s->client.error, ERR_INVALID_ARG,
		    errno, "a clean-up is started by a container's reaper, "
		    "which has left no configuration: %s", strerror(errno)));
	s->userns_fd = session_inherited_fd(s, INHERIT_USERNS);
	s->graph_fd = session_inherited_fd(s, INHERIT_GRAPH);
	s->system = s->graph_fd != -1;
	/* It is the account's from its first instruction. */
	if (s->system && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		return (session_errno(s, "cannot hide", "this process"));
	return (0);
}

/* Use the refresh that root started for this container (start.c). */
static int
adopt_refresh(struct session *s)
{
	int	 fd = session_inherited_fd(s, INHERIT_REFRESH);

	if (fd != -1)
		s->client.helper[H_REFRESH].chan = (struct chan){
		    fcntl(fd, F_DUPFD_CLOEXEC, 0), R_CTL, R_REFRESH };
	return (0);
}

static int
start_reaper(struct session *s)
{
	return (client_start_reaper(&s->client, s->cleanup) == -1 ||
	    (s->launch_started != NULL && s->launch_started(s) == -1) ? -1 : 0);
}

/* --- configuration and directories --- */

/* Is resolve needed to compile a filter? */
static bool
needs_compiler(struct session *s)
{
	return (!s->inherit && (s->need & NEED_LAUNCH) != 0 &&
	    (s->needs_compiler == NULL || s->needs_compiler(s)));
}

static bool
has_state(struct session *s)
{
	char	 path[PATH_MAX];

	return (snprintf(path, sizeof(path), "%s/" LAYOUT_STATE_JOURNAL,
	    session_text(s, path_state)) < PATH_MAX &&
	    access(path, F_OK) == 0);
}

/* Volumes cannot be elsewhere yet. */
static bool
is_volume_path_wrong(struct session *s)
{
	return (rec_get(s->options.settings, KEY(volumepath)) != NULL &&
	    *volumes_base(s) == '\0');
}

static int
refuse_volume_path(struct session *s)
{
	return (error_set_code(&s->client.error, ERR_INVALID_ARG, EINVAL,
	    "--volumepath %.400s is not below the graph root %.400s: volumes "
	    "elsewhere are not supported by bulkhead yet",
	    rec_str(s->options.settings, KEY(volumepath), ""), s->graph));
}

static int
find_config(struct session *s)
{
	const char	*runtime = rec_get(s->options.settings, KEY(runtime));
	bool		 asks;

	if (s->need & NEED_RESOLVE)
		return (client_start(&s->client, H_RESOLVE));
	asks = s->config == NULL && config_find_cached(s) == -1;
	if ((asks || needs_compiler(s)) &&
	    (client_start(&s->client, H_RESOLVE) == -1 || config_ask(s) == -1))
		return (-1);
	if (asks && config_take(s) == -1)
		return (-1);
	s->graph = session_text(s, path_graph);
	if (runtime != NULL && runtimes_check(s->config, runtime,
	    s->options.starts, &s->client.error) == -1)
		return (-1);
	/* Commands for which parts may be missing show it in its place. */
	if (runtime == NULL && !s->inherit && s->failed == NULL &&
	    runtimes_check_file(s->config, &s->client.error) == -1)
		return (-1);
	if ((s->need & NEED_IF_THERE) && access(session_text(s, path_state),
	    F_OK) == -1)
		s->need &= ~(unsigned int)NEED_OPENED;
	/* A state that is there may first name another graph root. */
	return ((s->need & NEED_OPENED) != 0 && is_volume_path_wrong(s) &&
	    !has_state(s) ? refuse_volume_path(s) : 0);
}

static int
tell_configured(struct session *s)
{
	return (s->configured == NULL ? 0 : s->configured(s));
}

/* A descriptor of the graph root, with `make` also of a new one; or -1. */
static int
open_graph_root(struct session *s, bool make)
{
	bool		 root = host_root();
	scoped_fd int	 fd = open(s->graph, O_RDONLY | O_DIRECTORY |
			    O_CLOEXEC);

	if (fd == -1 && errno == ENOENT && make &&
	    (!root || grant_is_chosen(s, s->graph)))
		fd = path_private_dir(session_makes(s, s->graph), true);
	if (fd == -1)
		return (session_errno(s, "cannot open the storage",
		    s->graph));
	if (root && (grant_check_storage(s, fd, s->graph) == -1 ||
	    ((s->need & (NEED_OPENED | NEED_LOCK)) != 0 &&
	    grant_state_in(s, fd) == -1)))
		return (-1);
	if (root && grant_is_reachable(s->graph))
		session_warn(s, "every user can enter the directories above "
		    "the storage %s: an attacker who controls the account "
		    LAYOUT_ACCOUNT " could leave set-user-ID programs there; "
		    "give one of them mode 0700", s->graph);
	return (take_fd(&fd));
}

/*
 * If a state is opened, do not make the graph root yet: the state may name
 * another.
 */
static int
open_graph(struct session *s)
{
	bool	 store = (s->need & NEED_STORE) != 0;
	int	 fd;

	if (s->graph_fd != -1 || (!store && !host_root()))
		return (0);
	fd = open_graph_root(s, store && (s->need & NEED_OPENED) == 0);
	if (fd == -1)
		return (errno == ENOENT ? 0 : -1);
	/* Only checked here; the state directory may lie below it. */
	if (!store)
		close(fd);
	else
		s->graph_fd = fd;
	return (0);
}

/*
 * In system mode the account may not reach the directory; the reaper then
 * passes a descriptor.
 */
static int
open_or_inherited(struct session *s, enum inherited_fd which,
    const char *path)
{
	int		 fd = session_inherited_fd(s, which);
	struct stat	 st;

	return (fd == -1 || fstat(fd, &st) == -1 || st.st_nlink == 0 ?
	    session_own_dir(s, path) : fcntl(fd, F_DUPFD_CLOEXEC, 0));
}

/* The store alone can be looked at when the state is broken. */
static int
open_state_dir(struct session *s)
{
	s->state_dir = open_or_inherited(s, INHERIT_STATE, session_text(s,
	    path_state));
	return (s->state_dir == -1 ? -1 : 0);
}

/*
 * Is there a state whose settings are to be looked at before a run directory is
 * made? It may name another one, or refuse the command.
 */
static bool
looks_first(struct session *s)
{
	return (!s->looked && !s->inherit && s->run_dir == -1 &&
	    (s->need & NEED_OPENED) != 0 && !session_in_memory(s) &&
	    access(session_text(s, path_run), F_OK) == -1 && has_state(s));
}

/*
 * If the run directory of system mode is lost, only root can make it again: a
 * clean-up uses a directory in the state directory instead, until a command of
 * root does (running_is_known).
 */
static int
open_run_instead(struct session *s)
{
	if (!s->inherit || !s->system || s->state_dir == -1 ||
	    session_in_memory(s))
		return (-1);
	error_clear(&s->client.error);
	return (path_mkdirs(s->state_dir, LAYOUT_RUN_INSTEAD, 0700));
}

static int
open_run_dir(struct session *s)
{
	if (host_root())
		grant_open(s);
	if (looks_first(s))
		return (0);
	if (s->run_dir == -1 && (s->run_dir = open_or_inherited(s,
	    INHERIT_RUN, session_text(s, path_run))) == -1 &&
	    (s->run_dir = open_run_instead(s)) == -1)
		return (-1);
	/* Only the command's user may read it; root may make it. */
	if (!s->inherit)
		cache_open(&s->cache, session_text(s, path_run), true);
	return (0);
}

/* --- the state --- */

/*
 * The command, for the history, from its name on: only that if its arguments
 * are a program's, which may have passwords in them.
 */
static void
command_of(const struct session_options *o, char *out, size_t size)
{
	const char	*word;
	size_t		 it = 0, i = 0, n;

	(void)strlcpy(out, o->command, size);
	if (o->private_args)
		return;
	*out = '\0';
	while (rec_next(o->line, KEY(arg), &it, &word)) {
		if (i++ < o->before)
			continue;
		if (*out != '\0')
			(void)strlcat(out, " ", size);
		(void)strlcat(out, word, size);
	}
	/* Cut, it may end in the middle of a letter. */
	for (n = strlen(out); n == size - 1 && n > 0 &&
	    ((unsigned char)out[n - 1] & 0x80) != 0;)
		out[--n] = '\0';
}

/* resolve has written it as a number of bytes. */
static int
events_max(struct session *s, uint64_t *bytes)
{
	const char		*text = rec_get(s->config,
				    KEY_AS(events_max_size));
	int64_t			 n = rec_num(s->config,
				    KEY_NUM(key_text_events_max_size), -1);
	struct parse_err	 e;

	if ((n < 0 || n == INT64_MAX) && text != NULL &&
	    parse_size(text, &n, &e) == -1)
		return (error_set(&s->client.error, EINVAL,
		    "events_logfile_max_size: %.400s", e.text));
	*bytes = n < 0 ? LOG_MAX : (uint64_t)n;
	return (0);
}

/*
 * Only compare the settings; the run directory is not there. 1: everything
 * begins once more; -1 with an error.
 */
static int
look_at_state(struct session *s, const struct msg_state_open *asked,
    int settings)
{
	struct msg_state_open	 o = *asked;
	struct rec		*made_with;
	unsigned int		 flags;
	int			 rc;

	s->looked = true;
	o.look = 1;
	o.events = EVENTS_NONE;
	/* This state directory stands in for the run directory. */
	if (state_open_begin(&s->client, &o, s->state_dir, s->state_dir,
	    settings) == -1 || (rc = state_open_end(&s->client, &flags,
	    &made_with)) == -1)
		return (-1);
	return (rc == 1 ? pins_merge(s, made_with) : 1);
}

static int
open_state(struct session *s)
{
	scoped_fd int		 settings = pins_settings_fd(s);
	struct msg_state_open	 o = { .uid = getuid(),
				    .memory = session_in_memory(s),
				    .events = session_events(s) };

	if (session_boot_id(s) == -1 || events_max(s, &o.events_max) == -1)
		return (-1);
	(void)strlcpy(o.ns, session_text(s, engine_namespace), sizeof(o.ns));
	(void)strlcpy(o.boot_id, s->boot_id, sizeof(o.boot_id));
	command_of(&s->options, o.command, sizeof(o.command));
	if (s->run_dir == -1)
		return (look_at_state(s, &o, settings));
	s->lost = !o.memory && !running_is_known(s);
	/* A state in memory has no directory for the log. */
	if ((o.events == EVENTS_JOURNALD || (o.events == EVENTS_FILE &&
	    (o.memory || *session_text(s, events_path) != '\0'))) &&
	    event_give(s, &o) == -1)
		return (-1);
	return (state_open_begin(&s->client, &o, s->state_dir, s->run_dir,
	    settings));
}

/*
 * The state is open: 0. 1: it was made with other settings, which are the
 * session's from here on.
 */
static int
take_state(struct session *s)
{
	struct rec	*made_with;
	unsigned int	 flags = 0;
	int		 rc;

	if (s->state_open)
		return (0);
	if ((rc = state_open_end(&s->client, &flags, &made_with)) == -1)
		return (-1);
	if (rc == 1)
		return (pins_merge(s, made_with));
	s->stale = (flags & STATE_STALE) != 0;
	s->unrecorded = (flags & STATE_UNRECORDED) != 0;
	/* Before the settings are recorded. */
	if (is_volume_path_wrong(s))
		return (refuse_volume_path(s));
	s->state_open = true;
	return (s->lost ? running_restore(s) : 0);
}

/*
 * Before the store, if only the state knows where that is to be made, or if it
 * may refuse what an option or a file sets.
 */
static int
take_state_early(struct session *s)
{
	return ((s->need & NEED_OPENED) != 0 && (s->graph_fd == -1 ||
	    rec_get(s->config, KEY(set)) != NULL) ? take_state(s) : 0);
}

/* Only now is it known that a storage belongs there. */
static int
make_graph(struct session *s)
{
	if (s->graph_fd == -1)
		s->graph_fd = open_graph_root(s, true);
	return (s->graph_fd == -1 ? -1 : 0);
}

/* --- ids, store, locks --- */

/*
 * How many ids does a container get? One: say so where one is made, and go
 * on.
 */
static int
query_ids(struct session *s)
{
	int64_t	 count;
	char	 why[1024];

	if (!client_has(&s->client, H_REFRESH))
		return (0);
	if ((count = ids_query(&s->client, why)) == -1)
		return (-1);
	s->single = count <= 1;
	if (s->single && (s->need & (NEED_LAUNCH | NEED_MORE)) != 0 &&
	    why[0] != '\0')
		session_warn(s, "%s", why);
	return (0);
}

static int
open_run_root(struct session *s)
{
	if (s->run_root_fd != -1)
		return (take_fd(&s->run_root_fd));
	if (s->system)
		return (path_mkdirs(s->run_dir, LAYOUT_RUN_STORAGE, 0700));
	return (path_private_dir(session_makes(s, session_text(s,
	    path_run_storage)), true));
}

static int
open_store(struct session *s)
{
	scoped_fd int	 run = -1;
	char		 id[80] = "";

	if (s->state_dir != -1 && session_dir_id(s->state_dir, id,
	    sizeof(id)) == -1)
		return (session_errno(s, "cannot look at", session_text(s,
		    path_state)));
	if ((run = open_run_root(s)) == -1)
		return (session_errno(s, "cannot make the directory",
		    session_text(s, path_run_storage)));
	return (store_open_begin(&s->client, s->graph_fd, run,
	    rec_str(s->config, KEY_AS(storage_driver), "overlay"),
	    (s->need & NEED_WRITE) != 0, s->single, volumes_base(s),
	    s->boot_id, id));
}

static int
take_store(struct session *s)
{
	int64_t	 untidy = store_open_end(&s->client);

	s->untidy = untidy == 1;
	return (untidy == -1 ? -1 : 0);
}

/* Root has done it in root_give_up. */
static int
open_named(struct session *s)
{
	return (s->privileged == NULL ? 0 : s->privileged(s));
}

/*
 * A step twice: where ids may be missing (session.failed), the first that fails
 * drops them and the store, and the second gives root up without them.
 */
static int
give_up_root(struct session *s)
{
	return (host_root() ? root_give_up(s) : 0);
}

/* --- the order --- */

static const struct step	 as_root[] = {
	{ init_client,		0, 0, 0 },
	{ take_inherited,	0, 0, 0 },
	{ root_find_account,	0, 0, 0 },
	{ NULL,			NEED_OPENED, H_STATE, NEED_OPENED },
	{ adopt_refresh,	NEED_IDS, 0, 0 },
	{ NULL,			NEED_IDS | NEED_STORE, H_REFRESH,
				NEED_IDS | NEED_STORE },
	{ find_config,		0, 0, 0 },
	{ tell_configured,	0, 0, 0 },
	/* The storage before what may be made in it. */
	{ session_check_dirs,	NEED_DIRS, 0, NEED_DIRS },
	/* Checked for all that may lie in it, so without a store, too. */
	{ open_graph,		NEED_DIRS, 0, NEED_DIRS },
	{ open_state_dir,	NEED_OPENED | NEED_LOCK, 0,
				NEED_OPENED | NEED_LOCK },
	{ open_run_dir,		NEED_DIRS, 0, NEED_DIRS },
	{ open_state,		NEED_OPENED, 0, NEED_OPENED },
	{ NULL,			NEED_STORE, H_STORE, NEED_STORE },
	{ start_reaper,		NEED_LAUNCH, 0, 0 },
	{ NULL,			NEED_LOCK | NEED_STATE, H_LOCK,
				NEED_LOCK | NEED_STATE },
	{ NULL,			NEED_FETCH, H_FETCH, 0 },
	{ NULL,			NEED_CGROUP, H_CGROUP, 0 },
	/* The storage that the state names is opened while it is root. */
	{ take_state,		NEED_OPENED, 0, NEED_OPENED },
	{ make_graph,		NEED_STORE, 0, NEED_STORE },
	{ give_up_root,		0, 0, NEED_IDS | NEED_STORE },
	{ give_up_root,		0, 0, 0 },
	{ query_ids,		0, 0, NEED_IDS },
	{ open_store,		NEED_STORE, 0, NEED_STORE },
	{ locks_open_begin,	NEED_LOCK, 0, NEED_LOCK },
	{ take_store,		NEED_STORE, 0, NEED_STORE },
	{ locks_open_end,	NEED_LOCK, 0, NEED_LOCK },
	{ NULL, 0, 0, 0 }
};

static const struct step	 as_user[] = {
	{ init_client,		0, 0, 0 },
	{ find_hostname_rule,	NEED_LAUNCH, 0, 0 },
	{ take_inherited,	0, 0, 0 },
	{ adopt_refresh,	NEED_IDS, 0, 0 },
	{ NULL,			NEED_IDS, H_REFRESH, NEED_IDS },
	{ NULL,			NEED_STORE, H_STORE, NEED_STORE },
	{ NULL,			NEED_OPENED, H_STATE, NEED_OPENED },
	/* The helpers above start while the configuration is read. */
	{ find_config,		0, 0, 0 },
	{ tell_configured,	0, 0, 0 },
	{ session_check_dirs,	NEED_DIRS, 0, NEED_DIRS },
	/* A user's is not checked: only the store needs it. */
	{ open_graph,		NEED_DIRS, 0, NEED_STORE },
	{ open_state_dir,	NEED_OPENED | NEED_LOCK, 0,
				NEED_OPENED | NEED_LOCK },
	{ open_run_dir,		NEED_DIRS, 0, NEED_DIRS },
	{ open_state,		NEED_OPENED, 0, NEED_OPENED },
	{ take_state_early,	NEED_STORE, 0, NEED_OPENED },
	{ make_graph,		NEED_STORE, 0, NEED_STORE },
	{ query_ids,		0, 0, NEED_IDS },
	{ open_store,		NEED_STORE, 0, NEED_STORE },
	/* The helpers below start while the store is opened. */
	{ start_reaper,		NEED_LAUNCH, 0, 0 },
	{ NULL,			NEED_LOCK | NEED_STATE, H_LOCK,
				NEED_LOCK | NEED_STATE },
	{ NULL,			NEED_FETCH, H_FETCH, 0 },
	{ NULL,			NEED_CGROUP, H_CGROUP, 0 },
	{ locks_open_begin,	NEED_LOCK, 0, NEED_LOCK },
	{ take_store,		NEED_STORE, 0, NEED_STORE },
	{ locks_open_end,	NEED_LOCK, 0, NEED_LOCK },
	{ take_state,		NEED_OPENED, 0, NEED_OPENED },
	{ open_named,		0, 0, 0 },
	{ NULL, 0, 0, 0 }
};

/*
 * A step failed that these parts need. 0: the session goes on without them, and
 * has noted the error of each. -1: it does not.
 */
static int
go_without(struct session *s, unsigned int parts)
{
	struct error	*e = &s->client.error;

	if (s->failed == NULL || parts == 0)
		return (-1);
	if (e->text[0] == '\0')
		(void)error_set(e, errno, "%s", strerror(errno));
	for (unsigned int i = 0; i < SESSION_PARTS; i++)
		if (s->need & parts & 1u << i)
			s->failed[i] = *e;
	s->need &= ~parts;
	if ((s->need & (NEED_IDS | NEED_STORE)) == 0 &&
	    client_has(&s->client, H_REFRESH))
		(void)client_stop(&s->client, H_REFRESH);
	if ((parts & NEED_STORE) && s->graph_fd != -1) {
		close(s->graph_fd);
		s->graph_fd = -1;
	}
	error_clear(e);
	return (0);
}

static int
run_steps(struct session *s, const struct step *p)
{
	int	 rc = 0;

	for (; rc == 0 && (p->run != NULL || p->need != 0); p++) {
		if (p->need == 0 || (s->need & p->need) != 0)
			rc = p->run == NULL ? client_start(&s->client,
			    p->helper) : p->run(s);
		if (rc == -1)
			rc = go_without(s, p->loses);
	}
	return (rc);
}

/* Let go of all that was opened with settings that are not the store's. */
static void
start_over(struct session *s)
{
	int	*fds[] = { &s->state_dir, &s->run_dir, &s->run_root_fd,
		    &s->client.libexec_fd, s->inherit ? NULL : &s->graph_fd };

	client_stop_all(&s->client);
	s->locks = s->state_open = false;
	for (size_t i = 0; i < NITEMS(fds); i++) {
		if (fds[i] == NULL || *fds[i] == -1)
			continue;
		close(*fds[i]);
		*fds[i] = -1;
	}
}

/* Nothing is open. */
static void
init_session(struct session *s, const struct session_options *options)
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
	const struct step	*steps = host_root() ? as_root : as_user;
	int			 rc, saved, again = 0;

	init_session(s, options);
	s->cleanup = cleanup;
	s->containers = (need & NEED_STATE) != 0;
	/* The graph root may be recorded in the state database. */
	if ((need & NEED_STORE) && s->config == NULL)
		need |= NEED_SETTINGS;
	s->need = need;
	while ((rc = run_steps(s, steps)) == 1 && again++ < AGAIN_MAX) {
		start_over(s);
		s->need = need;
	}
	if (rc == 0) {
		config_cache_put(s);
		s->open = true;
		return (0);
	}
	saved = errno;
	session_unmake(s);
	session_close(s);
	errno = saved;
	return (-1);
}

void
session_enter(struct session *s)
{
	if (s->locks_stale && (s->need & NEED_STATE) != 0 && !s->locks_any &&
	    locks_retrieve(s, LOCKS_WAIT_MS) == -1)
		session_warn(s, "the numbers of locks could not be retrieved: "
		    "%s; bulkhead system renumber gives new ones",
		    s->client.error.text);
	if ((s->need & NEED_SWEEP) != NEED_SWEEP ||
	    (s->need & NEED_AS_IS) != 0)
		return;
	if (s->stale && boot_refresh(s, NULL) == -1 &&
	    s->client.error.text[0] != '\0')
		session_warn(s, "this boot's refresh is not done: %s",
		    s->client.error.text);
	sweep_containers(s);
	sweep_store(s);
}
