#include "start.h"

#include <sys/ioctl.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bsd/string.h>

#include "attach.h"
#include "cleanup.h"
#include "config.h"
#include "ctrlog.h"
#include "define.h"
#include "exit.h"
#include "exitcode.h"
#include "filters.h"
#include "grant.h"
#include "hostfiles.h"
#include "ids.h"
#include "launch.h"
#include "load.h"
#include "locks.h"
#include "monitor.h"
#include "path.h"
#include "process.h"
#include "reaper.h"
#include "record.h"
#include "resolve.h"
#include "restart.h"
#include "rundir.h"
#include "running.h"
#include "sealed.h"
#include "session.h"
#include "state.h"
#include "storage.h"
#include "store.h"
#include "volmounts.h"

#define EXIT_ROOM	512		/* bytes; the record takes 100 */
#define PROFILE_MAX	(1u << 20)	/* bytes, of an older record */

/* The question, or NULL after putting a sentence. */
static struct rec *
seccomp_question(struct session *s, const struct rec *def,
    const char *profile)
{
	struct rec		*q = rec_new();
	scoped_free char	*json = NULL;
	const void		*kept;
	const char		*v;
	size_t			 it = 0, len;

	(void)rec_add(q, KEY(profile), profile);
	while (rec_next(def, KEY(cap), &it, &v))
		(void)rec_add(q, KEY(cap), v);
	if (profile[0] != '/')
		return (q);
	/*
	 * A file goes with the question: resolve can open no others than those
	 * of the configuration directories, and the configuration may name one
	 * from elsewhere.
	 */
	/* As it was when the container was made, if that was kept. */
	if ((kept = rec_bytes(def, KEY(seccomp_json), &len)) != NULL) {
		(void)rec_add_bytes(q, KEY_IN(question, json), kept, len);
		return (q);
	}
	json = path_slurp(AT_FDCWD, profile, PROFILE_MAX, &len);
	if (json != NULL) {
		(void)rec_add_bytes(q, KEY_IN(question, json), json, len);
		return (q);
	}
	(void)error_set(&s->client.error, errno, "opening seccomp profile %s: "
	    "%s", profile, strerror(errno));
	rec_free(q);
	return (NULL);
}

static const char *
profile_of(const struct session *s, const struct rec *def)
{
	const char	*profile = rec_str(def, KEY(seccomp), "default");

	return (strcmp(profile, "default") != 0 ? profile :
	    session_config(s, KEY_AS(seccomp_profile), profile));
}

static void
seek_filter(struct start *st, const struct rec *q)
{
	if (filters_name(session_run_env(st->s), q, st->filter) == -1)
		st->filter[0] = '\0';
	else
		st->filter_fd = filters_find(session_run_env(st->s),
		    st->filter);
}

bool
start_has_filter(struct start *st, const struct rec *def)
{
	struct session	*s = st->s;
	const char	*profile = profile_of(s, def);
	struct rec	*q;

	st->filter_fd = -1;
	st->filter_sought = true;
	if (strcmp(profile, "unconfined") == 0 ||
	    session_kept(s, INHERIT_SECCOMP) != -1)
		return (true);
	/* A person's file is read when we are no more than that person. */
	if (strcmp(profile, session_config(s, KEY_AS(seccomp_profile),
	    "default")) != 0 || (q = seccomp_question(s, def, profile)) == NULL)
		return (false);
	seek_filter(st, q);
	rec_free(q);
	return (st->filter_fd != -1);
}

int
start_compiler(struct start *st)
{
	struct session	*s = st->s;

	if (start_has_filter(st, st->def) || client_has(&s->client, H_RESOLVE))
		return (0);
	return (client_start(&s->client, H_RESOLVE) == -1 ? -1 :
	    config_ask(s));
}

/*
 * The filter is kept from before, or resolve compiles it while we go on, or
 * none is wanted. 0, or -1 with a sentence.
 */
static int
ask_seccomp(struct start *st)
{
	struct session	*s = st->s;
	const char	*profile = profile_of(s, st->def);
	struct rec	*q;
	int		 rc = 0;

	if (strcmp(profile, "unconfined") == 0 || st->filter_fd != -1 ||
	    (st->filter_fd = session_kept(s, INHERIT_SECCOMP)) != -1)
		return (0);
	if ((q = seccomp_question(s, st->def, profile)) == NULL)
		return (-1);
	if (!st->filter_sought || st->filter[0] == '\0')
		seek_filter(st, q);
	if (st->filter_fd == -1) {
		st->compiling = true;
		rc = resolve_filter_begin(&s->client, q);
	}
	rec_free(q);
	return (rc);
}

/* Made while the first process comes into being, or since the reservation. */
static int
ask_layer(struct start *st)
{
	return (st->layer_asked || rec_get(st->def, KEY(rootfs)) != NULL ? 0 :
	    storage_layer_begin(st->s, st->id, st->def, false));
}

/* What only a start needs to know. */
static int
draft(struct start *st)
{
	st->full = rec_new();
	(void)rec_add_all(st->full, st->def);
	rec_del(st->full, KEY(seccomp_json));	/* compiled already */
	(void)rec_set(st->full, KEY(graph), st->s->graph);
	return (hostfiles_add(st->full) == 0 ? 0 : session_sentence(st->s,
	    "composing", "/etc/hosts of the container"));
}

/* Nothing of the image runs before other engines see that it is in use. */
static int
listed(struct start *st)
{
	if (client_sync(&st->s->client, H_STORE) == 0)
		return (0);
	st->name_taken = errno == EEXIST;
	return (-1);
}

/* With the writable layer, and the volumes. */
static int
complete(struct start *st)
{
	struct session	*s = st->s;
	struct rec	*rw;

	if (rec_get(st->def, KEY(rootfs)) == NULL) {
		if ((rw = store_rw_make_end(&s->client)) == NULL)
			return (-1);
		(void)rec_add_all(st->full, rw);
		rec_free(rw);
		if (storage_list_begin(s, st->id, st->def, st->named) == -1)
			return (-1);
	}
	/* Listed first: a volume may have to wait for another's copy. */
	if (volmounts_any(st->full) && listed(st) == -1)
		return (-1);
	return (volmounts_ready(s, st->full));
}

/* One file of the log, or -1 with a sentence. */
static int
open_log(struct start *st, bool old, int flags)
{
	int	 fd = ctrlog_open(st->s, st->def, old, flags | O_CREAT);

	if (fd != -1)
		return (fd);
	return (error_set(&st->s->client.error, errno, "the log %s%s cannot be "
	    "opened: %s", rec_str(st->def, KEY(log_path), ""),
	    old ? ".old" : "",
	    strerror(errno)));
}

/*
 * The limit is that of the definition. One from before there were limits by
 * default has none, or 0: then the configuration's is used.
 */
static int
give_log(struct start *st)
{
	int64_t		 max = rec_num(st->def, KEY(log_max), 0);
	scoped_fd int	 log = -1, old = -1;
	struct client	*c = &st->s->client;

	if (strcmp(rec_str(st->def, KEY(log_driver), ""), "none") == 0)
		return (0);
	if (max == 0)
		max = rec_num(st->s->config, KEY_AS(log_size_max), -1);
	if ((log = open_log(st, false, (max <= 0 ? O_WRONLY : O_RDWR) |
	    O_APPEND)) == -1)
		return (-1);
	if (max > 0 && ((old = open_log(st, true, O_WRONLY)) == -1 ||
	    monitor_log_old_begin(c, old) == -1))
		return (-1);
	return (monitor_log_begin(c, log, max > 0 ? (uint64_t)max : 0));
}

/* Give launch their inner ends. */
static int
give_pipes(struct start *st)
{
	struct client	*c = &st->s->client;
	int		 fds[3], rc = 0;

	if (monitor_open_end(c, fds) == -1)
		return (-1);
	for (unsigned int i = 0; i < 3; i++) {
		if (rc == 0 && fds[i] != -1)
			rc = launch_give_begin(c, (enum launch_fd)i, 0, fds[i]);
		scope_close(&fds[i]);
	}
	return (rc == -1 ? -1 : give_log(st));
}

/*
 * --init: pass the program as a sealed copy, so that no file of the host is
 * mapped in a container.
 */
static int
give_init(struct start *st)
{
	scoped_fd int	 fd = -1;

	if (rec_num(st->def, KEY(init), 0) == 0)
		return (0);
	fd = sealed_program(st->s->client.libexec_fd, "init");
	if (fd != -1)
		return (launch_give_begin(&st->s->client, LAUNCH_INIT, 0, fd));
	return (error_set(&st->s->client.error, errno, "cannot read the helper "
	    "init, which --init needs: %s", strerror(errno)));
}

/* Have the reaper hold a descriptor for the clean-up, if there is one. */
static int
hold(struct start *st, enum inherited_fd which, int fd)
{
	return (fd == -1 ? 0 : reaper_hold_begin(&st->s->client, which, fd));
}

/* A restart gets the same, and what else only we can get (restart.h). */
static int
give_seccomp(struct start *st)
{
	if (st->compiling) {
		st->filter_fd = resolve_filter_end(&st->s->client);
		if (st->filter_fd == -1)
			return (-1);
		if (st->filter[0] != '\0')
			filters_keep(session_run_env(st->s), st->filter,
			    st->filter_fd);
	}
	if (st->filter_fd == -1)
		return (0);
	if (restart_wanted(st->def) &&
	    hold(st, INHERIT_SECCOMP, st->filter_fd) == -1)
		return (-1);
	return (launch_give_begin(&st->s->client, LAUNCH_SECCOMP, 0,
	    st->filter_fd));
}

static int
give_mount(struct start *st, enum launch_fd kind, uint32_t index)
{
	scoped_fd int	 fd = ids_mount_end(&st->s->client);

	return (fd == -1 ? -1 : launch_give_begin(&st->s->client, kind, index,
	    fd));
}

static int
mount_for(struct start *st, unsigned int grant, uint32_t slot, uint32_t flags,
    enum launch_fd kind, uint32_t index)
{
	return (ids_mount_begin(&st->s->client, grant, slot, flags) == -1 ? -1 :
	    give_mount(st, kind, index));
}

/*
 * System mode: the container sees its storage and what was mounted into it
 * with the ids of its own range. Grants were numbered as they were made:
 * 0 the storage, then the definition's mounts in order, then --rootfs.
 */
static int
give_mounts(struct start *st, const struct rec *full, uint32_t slot)
{
	struct rec	*mount;
	size_t		 it = 0;
	unsigned int	 grant = 1, index = 0;
	int		 rc;

	if (!st->s->system)
		return (0);
	if (rec_get(st->def, KEY(rootfs)) == NULL) {
		if (give_mount(st, LAUNCH_GRAPH, 0) == -1)
			return (-1);
	} else if (volmounts_inside(full) &&
	    mount_for(st, 0, slot, GRANT_NODEV, LAUNCH_GRAPH, 0) == -1)
		return (-1);
	for (; (mount = rec_sub(full, KEY(mount), &it)) != NULL; index++) {
		rc = grant_is_host(mount) ? mount_for(st, grant++, slot,
		    grant_flags(mount), LAUNCH_MOUNT, index) : 0;
		if (rc == -1)
			(void)error_prefix(&st->s->client.error,
			    rec_str(mount, KEY(src), ""));
		rec_free(mount);
		if (rc == -1)
			return (-1);
	}
	return (rec_get(st->def, KEY(rootfs)) == NULL ? 0 :
	    mount_for(st, grant, slot, GRANT_NODEV, LAUNCH_ROOTFS, 0));
}

/* Root has opened them; can the account, which cleans up? */
static int
keep_dirs(struct start *st)
{
	struct session	*s = st->s;

	if (!s->system)
		return (0);
	if (access(session_config(s, KEY_AS(path_state), ""), X_OK) == -1 &&
	    hold(st, INHERIT_STATE, s->state_dir) == -1)
		return (-1);
	if (access(session_config(s, KEY_AS(path_run), ""), X_OK) == -1 &&
	    hold(st, INHERIT_RUN, s->run_dir) == -1)
		return (-1);
	return (0);
}

/*
 * Root's container is started again without root. The only one that may still
 * map its ids is the refresh that root started, sealed, with the directories
 * that root granted: so that one stays, and waits.
 */
static int
keep_refresh(struct start *st)
{
	if (!st->s->system || !restart_wanted(st->def))
		return (0);
	return (hold(st, INHERIT_REFRESH,
	    st->s->client.helper[H_REFRESH].chan.fd));
}

/*
 * A file that the monitor makes into the exit record: with blocks of its own
 * the exit status is kept also on a disk that is full by then.
 */
static int
keep_exit_room(struct session *s, const char *id, int dir)
{
	static const char	 zeros[EXIT_ROOM];
	char			 path[PATH_MAX];

	if (path_replace(dir, "exit.new", zeros, sizeof(zeros), 0600,
	    false) == 0)
		return (0);
	(void)snprintf(path, sizeof(path), "%s/ctr/%s/exit.new",
	    session_config(s, KEY_AS(path_run), ""), id);
	return (session_sentence(s, "cannot write", path));
}

/* Have the monitor make the pipes, while we go on. */
static int
ask_monitor(struct start *st)
{
	scoped_fd int	 dir = rundir_open(st->s, st->id);

	if (dir == -1 || keep_exit_room(st->s, st->id, dir) == -1)
		return (-1);
	return (monitor_open_begin(&st->s->client, dir, st->id, st->tty,
	    st->stdin_open));
}

int
start_process(struct start *st)
{
	st->has_process = true;
	return (launch_create_begin(&st->s->client, st->host_net));
}

int
start_begin(struct start *st)
{
	st->begun = true;
	return (!st->has_process && start_process(st) == -1 ? -1 :
	    ask_monitor(st));
}

/*
 * The first process exists: have its ids mapped, and with them its view of
 * the storage, while we go on.
 */
static int
ask_ids(struct start *st, uint32_t slot)
{
	struct session	*s = st->s;

	if (launch_create_end(&s->client, &st->pid, &st->pidfd,
	    &st->userns) == -1)
		return (-1);
	if (!s->single &&
	    ids_write_begin(&s->client, slot, st->userns) == -1)
		return (-1);
	return (s->system && rec_get(st->def, KEY(rootfs)) == NULL ?
	    ids_mount_begin(&st->s->client, 0, slot, GRANT_NODEV) : 0);
}

/* The record that outlasts the run directory; without room there is none. */
static int
give_note(struct start *st)
{
	scoped_fd int	 fd = -1;

	st->pid_start = process_start_time(st->pid);
	fd = running_write(st->s, st->id, st->def, st->pid, st->pid_start);
	if (fd == -1)
		return (errno == 0 ? 0 : -1);
	return (monitor_note_begin(&st->s->client, fd));
}

/* Its streams, and who watches it. */
static int
give_watch(struct start *st)
{
	if (give_pipes(st) == -1 || give_note(st) == -1)
		return (-1);
	return (monitor_adopt_begin(&st->s->client, st->pid, st->pidfd));
}

/* For whoever cleans up after us. */
static int
keep_all(struct start *st)
{
	struct session	*s = st->s;

	if (hold(st, INHERIT_PIDFD, st->pidfd) == -1 ||
	    hold(st, INHERIT_USERNS, st->userns) == -1 ||
	    hold(st, INHERIT_CONFIG, s->config_fd) == -1 ||
	    hold(st, INHERIT_GRAPH, s->system ? s->graph_fd : -1) == -1 ||
	    keep_dirs(st) == -1 || keep_refresh(st) == -1)
		return (-1);
	s->userns_fd = take_fd(&st->userns);
	return (0);
}

static int
ask_build(struct start *st)
{
	struct winsize	 w = { .ws_row = 0 };

	(void)ioctl(STDIN_FILENO, TIOCGWINSZ, &w);
	return (launch_build_begin(&st->s->client, w.ws_row, w.ws_col,
	    st->tty));
}

/* A terminal comes back, and is its monitor's. */
static int
built(struct start *st)
{
	struct client	*c = &st->s->client;
	scoped_fd int	 console = -1;

	if (!st->tty)
		return (launch_build_end(c, NULL));
	return (launch_build_end(c, &console) == -1 ? -1 :
	    monitor_console(c, console));
}

bool
start_attached(const struct start *st)
{
	return (st->attach_in || st->attach_out || st->attach_err);
}

static int
record_running(struct start *st)
{
	struct rec	*keys = rec_new();
	int		 rc;

	(void)rec_add_num(keys, KEY(pid), st->pid);
	(void)rec_add_num(keys, KEY(pid_start), (int64_t)st->pid_start);
	(void)rec_add_num(keys, KEY(started), exit_now_ns());
	(void)rec_add_num(keys, KEY(exit), 0);
	if (start_attached(st))
		(void)rec_add(keys, KEY_IN(row, event), "attach");
	rc = state_container_set(&st->s->client, st->id, 1u << CTR_CREATING | 1u
	    << CTR_STARTING, CTR_RUNNING, keys, NULL);
	st->recorded = rc == 0;
	rec_free(keys);
	return (rc);
}

int
start_failed(struct start *st, unsigned int from, unsigned int to)
{
	struct rec	*keys = rec_new();
	int		 rc;

	(void)rec_add(keys, KEY(error), st->s->client.error.text);
	(void)rec_add_num(keys, KEY(pid), 0);
	if (st->recorded)
		exit_expect(keys, st->pid, st->pid_start);
	rc = state_container_set(&st->s->client, st->id, st->recorded ?
	    CTR_LIVE : 1u << from, to, keys, NULL);
	rec_free(keys);
	return (rc);
}

/*
 * What a failed execve means to a script, as with podman: 127 when there is
 * no such program, 126 when it cannot be executed.
 */
static int
exec_code(int error)
{
	if (error == ENOENT)
		return (EXIT_NOCMD);
	return (error == EPIPE || error == ECONNRESET ? EXIT_ENGINE :
	    EXIT_NOEXEC);
}

/* While launch builds: all that the first instruction will find ready. */
static int
prepare(struct start *st, struct attach *a)
{
	struct session	*s = st->s;

	if (start_attached(st) && attach_socket(a, &s->client,
	    true) == -1)
		return (-1);
	if (keep_all(st) == -1 || listed(st) == -1 ||
	    record_running(st) == -1)
		return (-1);
	if (st->layer_asked)
		storage_layer_keep(s, st->id, st->def);
	return (client_sync(&s->client, H_REAPER));
}

static int
executed(struct start *st)
{
	int	 saved;

	if (launch_exec_end(&st->s->client) == 0)
		return (0);
	saved = errno;
	st->code = exec_code(saved);
	errno = saved;
	return (-1);
}

static void
stay(struct start *st, struct attach *a)
{
	int	 rc;

	/* Nobody needs these any more; their memory is better given back. */
	(void)client_stop(&st->s->client, H_LAUNCH);
	rc = attach_run(a);
	if (rc == ATTACH_EXITED) {
		st->ended = true;
		st->wait_status = a->wait_status;
		st->finished = a->finished_ns;
		return;
	}
	/* Whatever happened to us, the container is its reaper's now. */
	st->left = true;
	st->code = rc == ATTACH_DETACHED ? 0 : EXIT_ENGINE;
	if (rc == ATTACH_DETACHED || errno == EPIPE)
		return;		/* who reads no more wants no sentence */
	if (errno == EINTR) {
		st->code = 128 + a->signal;
		return;
	}
	session_notice(st->s, errno == ECONNRESET ?
	    "the monitor of container %s was killed" :
	    "the output of container %s is lost: too much of it "
	    "was waiting to be read", st->id);
}

/* Nothing is built before its ids are there and it is watched. */
static int
furnish(struct start *st, uint32_t slot)
{
	struct client	*c = &st->s->client;

	if (draft(st) == -1 || complete(st) == -1 ||
	    launch_define_begin(c, st->full, st->s->single) == -1 ||
	    give_watch(st) == -1 || give_seccomp(st) == -1 ||
	    give_init(st) == -1 || client_sync(c, H_REFRESH) == -1 ||
	    client_sync(c, H_MONITOR) == -1 ||
	    give_mounts(st, st->full, slot) == -1)
		return (-1);
	return (ask_build(st));
}

/*
 * Where nothing has to be done between building and executing, launch is told
 * to go on before it has built. Whatever fails is said: first the building.
 */
static int
run_steps(struct start *st, struct attach *a)
{
	uint32_t	 slot = (uint32_t)rec_num(st->def, KEY(slot), 0);
	struct client	*c = &st->s->client;
	struct error	 f;
	bool		 in_turn;
	int		 prepared;

	if (ask_ids(st, slot) == -1 || furnish(st, slot) == -1)
		return (-1);
	in_turn = st->tty || volmounts_any(st->full);
	prepared = prepare(st, a);
	error_save(&c->error, &f);
	if ((prepared == 0 && !in_turn && launch_exec_begin(c) == -1) ||
	    built(st) == -1 || volmounts_filled(st->s, st->full) == -1)
		return (-1);
	if (prepared == 0)
		return (in_turn && launch_exec_begin(c) == -1 ? -1 :
		    executed(st));
	error_restore(&c->error, &f);
	return (-1);
}

static int
begin(struct start *st)
{
	st->tty = rec_num(st->def, KEY(tty), 0) != 0;
	st->stdin_open = rec_num(st->def, KEY(stdin_open), 0) != 0;
	st->host_net = strcmp(rec_str(st->def, KEY(net), ""), "host") == 0;
	return (start_begin(st));
}

/*
 * A launch that was killed may have let go of the process before: it must not
 * live on when the start is said to have failed, whoever else was killed.
 */
static void
abandon(struct start *st)
{
	int	 saved = errno;

	if (st->pidfd != -1)
		(void)syscall(SYS_pidfd_send_signal, st->pidfd, SIGKILL, NULL,
		    0);
	errno = saved;
}

int
start_container(struct start *st)
{
	struct session	*s = st->s;
	struct attach	 a;
	const char	*keys;
	int		 rc = -1;

	st->code = EXIT_ENGINE;
	st->pidfd = st->userns = -1;
	if (!st->filter_sought)
		st->filter_fd = -1;
	attach_init(&a, &s->client.helper[H_MONITOR].chan);
	a.tty = rec_num(st->def, KEY(tty), 0) != 0;
	a.want_stdin = st->attach_in;
	a.sig_proxy = st->sig_proxy;
	a.no_stdout = !st->attach_out;
	a.no_stderr = !st->attach_err;
	keys = rec_str(st->def, KEY(detach_keys), session_config(s,
	    KEY_AS(default_detach_keys), DETACH_KEYS));
	if (detach_keys_parse(&a.keys, keys) == -1)
		return (error_set(&s->client.error, EINVAL, "invalid detach "
		    "keys \"%s\"", keys));
	if ((st->begun || begin(st) == 0) && ask_seccomp(st) == 0 &&
	    ask_layer(st) == 0)
		rc = run_steps(st, &a);
	if (rc == -1) {
		abandon(st);
		running_remove(s, st->id);
	}
	scope_close(&st->pidfd);
	scope_close(&st->userns);
	rec_free(st->full);
	scope_close(&st->filter_fd);
	if (rc == -1)
		return (-1);
	/* It runs: what happens to it now is decided by its state. */
	locks_release(s, "ctr", st->id);
	if (!start_attached(st))
		return (0);
	stay(st, &a);
	return (0);
}
