/*
 * Starting a container, from its definition to its first instruction.
 *
 * Requests are sent as soon as what they need is known, and their answers read
 * as late as possible, so that the helpers work at the same time. The order:
 *
 *  1. launch makes the first process, with its namespaces, and the monitor the
 *     pipes of its streams. The process depends on nothing but the network
 *     option, so `run` begins with it before the image is looked up
 *     (start_process, start_begin).
 *  2. resolve compiles the system call filter, unless it is kept; the store
 *     makes the writable layer.
 *  3. refresh maps the ids of the first process. Before that it has no rights
 *     in its namespaces, so nothing is built.
 *  4. launch gets the definition, the pipes, the filter and the mounts; the
 *     monitor gets the log, the note of the end and the first process. From
 *     here on its end is recorded, whichever of our processes are killed.
 *  5. launch builds the container, while we go on.
 *  6. The reaper holds what a clean-up works with. The container is listed
 *     where other engines on the store look: nothing of an image runs before
 *     they see that it is used.
 *  7. The state is set to running, before the payload is executed: a payload
 *     must not run of which the state does not know.
 *  8. launch executes the payload. It is told so before it has built, to save
 *     a round trip, but not with a terminal, which the monitor must have
 *     first, or with volumes, which are filled from the image.
 *
 * If steps 5 and 6 or 7 fail, the error of 5 is returned: it is the cause.
 */
#include "start.h"

#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "attach.h"
#include "calls.h"
#include "cleanup.h"
#include "clock.h"
#include "ctrfiles.h"
#include "define.h"
#include "exitcode.h"
#include "grant.h"
#include "hostfiles.h"
#include "hostroot.h"
#include "layout.h"
#include "locks.h"
#include "monitor.h"
#include "path.h"
#include "process.h"
#include "record.h"
#include "row.h"
#include "running.h"
#include "sealed.h"
#include "session.h"
#include "states.h"
#include "storage.h"
#include "volmounts.h"

#define EXIT_ROOM	512		/* bytes; the record takes 100 */

static const char *
profile_of(const struct session *s, const struct rec *def)
{
	const char	*profile = rec_str(def, KEY(seccomp), "default");

	return (strcmp(profile, "default") != 0 ? profile :
	    rec_str(s->config, KEY_AS(seccomp_profile), profile));
}

bool
start_has_filter(struct start *st, const struct rec *def)
{
	struct session	*s = st->s;
	const char	*profile = profile_of(s, def);

	st->filter.fd = -1;
	st->filter.sought = true;
	if (strcmp(profile, "unconfined") == 0 ||
	    session_inherited_fd(s, INHERIT_SECCOMP) != -1)
		return (true);
	/* Files, also of settings, are read without root's rights. */
	return ((*profile != '/' || !host_root()) &&
	    strcmp(profile, rec_str(s->config, KEY_AS(seccomp_profile),
	    "default")) == 0 &&
	    filter_find(&st->filter, session_run_env(s), def, profile));
}

/* Have the filter compiled, unless none is wanted, or it is there already. */
static int
begin_filter(struct start *st)
{
	struct session	*s = st->s;
	const char	*profile = profile_of(s, st->def);

	if (strcmp(profile, "unconfined") == 0)
		return (0);
	if (st->filter.fd == -1)
		st->filter.fd = session_inherited_fd(s, INHERIT_SECCOMP);
	return (filter_begin(&st->filter, session_run_env(s), st->def,
	    profile));
}

static bool
has_image(const struct start *st)
{
	return (rec_get(st->def, KEY(rootfs)) == NULL);
}

/* Nothing of the image runs before other engines see that it is in use. */
static int
wait_until_listed(struct start *st)
{
	if (client_sync(&st->s->client, H_STORE) == 0)
		return (0);
	st->name_taken = errno == EEXIST;
	return (-1);
}

/*
 * The definition that launch gets, with what only a start knows: the writable
 * layer, the volumes.
 */
static int
complete_definition(struct start *st)
{
	struct session		*s = st->s;
	scoped_rec struct rec	*rw = NULL;
	struct utsname		 u;
	const char		*what;
	int			 nunfilled;

	st->full = rec_new();
	(void)rec_add_all(st->full, st->def);
	rec_del(st->full, KEY(seccomp_json));	/* compiled already */
	(void)rec_set(st->full, KEY(seccomp), profile_of(s, st->def));
	(void)define_hostname(st->full);
	(void)rec_set(st->full, KEY(graph), s->graph);
	if (rec_get(st->full, KEY(hostname)) == NULL && uname(&u) == 0)
		(void)rec_add(st->full, KEY(hostname), u.nodename);
	if (hostfiles_add(st->full, &what) == -1)
		return (session_errno(s, "composing files of the container:",
		    what));
	if (has_image(st)) {
		if ((rw = store_rw_make_end(&s->client)) == NULL)
			return (-1);
		(void)rec_add_all(st->full, rw);
	}
	/* Before the list is written, which takes longer. */
	if ((nunfilled = volmounts_make(s, st->full)) == -1 || (has_image(st) &&
	    storage_list_begin(s, st->id, st->def, st->named) == -1))
		return (-1);
	/* launch forgets what is not on the disk of one that is removed. */
	if (strcmp(session_text(s, disable_volatile), "true") == 0)
		rec_del(st->full, KEY(rm));
	if (nunfilled == 0)
		return (0);
	/* Listed first: a volume may have to wait for another's copy. */
	return (wait_until_listed(st) == -1 ? -1 : volmounts_fill(s, st->full));
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
	static const char	 zeros[EXIT_ROOM];
	struct client		*c = &st->s->client;
	scoped_fd int		 dir = -1;

	st->begun = true;
	if ((!st->has_process && start_process(st) == -1) ||
	    (dir = rundir_open(st->s, st->id)) == -1)
		return (-1);
	/* The monitor makes it into the exit record: on a full disk, too. */
	if (path_replace(dir, LAYOUT_CTR_EXIT_NEW, zeros, sizeof(zeros), 0600,
	    false) == -1)
		return (error_set(&c->error, errno, "cannot write %s/"
		    LAYOUT_CTR "/" LAYOUT_CTR_EXIT_NEW ": %s",
		    session_text(st->s, path_run), st->id, strerror(errno)));
	return (monitor_open_begin(c, dir, st->id, st->tty, st->stdin_open));
}

/*
 * The first process exists: have its ids mapped and, in system mode, its view
 * of the storage mounted.
 */
static int
begin_ids(struct start *st, uint32_t slot)
{
	struct session	*s = st->s;
	int		 fds[3];
	const int64_t	 pid = launch_create_end(&s->client, fds);

	if (pid == -1)
		return (-1);
	st->pid = (pid_t)pid;
	st->pidfd = fds[0];
	st->userns = fds[1];
	scope_close(&fds[2]);
	if (!s->single &&
	    ids_write_send(&s->client, slot, st->userns) == -1)
		return (-1);
	return (s->system && has_image(st) ?
	    ids_mount_begin(&s->client, 0, slot, GRANT_NODEV) : 0);
}

bool
start_attached(const struct start *st)
{
	return (st->attach_in || st->attach_out || st->attach_err);
}

int
start_failed(struct start *st, unsigned int from, unsigned int to)
{
	scoped_rec struct rec	*keys = rec_new();

	(void)rec_add(keys, KEY(error), st->s->client.error.text);
	(void)rec_add_num(keys, KEY(pid), 0);
	if (st->recorded) {
		(void)rec_add_num(keys, KEY_AS(is_pid), st->pid);
		(void)rec_add_num(keys, KEY_AS(is_pid_start),
		    (int64_t)st->pid_start);
	}
	return (container_set(st->s, st->id, st->recorded ? CTR_STARTED :
	    1u << from, to, keys));
}

/* One file of the log, or -1 with an error. */
static int
open_log(struct start *st, bool old, int flags)
{
	int	 fd = ctrlog_open(st->s, st->def, old, flags | O_CREAT);

	if (fd != -1)
		return (fd);
	return (error_set(&st->s->client.error, errno, "the log %s%s cannot be "
	    "opened: %s", rec_str(st->def, KEY(log_path), ""),
	    old ? ".old" : "", strerror(errno)));
}

/*
 * Give the monitor the log. The limit is that of the definition. One from
 * before there were limits by default has none, or 0: then the configuration's
 * is used.
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
	    monitor_log_old_send(c, old) == -1))
		return (-1);
	return (monitor_log_send(c, log, max > 0 ? (uint64_t)max : 0));
}

/*
 * Give the monitor the record that outlasts the run directory, for the note of
 * the end (without room there is none), and the first process to watch.
 */
static int
give_process(struct start *st)
{
	struct client	*c = &st->s->client;
	scoped_fd int	 fd = -1;

	st->pid_start = process_start_time(st->pid);
	fd = running_write(st->s, st->id, st->def, st->pid, st->pid_start);
	if (fd == -1 ? errno != 0 : monitor_note_send(c, fd) == -1)
		return (-1);
	return (monitor_adopt_send(c, st->pid, st->pidfd));
}

/* Have the reaper hold a descriptor for the clean-up, if there is one. */
static int
hold_fd(struct start *st, enum inherited_fd which, int fd)
{
	return (fd == -1 ? 0 : reaper_hold_send(&st->s->client, which, fd));
}

/*
 * The clean-up runs as the engine's account, which may not be able to open the
 * directories that root has opened.
 */
static bool
is_closed(const struct session *s, struct key_str path)
{
	return (s->system && access(rec_str(s->config, path, ""), X_OK) == -1);
}

/*
 * Have the reaper hold what a clean-up works with. Root's container is started
 * again without root. Only the refresh that root started, and sealed with the
 * directories that root granted, may still map its ids: it stays, and waits.
 */
static int
give_cleanup(struct start *st)
{
	struct session	*s = st->s;
	bool		 again = s->system && restart_wanted(st->def);

	if (hold_fd(st, INHERIT_PIDFD, st->pidfd) == -1 ||
	    hold_fd(st, INHERIT_USERNS, st->userns) == -1 ||
	    hold_fd(st, INHERIT_CONFIG, s->config_fd) == -1 ||
	    hold_fd(st, INHERIT_GRAPH, s->system ? s->graph_fd : -1) == -1 ||
	    hold_fd(st, INHERIT_STATE, is_closed(s, KEY_AS(path_state)) ?
	    s->state_dir : -1) == -1 ||
	    hold_fd(st, INHERIT_RUN, is_closed(s, KEY_AS(path_run)) ?
	    s->run_dir : -1) == -1 ||
	    hold_fd(st, INHERIT_REFRESH, again ?
	    s->client.helper[H_REFRESH].chan.fd : -1) == -1)
		return (-1);
	s->userns_fd = take_fd(&st->userns);
	return (0);
}

/*
 * Give launch the filter; and the reaper, for a start after the end, which
 * gets the same.
 */
static int
give_filter(struct start *st)
{
	int	 fd = st->filter.fd;

	if (fd == -1)
		return (0);
	if (restart_wanted(st->def) && hold_fd(st, INHERIT_SECCOMP, fd) == -1)
		return (-1);
	return (launch_give_send(&st->s->client, LAUNCH_SECCOMP, 0, fd));
}

static int
give_mount(struct start *st, enum launch_fd kind, uint32_t index)
{
	scoped_fd int	 fd = ids_mount_end(&st->s->client);

	return (fd == -1 ? -1 : launch_give_send(&st->s->client, kind, index,
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
 * In system mode: have refresh mount the storage and what is mounted into the
 * container with the ids of its slot, and give it to launch. Grants were
 * numbered as they were made: 0 the storage, whose mount is on its way
 * (begin_ids), then the mounts of the definition in their order, then --rootfs.
 */
static int
give_mounts(struct start *st, uint32_t slot)
{
	struct rec	*m;
	unsigned int	 grant = 1, index = 0;

	if (has_image(st) ? give_mount(st, LAUNCH_GRAPH, 0) == -1 :
	    volmounts_inside(st->full) &&
	    mount_for(st, 0, slot, GRANT_NODEV, LAUNCH_GRAPH, 0) == -1)
		return (-1);
	rec_each(m, st->full, KEY(mount)) {
		if (grant_is_host(m) && mount_for(st, grant++, slot,
		    grant_flags(m), LAUNCH_MOUNT, index) == -1)
			return (error_prefix(&st->s->client.error,
			    rec_str(m, KEY(src), "")));
		index++;
	}
	return (has_image(st) ? 0 : mount_for(st, grant, slot, GRANT_NODEV,
	    LAUNCH_ROOTFS, 0));
}

/* Before the payload is executed: steps 6 and 7. */
static int
record_running(struct start *st, struct attach *a)
{
	struct session		*s = st->s;
	scoped_rec struct rec	*keys = NULL;

	if (start_attached(st) && attach_socket(a, &s->client,
	    true) == -1)
		return (-1);
	if (give_cleanup(st) == -1 || wait_until_listed(st) == -1)
		return (-1);
	keys = rec_new();
	(void)rec_add_num(keys, KEY(pid), st->pid);
	(void)rec_add_num(keys, KEY(pid_start), (int64_t)st->pid_start);
	(void)rec_add_num(keys, KEY(started), clock_real_ns());
	(void)rec_add_num(keys, KEY(exit), 0);
	if (start_attached(st))
		(void)rec_add(keys, KEY_IN(row, event), "attach");
	if (container_set(s, st->id, 1u << CTR_CREATING | 1u << CTR_STARTING,
	    CTR_RUNNING, keys) == -1)
		return (-1);
	st->recorded = true;
	if (st->layer_asked)
		storage_layer_keep(s, st->id, st->def);
	return (client_sync(&s->client, H_REAPER));
}

static void
attach_until_end(struct start *st, struct attach *a)
{
	int	 rc;

	/* They are not needed any more: free their memory. */
	(void)client_stop(&st->s->client, H_LAUNCH);
	rc = attach_run(a);
	if (rc == ATTACH_EXITED) {
		st->ended = true;
		st->wait_status = a->wait_status;
		st->finished = a->finished_ns;
		return;
	}
	/* From here the reaper records the end. */
	st->left = true;
	if (rc == ATTACH_DETACHED)
		st->code = 0;
	else if (errno == EINTR)
		st->code = 128 + a->signal;
	else {
		st->code = EXIT_ENGINE;
		/* EPIPE: the reader closed the output; print nothing. */
		if (errno != EPIPE)
			session_notice(st->s, ERR_STOPPED, errno == ECONNRESET ?
			    "the monitor of container %s was killed" :
			    "the output of container %s is lost: too much of "
			    "it was waiting to be read", st->id);
	}
}

/* Give launch the inner ends of the pipes that the monitor has made. */
static int
give_pipes(struct start *st)
{
	struct client	*c = &st->s->client;
	int		 fds[3], rc = 0;

	if (monitor_open_end(c, fds) == -1)
		return (-1);
	for (unsigned int i = 0; i < 3; i++) {
		if (rc == 0 && fds[i] != -1)
			rc = launch_give_send(c, (enum launch_fd)i, 0, fds[i]);
		scope_close(&fds[i]);
	}
	return (rc);
}

/*
 * Give launch the program for --init, as a sealed copy, so that no file of the
 * host is mapped in a container.
 */
static int
give_init(struct start *st)
{
	struct client	*c = &st->s->client;
	scoped_fd int	 fd = -1;

	if (rec_num(st->def, KEY(init), 0) == 0)
		return (0);
	if ((fd = sealed_program(c->libexec_fd, "init")) != -1)
		return (launch_give_send(c, LAUNCH_INIT, 0, fd));
	return (error_set(&c->error, errno, "cannot read the helper init, "
	    "which --init needs: %m"));
}

/* Give launch, monitor and reaper what the container is made of. */
static int
give_launch_parts(struct start *st, uint32_t slot)
{
	struct client	*c = &st->s->client;
	struct winsize	 w = { .ws_row = 0 };

	if (complete_definition(st) == -1 ||
	    launch_define_send(c, st->full, st->s->single) == -1 ||
	    give_pipes(st) == -1 || give_log(st) == -1 ||
	    give_process(st) == -1 ||
	    filter_end(&st->filter, session_run_env(st->s)) == -1 ||
	    give_filter(st) == -1 ||
	    give_init(st) == -1 ||
	    client_sync(c, H_REFRESH) == -1 ||
	    client_sync(c, H_MONITOR) == -1 ||
	    (st->s->system && give_mounts(st, slot) == -1))
		return (-1);
	/* A terminal has the size of ours. */
	(void)ioctl(STDIN_FILENO, TIOCGWINSZ, &w);
	return (st->tty ? launch_build_begin(c, w.ws_row, w.ws_col) :
	    launch_build_send(c, w.ws_row, w.ws_col));
}

/* The container is built; the monitor gets the terminal's master. */
static int
end_build(struct start *st)
{
	struct client	*c = &st->s->client;
	scoped_fd int	 console = -1;

	if (!st->tty)
		return (client_sync(c, H_LAUNCH));
	return ((console = launch_build_end(c)) == -1 ? -1 :
	    monitor_console(c, console));
}

/*
 * The payload is being executed. What a failed execve means to a script, as
 * with podman: 127 when there is no such program, 126 when it cannot be
 * executed.
 */
static int
end_exec(struct start *st)
{
	if (launch_exec_end(&st->s->client) == 0)
		return (0);
	st->code = errno == ENOENT ? EXIT_NOCMD :
	    errno == EPIPE || errno == ECONNRESET ? EXIT_ENGINE : EXIT_NOEXEC;
	return (-1);
}

static int
run_steps(struct start *st, struct attach *a)
{
	uint32_t	 slot = (uint32_t)rec_num(st->def, KEY(slot), 0);
	struct client	*c = &st->s->client;
	struct error	 f;
	bool		 build_first;
	int		 prepared;

	if (begin_ids(st, slot) == -1 || give_launch_parts(st, slot) == -1)
		return (-1);
	build_first = st->tty || volmounts_any(st->full);
	prepared = record_running(st, a);
	error_save(&c->error, &f);
	if ((prepared == 0 && !build_first && launch_exec_begin(c) == -1) ||
	    end_build(st) == -1 || volmounts_filled(st->s,
	    st->full) == -1)
		return (-1);
	if (prepared == 0)
		return (build_first && launch_exec_begin(c) == -1 ? -1 :
		    end_exec(st));
	error_restore(&c->error, &f);
	return (-1);
}

/* How the person's terminal, or pipes, will be connected. */
static int
prepare_attach(const struct start *st, struct attach *a)
{
	struct session	*s = st->s;
	const char	*keys;

	attach_init(a, &s->client.helper[H_MONITOR].chan);
	a->tty = st->tty;
	a->want_stdin = st->attach_in;
	a->sig_proxy = st->sig_proxy;
	a->no_stdout = !st->attach_out;
	a->no_stderr = !st->attach_err;
	keys = rec_str(st->def, KEY(detach_keys), rec_str(s->config,
	    KEY_AS(default_detach_keys), DETACH_KEYS));
	if (detach_keys_parse(&a->keys, keys) == -1)
		return (error_set(&s->client.error, EINVAL, "invalid detach "
		    "keys \"%s\"", keys));
	return (0);
}

/*
 * Kill the first process of a start that failed. A launch that was killed may
 * have let go of it before. errno stays.
 */
static void
kill_container(int pidfd)
{
	int	 saved = errno;

	if (pidfd != -1)
		(void)syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
	errno = saved;
}

int
start_container(struct start *st)
{
	struct session	*s = st->s;
	struct attach	 a;
	int		 rc = -1;

	st->code = EXIT_ENGINE;
	st->pidfd = st->userns = -1;
	if (!st->filter.sought)
		st->filter.fd = -1;
	st->tty = rec_num(st->def, KEY(tty), 0) != 0;
	st->stdin_open = rec_num(st->def, KEY(stdin_open), 0) != 0;
	st->host_net = strcmp(rec_str(st->def, KEY(net), ""), "host") == 0;
	if (prepare_attach(st, &a) == -1)
		return (-1);
	if ((st->begun || start_begin(st) == 0) && begin_filter(st) == 0 &&
	    (st->layer_asked || !has_image(st) ||
	    storage_layer_begin(s, st->id, st->def, false) == 0))
		rc = run_steps(st, &a);
	if (rc == -1) {
		kill_container(st->pidfd);
		running_remove(s, st->id);
	}
	scope_close(&st->pidfd);
	scope_close(&st->userns);
	rec_free(st->full);
	scope_close(&st->filter.fd);
	if (rc == -1)
		return (-1);
	/* It runs: what happens to it now is decided by its state. */
	locks_release(s, "ctr", st->id);
	if (!start_attached(st))
		return (0);
	attach_until_end(st, &a);
	return (0);
}
